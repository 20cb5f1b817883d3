/** The stage of a benchmark: PostgreSQL with filled businesses, and the cores it keeps to. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upsertBatch } from '../src/customers/operations.ts';
import type { UpsertInput } from '../src/customers/schema.ts';
import { openService, type Service } from '../src/customers/service.ts';
import { connect, type Sql } from '../src/database/connect.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import type { Caller } from '../src/tenancy/authentication.ts';
import { NO_RULES } from '../src/tenancy/delete-rules.ts';
import { createBusiness } from '../src/tenancy/operations.ts';
import { customers } from './generate.ts';
import { takeAllCores, takeLoadCore } from './processes.ts';

/** Customers a second that filling makes on two cores, to say beforehand how long it takes. */
export const FILL_RATE = 3000;
const FILLED_TOGETHER = 4;
const TELL_EVERY_MS = 20_000;

/** A filled business. */
export interface Business {
  businessId: string;
  locationId: string;
  key: string;
  /** Ids of customers, to be asked for at random. */
  ids: string[];
}

/** The fields of a business are those of the first. */
export interface Stage extends Business {
  sql: Sql;
  databaseUrl: string;
  /** Whether the load and the database are on a core of their own. */
  isPinned: boolean;
  businesses: Business[];
  stop(): Promise<void>;
}

export interface StageOptions {
  businesses?: number;
  /** False leaves everything on all cores. */
  pin?: boolean;
}

/**
 * A fresh database with so many customers in each of its businesses, made on all cores and then confined to the core of
 * the load. Business `n` has the generated customers from `n * each` on.
 */
export async function prepare(each: number, options: StageOptions = {}): Promise<Stage> {
  const { businesses: count = 1, pin = true } = options;
  takeAllCores();
  const database = await startDatabase();
  const sql = connect(database.url, { max: 10, statementTimeout: 0 });
  await migrate(sql);
  const service = await openService(sql);
  const told = startTelling(count * each);
  const businesses: Business[] = [];
  // Several at a time: while one waits for PostgreSQL, another is planned.
  let next = 0;
  const filler = async () => {
    for (let n = next++; n < count; n = next++) businesses[n] = await fillOne(service, n, each, told);
  };
  await Promise.all(Array.from({ length: FILLED_TOGETHER }, filler));
  await sql.unsafe('vacuum analyze');
  for (const business of businesses)
    business.ids = await someIds(sql, business.businessId, Math.max(20, Math.floor(10_000 / count)));
  return {
    ...businesses[0]!,
    sql,
    databaseUrl: database.url,
    isPinned: pin && takeLoadCore(database.dataDir),
    businesses,
    async stop() {
      await sql.end();
      await database.stop();
    },
  };
}

/** A PostgreSQL in a directory that goes with it. */
export async function startDatabase(): Promise<{ url: string; dataDir: string; stop(): Promise<void> }> {
  const { dir, remove } = await scratchDirectory();
  const dataDir = join(dir, 'data');
  const embedded = await startEmbedded(dataDir, `a benchmark, process ${process.pid}`);
  return {
    url: embedded.url,
    dataDir,
    async stop() {
      await embedded.stop();
      await remove();
    },
  };
}

/** A directory that PostgreSQL's own user may enter too. */
export async function scratchDirectory(): Promise<{ dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'clientele-bench-'));
  await chmod(dir, 0o755);
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** The same ones each time, scattered over all. */
export async function someIds(sql: Sql, businessId: string, most: number): Promise<string[]> {
  const rows = await sql`
    select id from customers where business_id = ${businessId} order by md5(id::text) limit ${most}`;
  return rows.map((row) => row.id as string);
}

/** Who fills a business, and who calls an operation without HTTP. */
export const callerOf = ({
  businessId,
  locationId,
}: Pick<Business, 'businessId' | 'locationId'>): Caller => ({
  scope: { businessId, locationId: null, actor: { type: 'system', id: null, name: 'bench' } },
  scopes: new Set(),
  home: { id: locationId, country: 'AU' },
  deleteRules: NO_RULES,
  expiresAt: Number.POSITIVE_INFINITY,
});

async function fillOne(service: Service, n: number, each: number, told: Told): Promise<Business> {
  const { id, location, apiKey } = await createBusiness(service.sql, {
    name: `Bench ${n}`,
    location: { name: 'Main', country: 'AU' },
  });
  const business = { businessId: id, locationId: location.id, key: apiKey.key, ids: [] };
  const caller = callerOf(business);
  const source = customers(each, n * each);
  for (let done = 0; done < each; done += 1000) {
    const group = Array.from({ length: Math.min(1000, each - done) }, () => source.next().value);
    const { failed } = await upsertBatch(service, caller, group, (item) => item as UpsertInput);
    if (failed > 0) throw new Error(`${failed} of ${group.length} rows could not be made`);
    told(group.length);
  }
  return business;
}

type Told = (more: number) => void;

/** Says how long the filling will take, and now and then how far it is. */
function startTelling(total: number): Told {
  const shown = total.toLocaleString('en');
  if (total > 0) console.log(`filling ${shown} customers, about ${duration(total / FILL_RATE)} …`);
  const start = performance.now();
  let last = start;
  let done = 0;
  return (more) => {
    done += more;
    if (performance.now() - last < TELL_EVERY_MS) return;
    last = performance.now();
    const rate = (1000 * done) / (last - start);
    const left = duration((total - done) / rate);
    console.log(
      `  ${done.toLocaleString('en')} of ${shown}, ${Math.round(rate).toLocaleString('en')} a second, ${left} to go`,
    );
  };
}

/** Seconds for a reader. */
export const duration = (seconds: number): string =>
  seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
