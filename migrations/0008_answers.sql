-- An erase takes the kept answers that show its customer: without an index it read all answers of the business.

-- Ids of customers are the business's own: they need no business before them.
create index idempotency_keys_customers on idempotency_keys using gin (customer_ids);
