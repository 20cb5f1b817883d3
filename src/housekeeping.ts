/**
 * The background work: deleted customers are purged after their retention, kept answers expire, possible duplicates
 * are looked for, sessions that ran out and what keys were used for long ago are forgotten, tables that have grown are looked
 * at anew. A business that fails or has much to do keeps no other waiting. One process does it at a time (a lease in the
 * database); each piece is safe to repeat, so a crash in the middle loses nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { scanDuplicates } from './customers/duplicate-scan.ts';
import { isPurgeable } from './customers/load.ts';
import { purgeCustomers } from './customers/purge.ts';
import type { Service } from './customers/service.ts';
import { ANSWER_LIFE_MS } from './database/answer-life.ts';
import { deleteExpiredAnswers } from './database/answers.ts';
import {
  errorCode,
  isLockTimeout,
  isUnavailable,
  patient,
  type Sql,
  type Transaction,
  timeOf,
} from './database/connect.ts';
import { newId } from './database/ids.ts';
import { type BusinessSettings, deleteRulesOf } from './tenancy/delete-rules.ts';
import { deleteKeyUses } from './tenancy/key-use-store.ts';
import { forgetStrangers } from './tenancy/rate-limits.ts';
import { deleteExpiredSessions } from './tenancy/session-store.ts';
import { selectBusinessIds } from './tenancy/store.ts';

const PAGE = 200;
/** A lease lasts so long after it was taken or renewed. */
export const LEASE_MS = 60_000;
const RENEW_MS = LEASE_MS / 3;
/** So long one business may hold the round at most, a page more or less: what is left is done in the next. */
const TURN_MS = 30_000;
const SCAN_PAGE = 100;
const LOOK_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const DAY_MS = 86_400_000;
/** Before the next round, when somebody's turn was too short. */
const SHORT_REST_MS = 1_000;

/** Takes or renews the lease; false while another process has it. By the one clock that all of them have. */
async function lease(sql: Sql, holder: string): Promise<boolean> {
  const now = Date.parse(await timeOf(sql));
  const rows = await sql`
    insert into leases as l (name, holder, until)
    values ('housekeeping', ${holder}, ${new Date(now + LEASE_MS).toISOString()})
    on conflict (name) do update
    set holder = excluded.holder, until = excluded.until
    where l.holder = excluded.holder or l.until < ${new Date(now).toISOString()}
    returning holder`;
  return rows.length > 0;
}

/** Holds the lease for a round: renewed long before it ends, asked for as often as one likes. */
function holding(sql: Sql, holder: string): () => Promise<boolean> {
  let renewedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = performance.now();
    if (now - renewedAt < RENEW_MS) return true;
    if (!(await lease(sql, holder))) return false;
    renewedAt = now;
    return true;
  };
}

/**
 * Small pages with pauses three times as long; while the process is busy serving, a page in some seconds. Who is served
 * meanwhile hardly notices.
 */
async function scan(
  sql: Sql,
  businessId: string,
  { isStopping, mayGoOn }: { isStopping(): boolean; mayGoOn(): Promise<boolean> },
): Promise<void> {
  let start = performance.now();
  const onPage = async () => {
    await sleep(3 * (performance.now() - start));
    for (let waited = 0; waited < LONGEST_PAUSE_MS && !isStopping() && (await isBusy()); waited += LOOK_MS);
    start = performance.now();
    return await mayGoOn();
  };
  await scanDuplicates(sql, businessId, { pageSize: SCAN_PAGE, onPage });
}

/** True when this process was at work for more than a third of a moment. */
async function isBusy(): Promise<boolean> {
  const before = performance.eventLoopUtilization();
  await sleep(LOOK_MS);
  return performance.eventLoopUtilization(before).utilization > 1 / 3;
}

export interface HouseOptions {
  isStopping?(): boolean;
  /** Hears of a business whose work was put off; the round goes on with the next. */
  onFailure?(businessId: string, error: unknown): void;
  /** How long one business may hold the round. */
  turnMs?: number;
}

/**
 * One round over all businesses. Answers how many customers were purged, and whether a business had more to do than its
 * turn took; null when another process is at it.
 */
export async function keepHouse(
  service: Service,
  holder: string,
  { isStopping = () => false, onFailure = () => {}, turnMs = TURN_MS }: HouseOptions = {},
): Promise<{ purged: number; isLeft: boolean } | null> {
  const { sql, keyUsesDays } = service;
  const hold = holding(sql, holder);
  let purged = 0;
  let isLeft = false;
  let isLost = false;
  let failed = 0;
  let after: string | null = null;
  do {
    const over = await overBy(sql);
    const usesBefore = new Date(Date.parse(over) - keyUsesDays * DAY_MS).toISOString().slice(0, 10);
    const ids: string[] = await selectBusinessIds(sql, after, PAGE);
    for (const businessId of ids) {
      if (isStopping()) return { purged, isLeft };
      const end = performance.now() + turnMs;
      const mayGoOn = async () => {
        if (isStopping()) return false;
        isLeft ||= performance.now() >= end;
        isLost ||= !(await hold());
        return performance.now() < end && !isLost;
      };
      try {
        const due = await dueWork(sql, businessId, over, usesBefore);
        if (!due.answers && !due.sessions && !due.uses && !due.scan && !due.purgeBefore) continue;
        if (!(await hold())) return null;
        if (due.answers) await deleteExpiredAnswers(sql, businessId, over, mayGoOn);
        if (due.sessions) await deleteExpiredSessions(sql, businessId, over);
        if (due.uses) await deleteKeyUses(sql, businessId, usesBefore);
        if (due.purgeBefore) purged += await purgeCustomers(service, businessId, due.purgeBefore, mayGoOn);
        if (due.scan && !isStopping()) await scan(sql, businessId, { isStopping, mayGoOn });
      } catch (error) {
        // Of no business: without the database the others fare no better.
        if (isUnavailable(error)) throw error;
        failed++;
        onFailure(businessId, error);
      }
      if (isLost) return null;
    }
    after = ids.length === PAGE ? ids.at(-1)! : null;
  } while (after !== null);
  await forgetStrangers(sql);
  // What writes have left for later in this index is gone through by every search until it is put in its place.
  await atLeisure(sql, (tx) => tx`select gin_clean_pending_list('customers_grams')`);
  if (!isStopping() && (await hold())) await analyzeGrown(sql);
  // A round that was put off for somebody, or cut short by a stop, has not come to its end: the metrics show how long that is so.
  if (!isStopping() && failed === 0) service.house.finishedAt = Date.now();
  return { purged, isLeft };
}

/**
 * The time by which something must be over to be deleted for good: the database's, or that of this process if it is
 * behind. A clock that runs ahead deletes nothing too early, nor does one that wrote times of the past.
 */
const overBy = async (sql: Sql): Promise<string> =>
  new Date(Math.min(Date.parse(await timeOf(sql)), Date.now())).toISOString();

/** Changes that are worth a look whatever the size of the table. */
const GROWN_ROWS = 10_000;
const LONGEST_CARE_MS = 60_000;
/** Less than the second after which PostgreSQL cancels an automatic vacuum that others wait for. */
const SHORT_WAIT_MS = 300;

/**
 * After a large import the planner knows the tables as they were. The database's own turn (autovacuum) may be a long
 * vacuum away, or switched off.
 */
async function analyzeGrown(sql: Sql): Promise<void> {
  const grown = await sql<{ name: string }[]>`
    select relname as name
    from pg_stat_user_tables
    where schemaname = current_schema() and n_mod_since_analyze > greatest(${GROWN_ROWS}, n_live_tup / 2)
    order by relname`;
  for (const { name } of grown) await atLeisure(sql, (tx) => tx`analyze ${tx(name)}`);
}

/**
 * Care of a whole table: it may take longer than a request, and its connection is silent as long. The limit is set for its
 * transaction, so it holds behind a pooler too. Left for the next time while somebody else is at the table.
 */
export async function atLeisure(sql: Sql, care: (tx: Transaction) => ReturnType<Transaction>): Promise<void> {
  const caring = sql.begin(async (tx) => {
    await tx`set local statement_timeout = ${tx.unsafe(String(LONGEST_CARE_MS))}`;
    // A vacuum in the way is not to be driven off by who waits for it; it ends with a look of its own.
    await tx`set local lock_timeout = ${tx.unsafe(String(SHORT_WAIT_MS))}`;
    await patient(care(tx));
  });
  await caring.catch((error) => {
    if (!isLockTimeout(error)) throw error;
  });
}

/** What a business has to be done, in one small read: most have nothing, every minute. */
async function dueWork(sql: Sql, businessId: string, over: string, usesBefore: string) {
  const [row] = await sql<
    {
      settings: BusinessSettings;
      answers: boolean;
      sessions: boolean;
      uses: boolean;
      scan: boolean;
      first_deleted: string | null;
    }[]
  >`
    select b.settings,
      exists (
        select 1
        from idempotency_keys i
        where i.business_id = b.id and i.created_at <= ${new Date(Date.parse(over) - ANSWER_LIFE_MS).toISOString()}
      ) as answers,
      exists (
        select 1
        from sessions s
        where s.business_id = b.id and s.expires_at <= ${over}
      ) as sessions,
      exists (
        select 1
        from key_uses u
        where u.business_id = b.id and u.day < ${usesBefore}::date
      ) as uses,
      f.seq > coalesce((select s.seq from duplicate_scans s where s.business_id = b.id), 0) as scan,
      (
        select c.deleted_at
        from customers c
        where c.business_id = ${businessId} and ${isPurgeable(sql, businessId)}
        order by c.deleted_at
        limit 1
      ) as first_deleted
    from businesses b
    join feeds f on f.business_id = b.id
    where b.id = ${businessId}`;
  if (!row) return { answers: false, sessions: false, uses: false, scan: false, purgeBefore: null };
  const { answers, sessions, uses, scan, first_deleted: first } = row;
  const cutoff = new Date(
    Date.parse(over) - deleteRulesOf(row.settings).retention_days * DAY_MS,
  ).toISOString();
  return { answers, sessions, uses, scan, purgeBefore: first !== null && first <= cutoff ? cutoff : null };
}

/** Keeps house from now on, every `everyMs`. Answers how to stop; resolves when nothing of it is under way. */
export function startHousekeeping(service: Service, logger: Logger, everyMs: number): () => Promise<void> {
  const holder = newId();
  const stopping = new AbortController();
  const putOff = (error: unknown, of = {}) => {
    logger.warn({ cause: errorCode(error), ...of }, 'housekeeping was put off');
    return null;
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      const kept = await keepHouse(service, holder, {
        isStopping: () => stopping.signal.aborted,
        onFailure: (businessId, error) => putOff(error, { business_id: businessId }),
      }).catch((error) => putOff(error));
      await sleep(kept?.isLeft ? SHORT_REST_MS : everyMs, undefined, {
        signal: stopping.signal,
        ref: false,
      }).catch(() => {});
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}
