-- What imports came to: which were there lately, without reading the events of each.

create table imports (
  business_id uuid not null,
  id uuid not null,
  location_id uuid not null,
  actor jsonb not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  created integer not null,
  updated integer not null,
  undone integer not null,
  undone_at timestamptz,
  primary key (business_id, id, location_id),
  foreign key (business_id, location_id) references locations (business_id, id)
) with (fillfactor = 50);
create index imports_newest on imports (business_id, started_at, id);
create index imports_newest_of_location on imports (business_id, location_id, started_at, id);
comment on table imports is 'A row for each import and each location it wrote to, moved on in the commit of each of its writes.';
comment on column imports.actor is 'Who began it there.';
comment on column imports.ended_at is 'Its last write so far; an undo is none.';
comment on column imports.created is 'Customers it made.';
comment on column imports.updated is 'Changes it made to customers: one may have been changed more than once.';
comment on column imports.undone is 'Customers that undos of it have put back.';

insert into imports
select
  business_id, import_id, location_id,
  (array_agg(actor order by seq))[1],
  min(at),
  coalesce(max(at) filter (where context ->> 'undo_of' is distinct from import_id::text), min(at)),
  count(*) filter (where type = 'created'),
  count(*) filter (where type <> 'created' and context ->> 'undo_of' is distinct from import_id::text),
  count(*) filter (where context ->> 'undo_of' = import_id::text),
  max(at) filter (where context ->> 'undo_of' = import_id::text)
from events
where import_id is not null
group by business_id, import_id, location_id;
