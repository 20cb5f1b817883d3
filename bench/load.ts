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
  key?: string;
  connections: number;
  seconds: number;
  repetitions: number;
  /** Makes the next request; a fresh one each time. */
  next(): { method: 'GET' | 'PUT'; path: string; body?: string };
}

/** Runs a warm-up and the repetitions, one after the other. */
export async function measure(load: Load): Promise<Figure> {
  await once({ ...load, seconds: Math.min(2, load.seconds) });
  const runs: autocannon.Result[] = [];
  for (let i = 0; i < load.repetitions; i++) runs.push(await once(load));
  return {
    rate: median(runs.map(rateOf)),
    spread:
      (100 * (Math.max(...runs.map(rateOf)) - Math.min(...runs.map(rateOf)))) / median(runs.map(rateOf)),
    p50: median(runs.map((run) => run.latency.p50)),
    p99: median(runs.map((run) => run.latency.p99)),
    failures: runs.reduce((sum, run) => sum + run.non2xx + run.errors, 0),
  };
}

const rateOf = (run: autocannon.Result): number => run.requests.total / run.duration;

function once({ url, key, connections, seconds, next }: Load): Promise<autocannon.Result> {
  return autocannon({
    url,
    connections,
    duration: seconds,
    requests: [
      {
        setupRequest: (request) => ({
          ...request,
          ...next(),
          headers: { ...(key && { authorization: `Bearer ${key}` }), 'content-type': 'application/json' },
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
