/** What happened to a customer: the events of one record, newest first. */
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
}

/** One page of the events of a customer. The caller has made sure that the customer is in its scope. */
export async function customerEvents(
  sql: Queryable,
  businessId: string,
  customerId: string,
  before: string | null,
  limit: number,
): Promise<{ items: HistoryEvent[]; next_cursor: string | null }> {
  const rows = await sql<HistoryEvent[]>`
    select id, customer_id, location_id, type, actor, at, version, changes, context
    from events
    where business_id = ${businessId} and customer_id = ${customerId} and (${before}::uuid is null or id < ${before}::uuid)
    order by id desc
    limit ${limit + 1}`;
  const items = rows.slice(0, limit);
  return { items, next_cursor: rows.length > limit ? items.at(-1)!.id : null };
}
