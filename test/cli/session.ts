/** Runs commands in this process and keeps what they write. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { run } from '../../src/cli/main.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export async function clientele(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    print: (line: string) => void out.push(line),
    tell: (line: string) => void err.push(line),
    screen: null,
  };
  const code = await run(args, terminal, environment);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** A directory of its own, removed with the test. */
export async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'clientele-cli-'));
  // The system user of a PostgreSQL that root starts must be able to enter.
  await chmod(dir, 0o755);
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A CSV file in a directory of its own. */
export async function csvFile(content: string | Uint8Array, name = 'customers.csv'): Promise<string> {
  const path = join(await scratch(), name);
  await writeFile(path, content);
  return path;
}

export const textOf = (path: string): Promise<string> => readFile(path, 'utf8');

/** The figures of a closing account: `created: 3` and its like, by name. */
export const figures = (out: string): Record<string, number> =>
  Object.fromEntries([...out.matchAll(/^(.+?): +(\d+)$/gm)].map(([, name, count]) => [name!, Number(count)]));
