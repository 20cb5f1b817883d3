/**
 * Group commit: while a business's commit is in flight, the writes that arrive for it gather and go together as
 * the next group. An idle service adds no delay; a busy one pays one round trip and one fsync for many writes,
 * and simultaneous upserts of one person are planned in order instead of racing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isLostRace,
  isUnavailable,
  type Queryable,
  type Sql,
  type Transaction,
} from '../database/connect.ts';
import { newId } from '../database/ids.ts';
import { ApiError } from '../http/errors.ts';
import { type Changes, commit, commitIn, LostRace, type PossibleDuplicate } from './commit.ts';
import type { Found, Needs } from './found.ts';
import { load } from './load.ts';
import type { Change, Moment } from './record.ts';

/** One write: what it must know, and how it is decided. */
export interface Write<T> {
  needs: Needs;
  /** Pure; throws ApiError to refuse this write alone. */
  plan(found: Found, moment: Moment): Planned<T>;
}

export interface Planned<T> {
  change: Change | null;
  possibleDuplicate?: PossibleDuplicate | null;
  answer: T;
}

/** Large enough to make the fsync cheap, small enough (about 20 ms) not to keep others waiting. */
const GROUP_SIZE = 250;
const ATTEMPTS = 12;

interface Waiting {
  write: Write<unknown>;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

export class WriteQueue {
  readonly #sql: Sql;
  readonly #groupSize: number;
  readonly #waiting = new Map<string, Waiting[]>();
  /** Groups, writes and lost races since the start; for tests, benchmarks and metrics. */
  readonly stats = { groups: 0, writes: 0, retries: 0 };

  constructor(sql: Sql, options: { groupCommit: boolean } = { groupCommit: true }) {
    this.#sql = sql;
    this.#groupSize = options.groupCommit ? GROUP_SIZE : 1;
  }

  /** Plans and commits one write. Resolves when it is durable; rejects with what its plan threw. */
  submit<T>(businessId: string, write: Write<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const entry = { write, resolve, reject } as Waiting;
      const waiting = this.#waiting.get(businessId);
      if (waiting) {
        waiting.push(entry);
        return;
      }
      this.#waiting.set(businessId, [entry]);
      void this.#drain(businessId);
    });
  }

  async #drain(businessId: string): Promise<void> {
    const waiting = this.#waiting.get(businessId)!;
    while (waiting.length > 0) {
      const group = waiting.splice(0, this.#groupSize);
      await this.#settle(businessId, group);
    }
    this.#waiting.delete(businessId);
  }

  /** Every write of the group is answered, one way or the other. */
  async #settle(businessId: string, group: Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#commit(
        businessId,
        group.map(({ write }) => write),
      );
      for (const [i, outcome] of outcomes.entries()) {
        if ('error' in outcome) group[i]!.reject(outcome.error);
        else group[i]!.resolve(outcome.answer);
      }
    } catch (error) {
      // Not the plans but the database refused the group. If it was one write's fault, the others go through alone.
      if (group.length > 1 && !isUnavailable(error)) {
        for (const entry of group) await this.#settle(businessId, [entry]);
      } else {
        for (const entry of group) entry.reject(error);
      }
    }
  }

  async #commit(businessId: string, writes: Write<unknown>[]): Promise<Outcome[]> {
    const needs = union(writes.map((write) => write.needs));
    this.stats.groups++;
    this.stats.writes += writes.length;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        if (attempt === 0) {
          return await this.#attempt(this.#sql, businessId, writes, needs, (found, changes) =>
            commit(this.#sql, businessId, found, changes),
          );
        }
        // Lost against another process: from now on take turns with it over these keys.
        return await this.#sql.begin(async (tx) => {
          await takeTurns(tx, businessId, needs);
          return await this.#attempt(tx, businessId, writes, needs, (found, changes) =>
            commitIn(tx, businessId, found, changes),
          );
        });
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

  async #attempt(
    sql: Queryable,
    businessId: string,
    writes: Write<unknown>[],
    needs: Needs,
    commitChanges: (found: Found, changes: Changes) => Promise<void>,
  ): Promise<Outcome[]> {
    const found = await load(sql, businessId, needs);
    const moment = newMoment();
    const { outcomes, changes } = planAll(writes, found, moment);
    if (changes.changes.length > 0 || changes.possibleDuplicates.length > 0)
      await commitChanges(found, changes);
    return outcomes;
  }
}

type Outcome = { answer: unknown } | { error: unknown };

/** Plans the writes in order, each seeing what the ones before it did; a refused write leaves no trace. */
export function planAll(
  writes: Write<unknown>[],
  found: Found,
  moment: Moment,
): { outcomes: Outcome[]; changes: Changes } {
  const changes: Changes = { changes: [], possibleDuplicates: [], at: moment.now };
  const outcomes = writes.map((write): Outcome => {
    try {
      const { change, possibleDuplicate, answer } = write.plan(found, moment);
      if (change) {
        found.apply(change);
        changes.changes.push(change);
      }
      if (possibleDuplicate) changes.possibleDuplicates.push(possibleDuplicate);
      return { answer };
    } catch (error) {
      return { error };
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
export function newMoment(): Moment {
  const millis = Date.now();
  return { now: new Date(millis).toISOString(), newId: () => newId(millis) };
}

async function takeTurns(tx: Transaction, businessId: string, needs: Needs): Promise<void> {
  const names = [...new Set([...needs.keys.map((need) => need.key), ...needs.ids])];
  await tx`
    select pg_advisory_xact_lock(h)
    from (
      select distinct hashtextextended(${businessId}::text || k, 0) as h
      from unnest(${names}::text[]) k
      order by h
    ) sorted`;
}
