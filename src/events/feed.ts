/**
 * The feed of a business: every event in the order of commits, without gaps, so that a reader who follows it misses
 * nothing (contract section 5, "history"). And who waits for more of it.
 */
import type { Queryable, Sql } from '../database/connect.ts';
import type { HistoryEvent } from './history.ts';

/** How many events are looked at for one page of a location: most may be of others. */
const WINDOW = 2_000;

export interface FeedPage {
  items: HistoryEvent[];
  /** The number of the last event looked at: where to go on. */
  seq: number;
}

/** The events after a number, oldest first; of one location, should the reader see no other. */
export async function readFeed(
  sql: Queryable,
  businessId: string,
  locationId: string | null,
  after: number,
  limit: number,
): Promise<FeedPage> {
  const rows = await sql<(HistoryEvent & { seq: number })[]>`
    select seq, id, customer_id, location_id, type, actor, at, version, changes, context, import_id
    from events
    where business_id = ${businessId} and seq > ${after}
    order by seq
    limit ${locationId === null ? limit : WINDOW}`;
  const items: HistoryEvent[] = [];
  let seq = after;
  for (const { seq: number, ...event } of rows) {
    if (items.length === limit) break;
    seq = number;
    if (locationId === null || event.location_id === locationId) items.push(event);
  }
  return { items, seq };
}

/** The number of the last event of a business. */
export async function lastSeq(sql: Queryable, businessId: string): Promise<number> {
  const [feed] = await sql`select seq from feeds where business_id = ${businessId}`;
  return (feed?.seq as number | undefined) ?? 0;
}

const POLL_MS = 500;

interface Waiters {
  wake: Set<() => void>;
  poll: NodeJS.Timeout;
}

/**
 * Wakes those who wait for the feed of a business: at once for a commit of this process, within half a second for
 * one of another, by one small read for all who wait.
 */
export class FeedWatch {
  readonly #sql: Sql;
  readonly #waiting = new Map<string, Waiters>();
  /** Hears how many seconds after its commit an event reached somebody who had waited for it; for the metrics. */
  onSeen: (seconds: number) => void = () => {};
  /** True when the service stops: nobody waits any more. */
  isClosed = false;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Resolves when there may be events after `seq`, when the time is over, the reader gone, or the service stops. */
  async wait(businessId: string, seq: number, millis: number, signal: AbortSignal): Promise<void> {
    if (this.isClosed || signal.aborted || millis <= 0) return;
    await new Promise<void>((resolve) => {
      const waiters = this.#waiting.get(businessId) ?? this.#watch(businessId, seq);
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        waiters.wake.delete(done);
        if (waiters.wake.size === 0) {
          clearInterval(waiters.poll);
          this.#waiting.delete(businessId);
        }
        resolve();
      };
      const timer = setTimeout(done, millis);
      signal.addEventListener('abort', done);
      waiters.wake.add(done);
    });
  }

  #watch(businessId: string, from: number): Waiters {
    let known = from;
    const look = async () => {
      const seq = await lastSeq(this.#sql, businessId).catch(() => known);
      if (seq === known) return;
      known = seq;
      this.wake(businessId);
    };
    const waiters = { wake: new Set<() => void>(), poll: setInterval(() => void look(), POLL_MS) };
    this.#waiting.set(businessId, waiters);
    return waiters;
  }

  /** Something was committed. */
  wake(businessId: string): void {
    for (const done of [...(this.#waiting.get(businessId)?.wake ?? [])]) done();
  }

  /** Lets everybody go: the service stops. */
  close(): void {
    this.isClosed = true;
    for (const businessId of [...this.#waiting.keys()]) this.wake(businessId);
  }
}
