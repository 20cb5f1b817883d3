/**
 * Group commit: while a business's commit is in flight, the writes that arrive for it gather and go together as
 * the next group. An idle service adds no delay; a busy one pays one round trip and one fsync for many writes,
 * and simultaneous upserts of one person are planned in order instead of racing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type StoredAnswer, selectAnswers } from '../database/answers.ts';
import { isLostRace, isStorageFull, isUnavailable, type Sql } from '../database/connect.ts';
import { Gather, type Turn } from '../database/gather.ts';
import { newId } from '../database/ids.ts';
import { ApiError } from '../http/errors.ts';
import type { Retry } from '../http/idempotency.ts';
import { type Origin, presentOrigin, traced } from '../tracing.ts';
import { type Changes, commit, commitIn, prepare } from './commit.ts';
import { type Found, LostRace, type Needs } from './found.ts';
import { load, takeTurn } from './load.ts';
import type { Change, Moment, PossibleDuplicate } from './record.ts';
import { idsIn, replay, toStored } from './stored-answer.ts';

/** One write: what it must know, and how it is decided. */
export interface Write<T> {
  needs: Needs;
  /** Whom the answer is about, where it does not say: an erase must find it. */
  about?: string[];
  /** It is refused already, and its plan throws this. It is here for what may be kept of it. */
  refusal?: ApiError;
  /** Pure; throws ApiError to refuse this write alone. */
  plan(found: Found, moment: Moment): Planned<T>;
}

export interface Planned<T> {
  /** In the order in which they are to be seen. */
  changes: Change[];
  possibleDuplicates?: PossibleDuplicate[];
  answer: T;
}

/** Writes that are committed together, and whose answers are remembered together when they may be repeated. */
export interface Bundle<T> {
  writes: Write<T>[];
  retry: Retry | null;
  /** What it is done for, where that is traced. */
  origin?: Origin | undefined;
}

type Outcome = PromiseSettledResult<unknown>;

/** Large enough to make the fsync cheap, small enough (about 20 ms) not to keep others waiting. */
const GROUP_SIZE = 250;
const ATTEMPTS = 12;

export class WriteQueue {
  readonly #sql: Sql;
  readonly #gather: Gather<Bundle<unknown>, Outcome[]>;
  readonly #clock = new Clock();
  /** The groups of each business that are at work. */
  readonly #atWork = new Map<string, Set<AtWork>>();
  readonly #onCommit: (businessId: string) => void;
  /** Groups, writes and lost races since the start; for tests, benchmarks and metrics. */
  readonly stats = { groups: 0, writes: 0, retries: 0 };

  /** `onCommit` hears of every business whose feed has moved on. */
  constructor(
    sql: Sql,
    options: { groupCommit: boolean } = { groupCommit: true },
    onCommit: (businessId: string) => void = () => {},
  ) {
    this.#sql = sql;
    this.#onCommit = onCommit;
    this.#gather = new Gather(
      { limit: options.groupCommit ? GROUP_SIZE : 1, weight: ({ writes }) => writes.length },
      (businessId, bundles, turn) => this.#settle(businessId, bundles, turn),
    );
  }

  /** How many bundles wait for the commit before them. */
  get waiting(): number {
    return this.#gather.waiting;
  }

  /** What would come of the writes, were they committed now. */
  async rehearse<T>(businessId: string, writes: Write<T>[]): Promise<PromiseSettledResult<T>[]> {
    const needs = union(writes.map((write) => write.needs));
    // One snapshot: nobody comes between its reads, and nobody waits for it.
    return (await this.#sql.begin('isolation level repeatable read read only', async (tx) => {
      const found = await load(tx, businessId, needs);
      return planAll([{ writes, retry: null }], found, newMoment()).outcomes[0]!;
    })) as PromiseSettledResult<T>[];
  }

  /** Plans and commits a bundle. Resolves when it is durable, with what the plan of each write answered or threw. */
  async submit<T>(businessId: string, bundle: Bundle<T>): Promise<PromiseSettledResult<T>[]> {
    return (await traced('write', () =>
      this.#gather.submit(businessId, { ...bundle, origin: presentOrigin() }),
    )) as PromiseSettledResult<T>[];
  }

  async #settle(
    businessId: string,
    bundles: Bundle<unknown>[],
    turn: Turn,
  ): Promise<PromiseSettledResult<Outcome[]>[]> {
    try {
      const outcomes = await traced('write group', () => this.#commit(businessId, bundles, turn), {
        from: bundles.flatMap(({ origin }) => origin ?? []),
        attributes: { writes: bundles.reduce((n, { writes }) => n + writes.length, 0) },
      });
      return outcomes.map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      // A bundle stands or falls as one: its answer is remembered in its commit.
      if (bundles.length === 1 || isUnavailable(error) || isStorageFull(error)) throw error;
      // Not a plan but the database refused the group. If it was the fault of one bundle, the others go through alone.
      const settled: PromiseSettledResult<Outcome[]>[] = [];
      for (const bundle of bundles)
        settled.push(
          ...(
            await Promise.allSettled([this.#settle(businessId, [bundle], { ...turn, free: () => {} })])
          ).map(flat),
        );
      return settled;
    }
  }

  /**
   * Gets a group ready while the one before is at work, and sends it when that one has ended. It waits with all of it
   * where the two name the same people: it would be planned on what the other is changing.
   */
  async #commit(businessId: string, bundles: Bundle<unknown>[], turn: Turn): Promise<Outcome[][]> {
    const needs = union(bundles.flatMap(({ writes }) => writes.map((write) => write.needs)));
    this.stats.groups++;
    this.stats.writes += bundles.reduce((n, { writes }) => n + writes.length, 0);
    // An answer to keep must not outlive what it shows: an erase in between would miss it.
    const isOptimistic = bundles.every(({ retry }) => retry === null);
    const own: AtWork = { names: namesIn(needs), changed: new Set(), erases: false };
    const atWork = this.#atWork.get(businessId) ?? new Set<AtWork>();
    const beside = [...atWork];
    this.#atWork.set(businessId, atWork.add(own));
    try {
      const isApart = !beside.some(({ names }) => meets(own.names, names));
      if (isOptimistic && isApart) return await this.#attempt(businessId, bundles, needs, own, beside, turn);
      await turn.before;
      return await this.#attempt(businessId, bundles, needs, own, isOptimistic ? [] : null, turn);
    } finally {
      atWork.delete(own);
      if (atWork.size === 0) this.#atWork.delete(businessId);
    }
  }

  /** `beside`: the groups before that are still at work; null to take turns from the first attempt on. */
  async #attempt(
    businessId: string,
    bundles: Bundle<unknown>[],
    needs: Needs,
    own: AtWork,
    beside: AtWork[] | null,
    turn: Turn,
  ): Promise<Outcome[][]> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return attempt === 0 && beside
          ? await this.#optimistically(businessId, bundles, needs, own, beside, turn)
          : await this.#inTurn(businessId, bundles, needs, own);
      } catch (error) {
        if (!(error instanceof LostRace || isLostRace(error))) throw error;
        this.stats.retries++;
        await turn.before;
        await sleep(Math.random() * 5 * attempt);
      }
    }
    throw new ApiError(
      'write_conflict',
      'Others kept changing the same customer. Nothing was written; try again.',
    );
  }

  /** Loads outside the transaction; the unique index and the version guard say whether that was good enough. */
  async #optimistically(
    businessId: string,
    bundles: Bundle<unknown>[],
    needs: Needs,
    own: AtWork,
    beside: AtWork[],
    { before, free }: Turn,
  ): Promise<Outcome[][]> {
    const found = await traced('load', () => load(this.#sql, businessId, needs));
    const { outcomes, changes } = planAll(bundles, found, this.#clock.next(businessId));
    if (changes.changes.some(isUnguarded)) throw new LostRace();
    note(own, changes);
    const isWorthIt = isWorthCommitting(changes);
    const prepared = isWorthIt ? prepare(businessId, found, changes) : null;
    if (beside.length > 0) {
      await before;
      // Through another contact of one person: what was loaded is not what the group before left, and an answer that
      // changes nothing has no version guard to say so. The words of the erased are forgotten too.
      if (beside.some(({ changed, erases }) => erases || found.knowsAny(changed))) throw new LostRace();
    }
    if (!prepared) return outcomes;
    await before;
    const committing = traced('commit', () => commit(this.#sql, businessId, prepared));
    free();
    await committing;
    if (changes.changes.length > 0) this.#onCommit(businessId);
    return outcomes;
  }

  /** Another process won, or could without anyone noticing: from now on one after the other in this business. */
  async #inTurn(
    businessId: string,
    bundles: Bundle<unknown>[],
    needs: Needs,
    own: AtWork,
  ): Promise<Outcome[][]> {
    const { outcomes, changes } = await traced('load and commit in turn', async () =>
      this.#sql.begin(async (tx) => {
        this.#clock.atLeast(businessId, await takeTurn(tx, businessId));
        const found = await load(tx, businessId, needs);
        const slots = bundles.flatMap(({ retry }) => retry ?? []);
        const { answers, now } =
          slots.length > 0 ? await selectAnswers(tx, businessId, slots) : { answers: [], now: null };
        const planned = planAll(bundles, found, this.#clock.next(businessId), answers);
        note(own, planned.changes);
        if (isWorthCommitting(planned.changes))
          await commitIn(tx, businessId, prepare(businessId, found, planned.changes), now);
        return planned;
      }),
    );
    if (changes.changes.length > 0) this.#onCommit(businessId);
    return outcomes;
  }
}

/** What the groups that begin beside one must know of it. */
interface AtWork {
  /** Whom it may touch. */
  names: Set<string>;
  /** Whom it changes, once it is planned. */
  changed: Set<string>;
  /** Somebody is erased or purged: words of names go with them. */
  erases: boolean;
}

function note(own: AtWork, { changes }: Changes): void {
  for (const { after, fate } of changes) {
    own.changed.add(after.id);
    own.erases ||= fate !== undefined;
  }
}

const flat = (
  settled: PromiseSettledResult<PromiseSettledResult<Outcome[]>[]>,
): PromiseSettledResult<Outcome[]> => (settled.status === 'fulfilled' ? settled.value[0]! : settled);

const isWorthCommitting = ({ changes, possibleDuplicates, answers }: Changes): boolean =>
  changes.length + possibleDuplicates.length + answers.length > 0;

/**
 * A new record known by shared contacts alone (a 1300 number) has no unique index to stand on: two processes could
 * both make it. It is made in turn.
 */
const isUnguarded = ({ before, after }: Change): boolean =>
  before === null && after.contacts.length > 0 && after.contacts.every((contact) => !contact.matchable);

/** Plans the writes in order, each seeing what the ones before it did; a refused write leaves no trace. Bundles whose
 * answer is kept (`answers`) are answered with it. */
export function planAll(
  bundles: Bundle<unknown>[],
  found: Found,
  moment: Moment,
  answers: StoredAnswer[] = [],
): { outcomes: Outcome[][]; changes: Changes } {
  const changes: Changes = { changes: [], possibleDuplicates: [], answers: [], at: moment.now };
  const planOne = (write: Write<unknown>): Outcome => {
    try {
      const planned = write.plan(found, moment);
      for (const change of planned.changes) found.apply(change);
      changes.changes.push(...planned.changes);
      changes.possibleDuplicates.push(...(planned.possibleDuplicates ?? []));
      return { status: 'fulfilled', value: planned.answer };
    } catch (error) {
      return { status: 'rejected', reason: error };
    }
  };
  const outcomes = bundles.map(({ writes, retry }): Outcome[] => {
    const replayed = retry && replay(retry, answers, writes);
    if (replayed) return replayed;
    const before = changes.changes.length;
    const planned = writes.map(planOne);
    // A refusal changed nothing: the same request may be sent again when its cause is mended.
    if (retry && planned.some(({ status }) => status === 'fulfilled')) {
      const { context, key, part, fingerprint } = retry;
      const kept = toStored(planned, writes);
      const answer = JSON.stringify(kept);
      const erases = changes.changes.slice(before).some(({ fate }) => fate !== undefined);
      changes.answers.push({ context, key, part, fingerprint, answer, customer_ids: idsIn(kept), erases });
    }
    return planned;
  });
  return { outcomes, changes };
}

/** Whoever two groups both name they must not plan side by side: match keys and ids. */
const namesIn = ({ ids, keys, references = [], mergedAway = [] }: Needs): Set<string> =>
  new Set([
    ...ids,
    ...keys.map(({ locationId, key }) => `${locationId} ${key}`),
    ...references,
    ...mergedAway,
  ]);

function meets(some: Set<string>, others: Set<string>): boolean {
  for (const one of some) if (others.has(one)) return true;
  return false;
}

export const union = (needs: Needs[]): Needs => ({
  ids: [...new Set(needs.flatMap((need) => need.ids))],
  keys: needs.flatMap((need) => need.keys),
  names: [...new Set(needs.flatMap((need) => need.names))],
  words: [...new Set(needs.flatMap((need) => need.words))],
  references: [...new Set(needs.flatMap((need) => need.references ?? []))],
  mergedAway: [...new Set(needs.flatMap((need) => need.mergedAway ?? []))],
});

/** The clock and the ids of one group, read once; the plans themselves stay pure. */
export function newMoment(millis = Date.now()): Moment {
  return { now: new Date(millis).toISOString(), newId: () => newId(millis) };
}

const REMEMBERED = 10_000;

/**
 * Gives each group of a business a later millisecond than the one before, also when the machine's clock stands
 * still or jumps back: what a list has seen is then never joined by something that claims to be as old. Between
 * processes the feed's row refuses a time that is not later (LostRace), and `atLeast` catches up.
 */
class Clock {
  readonly #last = new Map<string, number>();

  next(businessId: string): Moment {
    const millis = Math.max(Date.now(), (this.#last.get(businessId) ?? 0) + 1);
    this.#set(businessId, millis);
    return newMoment(millis);
  }

  atLeast(businessId: string, time: string): void {
    this.#set(businessId, Math.max(Date.parse(time), this.#last.get(businessId) ?? 0));
  }

  #set(businessId: string, millis: number): void {
    this.#last.delete(businessId);
    this.#last.set(businessId, millis);
    // The longest unused goes first; its next group is far more than a millisecond away.
    if (this.#last.size > REMEMBERED) this.#last.delete(this.#last.keys().next().value!);
  }
}
