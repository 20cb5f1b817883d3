-- What the scan for duplicates reads by.

-- With the business first, this index looked as good as the primary key to a planner that has no statistics of a new
-- business yet: every key was then looked for among all rows of the business.
drop index duplicate_keys_customer;
create index duplicate_keys_customer on duplicate_keys (customer_id, business_id);
