/** The stage of a benchmark: PostgreSQL and the load on one core, the service on the other, one filled business. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageDir } from '../src/config.ts';
import { upsertBatch } from '../src/customers/operations.ts';
import type { UpsertInput } from '../src/customers/schema.ts';
import { openService } from '../src/customers/service.ts';
import { connect, type Sql } from '../src/database/connect.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import type { Caller } from '../src/tenancy/authentication.ts';
import { NO_RULES } from '../src/tenancy/delete-rules.ts';
import { createBusiness } from '../src/tenancy/operations.ts';
import { customers } from './generate.ts';

export const SERVICE_CORE = '0';
const LOAD_CORE = '1';

export interface Stage {
  sql: Sql;
  databaseUrl: string;
  businessId: string;
  locationId: string;
  key: string;
  /** Whether the load and the database are on a core of their own. */
  isPinned: boolean;
  /** Ids of customers, to be asked for at random. */
  ids: string[];
  stop(): Promise<void>;
}

const moveTo = (cores: string, pid: string) =>
  execFileSync('taskset', ['-a', '-p', '-c', cores, pid], { stdio: 'ignore' });

/** Moves this process and the PostgreSQL of a data directory to the core of the load; false where there is no taskset. */
function takeLoadCore(dataDir: string): boolean {
  try {
    const postmaster = execFileSync('pgrep', ['-f', `postgres -D ${dataDir}`], { encoding: 'utf8' }).trim();
    const backends = execFileSync('pgrep', ['-P', postmaster], { encoding: 'utf8' }).trim().split('\n');
    for (const pid of [String(process.pid), postmaster, ...backends]) moveTo(LOAD_CORE, pid);
    return true;
  } catch {
    return false;
  }
}

/** A fresh database with one business of so many customers; made on all cores, then confined to that of the load. */
export async function prepare(rows: number): Promise<Stage> {
  if (hasTaskset()) moveTo(`${SERVICE_CORE},${LOAD_CORE}`, String(process.pid));
  const database = await startDatabase();
  const sql = connect(database.url, { max: 10, statementTimeout: 0 });
  await migrate(sql);
  const { id, location, apiKey } = await createBusiness(sql, {
    name: 'Bench',
    location: { name: 'Main', country: 'AU' },
  });
  await fill(sql, id, location.id, rows);
  await sql.unsafe('vacuum analyze');
  const isPinned = takeLoadCore(database.dataDir);
  const ids =
    await sql`select id from customers where business_id = ${id} order by md5(id::text) limit 10000`;
  return {
    sql,
    databaseUrl: database.url,
    businessId: id,
    locationId: location.id,
    key: apiKey.key,
    isPinned,
    ids: ids.map((row) => row.id as string),
    async stop() {
      await sql.end();
      await database.stop();
    },
  };
}

/** A PostgreSQL in a directory that goes with it. */
export async function startDatabase(): Promise<{ url: string; dataDir: string; stop(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'clientele-bench-'));
  await chmod(dir, 0o755);
  const dataDir = join(dir, 'data');
  const embedded = await startEmbedded(dataDir, `a benchmark, process ${process.pid}`);
  return {
    url: embedded.url,
    dataDir,
    async stop() {
      await embedded.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function fill(sql: Sql, businessId: string, locationId: string, rows: number): Promise<void> {
  const service = await openService(sql);
  const caller: Caller = {
    scope: { businessId, locationId: null, actor: { type: 'system', id: null, name: 'bench' } },
    scopes: new Set(),
    home: { id: locationId, country: 'AU' },
    deleteRules: NO_RULES,
    expiresAt: Number.POSITIVE_INFINITY,
  };
  let group: UpsertInput[] = [];
  const send = async () => {
    const { failed } = await upsertBatch(service, caller, group, (item) => item as UpsertInput);
    if (failed > 0) throw new Error(`${failed} of ${group.length} rows could not be made`);
    group = [];
  };
  const source = customers(rows);
  for (let n = 0; n < rows; n++) if (group.push(source.next().value) === 1000) await send();
  if (group.length > 0) await send();
}

export interface Running {
  url: string;
  /** Resident memory, in MiB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** The built service on a core of its own. */
export const startService = (stage: Stage, env: Record<string, string> = {}): Promise<Running> =>
  startNode(
    [join(packageDir, 'dist/main.js')],
    {
      DATABASE_URL: stage.databaseUrl,
      PORT: '0',
      CLIENTELE_KEY_RATE: '0',
      CLIENTELE_BUSINESS_RATE: '0',
      ...env,
    },
    /ready at (http:\S+)/,
  );

/** The floor server, answering this body, on the same core. */
export const startFloor = (body: string): Promise<Running> =>
  startNode(['--import', 'tsx', join(packageDir, 'bench/floor.ts')], { FLOOR_BODY: body }, /listening (\d+)/);

async function startNode(args: string[], env: Record<string, string>, ready: RegExp): Promise<Running> {
  const pinned = hasTaskset() ? ['taskset', '-c', SERVICE_CORE, process.execPath] : [process.execPath];
  const child = spawn(pinned[0]!, [...pinned.slice(1), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Whatever ends the benchmark ends the service.
  process.once('exit', () => child.kill('SIGKILL'));
  const told = await firstMatch(child, ready);
  const url = told.startsWith('http') ? told : `http://127.0.0.1:${told}`;
  return {
    url,
    async memory() {
      return await residentMemory(child.pid!);
    },
    async stop() {
      // One that has ended by itself ends no more.
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** MiB of a process; 0 when it is gone. */
export async function residentMemory(pid: number | string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

const hasTaskset = (): boolean => {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

async function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const match = pattern.exec(line);
    if (match) return match[1]!;
  }
  throw new Error(`the process ended before it said ${pattern}`);
}
