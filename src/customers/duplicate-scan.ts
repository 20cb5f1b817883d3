/**
 * Looks for possible duplicates by following the feed: whoever was written since the last look is compared with those
 * who share a blocking key. Goes on where it stopped, in pages, so memory stays flat and a crash costs one page.
 */
import { hash } from 'node:crypto';
import { isLostRace, type Sql, type Transaction } from '../database/connect.ts';
import { recordset } from '../database/recordset.ts';
import { dropPairs, putPossibleDuplicates } from './commit-sql.ts';
import {
  blockingKeys,
  type Prepared,
  prepare,
  SHARED_KEYS,
  scorePrepared,
  THRESHOLD,
} from './duplicate-score.ts';
import { loadCustomers } from './load.ts';
import type { PossibleDuplicate, StoredCustomer } from './record.ts';

/** A key that more customers share tells nothing: the pairs would be too many and too unlike. */
const MOST_HOLDERS = 50;
/** So many pairs of one customer are enough to look at. */
const MOST_PAIRS = 10;

export interface ScanProgress {
  /** Customers compared so far, and pairs found. */
  customers: number;
  pairs: number;
  /** The last event looked at, and the last there is. */
  seq: number;
  last: number;
}

export interface ScanOptions {
  /** Events looked at in one transaction. */
  pageSize?: number;
  /** Called after each page; the scan goes on when it resolves, and stops when it answers false. */
  onPage?(progress: ScanProgress): Promise<boolean> | boolean;
}

/** Scans what was written since the last scan of the business. Two at once do not double the work. */
export async function scanDuplicates(
  sql: Sql,
  businessId: string,
  { pageSize = 1_000, onPage = () => true }: ScanOptions = {},
): Promise<ScanProgress> {
  const progress: ScanProgress = { customers: 0, pairs: 0, seq: 0, last: 0 };
  for (;;) {
    const page = await sql.begin((tx) => scanPage(tx, businessId, pageSize)).catch(ifLostRace);
    if (page === 'again') continue;
    if (!page) return progress;
    progress.customers += page.customers;
    progress.pairs += page.pairs;
    progress.seq = page.seq;
    progress.last = page.last;
    if (!(await onPage(progress))) return progress;
  }
}

/** A page that met an erase of the same customers in the other order is done again. */
const ifLostRace = (error: unknown): 'again' => {
  if (isLostRace(error)) return 'again';
  throw error;
};

const KEYS = recordset({ key: 'bigint', customer_id: 'uuid' });

async function scanPage(tx: Transaction, businessId: string, pageSize: number) {
  await tx`
    insert into duplicate_scans (business_id, seq)
    select b.id, 0
    from businesses b
    where b.id = ${businessId}
    on conflict do nothing`;
  // The row is held to the end: a second scan waits, and then goes on behind this one.
  const [scan] = await tx`
    select s.seq, f.seq as last
    from duplicate_scans s
    join feeds f on f.business_id = s.business_id
    where s.business_id = ${businessId}
    for update of s`;
  if (!scan) return null;
  const events = await tx<{ seq: number; customer_id: string }[]>`
    select seq, customer_id
    from events
    where business_id = ${businessId} and seq > ${scan.seq}
    order by seq
    limit ${pageSize}`;
  if (events.length === 0) return null;
  const seq = events.at(-1)!.seq;
  const ids = [...new Set(events.map((event) => event.customer_id))];
  const written = (await loadCustomers(tx, businessId, ids)).filter((record) => record.deleted_at === null);
  await replaceKeys(tx, businessId, ids, written);
  const pairs = await findPairs(tx, businessId, written);
  const at = new Date().toISOString();
  await dropPairs(tx, businessId, ids, pairs);
  if (pairs.length > 0) await putPossibleDuplicates(businessId, pairs, at)(tx);
  await tx`update duplicate_scans set seq = ${seq} where business_id = ${businessId}`;
  return { customers: written.length, pairs: pairs.length, seq, last: scan.last as number };
}

/** Eight bytes of a key at a location: no personal data, and a small index. Where two meet, a pair is compared in vain. */
const hashed = (locationId: string, key: string): string =>
  hash('sha1', locationId + key, 'buffer')
    .readBigInt64BE()
    .toString();

async function replaceKeys(
  tx: Transaction,
  businessId: string,
  ids: string[],
  records: StoredCustomer[],
): Promise<void> {
  await tx`delete from duplicate_keys where business_id = ${businessId} and customer_id = any(${ids}::uuid[])`;
  const rows = records.flatMap((record) =>
    blockingKeys(record).map((key) => ({ key: hashed(record.location_id, key), customer_id: record.id })),
  );
  if (rows.length === 0) return;
  await tx`
    insert into duplicate_keys (business_id, key, customer_id)
    select b.id, r.key, r.customer_id
    from ${KEYS(rows).in(tx)} r
    join businesses b on b.id = ${businessId}
    order by r.key
    on conflict do nothing`;
}

async function findPairs(
  tx: Transaction,
  businessId: string,
  written: StoredCustomer[],
): Promise<PossibleDuplicate[]> {
  const ids = written.map(({ id }) => id);
  const shared = await tx<{ holders: string[] }[]>`
    select holders
    from (
      select distinct k.key
      from duplicate_keys k
      where k.business_id = ${businessId} and k.customer_id = any(${ids}::uuid[])
    ) own
    cross join lateral (
      select array_agg(o.customer_id) as holders
      from (
        select o.customer_id
        from duplicate_keys o
        where o.business_id = ${businessId} and o.key = own.key
        limit ${MOST_HOLDERS + 1}
      ) o
    ) others
    where cardinality(holders) between 2 and ${MOST_HOLDERS}`;
  const isWritten = new Set(ids);
  const sharedKeys = new Map<string, number>();
  for (const { holders } of shared) {
    for (const a of holders) {
      if (!isWritten.has(a)) continue;
      for (const b of holders) {
        // A pair of two that were written is met from either side.
        if (a === b || (a > b && isWritten.has(b))) continue;
        const pair = a < b ? `${a} ${b}` : `${b} ${a}`;
        sharedKeys.set(pair, (sharedKeys.get(pair) ?? 0) + 1);
      }
    }
  }
  const candidates = [...sharedKeys]
    .filter(([, keys]) => keys >= SHARED_KEYS)
    .map(([pair]) => pair.split(' ') as [string, string]);
  const strangers = [...new Set(candidates.flat())].filter((id) => !isWritten.has(id));
  const records = new Map<string, { record: StoredCustomer; prepared: Prepared }>();
  for (const record of [...written, ...(await loadCustomers(tx, businessId, strangers))])
    if (record.deleted_at === null) records.set(record.id, { record, prepared: prepare(record) });
  const pairs = candidates.flatMap(([a, b]): PossibleDuplicate[] => {
    const [one, two] = [records.get(a), records.get(b)];
    if (!one || !two || one.record.location_id !== two.record.location_id) return [];
    const { score, reasons } = scorePrepared(one.prepared, two.prepared);
    if (score < THRESHOLD) return [];
    return [{ locationId: one.record.location_id, ids: [a, b], score, reasons, byRequest: false }];
  });
  return likeliest(pairs);
}

/** The likeliest pairs of each customer: of fifty test records nobody wants to see twelve hundred. */
function likeliest(pairs: PossibleDuplicate[]): PossibleDuplicate[] {
  const kept = new Map<string, number>();
  return pairs
    .sort((a, b) => b.score - a.score)
    .filter(({ ids }) => {
      if (ids.some((id) => (kept.get(id) ?? 0) >= MOST_PAIRS)) return false;
      for (const id of ids) kept.set(id, (kept.get(id) ?? 0) + 1);
      return true;
    });
}

/** How many pairs of the business are open: neither dismissed nor resolved. */
export async function countOpenPairs(sql: Sql, businessId: string): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n
    from possible_duplicates p
    join customers a on a.business_id = p.business_id and a.id = p.a and a.deleted_at is null
    join customers b on b.business_id = p.business_id and b.id = p.b and b.deleted_at is null
    where p.business_id = ${businessId} and p.dismissed_at is null`;
  return row!.n;
}
