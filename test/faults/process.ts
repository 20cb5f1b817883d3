/** The processes of the campaign (`trust/`) for the tests of one file; all are gone after them, whatever failed. */
import { afterAll, expect } from 'vitest';
import { Processes, postmaster } from '../../trust/processes.ts';

export function useProcesses(): Processes {
  const processes = new Processes();
  afterAll(() => processes.close());
  return processes;
}

/** Nothing is left of the PostgreSQL of a data directory. */
export async function expectStopped(dataDir: string): Promise<void> {
  expect(await postmaster(dataDir), 'the process of PostgreSQL').toBeNull();
}
