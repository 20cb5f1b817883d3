/** Load on an HTTP server, repeated; the median and the spread of what it bore. */
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

export interface Load {
  url: string;
  headers?: Record<string, string>;
  connections: number;
  seconds: number;
  repetitions: number;
  /** Makes the next request; a fresh one each time. */
  next(): { method: 'GET' | 'POST' | 'PUT' | 'PATCH'; path: string; body?: string };
}

/** Runs a warm-up and the repetitions, one after the other. */
export async function measure(load: Load): Promise<Figure> {
  await once({ ...load, seconds: Math.min(2, load.seconds) });
  const runs: autocannon.Result[] = [];
  for (let i = 0; i < load.repetitions; i++) runs.push(await once(load));
  return summary(
    runs.map((run) => ({
      rate: run.requests.total / run.duration,
      p50: run.latency.p50,
      p99: run.latency.p99,
      failures: run.non2xx + run.errors,
    })),
  );
}

/** Several repetitions as one figure. */
export function summary(runs: Omit<Figure, 'spread'>[]): Figure {
  const rates = runs.map((run) => run.rate);
  return {
    rate: median(rates),
    spread: (100 * (Math.max(...rates) - Math.min(...rates))) / median(rates),
    p50: median(runs.map((run) => run.p50)),
    p99: median(runs.map((run) => run.p99)),
    failures: runs.reduce((sum, run) => sum + run.failures, 0),
  };
}

function once({ url, headers, connections, seconds, next }: Load): Promise<autocannon.Result> {
  return autocannon({
    url,
    connections,
    duration: seconds,
    requests: [
      {
        setupRequest: (request) => ({
          ...request,
          ...next(),
          headers: { ...headers, 'content-type': 'application/json' },
        }),
      },
    ],
  });
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const random = <T>(items: T[]): T => items[Math.floor(Math.random() * items.length)]!;
