/** Whether two kinds of requests can be told apart by how long they take: Welch's t, as dudect uses it. */
import { Agent, request } from 'node:http';
import type { Chance } from './chance.ts';

/** Beyond this the two kinds differ (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?", 2017). */
export const THRESHOLD = 4.5;
/** Slow outliers say more of the machine than of the service: also without those beyond these shares of all. */
const CROPS = [1, 0.95, 0.8];

export interface Request {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** The two kinds: each makes the next request of its own. */
export type Kinds = [theirs: () => Request, nobodys: () => Request];

export interface Timed {
  operation: string;
  /** The largest |t| over the crops. */
  t: number;
  /** Medians in microseconds. */
  theirs: number;
  nobodys: number;
  /** Of each kind. */
  samples: number;
}

/** Sends each kind `samples` times, in an order that chance makes, over one connection. */
export async function timed(
  url: string,
  operation: string,
  kinds: Kinds,
  samples: number,
  chance: Chance,
): Promise<Timed> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: [number[], number[]] = [[], []];
  try {
    for (let n = 0; n < WARM_UP; n++) for (const next of kinds) await timeOf(url, agent, next());
    for (let n = 0; n < samples; n++) {
      const order = chance() < 0.5 ? [0, 1] : [1, 0];
      for (const kind of order) times[kind]!.push(await timeOf(url, agent, kinds[kind]!()));
    }
  } finally {
    agent.destroy();
  }
  return {
    operation,
    t: largestT(...times),
    theirs: medianOf(times[0]),
    nobodys: medianOf(times[1]),
    samples: Math.min(...times.map(({ length }) => length)),
  };
}

const WARM_UP = 20;

/** Microseconds from the first byte out to the last one in. */
function timeOf(url: string, agent: Agent, { method, path, headers, body }: Request): Promise<number> {
  return new Promise((done, fail) => {
    const start = process.hrtime.bigint();
    const sent = request(url + path, { method, agent, headers }, (response) => {
      response.on('end', () => done(Number(process.hrtime.bigint() - start) / 1000)).resume();
    });
    sent.on('error', fail).end(body);
  });
}

/** The largest |t| over the crops, each at the same time for both kinds. */
export function largestT(a: number[], b: number[]): number {
  const all = [...a, ...b].sort((x, y) => x - y);
  return Math.max(
    ...CROPS.map((share) => {
      const most = all[Math.min(all.length - 1, Math.floor(all.length * share))]!;
      return Math.abs(
        welch(
          a.filter((time) => time <= most),
          b.filter((time) => time <= most),
        ),
      );
    }),
  );
}

function welch(a: number[], b: number[]): number {
  const [one, other] = [a, b].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return { mean, error: variance / values.length };
  }) as [{ mean: number; error: number }, { mean: number; error: number }];
  return (one.mean - other.mean) / Math.sqrt(one.error + other.error);
}

const medianOf = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
