-- Who may come in: businesses, their locations, their API keys.
-- business_id leads every key and index, so that the same schema runs on one server and spread over many.

create extension if not exists pg_trgm;
create extension if not exists btree_gin;

create table instance (
  id integer primary key check (id = 1),
  secret text not null
);
comment on table instance is 'One row: what this installation alone knows.';
comment on column instance.secret is 'Signs list cursors.';
insert into instance values (1, gen_random_uuid()::text || gen_random_uuid()::text);

create table businesses (
  id uuid primary key,
  name text not null,
  settings jsonb not null default '{}',
  created_at timestamptz not null
);
comment on column businesses.settings is '{ "delete_rules": { "protected_statuses": [], "protected_tags": [] } }';

create table locations (
  business_id uuid not null references businesses (id),
  id uuid not null,
  name text not null,
  country text not null,
  timezone text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (business_id, id)
);
comment on column locations.country is 'ISO 3166-1 alpha-2; reads phone numbers written without a country code.';

create table api_keys (
  business_id uuid not null references businesses (id),
  id uuid not null,
  hash bytea not null,
  name text not null,
  location_id uuid,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  primary key (business_id, id),
  foreign key (business_id, location_id) references locations (business_id, id)
);
create unique index api_keys_hash on api_keys (business_id, hash);
comment on column api_keys.hash is 'SHA-256 of the key; the key itself is shown once and never stored.';
comment on column api_keys.location_id is 'The one location of the key; null for all of the business.';
comment on column api_keys.last_used_at is 'Written in the background, up to a minute late.';
