/**
 * The feed of a business: every event in the order of commits, without gaps, so that a reader who follows it misses
 * nothing (contract section 5, "history"). And who waits for more of it.
 */
import type { Queryable, Sql } from '../database/connect.ts';
import { ApiError } from '../http/errors.ts';
import type { HistoryEvent } from './history.ts';

/** How many events are looked at for one page of a location: most may be of others. */
const WINDOW = 2_000;

/**
 * A place in the feed: the last event that was looked at. Its number alone would not do: after a restore the numbers go on
 * from those of the backup, and belong to other events. `id` is null in the cursors of earlier versions.
 */
export interface Place {
  seq: number;
  id: string | null;
}

/** Before the first event. */
export const BEGINNING: Place = { seq: 0, id: null };

export interface FeedPage {
  items: HistoryEvent[];
  /** Where to go on. */
  place: Place;
}

/**
 * The events after a place, oldest first; of one location, should the reader see no other. Throws 400 `invalid_cursor`
 * when the feed does not have that place (any more).
 */
export async function readFeed(
  sql: Queryable,
  businessId: string,
  locationId: string | null,
  after: Place,
  limit: number,
): Promise<FeedPage> {
  // With the event of the place itself, which must be there.
  const rows = await sql<(HistoryEvent & { seq: number })[]>`
    select seq, id, customer_id, location_id, type, actor, at, version, changes, context, import_id
    from events
    where business_id = ${businessId} and seq >= ${after.seq}
    order by seq
    limit ${(locationId === null ? limit : WINDOW) + 1}`;
  if (after.seq > 0 && !isAt(after, rows.shift())) throw wentBack();
  const items: HistoryEvent[] = [];
  let place = after;
  for (const { seq, ...event } of rows) {
    if (items.length === limit) break;
    place = { seq, id: event.id };
    if (locationId === null || event.location_id === locationId) items.push(event);
  }
  return { items, place };
}

const isAt = ({ seq, id }: Place, event?: { seq: number; id: string }): boolean =>
  event?.seq === seq && (id === null || event.id === id);

const wentBack = () =>
  new ApiError(
    'invalid_cursor',
    'The feed is not the one that this cursor was made in: the data was restored as it had been before. Read it from the beginning, without after, and pass over the events whose id you know.',
  );

/** The last event of a business. */
export async function lastPlace(sql: Queryable, businessId: string): Promise<Place> {
  const [last] = await sql<{ seq: number; id: string }[]>`
    select seq, id from events where business_id = ${businessId} order by seq desc limit 1`;
  return last ? { seq: last.seq, id: last.id } : BEGINNING;
}

/** The number of the last event of a business. */
async function lastSeq(sql: Queryable, businessId: string): Promise<number> {
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
