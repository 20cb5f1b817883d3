/** Somebody who follows the feed of a business from its first event on, whatever happens to the service meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Send } from '../test/client.ts';
import type { Ledger } from './ledger.ts';

const PAUSE_MS = 30;
const GIVE_UP_MS = 20_000;

export interface Following {
  /** Follows on until there is nothing more, then stops. */
  stop(): Promise<void>;
}

/** Enters the ids of events into the ledger in the order in which they are told. */
export function follow(ledger: Ledger, send: Send): Following {
  let cursor = '';
  let until = Number.POSITIVE_INFINITY;
  let stopWaiting!: () => void;
  const stopping = new Promise<null>((done) => {
    stopWaiting = () => done(null);
  });
  const page = (wait: number): Promise<Answer | null> =>
    send('GET', `/events?limit=500&wait=${wait}${cursor && `&after=${cursor}`}`).catch(() => null);
  const run = async () => {
    while (performance.now() < until) {
      const isLast = until < Number.POSITIVE_INFINITY;
      ledger.requests++;
      // What a wait would have told is asked for again by the next.
      const answer = await (isLast
        ? Promise.race([page(0), sleep(GIVE_UP_MS, null, { ref: false })])
        : Promise.race([page(1), stopping]));
      if (answer?.status === 200) {
        ledger.feed.push(...answer.body.items.map(({ id }) => id));
        cursor = answer.body.next_cursor!;
        if (isLast && answer.body.items.length === 0) return;
        continue;
      }
      if (answer && answer.status !== 503 && answer.status !== 408)
        ledger.surprises.push(`the feed was answered ${answer.status} ${answer.text.slice(0, 300)}`);
      if (answer && answer.status >= 500 && answer.status !== 503) ledger.otherFaults++;
      await sleep(PAUSE_MS);
    }
    ledger.surprises.push(`the feed was not told to its end within ${GIVE_UP_MS} ms`);
  };
  const running = run();
  return {
    async stop() {
      until = performance.now() + GIVE_UP_MS;
      stopWaiting();
      await running;
    },
  };
}

/** What a follower was not told as it was written: events that are missing, there twice, or out of order. */
export function feedFaults(told: readonly string[], written: readonly string[]): string[] {
  const faults: string[] = [];
  const places = new Map(written.map((id, place) => [id, place]));
  const seen = new Set<string>();
  let last = -1;
  for (const id of told) {
    const place = places.get(id);
    if (place === undefined) faults.push(`event ${id} was told and is not there`);
    else if (seen.has(id)) faults.push(`event ${id} was told twice`);
    else if (place < last) faults.push(`event ${id} was told after a later one`);
    seen.add(id);
    last = Math.max(last, place ?? last);
  }
  for (const id of written) if (!seen.has(id)) faults.push(`event ${id} was not told`);
  return faults;
}
