-- What is read most is written ready to be read: the record as the API shows it, and an index of its fragments by business.

alter table customers add column document text not null default '';
alter table customers add column grams integer[] not null default '{}';
comment on column customers.document is 'The record as the API answers it, JSON, written with every change; empty only until a start has made it for rows of an earlier version.';
comment on column customers.grams is 'Hashes of the business with each three letters of search, with the first letter of each word, and with each of facets: what q and filters look for by an index.';
create index customers_unwritten on customers (business_id, id) where document = '';

-- One key a fragment and business: a search meets nobody else's postings, and business_id needs none of its own.
drop index customers_search;
create index customers_grams on customers using gin (grams);
