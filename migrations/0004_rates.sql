-- How often each key and each business was heard this minute, by all processes together.

-- Forgotten in a crash, as a minute later anyway.
create unlogged table request_counts (
  subject uuid primary key,
  minute integer not null,
  n integer not null
) with (fillfactor = 50);
comment on table request_counts is 'Requests of the current minute by API key and by business; each process adds its own twice a second.';
comment on column request_counts.subject is 'The id of an API key or of a business.';
comment on column request_counts.minute is 'Minutes since 1970.';
