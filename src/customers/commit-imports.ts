/**
 * The rows of imports, counted anew from their events: processes of a version before these rows were kept write events
 * beside one that has counted what was there (a rolling upgrade), and no row knows of them.
 */
import type { Queryable, Sql } from '../database/connect.ts';

/** Every one of them: the most that an index of a list may be. */
const ALL = 2 ** 31 - 1;

/**
 * The imports of which a row says otherwise than their events. An erase takes from an event that it was an undo, so the row
 * may know of more of those than are to be seen.
 */
export async function miscountedImports(
  sql: Queryable,
  businessId: string,
  most: number,
): Promise<{ count: number; examples: string[] }> {
  const [row] = await sql<{ count: number; examples: string[] }[]>`
    select
      count(distinct e.import_id) as count,
      coalesce((array_agg(distinct e.import_id))[1:${most}::int], '{}') as examples
    from (
      select
        import_id, location_id, count(*) as n,
        count(*) filter (where type = 'created') as created,
        count(*) filter (where context ->> 'undo_of' = import_id::text) as undone
      from events
      where business_id = ${businessId} and import_id is not null
      group by import_id, location_id
    ) e
    left join imports i on i.business_id = ${businessId} and i.id = e.import_id and i.location_id = e.location_id
    where i.id is null
      or i.created <> e.created
      or i.created + i.updated + i.undone <> e.n
      or i.undone < e.undone`;
  return row!;
}

/** Counts those anew of which a row says otherwise; the business's writes wait for one of them at a time. */
export async function recountImports(sql: Sql, businessId: string): Promise<void> {
  const { examples: ids } = await miscountedImports(sql, businessId, ALL);
  for (const id of ids) {
    await sql.begin(async (tx) => {
      // Nobody writes to it meanwhile.
      await tx`select at from feeds where business_id = ${businessId} for update`;
      await recount(tx, businessId, id);
    });
  }
}

const recount = (tx: Queryable, businessId: string, id: string) => tx`
  insert into imports as i (
    business_id, id, location_id, actor, started_at, ended_at, created, updated, undone, undone_at)
  select
    l.business_id, e.import_id, l.id,
    (array_agg(e.actor order by e.seq))[1],
    min(e.at),
    coalesce(max(e.at) filter (where e.context ->> 'undo_of' is distinct from e.import_id::text), min(e.at)),
    count(*) filter (where e.type = 'created'),
    count(*) filter (where e.type <> 'created' and e.context ->> 'undo_of' is distinct from e.import_id::text),
    count(*) filter (where e.context ->> 'undo_of' = e.import_id::text),
    max(e.at) filter (where e.context ->> 'undo_of' = e.import_id::text)
  from events e
  join locations l on l.business_id = ${businessId} and l.id = e.location_id
  where e.business_id = ${businessId} and e.import_id = ${id}
  group by l.business_id, e.import_id, l.id
  on conflict (business_id, id, location_id) do update
  set actor = excluded.actor,
      started_at = excluded.started_at,
      ended_at = excluded.ended_at,
      created = excluded.created,
      -- Undos of those who were erased since are known to the row alone.
      updated = excluded.updated + excluded.undone
        - least(greatest(i.undone, excluded.undone), excluded.updated + excluded.undone),
      undone = least(greatest(i.undone, excluded.undone), excluded.updated + excluded.undone),
      undone_at = greatest(i.undone_at, excluded.undone_at)
  where i.created <> excluded.created
    or i.created + i.updated + i.undone <> excluded.created + excluded.updated + excluded.undone
    or i.undone < excluded.undone`;
