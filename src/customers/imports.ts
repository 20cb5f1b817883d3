/** The imports there were, the newest first, from the row that each keeps for each location it wrote to. */
import type { Caller } from '../tenancy/authentication.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Import } from './life-schema.ts';
import type { Service } from './service.ts';

/** One page of the imports that wrote to the caller's context, and what they did there. Throws 403 and 404. */
export async function listImports(
  { sql, cursorSecret, authentication }: Service,
  caller: Caller,
  query: { limit?: number; cursor?: string; location_id?: string },
): Promise<{ items: Import[]; next_cursor: string | null }> {
  const { businessId } = caller.scope;
  const { limit = 20 } = query;
  const locationId = authentication.narrow(caller, query.location_id);
  // Another business's location is answered as one that never existed.
  if (locationId !== null) await authentication.locationFor(caller, locationId);
  const bound = JSON.stringify(['imports', businessId, locationId]);
  const before = query.cursor
    ? decodeCursor<{ started_at: string; id: string }>(cursorSecret, bound, query.cursor)
    : null;
  const further = before ? sql`and (i.started_at, i.id) < (${before.started_at}, ${before.id})` : sql``;
  const rows = locationId
    ? await sql<Import[]>`
      select i.id, i.started_at, i.ended_at, i.actor, i.created, i.updated, i.undone, i.undone_at
      from imports i
      where i.business_id = ${businessId} and i.location_id = ${locationId} ${further}
      order by i.started_at desc, i.id desc
      limit ${limit + 1}`
    : // An import of several locations stands where it began; all its rows are added up there.
      await sql<Import[]>`
      select i.id, i.started_at, all_of_it.ended_at, i.actor, all_of_it.created, all_of_it.updated, all_of_it.undone,
        all_of_it.undone_at
      from imports i
      cross join lateral (
        select
          max(o.ended_at) as ended_at, sum(o.created)::int as created, sum(o.updated)::int as updated,
          sum(o.undone)::int as undone, max(o.undone_at) as undone_at,
          bool_or((o.started_at, o.location_id) < (i.started_at, i.location_id)) as began_elsewhere
        from imports o
        where o.business_id = ${businessId} and o.id = i.id
      ) all_of_it
      where i.business_id = ${businessId} and not all_of_it.began_elsewhere ${further}
      order by i.started_at desc, i.id desc
      limit ${limit + 1}`;
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last ? { started_at: last.started_at, id: last.id } : null;
  return { items, next_cursor: next && encodeCursor(cursorSecret, bound, next) };
}
