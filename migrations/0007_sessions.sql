-- People signed in at the console: each session stands for the API key it was begun with.

create table sessions (
  business_id uuid not null references businesses (id),
  hash bytea not null,
  api_key_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (business_id, hash),
  foreign key (business_id, api_key_id) references api_keys (business_id, id)
);
create index sessions_expiry on sessions (business_id, expires_at);
comment on table sessions is 'Signed in at the console, until they sign out, the time is up or the key is revoked.';
comment on column sessions.hash is 'SHA-256 of the token in the cookie; the token itself is never stored.';
comment on column sessions.api_key_id is 'The session may do what this key may, as long as the key may.';
