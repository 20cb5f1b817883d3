/**
 * Writes the demo customers through the ordinary operations, all under one import_id, so that the undo of an import takes
 * them away. Who is there already is left alone: loading again changes nothing, and completes what was cut off.
 */
import { scanDuplicates } from '../customers/duplicate-scan.ts';
import { putReference } from '../customers/life.ts';
import { upsertBatch } from '../customers/operations.ts';
import type { UpsertInput } from '../customers/schema.ts';
import { openService, type Service } from '../customers/service.ts';
import type { Sql } from '../database/connect.ts';
import type { Retry } from '../http/idempotency.ts';
import type { Caller } from '../tenancy/authentication.ts';
import { NO_RULES } from '../tenancy/delete-rules.ts';
import type { LocationContext } from '../tenancy/scope.ts';
import { listBusinesses, selectLocations } from '../tenancy/store.ts';
import { DEMO_TAG, demoCustomers } from './people.ts';

export const DEMO_IMPORT = '0de30000-0000-4000-8000-000000000000';

export interface DemoReport {
  import_id: string;
  tag: string;
  created: number;
  /** Who was there already. */
  found: number;
}

/** So many references go side by side: the write queue commits those that meet together. */
const AT_ONCE = 250;

/** On tables that PostgreSQL has no statistics of yet, large pages take many times as long. */
const SCAN_PAGE = 100;

/** Adds those demo customers that the location does not have yet. */
export async function addDemoCustomers(
  service: Service,
  caller: Caller,
  location: LocationContext,
  retry: Retry | null = null,
): Promise<DemoReport> {
  const people = demoCustomers();
  const write = async (items: UpsertInput[], retried: Retry | null = null) =>
    await upsertBatch(service, caller, items, (item) => item as UpsertInput, {
      importId: DEMO_IMPORT,
      retry: retried,
    });
  const at = { location_id: location.id };
  const { items, created, found } = await write(
    people.map(({ first }) => ({ ...first, ...at, do_not_update: true })),
    retry,
  );
  const report = { import_id: DEMO_IMPORT, tag: DEMO_TAG, created, found };
  // A repetition under its Idempotency-Key is answered as the first time.
  if (retry?.replayed) return report;

  const made = items.flatMap((item, i) =>
    'customer' in item && item.customer.upsert.outcome === 'created'
      ? [{ id: item.customer.id, ...people[i]! }]
      : [],
  );
  // While they are as they came: what follows is looked at by housekeeping, as everything is.
  if (made.length > 0) await scanDuplicates(service.sql, caller.scope.businessId, { pageSize: SCAN_PAGE });
  const rounds = Math.max(0, ...made.map(({ later }) => later.length));
  for (let round = 0; round < rounds; round++)
    await write(made.flatMap(({ later }) => (later[round] ? [{ ...later[round], ...at }] : [])));

  const references = made.flatMap(({ id, references }) => references.map((one) => ({ id, ...one })));
  const say = async (some: typeof references, state: 'open' | 'closed') => {
    for (let start = 0; start < some.length; start += AT_ONCE)
      await Promise.all(
        some
          .slice(start, start + AT_ONCE)
          .map(({ id, kind, ref }) =>
            putReference(service, caller, id, { kind, ref, state }, { importId: DEMO_IMPORT }),
          ),
      );
  };
  await say(references, 'open');
  await say(
    references.filter(({ isClosed }) => isClosed),
    'closed',
  );
  return report;
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
