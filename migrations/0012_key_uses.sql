-- What each API key was used for, by day: whether it still is, by what, and since when it is refused.

create table key_uses (
  business_id uuid not null,
  api_key_id uuid not null,
  day date not null,
  operation text not null,
  requests bigint not null,
  refused bigint not null,
  denied bigint not null,
  limited bigint not null,
  failed bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  succeeded_at timestamptz,
  primary key (business_id, api_key_id, day, operation),
  foreign key (business_id, api_key_id) references api_keys (business_id, id)
) with (fillfactor = 50);
create index key_uses_days on key_uses (business_id, day);
comment on table key_uses is 'Requests answered by key, day and operation. Statistics: written some seconds late, a crash loses those.';
comment on column key_uses.day is 'In UTC.';
comment on column key_uses.operation is 'Its operationId.';
comment on column key_uses.refused is 'Answered 4xx, the two that follow among them.';
comment on column key_uses.denied is 'Answered 401 or 403.';
comment on column key_uses.limited is 'Answered 429.';
comment on column key_uses.failed is 'Answered 5xx.';
comment on column key_uses.succeeded_at is 'The last of the day that was neither refused nor failed; null when there was none.';
comment on column api_keys.last_used_at is 'The last request it let in. Written in the background, some seconds late.';
