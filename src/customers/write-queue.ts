/**
 * Group commit: while a business's commit is in flight, the writes that arrive for it gather and go together as
 * the next group. An idle service adds no delay; a busy one pays one round trip and one fsync for many writes,
 * and simultaneous upserts of one person are planned in order instead of racing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isLostRace, isUnavailable, type Sql } from '../database/connect.ts';
import { Gather } from '../database/gather.ts';
import { newId } from '../database/ids.ts';
import { ApiError } from '../http/errors.ts';
import { type Changes, commit, commitIn, LostRace, type PossibleDuplicate } from './commit.ts';
import type { Found, Needs } from './found.ts';
import { load, lockLocations } from './load.ts';
import type { Change, Moment } from './record.ts';

/** One write: what it must know, and how it is decided. */
export interface Write<T> {
  needs: Needs;
  /** Pure; throws ApiError to refuse this write alone. */
  plan(found: Found, moment: Moment): Planned<T>;
}

export interface Planned<T> {
  change: Change | null;
  possibleDuplicates?: PossibleDuplicate[];
  answer: T;
}

/** Large enough to make the fsync cheap, small enough (about 20 ms) not to keep others waiting. */
const GROUP_SIZE = 250;
const ATTEMPTS = 12;

export class WriteQueue {
  readonly #sql: Sql;
  readonly #gather: Gather<Write<unknown>, unknown>;
  readonly #clock = new Clock();
  /** Groups, writes and lost races since the start; for tests, benchmarks and metrics. */
  readonly stats = { groups: 0, writes: 0, retries: 0 };

  constructor(sql: Sql, options: { groupCommit: boolean } = { groupCommit: true }) {
    this.#sql = sql;
    this.#gather = new Gather(options.groupCommit ? GROUP_SIZE : 1, (businessId, writes) =>
      this.#settle(businessId, writes),
    );
  }

  /** Plans and commits one write. Resolves when it is durable; rejects with what its plan threw. */
  submit<T>(businessId: string, write: Write<T>): Promise<T> {
    return this.#gather.submit(businessId, write) as Promise<T>;
  }

  async #settle(businessId: string, writes: Write<unknown>[]): Promise<Outcome[]> {
    try {
      return await this.#commit(businessId, writes);
    } catch (error) {
      if (writes.length === 1 || isUnavailable(error)) throw error;
      // Not a plan but the database refused the group. If it was one write's fault, the others go through alone.
      const outcomes: Outcome[] = [];
      for (const write of writes)
        outcomes.push(...(await Promise.allSettled([this.#commit(businessId, [write])])).map(single));
      return outcomes;
    }
  }

  async #commit(businessId: string, writes: Write<unknown>[]): Promise<Outcome[]> {
    const needs = union(writes.map((write) => write.needs));
    this.stats.groups++;
    this.stats.writes += writes.length;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return attempt === 0
          ? await this.#optimistically(businessId, writes, needs)
          : await this.#inTurn(businessId, writes, needs);
      } catch (error) {
        if (!(error instanceof LostRace || isLostRace(error))) throw error;
        this.stats.retries++;
        await sleep(Math.random() * 5 * attempt);
      }
    }
    throw new ApiError(
      'write_conflict',
      'Others kept changing the same customer. Nothing was written; try again.',
    );
  }

  /** Loads outside the transaction; the unique index and the version guard say whether that was good enough. */
  async #optimistically(businessId: string, writes: Write<unknown>[], needs: Needs): Promise<Outcome[]> {
    const found = await load(this.#sql, businessId, needs);
    const { outcomes, changes } = planAll(writes, found, this.#clock.next(businessId));
    if (changes.changes.some(isUnguarded)) throw new LostRace();
    if (isWorthCommitting(changes)) await commit(this.#sql, businessId, found, changes);
    return outcomes;
  }

  /** Another process won, or could without anyone noticing: from now on one after the other at these locations. */
  async #inTurn(businessId: string, writes: Write<unknown>[], needs: Needs): Promise<Outcome[]> {
    return await this.#sql.begin(async (tx) => {
      await lockLocations(tx, businessId, [...new Set(needs.keys.map((need) => need.locationId))]);
      const found = await load(tx, businessId, needs);
      const { outcomes, changes } = planAll(writes, found, this.#clock.next(businessId));
      if (isWorthCommitting(changes)) await commitIn(tx, businessId, found, changes);
      return outcomes;
    });
  }
}

const isWorthCommitting = ({ changes, possibleDuplicates }: Changes): boolean =>
  changes.length + possibleDuplicates.length > 0;

/**
 * A new record known by shared contacts alone (a 1300 number) has no unique index to stand on: two processes could
 * both make it. It is made while holding its location.
 */
const isUnguarded = ({ before, after }: Change): boolean =>
  before === null && after.contacts.length > 0 && after.contacts.every((contact) => !contact.matchable);

type Outcome = PromiseSettledResult<unknown>;

const single = (settled: PromiseSettledResult<Outcome[]>): Outcome =>
  settled.status === 'fulfilled' ? settled.value[0]! : settled;

/** Plans the writes in order, each seeing what the ones before it did; a refused write leaves no trace. */
export function planAll(
  writes: Write<unknown>[],
  found: Found,
  moment: Moment,
): { outcomes: Outcome[]; changes: Changes } {
  const changes: Changes = { changes: [], possibleDuplicates: [], at: moment.now };
  const outcomes = writes.map((write): Outcome => {
    try {
      const { change, possibleDuplicates = [], answer } = write.plan(found, moment);
      if (change) {
        found.apply(change);
        changes.changes.push(change);
      }
      changes.possibleDuplicates.push(...possibleDuplicates);
      return { status: 'fulfilled', value: answer };
    } catch (error) {
      return { status: 'rejected', reason: error };
    }
  });
  return { outcomes, changes };
}

export const union = (needs: Needs[]): Needs => ({
  ids: [...new Set(needs.flatMap((need) => need.ids))],
  keys: needs.flatMap((need) => need.keys),
  names: [...new Set(needs.flatMap((need) => need.names))],
  words: [...new Set(needs.flatMap((need) => need.words))],
});

/** The clock and the ids of one group, read once; the plans themselves stay pure. */
export function newMoment(millis = Date.now()): Moment {
  return { now: new Date(millis).toISOString(), newId: () => newId(millis) };
}

const REMEMBERED = 10_000;

/**
 * Gives each group of a business a later millisecond than the one before, also when the machine's clock stands
 * still or jumps back: what a list has seen is then never joined by something that claims to be as old.
 */
class Clock {
  readonly #last = new Map<string, number>();

  next(businessId: string): Moment {
    const millis = Math.max(Date.now(), (this.#last.get(businessId) ?? 0) + 1);
    this.#last.delete(businessId);
    this.#last.set(businessId, millis);
    // The longest unused goes first; its next group is far more than a millisecond away.
    if (this.#last.size > REMEMBERED) this.#last.delete(this.#last.keys().next().value!);
    return newMoment(millis);
  }
}
