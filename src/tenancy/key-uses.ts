/**
 * What each API key is used for. A request only moves a number in memory; some seconds later what was counted is added to a
 * table, by business. Statistics, not history: a crash loses the seconds since then, and what was written by a commit whose answer
 * never came is written twice.
 */
import { isUnavailable, type Sql } from '../database/connect.ts';
import { addKeyUses, type KeyUse, touchKeys } from './key-use-store.ts';

const DAY_MS = 86_400_000;
/** So many pairs of key and operation are told apart between two writes; beyond those nothing new is counted. */
const MOST_COUNTS = 20_000;

interface Count {
  requests: number;
  refused: number;
  denied: number;
  limited: number;
  failed: number;
  first: number;
  last: number;
  /** 0 for never. */
  succeeded: number;
}

/** What one key did in a day that is not written yet. */
interface KeyDay {
  businessId: string;
  keyId: string;
  /** Days since 1970. */
  day: number;
  /** When a request of it was let in; 0 for never. */
  used: number;
  /** By operation. */
  counts: Map<string, Count>;
}

export class KeyUses {
  /** By key, each of the day it was last used in. */
  #now = new Map<string, KeyDay>();
  /** What has waited longer, by key and day. */
  #past = new Map<string, KeyDay>();
  #size = 0;
  readonly #most: number;
  #flushing: Promise<void> | null = null;

  /** Holds at most so many counts. */
  constructor(most = MOST_COUNTS) {
    this.#most = most;
  }

  /** A request of this key was answered so. */
  count(businessId: string, keyId: string, operation: string, status: number, now = Date.now()): void {
    const day = Math.floor(now / DAY_MS);
    const known = this.#now.get(keyId);
    const own = known?.day === day ? known : this.#begin(businessId, keyId, day, known);
    const count = own && (own.counts.get(operation) ?? this.#add(own, operation, now));
    if (!count) return;
    count.requests++;
    count.last = now;
    if (status !== 401) own.used = now;
    if (status < 400) count.succeeded = now;
    else if (status >= 500) count.failed++;
    else {
      count.refused++;
      if (status === 401 || status === 403) count.denied++;
      else if (status === 429) count.limited++;
    }
  }

  #begin(businessId: string, keyId: string, day: number, before: KeyDay | undefined): KeyDay | null {
    if (this.#size >= this.#most) return null;
    if (before) this.#putBy(before);
    const own = { businessId, keyId, day, used: 0, counts: new Map<string, Count>() };
    this.#now.set(keyId, own);
    return own;
  }

  #add(own: KeyDay, operation: string, now: number): Count | null {
    if (this.#size >= this.#most) return null;
    this.#size++;
    const count = {
      requests: 0,
      refused: 0,
      denied: 0,
      limited: 0,
      failed: 0,
      first: now,
      last: now,
      succeeded: 0,
    };
    own.counts.set(operation, count);
    return count;
  }

  /** Keeps it with what else is there of its key and day. */
  #putBy(one: KeyDay): void {
    const name = `${one.keyId} ${one.day}`;
    const known = this.#past.get(name);
    if (!known) {
      this.#past.set(name, one);
      return;
    }
    known.used = Math.max(known.used, one.used);
    for (const [operation, count] of one.counts) {
      const before = known.counts.get(operation);
      known.counts.set(operation, before ? sum(before, count) : count);
      if (before) this.#size--;
    }
  }

  /** Writes what was counted, and when keys were last used. What could not be written waits for the next time; then it throws. */
  async flush(sql: Sql): Promise<void> {
    // One at a time: a database that is slow is not asked by more and more.
    while (this.#flushing) await this.#flushing.catch(() => {});
    this.#flushing = this.#write(sql).finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  async #write(sql: Sql): Promise<void> {
    let failed: unknown = null;
    for (const days of this.#take()) {
      const [{ businessId }] = days as [KeyDay];
      try {
        // The database is not asked for each of many businesses to find out that it is away.
        if (isUnavailable(failed)) throw failed;
        await touchKeys(sql, businessId, days.flatMap(lastUseOf));
        await addKeyUses(sql, businessId, days.flatMap(usesOf));
      } catch (error) {
        failed = error;
        for (const one of days) {
          this.#size += one.counts.size;
          this.#putBy(one);
        }
      }
    }
    if (failed) throw failed;
  }

  /** All that was counted, each business by itself; from now on it is counted anew. */
  #take(): Iterable<KeyDay[]> {
    for (const one of this.#now.values()) this.#putBy(one);
    const taken = new Map<string, KeyDay[]>();
    for (const one of this.#past.values()) {
      const own = taken.get(one.businessId);
      if (own) own.push(one);
      else taken.set(one.businessId, [one]);
    }
    this.#now = new Map();
    this.#past = new Map();
    this.#size = 0;
    return taken.values();
  }
}

const sum = (a: Count, b: Count): Count => ({
  requests: a.requests + b.requests,
  refused: a.refused + b.refused,
  denied: a.denied + b.denied,
  limited: a.limited + b.limited,
  failed: a.failed + b.failed,
  first: Math.min(a.first, b.first),
  last: Math.max(a.last, b.last),
  succeeded: Math.max(a.succeeded, b.succeeded),
});

const usesOf = ({ keyId, day, counts }: KeyDay): KeyUse[] =>
  [...counts].map(([operation, { first, last, succeeded, ...numbers }]) => ({
    api_key_id: keyId,
    day: toTime(day * DAY_MS).slice(0, 10),
    operation,
    ...numbers,
    first_at: toTime(first),
    last_at: toTime(last),
    succeeded_at: succeeded > 0 ? toTime(succeeded) : null,
  }));

const lastUseOf = ({ keyId, used }: KeyDay) => (used > 0 ? [{ id: keyId, at: toTime(used) }] : []);

const toTime = (ms: number): string => new Date(ms).toISOString();

/** Writes every `everyMs`. Answers how to stop: it writes what is left, once nothing more is counted. */
export function startCounting(
  uses: KeyUses,
  sql: Sql,
  everyMs: number,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const flush = () => uses.flush(sql).catch(onError);
  const timer = setInterval(flush, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await flush();
  };
}
