/** The processes of a benchmark: which core they run on, when they are ready, how much memory they hold. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageDir } from '../src/config.ts';
import type { Stage } from './stage.ts';

export const SERVICE_CORE = '0';
const LOAD_CORE = '1';

export interface Running {
  url: string;
  /** Resident memory with that of its workers, in MiB. */
  memory(): Promise<number>;
  /** The most it has held so far, without workers. */
  peak(): Promise<number>;
  stop(): Promise<void>;
}

/** The built service: on a core of its own when the database of the stage keeps to the other one. */
export const startService = async (stage: Stage, env: Record<string, string> = {}): Promise<Running> =>
  await listening(
    launch(
      [join(packageDir, 'dist/main.js')],
      {
        DATABASE_URL: stage.databaseUrl,
        PORT: '0',
        CLIENTELE_KEY_RATE: '0',
        CLIENTELE_BUSINESS_RATE: '0',
        ...env,
      },
      stage.isPinned,
    ),
    /ready at (http:\S+)/,
  );

/** The floor server, answering this body, on the core of the service. */
export const startFloor = async (body: string): Promise<Running> =>
  await listening(
    launch(
      ['--import', 'tsx', join(packageDir, 'bench/floor-server.ts')],
      { FLOOR_BODY: body },
      hasTaskset(),
    ),
    /listening at (http:\S+)/,
  );

/** Starts Node; whatever ends the benchmark ends it. */
export function launch(args: string[], env: Record<string, string>, isPinned: boolean): ChildProcess {
  const pinned = isPinned ? ['taskset', '-c', SERVICE_CORE, process.execPath] : [process.execPath];
  const child = spawn(pinned[0]!, [...pinned.slice(1), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

async function listening(child: ChildProcess, ready: RegExp): Promise<Running> {
  return {
    url: await firstMatch(child, ready),
    memory: () => memoryWithChildren(child.pid!),
    peak: () => peakMemory(child.pid!),
    stop: () => end(child),
  };
}

/** Asks a process to end and waits for it. One that has ended by itself ends no more. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await exited;
}

async function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const match = pattern.exec(line);
    if (match) return match[1]!;
  }
  throw new Error(`the process ended before it said ${pattern}`);
}

async function memoryWithChildren(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const all = [String(pid), ...children.split(' ').filter(Boolean)];
  return (await Promise.all(all.map(residentMemory))).reduce((sum, mib) => sum + mib, 0);
}

/** MiB of a process; 0 when it is gone. */
export const residentMemory = (pid: number | string): Promise<number> => memoryLine(pid, 'VmRSS');

/** The most that a process has held so far, in MiB; 0 when it is gone. */
export const peakMemory = (pid: number | string): Promise<number> => memoryLine(pid, 'VmHWM');

async function memoryLine(pid: number | string, name: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
}

const moveTo = (cores: string, pid: string) =>
  execFileSync('taskset', ['-a', '-p', '-c', cores, pid], { stdio: 'ignore' });

/** Lets this process, and what it starts, run on both cores. */
export function takeAllCores(): void {
  if (hasTaskset()) moveTo(`${SERVICE_CORE},${LOAD_CORE}`, String(process.pid));
}

/** Moves this process and the PostgreSQL of a data directory to the core of the load; false where there is no taskset. */
export function takeLoadCore(dataDir: string): boolean {
  try {
    const postmaster = execFileSync('pgrep', ['-f', `postgres -D ${dataDir}`], { encoding: 'utf8' }).trim();
    const backends = execFileSync('pgrep', ['-P', postmaster], { encoding: 'utf8' }).trim().split('\n');
    for (const pid of [String(process.pid), postmaster, ...backends]) moveTo(LOAD_CORE, pid);
    return true;
  } catch {
    return false;
  }
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
