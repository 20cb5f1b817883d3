/** The resident memory of a process, looked at while it works. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const EVERY_MS = 500;
const run = promisify(execFile);

export class Memory {
  /** MiB, twice a second. */
  readonly samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(look: () => Promise<number | null>) {
    const sample = async () => {
      const mib = await look().catch(() => null);
      if (mib !== null) this.samples.push(Math.round(mib * 10) / 10);
    };
    this.#timer = setInterval(() => void sample(), EVERY_MS).unref();
    void sample();
  }

  /** Watches a process until told to stop. */
  static of(pid: number): Memory {
    return new Memory(async () => (process.platform === 'linux' ? fromProc(pid) : await fromPs(pid)));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Where it was in the first and in the last tenth (medians), and at its highest. */
  told(): { first: number; last: number; most: number } {
    const tenth = Math.max(1, Math.floor(this.samples.length / 10));
    return {
      first: median(this.samples.slice(0, tenth)),
      last: median(this.samples.slice(-tenth)),
      most: Math.max(0, ...this.samples),
    };
  }
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const fromProc = (pid: number): number | null => {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kib === undefined ? null : Number(kib) / 1024;
};

const fromPs = async (pid: number): Promise<number> =>
  Number((await run('ps', ['-o', 'rss=', '-p', String(pid)])).stdout) / 1024;
