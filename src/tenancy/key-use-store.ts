/** Every statement about what API keys are used for. */
import type { Queryable } from '../database/connect.ts';
import { recordset } from '../database/recordset.ts';

/** How many requests there were, and what became of those that were no success. */
interface Numbers {
  requests: number;
  /** 4xx; `denied` and `limited` are among them. */
  refused: number;
  /** 401 and 403. */
  denied: number;
  /** 429. */
  limited: number;
  /** 5xx. */
  failed: number;
  first_at: string;
  last_at: string;
  succeeded_at: string | null;
}

export interface OperationUse extends Numbers {
  operation: string;
}

export interface KeyUse extends OperationUse {
  api_key_id: string;
  day: string;
}

/** A day of a key, in all and by operation. */
export interface KeyUseDay extends Numbers {
  day: string;
  operations: OperationUse[];
}

const USES = recordset({
  api_key_id: 'uuid',
  day: 'date',
  operation: 'text',
  requests: 'bigint',
  refused: 'bigint',
  denied: 'bigint',
  limited: 'bigint',
  failed: 'bigint',
  first_at: 'timestamptz',
  last_at: 'timestamptz',
  succeeded_at: 'timestamptz',
});

/** Adds to what is there; in one order everywhere, so that processes do not wait for each other in a circle. */
export async function addKeyUses(sql: Queryable, businessId: string, uses: KeyUse[]): Promise<void> {
  await sql`
    insert into key_uses as u (
      business_id, api_key_id, day, operation, requests, refused, denied, limited, failed, first_at, last_at, succeeded_at)
    select
      b.id, k.id, r.day, r.operation, r.requests, r.refused, r.denied, r.limited, r.failed, r.first_at, r.last_at, r.succeeded_at
    from ${USES(uses).in(sql)} r
    join businesses b on b.id = ${businessId}
    join api_keys k on k.business_id = b.id and k.id = r.api_key_id
    order by k.id, r.day, r.operation
    on conflict (business_id, api_key_id, day, operation) do update
    set requests = u.requests + excluded.requests,
      refused = u.refused + excluded.refused,
      denied = u.denied + excluded.denied,
      limited = u.limited + excluded.limited,
      failed = u.failed + excluded.failed,
      first_at = least(u.first_at, excluded.first_at),
      last_at = greatest(u.last_at, excluded.last_at),
      succeeded_at = greatest(u.succeeded_at, excluded.succeeded_at)`;
}

const LAST_USES = recordset({ id: 'uuid', at: 'timestamptz' });

/** Notes when keys were last used. */
export async function touchKeys(
  sql: Queryable,
  businessId: string,
  uses: { id: string; at: string }[],
): Promise<void> {
  if (uses.length === 0) return;
  await sql`
    update api_keys k
    set last_used_at = greatest(k.last_used_at, r.at)
    from (select id, max(at) as at from ${LAST_USES(uses).in(sql)} l group by id) r
    where k.business_id = ${businessId} and k.id = r.id`;
}

/** Days on which a key was used, the last one first, before a given one. */
export async function selectKeyUseDays(
  sql: Queryable,
  businessId: string,
  { id, before, limit }: { id: string; before: string | null; limit: number },
): Promise<KeyUseDay[]> {
  const days = await sql<KeyUseDay[]>`
    select
      u.day::text as day,
      sum(u.requests)::bigint as requests,
      sum(u.refused)::bigint as refused,
      sum(u.denied)::bigint as denied,
      sum(u.limited)::bigint as limited,
      sum(u.failed)::bigint as failed,
      min(u.first_at) as first_at,
      max(u.last_at) as last_at,
      max(u.succeeded_at) as succeeded_at,
      json_agg(
        json_build_object(
          'operation', u.operation, 'requests', u.requests, 'refused', u.refused, 'denied', u.denied, 'limited', u.limited,
          'failed', u.failed, 'first_at', u.first_at, 'last_at', u.last_at, 'succeeded_at', u.succeeded_at
        )
        order by u.operation
      ) as operations
    from key_uses u
    where u.business_id = ${businessId} and u.api_key_id = ${id}
      and (${before}::date is null or u.day < ${before}::date)
    group by u.day
    order by u.day desc
    limit ${limit}`;
  return days.map((day) => ({ ...day, operations: day.operations.map(withTimes) }));
}

/** Within JSON times come as the database writes them. */
const withTimes = ({ first_at, last_at, succeeded_at, ...use }: OperationUse): OperationUse => ({
  ...use,
  first_at: new Date(first_at).toISOString(),
  last_at: new Date(last_at).toISOString(),
  succeeded_at: succeeded_at && new Date(succeeded_at).toISOString(),
});

/** One day at a time: a shorter time to keep them may end years of millions. */
export async function deleteKeyUses(sql: Queryable, businessId: string, before: string): Promise<void> {
  for (;;) {
    const { count } = await sql`
      delete from key_uses
      where business_id = ${businessId}
        and day < ${before}
        and day = (select min(day) from key_uses where business_id = ${businessId})`;
    if (count === 0) return;
  }
}
