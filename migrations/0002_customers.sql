-- Customers, what identifies them, how many there are, what happened to them, and how they are found.

create table customers (
  business_id uuid not null,
  id uuid not null,
  location_id uuid not null,
  name text,
  company_name text,
  address text,
  avatar text,
  status text not null check (status in ('lead', 'active', 'inactive', 'blocked')),
  source text,
  source_metadata jsonb not null,
  custom_fields jsonb not null,
  tags text[] not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  merged_into uuid,
  name_key text not null,
  search text not null,
  facets text[] not null,
  primary key (business_id, id),
  foreign key (business_id, location_id) references locations (business_id, id)
);
comment on column customers.id is 'UUIDv7 made from created_at: the order of ids is the order of creation, so this key serves the default list.';
comment on column customers.version is 'Grows by one with every change; guards every update against a lost race.';
comment on column customers.name_key is 'Name, else company, folded (case and accents gone): sorts lists and tells namesakes at a shared number.';
comment on column customers.search is 'Everything q looks in, folded, each word between spaces.';
comment on column customers.facets is 'What lists filter by: status:lead, source:website, tag:vip (folded).';

create index customers_location on customers (business_id, location_id, id);
create index customers_updated on customers (business_id, updated_at, id);
create index customers_location_updated on customers (business_id, location_id, updated_at, id);
create index customers_name on customers (business_id, name_key, id);
create index customers_location_name on customers (business_id, location_id, name_key, id);
create index customers_deleted on customers (business_id, deleted_at) where deleted_at is not null;
create index customers_search on customers using gin (business_id, search gin_trgm_ops, facets);

create table contacts (
  business_id uuid not null,
  customer_id uuid not null,
  id uuid not null,
  location_id uuid not null,
  type text not null check (type in ('email', 'phone')),
  key text not null,
  value text not null,
  raw text not null,
  extension text,
  label text,
  is_primary boolean not null,
  matchable boolean not null,
  standing text not null check (standing in ('holds', 'shared', 'released')),
  holder_name text not null,
  primary key (business_id, customer_id, id),
  foreign key (business_id, customer_id) references customers (business_id, id)
);
comment on column contacts.key is 'The match key: an e-mail in lower case, +E.164 (with ;ext=), or # and the digits of a number that does not exist.';
comment on column contacts.standing is 'holds: identifies its customer alone. shared: does not (a 1300 number, a reception line). released: its customer is deleted or merged away.';
comment on column contacts.holder_name is 'For a shared contact the name_key of its customer, else empty: finding the namesake is one probe of the index.';

-- The guarantee: within a business and location a match key is held by one customer, whatever raced.
create unique index contacts_held_once on contacts (business_id, location_id, key) where standing = 'holds';
create index contacts_not_held on contacts (business_id, location_id, key, standing, holder_name) where standing <> 'holds';

create table customer_counts (
  business_id uuid not null,
  location_id uuid not null,
  slot smallint not null,
  n bigint not null,
  primary key (business_id, location_id, slot),
  foreign key (business_id, location_id) references locations (business_id, id)
) with (fillfactor = 50);
comment on table customer_counts is 'Live customers of a location, spread over 16 slots so that writers seldom wait for one row; the sum is exact.';

create table events (
  business_id uuid not null,
  customer_id uuid not null,
  id uuid not null,
  location_id uuid not null,
  type text not null,
  actor jsonb not null,
  at timestamptz not null,
  version integer not null,
  changes jsonb not null,
  context jsonb,
  primary key (business_id, customer_id, id)
);
comment on table events is 'One row per write, in the transaction of the write.';
comment on column events.changes is '{ field: { "before": …, "after": … } } for every field that changed.';
comment on column events.context is 'What came with the write and was not stored on the record: { "source", "source_metadata" }.';

create table name_words (
  business_id uuid not null,
  key text not null,
  word text not null,
  primary key (business_id, key, word)
);
comment on table name_words is 'The words of names and companies, each under itself and under itself with one letter left out: a mistyped word finds its neighbours by equality.';

create table possible_duplicates (
  business_id uuid not null,
  location_id uuid not null,
  a uuid not null,
  b uuid not null,
  reasons text[] not null,
  created_at timestamptz not null,
  primary key (business_id, a, b),
  check (a < b)
);
comment on table possible_duplicates is 'Pairs that an upsert met: its details belonged to both.';
