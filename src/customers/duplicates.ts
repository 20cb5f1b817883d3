/** Pairs of customers that may be one person: the list for staff, the likeliest first, and how a pair is dismissed and reopened. */
import type { Queryable } from '../database/connect.ts';
import { isUuid } from '../database/ids.ts';
import { notFound } from '../http/errors.ts';
import { once, type Retry } from '../http/idempotency.ts';
import type { Caller } from '../tenancy/authentication.ts';
import type { Scope } from '../tenancy/scope.ts';
import { dismissPair, reopenPair } from './commit-sql.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Service } from './service.ts';

export interface Duplicate {
  id: string;
  customer_ids: [string, string];
  /** How likely the two are one person, 0 to 1. */
  score: number;
  reasons: string[];
  /** Of a pair that was dismissed. */
  dismissed_at?: string;
}

export interface DuplicatePage {
  items: Duplicate[];
  next_cursor: string | null;
}

/** A row of either list: `key` is what it is ordered by, the greatest first. */
type Row = Omit<Duplicate, 'customer_ids'> & { a: string; b: string; key: string };

/**
 * One page of the pairs whose customers both live; a pair resolved by a merge is not among them. Open ones come the
 * likeliest first, dismissed ones the last dismissed first. Throws 403 and 404.
 */
export async function listDuplicates(
  { sql, cursorSecret, authentication }: Service,
  caller: Caller,
  query: {
    limit?: number;
    cursor?: string;
    customer_id?: string;
    location_id?: string;
    dismissed?: boolean;
  },
): Promise<DuplicatePage> {
  const { businessId } = caller.scope;
  const { limit = 20, customer_id: customerId = null, dismissed = false } = query;
  const locationId = authentication.narrow(caller, query.location_id);
  // Another business's location is answered as one that never existed.
  if (locationId !== null) await authentication.locationFor(caller, locationId);
  const bound = JSON.stringify(['duplicates', businessId, locationId, customerId, dismissed]);
  const after = query.cursor
    ? decodeCursor<{ key: string; id: string }>(cursorSecret, bound, query.cursor)
    : null;
  const further = dismissed
    ? after && sql`and (p.dismissed_at, p.id) < (${after.key}::timestamptz, ${after.id}::uuid)`
    : after && sql`and (p.score < ${after.key}::real or p.score = ${after.key}::real and p.id > ${after.id})`;
  const rows = await sql<Row[]>`
    select p.id, p.a, p.b, p.score, p.reasons, ${dismissed ? sql`p.dismissed_at, p.dismissed_at` : sql`p.score`}::text as key
    from possible_duplicates p
    join customers a on a.business_id = p.business_id and a.id = p.a and a.deleted_at is null
    join customers b on b.business_id = p.business_id and b.id = p.b and b.deleted_at is null
    where p.business_id = ${businessId}
      and p.dismissed_at ${dismissed ? sql`is not null` : sql`is null`}
      ${locationId ? sql`and p.location_id = ${locationId}` : sql``}
      ${customerId ? sql`and (p.a = ${customerId} or p.b = ${customerId})` : sql``}
      ${further ?? sql``}
    order by ${dismissed ? sql`p.dismissed_at desc, p.id desc` : sql`p.score desc, p.id`}
    limit ${limit + 1}`;
  const items = rows
    .slice(0, limit)
    .map(({ a, b, key: _key, ...pair }): Duplicate => ({ ...pair, customer_ids: [a, b] }));
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items,
    next_cursor: last ? encodeCursor(cursorSecret, bound, { key: last.key, id: last.id }) : null,
  };
}

/** The two are different people. Again changes nothing. Throws 404 outside the caller's context. */
export const dismissDuplicate = async (service: Service, caller: Caller, id: string, retry: Retry | null) =>
  await decide(service, caller, id, retry, (tx, scope) =>
    dismissPair(tx, scope, id, new Date().toISOString()),
  );

/** The two may be one person after all. Again changes nothing. Throws 404 outside the caller's context. */
export const reopenDuplicate = async (service: Service, caller: Caller, id: string, retry: Retry | null) =>
  await decide(service, caller, id, retry, (tx, scope) => reopenPair(tx, scope, id));

async function decide<Decided>(
  { sql, running }: Service,
  { scope }: Caller,
  id: string,
  retry: Retry | null,
  write: (tx: Queryable, scope: Scope) => Promise<Decided | null>,
): Promise<Decided> {
  if (!isUuid(id)) throw notFound('duplicate');
  return await running.alone(scope.businessId, retry, () =>
    once(sql, scope.businessId, retry, async (tx) => {
      const decided = await write(tx, scope);
      if (!decided) throw notFound('duplicate');
      return decided;
    }),
  );
}
