/** The processes of the campaign (`trust/`) for the tests of one file; all are gone after them, whatever failed. */
import { basename, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { Processes, postmaster } from '../../trust/processes.ts';
import { keepLog, keepOutput } from '../logs/notes.ts';

export function useProcesses(): Processes {
  const processes = new Processes({
    logLevel: 'trace',
    onOutput: keepOutput,
    onEnd: (dir) => keepLog(join(dir, 'data', 'postgres.log'), basename(dir)),
  });
  afterAll(() => processes.close());
  return processes;
}

/** Nothing is left of the PostgreSQL of a data directory. */
export async function expectStopped(dataDir: string): Promise<void> {
  expect(await postmaster(dataDir), 'the process of PostgreSQL').toBeNull();
}
