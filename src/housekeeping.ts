/**
 * The background work: deleted customers are purged after their retention, kept answers expire, possible duplicates
 * are looked for. One process does it at a time (a lease in the database); each piece is safe to repeat, so a crash in
 * the middle loses nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { scanDuplicates } from './customers/duplicate-scan.ts';
import { purgeCustomers } from './customers/purge.ts';
import type { Service } from './customers/service.ts';
import { deleteExpiredAnswers } from './database/answers.ts';
import { errorCode, type Sql } from './database/connect.ts';
import { newId } from './database/ids.ts';
import { deleteRulesOf } from './tenancy/delete-rules.ts';
import { selectBusinessIds, selectSettings } from './tenancy/store.ts';

const PAGE = 200;
const LEASE_MS = 60_000;
const SCAN_PAGE = 100;

/** Takes or renews the lease; false while another process has it. */
async function lease(sql: Sql, holder: string): Promise<boolean> {
  const now = Date.now();
  const rows = await sql`
    insert into leases as l (name, holder, until)
    values ('housekeeping', ${holder}, ${new Date(now + LEASE_MS).toISOString()})
    on conflict (name) do update
    set holder = excluded.holder, until = excluded.until
    where l.holder = excluded.holder or l.until < ${new Date(now).toISOString()}
    returning holder`;
  return rows.length > 0;
}

/** Small pages with pauses three times as long: who is served meanwhile hardly notices. */
async function scan(sql: Sql, businessId: string, isStopping: () => boolean): Promise<void> {
  let start = performance.now();
  const onPage = async () => {
    await sleep(3 * (performance.now() - start));
    start = performance.now();
    return !isStopping();
  };
  await scanDuplicates(sql, businessId, { pageSize: SCAN_PAGE, onPage });
}

/** One round over all businesses. Answers how many customers were purged; null when another process is at it. */
export async function keepHouse(
  service: Service,
  holder: string,
  isStopping: () => boolean = () => false,
): Promise<{ purged: number } | null> {
  const { sql } = service;
  let purged = 0;
  let after: string | null = null;
  do {
    const ids: string[] = await selectBusinessIds(sql, after, PAGE);
    for (const businessId of ids) {
      if (isStopping()) return { purged };
      if (!(await lease(sql, holder))) return null;
      const { retention_days: days } = deleteRulesOf(await selectSettings(sql, businessId));
      purged += await purgeCustomers(
        service,
        businessId,
        new Date(Date.now() - days * 86_400_000).toISOString(),
      );
      await deleteExpiredAnswers(sql, businessId);
      await scan(sql, businessId, isStopping);
    }
    after = ids.length === PAGE ? ids.at(-1)! : null;
  } while (after !== null);
  return { purged };
}

/** Keeps house from now on, every `everyMs`. Answers how to stop; resolves when nothing of it is under way. */
export function startHousekeeping(service: Service, logger: Logger, everyMs: number): () => Promise<void> {
  const holder = newId();
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      await keepHouse(service, holder, () => stopping.signal.aborted).catch((error) =>
        logger.warn({ cause: errorCode(error) }, 'housekeeping was put off'),
      );
      await sleep(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}
