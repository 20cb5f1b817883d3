/** Load on an HTTP server or on anything else, repeated; the median and the spread of what it bore. */
import autocannon from 'autocannon';

export interface Figure {
  /** Per second, the median of the repetitions. */
  rate: number;
  /** (max − min) / median of the repetitions, in percent. */
  spread: number;
  /** Milliseconds; the median of the repetitions. */
  p50: number;
  p99: number;
  /** Answers outside 2xx, over all repetitions. */
  failures: number;
}

/** How long each figure is measured, and how often. */
export interface Patience {
  seconds: number;
  repetitions: number;
}

export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  body?: string;
  /** Beside those of the load. */
  headers?: Record<string, string>;
}

export interface Load extends Patience {
  url: string;
  headers?: Record<string, string>;
  connections: number;
  /** Makes the next request; a fresh one each time. */
  next(): Request;
}

type Run = Omit<Figure, 'spread'>;

/** Requests of one kind, or of several in turn. */
export const measure = (load: Load): Promise<Figure> => repeated(load, (seconds) => requests(load, seconds));

/** Work of several requests each, by so many callers; each says whether it succeeded. */
export const measureWork = (
  callers: number,
  patience: Patience,
  work: () => Promise<boolean>,
): Promise<Figure> => repeated(patience, (seconds) => calls(callers, seconds, work));

/** Runs a warm-up and the repetitions, one after the other; what is not repeated is a look that needs no warm-up. */
async function repeated(
  { seconds, repetitions }: Patience,
  once: (seconds: number) => Promise<Run>,
): Promise<Figure> {
  if (repetitions > 1) await once(Math.min(1, seconds));
  const runs: Run[] = [];
  for (let i = 0; i < repetitions; i++) runs.push(await once(seconds));
  return summary(runs);
}

/** Several repetitions as one figure. */
export function summary(runs: Run[]): Figure {
  const rates = runs.map((run) => run.rate);
  return {
    rate: median(rates),
    spread: (100 * (Math.max(...rates) - Math.min(...rates))) / median(rates),
    p50: median(runs.map((run) => run.p50)),
    p99: median(runs.map((run) => run.p99)),
    failures: runs.reduce((sum, run) => sum + run.failures, 0),
  };
}

async function requests({ url, headers, connections, next }: Load, seconds: number): Promise<Run> {
  const setupRequest = (request: autocannon.Request) => {
    const { headers: own, ...made } = next();
    return { ...request, ...made, headers: { ...headers, ...own, 'content-type': 'application/json' } };
  };
  // It looks at the clock once in a sample, and by itself takes one a second.
  const sampleInt = Math.min(1000, seconds * 200);
  const run = await autocannon({
    url,
    connections,
    duration: seconds,
    sampleInt,
    requests: [{ setupRequest }],
  });
  return {
    rate: run.requests.total / run.duration,
    p50: run.latency.p50,
    p99: run.latency.p99,
    failures: run.non2xx + run.errors,
  };
}

async function calls(callers: number, seconds: number, work: () => Promise<boolean>): Promise<Run> {
  const times: number[] = [];
  let failures = 0;
  const start = performance.now();
  const caller = async () => {
    while (performance.now() < start + seconds * 1000) {
      const began = performance.now();
      const isDone = await work().catch(() => false);
      if (!isDone) failures++;
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    rate: times.length / ((performance.now() - start) / 1000),
    p50: at(0.5),
    p99: at(0.99),
    failures,
  };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const random = <T>(items: T[]): T => items[Math.floor(Math.random() * items.length)]!;
