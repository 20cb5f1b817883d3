/** What happened to a customer: the events of one record and of those merged into it, newest first. */
import type { Queryable } from '../database/connect.ts';
import type { Actor } from '../tenancy/scope.ts';

export interface HistoryEvent {
  id: string;
  customer_id: string;
  location_id: string;
  type: string;
  actor: Actor;
  at: string;
  version: number;
  changes: Record<string, { before: unknown; after: unknown }>;
  context: Record<string, unknown> | null;
  import_id: string | null;
}

/** One page of the events of these customers. The caller has made sure that they are in its scope. */
export async function customerEvents(
  sql: Queryable,
  businessId: string,
  customerIds: string[],
  before: string | null,
  limit: number,
): Promise<{ items: HistoryEvent[]; next_cursor: string | null }> {
  const rows = await sql<HistoryEvent[]>`
    select id, customer_id, location_id, type, actor, at, version, changes, context, import_id
    from events
    where business_id = ${businessId}
      and customer_id = any(${customerIds}::uuid[])
      and (${before}::uuid is null or id < ${before}::uuid)
    order by id desc
    limit ${limit + 1}`;
  const items = rows.slice(0, limit);
  return { items, next_cursor: rows.length > limit ? items.at(-1)!.id : null };
}

/** The events of a customer after the one with this id, newest first, and the last one up to it. */
export async function eventsAround(
  sql: Queryable,
  businessId: string,
  customerId: string,
  until: string,
): Promise<{ after: HistoryEvent[]; last: HistoryEvent | null }> {
  const [after, [last]] = await Promise.all([
    sql<HistoryEvent[]>`
      select id, customer_id, location_id, type, actor, at, version, changes, context, import_id
      from events
      where business_id = ${businessId} and customer_id = ${customerId} and id > ${until}
      order by id desc`,
    sql<HistoryEvent[]>`
      select id, customer_id, location_id, type, actor, at, version, changes, context, import_id
      from events
      where business_id = ${businessId} and customer_id = ${customerId} and id <= ${until}
      order by id desc
      limit 1`,
  ]);
  return { after, last: last ?? null };
}

/** The last event of a customer with this type and, in its context, this value. */
export async function lastEvent(
  sql: Queryable,
  businessId: string,
  customerId: string,
  type: string,
  context: Record<string, string>,
): Promise<HistoryEvent | null> {
  const [row] = await sql<HistoryEvent[]>`
    select id, customer_id, location_id, type, actor, at, version, changes, context, import_id
    from events
    where business_id = ${businessId} and customer_id = ${customerId}
      and type = ${type} and context @> ${sql.json(context)}
    order by id desc
    limit 1`;
  return row ?? null;
}

/** The customers that an import wrote to, in the order of their ids, after a given one. */
export async function customersOfImport(
  sql: Queryable,
  businessId: string,
  locationId: string | null,
  importId: string,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await sql`
    select customer_id
    from events
    where business_id = ${businessId}
      and import_id = ${importId}
      and (${after}::uuid is null or customer_id > ${after}::uuid)
      and (${locationId}::uuid is null or location_id = ${locationId}::uuid)
      -- An import of other locations is no more read than none: how long the answer takes tells nothing.
      and (${locationId}::uuid is null or exists (
        select 1
        from imports i
        where i.business_id = ${businessId} and i.id = ${importId} and i.location_id = ${locationId}::uuid
      ))
    group by customer_id
    order by customer_id
    limit ${limit}`;
  return rows.map((row) => row.customer_id as string);
}

/** What an import did to these customers, oldest first. */
export async function eventsOfImport(
  sql: Queryable,
  businessId: string,
  importId: string,
  customerIds: string[],
): Promise<HistoryEvent[]> {
  return await sql<HistoryEvent[]>`
    select id, customer_id, location_id, type, actor, at, version, changes, context, import_id
    from events
    where business_id = ${businessId} and import_id = ${importId} and customer_id = any(${customerIds}::uuid[])
    order by customer_id, id`;
}
