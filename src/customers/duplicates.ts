/** Pairs of customers that may be one person: the list for staff, the likeliest first, and how a pair is dismissed. */
import { isUuid } from '../database/ids.ts';
import { notFound } from '../http/errors.ts';
import { once, type Retry } from '../http/idempotency.ts';
import type { Caller } from '../tenancy/authentication.ts';
import { dismissPair } from './commit-sql.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Service } from './service.ts';

export interface Duplicate {
  id: string;
  customer_ids: [string, string];
  /** How likely the two are one person, 0 to 1. */
  score: number;
  reasons: string[];
}

/** One page of the pairs whose customers both live; a pair resolved by a merge is not among them. Throws 403 and 404. */
export async function listDuplicates(
  { sql, cursorSecret, authentication }: Service,
  caller: Caller,
  query: { limit?: number; cursor?: string; customer_id?: string; location_id?: string },
): Promise<{ items: Duplicate[]; next_cursor: string | null }> {
  const { businessId } = caller.scope;
  const { limit = 20, customer_id: customerId = null } = query;
  const locationId = authentication.narrow(caller, query.location_id);
  // Another business's location is answered as one that never existed.
  if (locationId !== null) await authentication.locationFor(caller, locationId);
  const bound = JSON.stringify(['duplicates', businessId, locationId, customerId]);
  const after = query.cursor
    ? decodeCursor<{ score: number; id: string }>(cursorSecret, bound, query.cursor)
    : null;
  const rows = await sql<(Omit<Duplicate, 'customer_ids'> & { a: string; b: string })[]>`
    select p.id, p.a, p.b, p.score, p.reasons
    from possible_duplicates p
    join customers a on a.business_id = p.business_id and a.id = p.a and a.deleted_at is null
    join customers b on b.business_id = p.business_id and b.id = p.b and b.deleted_at is null
    where p.business_id = ${businessId}
      and p.dismissed_at is null
      ${locationId ? sql`and p.location_id = ${locationId}` : sql``}
      ${customerId ? sql`and (p.a = ${customerId} or p.b = ${customerId})` : sql``}
      ${after ? sql`and (p.score < ${after.score}::real or p.score = ${after.score}::real and p.id > ${after.id})` : sql``}
    order by p.score desc, p.id
    limit ${limit + 1}`;
  const items = rows.slice(0, limit).map(
    ({ id, a, b, score, reasons }): Duplicate => ({
      id,
      customer_ids: [a, b],
      score,
      reasons,
    }),
  );
  const last = items.at(-1);
  return {
    items,
    next_cursor:
      rows.length > limit && last
        ? encodeCursor(cursorSecret, bound, { score: last.score, id: last.id })
        : null,
  };
}

/** The two are different people. Again changes nothing. Throws 404 outside the caller's context. */
export async function dismissDuplicate(
  { sql, running }: Service,
  { scope: { businessId, locationId } }: Caller,
  id: string,
  retry: Retry | null,
): Promise<{ id: string; dismissed_at: string }> {
  if (!isUuid(id)) throw notFound('duplicate');
  return await running.alone(businessId, retry, () =>
    once(sql, businessId, retry, async (tx) => {
      const dismissed = await dismissPair(tx, businessId, locationId, id, new Date().toISOString());
      if (!dismissed) throw notFound('duplicate');
      return dismissed;
    }),
  );
}
