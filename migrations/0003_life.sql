-- The whole life of a record: its place in the feed, retries of writes, references of other systems, holds, merges,
-- restores, erasure, and who may be the same person twice.

create table feeds (
  business_id uuid primary key references businesses (id),
  seq bigint not null,
  at timestamptz not null
) with (fillfactor = 50);
comment on table feeds is 'How far a business has come. A commit moves its row first and so holds it to the end: commits of a business follow one another, in every process.';
comment on column feeds.seq is 'The number of its last event.';
comment on column feeds.at is 'The time of its last commit; each has a later one. The as_of of a list that begins now.';

insert into feeds (business_id, seq, at)
select b.id, count(e.id), greatest(b.created_at, max(e.at))
from businesses b
left join events e on e.business_id = b.id
group by b.id;

alter table events add column seq bigint;
alter table events add column import_id uuid;
update events e
set seq = numbered.seq
from (select business_id, id, row_number() over (partition by business_id order by at, id) as seq from events) numbered
where numbered.business_id = e.business_id and numbered.id = e.id;
alter table events alter column seq set not null;
create unique index events_feed on events (business_id, seq);
create index events_import on events (business_id, import_id, customer_id, id) where import_id is not null;
comment on column events.seq is 'The order of commits within the business, without gaps.';
comment on column events.import_id is 'The import that the write was part of.';

alter table customers add column legal_hold text;
alter table customers add column away_from timestamptz;
alter table customers add column away_until timestamptz;
alter table customers add column erased_at timestamptz;
comment on column customers.deleted_at is 'When it was deleted, merged away or erased; null while it lives.';
comment on column customers.merged_into is 'The customer it was merged into; that one may itself have been merged on.';
comment on column customers.legal_hold is 'Why the record must be kept; null when nothing asks for it.';
comment on column customers.away_from is 'When it was last deleted, had it come back since (away_until): a walk as of then leaves it out.';
create index customers_merged on customers (business_id, merged_into) where merged_into is not null;
create index customers_away on customers (business_id, away_until) where away_until is not null;

alter table contacts drop constraint contacts_standing_check;
alter table contacts add constraint contacts_standing_check check (standing in ('holds', 'shared', 'released', 'merged'));
comment on column contacts.standing is 'holds: identifies its customer alone. shared: does not (a 1300 number, a reception line). released: its customer is deleted. merged: its customer was merged away, and the survivor has it.';

create table customer_references (
  business_id uuid not null,
  customer_id uuid not null,
  kind text not null,
  ref text not null,
  state text not null check (state in ('open', 'closed')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (business_id, customer_id, kind, ref),
  foreign key (business_id, customer_id) references customers (business_id, id)
);
comment on table customer_references is 'What other systems have about a customer: bookings, invoices, enquiries. Open ones keep it from being deleted.';

create table idempotency_keys (
  business_id uuid not null references businesses (id),
  context uuid not null,
  key text not null,
  part smallint not null,
  fingerprint bytea not null,
  answer text not null,
  customer_ids uuid[] not null,
  created_at timestamptz not null,
  primary key (business_id, context, key, part)
);
create index idempotency_keys_age on idempotency_keys (business_id, created_at);
comment on table idempotency_keys is 'The first answer of each write that came with an Idempotency-Key, stored in the commit of its effect; kept 24 hours.';
comment on column idempotency_keys.context is 'The location of the API key, else the business: keys of the same reach share their retries.';
comment on column idempotency_keys.part is 'A batch is stored in parts, each in the commit of its own items.';
comment on column idempotency_keys.customer_ids is 'Whose data the answer holds: erasing one of them erases it here.';

alter table possible_duplicates add column id uuid not null default gen_random_uuid();
alter table possible_duplicates add column score real not null default 0.5;
alter table possible_duplicates add column by_request boolean not null default true;
alter table possible_duplicates add column dismissed_at timestamptz;
alter table possible_duplicates alter column id drop default;
alter table possible_duplicates alter column score drop default;
alter table possible_duplicates alter column by_request drop default;
create unique index possible_duplicates_id on possible_duplicates (business_id, id);
create index possible_duplicates_b on possible_duplicates (business_id, b);
create index possible_duplicates_open on possible_duplicates (business_id, score desc, id) where dismissed_at is null;
create index possible_duplicates_open_location on possible_duplicates (business_id, location_id, score desc, id) where dismissed_at is null;
comment on table possible_duplicates is 'Pairs that may be one person: met by an upsert whose details belonged to both, or found by the scan.';
comment on column possible_duplicates.by_request is 'True when an upsert met it: it stays though the two look unlike.';

-- Both follow from the records: after a crash they are empty together, and the scan begins again.
create unlogged table duplicate_keys (
  business_id uuid not null,
  key bigint not null,
  customer_id uuid not null,
  primary key (business_id, key, customer_id)
);
create index duplicate_keys_customer on duplicate_keys (business_id, customer_id);
comment on table duplicate_keys is 'What the scan compares by: customers that share a key may be alike. Hashes of the location and a piece of the record; no personal data.';

create unlogged table duplicate_scans (
  business_id uuid primary key,
  seq bigint not null
);
comment on table duplicate_scans is 'How far the scan has followed the feed of a business.';

create table leases (
  name text primary key,
  holder text not null,
  until timestamptz not null
);
comment on table leases is 'Which process does the background work just now.';
