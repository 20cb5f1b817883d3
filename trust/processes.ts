/** The service as a real process, its data directory and its PostgreSQL, with the means to kill each of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageDir } from '../src/config.ts';
import { connect, type Sql } from '../src/database/connect.ts';
import { findEmbedded } from '../src/database/embedded.ts';
import { type Send, sender } from '../test/client.ts';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A service that listens. */
export interface RunningService {
  url: string;
  /** The key printed at a first start; null at later ones. */
  key: string | null;
  pid: number;
  exited: Promise<Exit>;
  /** Everything it has printed so far, both streams. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** `kill -9`, and waits until the process is gone. */
  kill(): Promise<void>;
}

const FROM_SOURCE = ['--import', 'tsx', 'src/main.ts'];
const BUILT = ['dist/main.js'];

export interface ProcessesOptions {
  isBuilt?: boolean;
  logLevel?: string;
  /** Hears what each process prints. */
  onOutput?(pid: number, text: string): void;
  /** Hears of each data directory before it is removed: of the one around it. */
  onEnd?(dir: string): void;
}

/** Processes and data directories; all are gone after `close`, whatever failed. */
export class Processes {
  readonly #children: ChildProcess[] = [];
  readonly #dirs: string[] = [];
  readonly #program: string[];
  readonly #options: ProcessesOptions;

  constructor(options: ProcessesOptions = {}) {
    this.#program = options.isBuilt ? BUILT : FROM_SOURCE;
    this.#options = options;
  }

  async dataDir(): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'clientele-faults-'));
    this.#dirs.push(dir);
    // Where root runs this, PostgreSQL runs as a user who must be able to enter.
    await chmod(dir, 0o755);
    return join(dir, 'data');
  }

  /** Starts the service and waits until it listens. */
  async start(env: Record<string, string>): Promise<RunningService> {
    const { child, exited, output } = this.#launch(env);
    const url = await until('the service listens', 60_000, () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`The service did not start:\n${output()}`);
      return /ready at (http:\S+)/.exec(output())?.[1];
    });
    return {
      url,
      key: /^API key: (\S+)$/m.exec(output())?.[1] ?? null,
      pid: child.pid!,
      exited,
      output,
      signal: (name) => void child.kill(name),
      kill: () => ended(child),
    };
  }

  /** Starts the service where it must not come up: its exit code and what it printed. */
  async startInVain(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
    const { child, exited, output } = this.#launch(env);
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    const { code } = await exited;
    clearTimeout(timer);
    return { code, output: output() };
  }

  async close(): Promise<void> {
    for (const child of this.#children) await ended(child);
    for (const dir of this.#dirs) {
      await killPostgres(dir, 'SIGINT');
      this.#options.onEnd?.(dir);
      await rm(dir, { recursive: true, force: true });
    }
  }

  #launch(env: Record<string, string>) {
    const { DATABASE_URL: _, NODE_OPTIONS: __, ...inherited } = process.env;
    const child = spawn(process.execPath, this.#program, {
      cwd: packageDir,
      env: {
        ...inherited,
        NODE_ENV: 'production',
        PORT: '0',
        LOG_LEVEL: this.#options.logLevel ?? 'error',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    // Whatever ends us ends it.
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        this.#options.onOutput?.(child.pid!, text);
      });
    const exited = new Promise<Exit>((done) => child.once('close', (code, signal) => done({ code, signal })));
    return { child, exited, output: () => output };
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}

/**
 * Signals the PostgreSQL of a data directory (its postmaster), and waits until it is gone; `SIGKILL` is the crash, `SIGINT` a
 * restart. False where none ran.
 */
export async function killPostgres(dataDir: string, signal: NodeJS.Signals): Promise<boolean> {
  const pid = await postmaster(dataDir);
  if (pid === null) return false;
  process.kill(pid, signal);
  await until('PostgreSQL is gone', 20_000, () => !isAlive(pid));
  return true;
}

/** The processes of the PostgreSQL of a data directory: the postmaster first, then its sessions and helpers. */
export async function postgresProcesses(dataDir: string): Promise<number[]> {
  const pid = await postmaster(dataDir);
  if (pid === null) return [];
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return [pid, ...children.trim().split(' ').filter(Boolean).map(Number)];
}

/** The process of the PostgreSQL of a data directory (or of one below it); null when none runs. */
export async function postmaster(dataDir: string): Promise<number | null> {
  for (const path of [join(dataDir, 'postgres'), join(dataDir, 'data', 'postgres')]) {
    const pid = Number((await readFile(join(path, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
    if (pid > 0 && isAlive(pid)) return pid;
  }
  return null;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A look of one's own into the database of a data directory. */
export async function lookInto<T>(dataDir: string, look: (sql: Sql) => Promise<T>): Promise<T> {
  const url = await until('the database is up', 20_000, () => findEmbedded(dataDir));
  const sql = connect(url, { max: 2, applicationName: 'test', statementTimeout: 30_000 });
  try {
    return await look(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Asks again and again until the answer is neither false, null nor undefined; the answer. */
export async function until<T>(
  what: string,
  millis: number,
  ask: () => T | Promise<T>,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + millis;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer as never;
    if (performance.now() > end) throw new Error(`Waited ${millis} ms in vain until ${what}.`);
    await sleep(20);
  }
}

/** Until a write goes through: the milliseconds it took. */
export async function untilServing(url: string, key: string, millis: number): Promise<number> {
  const start = performance.now();
  const send: Send = sender(url, key);
  await until('a write goes through', millis, async () => {
    const answer = await send('PUT', '/customers', { email: 'probe@clientele.test' }).catch(() => null);
    return answer?.status === 200;
  });
  return performance.now() - start;
}
