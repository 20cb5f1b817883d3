/**
 * Writes the demo customers through the ordinary operations, all under one import_id, so that the undo of an import takes
 * them away. Who is there already is left alone: loading again changes nothing, and completes what was cut off.
 */
import { type ScanProgress, scanDuplicates } from '../customers/duplicate-scan.ts';
import { putReference } from '../customers/life.ts';
import { listCustomers, upsertBatch } from '../customers/operations.ts';
import type { UpsertInput } from '../customers/schema.ts';
import { openService, type Service } from '../customers/service.ts';
import type { Sql } from '../database/connect.ts';
import type { Retry } from '../http/idempotency.ts';
import type { Caller } from '../tenancy/authentication.ts';
import { NO_RULES } from '../tenancy/delete-rules.ts';
import type { LocationContext } from '../tenancy/scope.ts';
import { listBusinesses, selectLocations } from '../tenancy/store.ts';
import { DEMO_TAG, type DemoCustomer, demoCustomers } from './people.ts';

export const DEMO_IMPORT = '0de30000-0000-4000-8000-000000000000';

export interface DemoReport {
  import_id: string;
  tag: string;
  created: number;
  /** Who was there already. */
  found: number;
}

const REPORT = { import_id: DEMO_IMPORT, tag: DEMO_TAG };

/** So many writes of references go side by side: the write queue commits those that meet together. */
const AT_ONCE = 250;

/** Adds those demo customers that the location does not have yet. */
export async function addDemoCustomers(
  service: Service,
  caller: Caller,
  location: LocationContext,
  retry: Retry | null = null,
): Promise<DemoReport> {
  const people = demoCustomers();
  const firsts = people.map(({ first }) => ({ ...first, location_id: location.id, do_not_update: true }));
  const isNew = await areNew(service, caller, firsts);
  if (!retry && !isNew.includes(true)) return { ...REPORT, created: 0, found: people.length };
  // What comes later stands directly behind its person: they are written once, in one commit, with an event for each call.
  // Who was there already is only looked at, as often, so that each part of a repetition meets its own answer.
  const calls = people.flatMap(({ later }, i) => [
    { input: firsts[i]!, person: i },
    ...later.map((input) => ({
      input: isNew[i] ? { ...input, location_id: location.id } : firsts[i]!,
      person: null,
    })),
  ]);
  const { items } = await upsertBatch(
    service,
    caller,
    calls.map(({ input }) => input),
    (item) => item as UpsertInput,
    { importId: DEMO_IMPORT, retry },
  );
  const report: DemoReport = { ...REPORT, created: 0, found: 0 };
  const made: (DemoCustomer & { id: string })[] = [];
  for (const [i, item] of items.entries()) {
    const person = calls[i]?.person ?? null;
    if (person === null || !('customer' in item)) continue;
    if (item.customer.upsert.outcome === 'created') made.push({ ...people[person]!, id: item.customer.id });
    else report.found++;
  }
  report.created = made.length;
  // A repetition under its Idempotency-Key is answered as the first time.
  if (retry?.replayed || made.length === 0) return report;
  await Promise.all([
    scanDuplicates(service.sql, caller.scope.businessId, { onPage: untilNow() }),
    putReferences(service, caller, made),
  ]);
  return report;
}

/** Which of them nobody is yet; each asks for the same location. */
async function areNew(service: Service, caller: Caller, firsts: UpsertInput[]): Promise<boolean[]> {
  const list = await listCustomers(service, caller, { location_id: firsts[0]!.location_id!, page_size: 1 });
  const { total } = JSON.parse(list.text) as { total: number };
  if (total === 0) return firsts.map(() => true);
  const { items } = await upsertBatch(service, caller, firsts, (item) => item as UpsertInput, {
    dryRun: true,
  });
  return items.map((item) => 'customer' in item && item.customer.upsert.outcome === 'created');
}

/** What is written while the scan goes on is looked at by housekeeping, as everything is. */
function untilNow(): (progress: ScanProgress) => boolean {
  let end: number | null = null;
  return ({ seq, last }) => {
    end ??= last;
    return seq < end;
  };
}

/** What other systems have about them: opened, and some closed again right after, mostly in the same commit. */
async function putReferences(
  service: Service,
  caller: Caller,
  made: (DemoCustomer & { id: string })[],
): Promise<void> {
  const writes = made.flatMap(({ id, references }) =>
    references.flatMap(({ kind, ref, isClosed }) =>
      (isClosed ? (['open', 'closed'] as const) : (['open'] as const)).map((state) => ({
        id,
        kind,
        ref,
        state,
      })),
    ),
  );
  for (let start = 0; start < writes.length; start += AT_ONCE)
    await Promise.all(
      writes
        .slice(start, start + AT_ONCE)
        .map(({ id, ...reference }) =>
          putReference(service, caller, id, reference, { importId: DEMO_IMPORT }),
        ),
    );
}

/** At the start of the process: into the first location of the only business. */
export async function addDemoAtStart(sql: Sql): Promise<DemoReport> {
  const [business, second] = await listBusinesses(sql);
  if (!business || second)
    throw new Error('--demo needs exactly one business. Load demo customers from the console instead.');
  const [location] = await selectLocations(sql, business.id, null, null, 1);
  const caller: Caller = {
    scope: {
      businessId: business.id,
      locationId: null,
      actor: { type: 'system', id: null, name: 'demo data' },
    },
    scopes: new Set(),
    home: location!,
    deleteRules: NO_RULES,
    expiresAt: Number.POSITIVE_INFINITY,
  };
  const service = await openService(sql);
  try {
    return await addDemoCustomers(service, caller, location!);
  } finally {
    service.feed.close();
  }
}
