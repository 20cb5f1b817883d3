/**
 * While work for a key is in flight, what arrives for that key gathers and goes together next. An idle service
 * adds no delay; a busy one pays one round trip for many.
 */

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export type Settled<Result> = PromiseSettledResult<Result>;

interface Group<Item, Result> {
  members: Waiting<Item, Result>[];
  weight: number;
}

/** What waits for a key, and how many groups of it are at work. */
interface Line<Item, Result> {
  waiting: Waiting<Item, Result>[];
  weight: number;
  running: number;
  /** The group that began last, and whether the rest of its work is done elsewhere. */
  newest: Group<Item, Result>;
  isFree: boolean;
  /** Settled when all groups that have begun have ended. Never rejects. */
  last: Promise<void>;
}

const newLine = <Item, Result>(): Line<Item, Result> => ({
  waiting: [],
  weight: 0,
  running: 0,
  newest: { members: [], weight: 0 },
  isFree: false,
  last: Promise.resolve(),
});

export interface GatherOptions<Item> {
  /** Items are added to a group until it weighs this much. */
  limit: number;
  /** What an item weighs; 1 when absent. */
  weight?: (item: Item) => number;
}

/** So many groups of a key are at work at a time. */
const AT_WORK = 2;

/** What a group is told of its turn. */
export interface Turn {
  /** The end of the groups before. Never rejects. */
  before: Promise<void>;
  /** Says that the rest of the work is done elsewhere: the next group may get ready in this process meanwhile. */
  free(): void;
}

export type Work<Item, Result> = (key: string, items: Item[], turn: Turn) => Promise<Settled<Result>[]>;

export class Gather<Item, Result> {
  readonly #work: Work<Item, Result>;
  readonly #limit: number;
  readonly #weight: (item: Item) => number;
  readonly #lines = new Map<string, Line<Item, Result>>();

  /**
   * `work` answers each item in order. Groups of a key begin in order: when the one before has ended, or beside it
   * when the new one is full, or when the one before is free and as many wait as it has (halves in step bear more than
   * a crowd and a straggler by turns).
   */
  constructor({ limit, weight = () => 1 }: GatherOptions<Item>, work: Work<Item, Result>) {
    this.#work = work;
    this.#limit = limit;
    this.#weight = weight;
  }

  /** How many items wait for the work before them. */
  get waiting(): number {
    let n = 0;
    for (const { waiting } of this.#lines.values()) n += waiting.length;
    return n;
  }

  /** Resolves or rejects with what the work says of this item; rejects when the whole work failed. */
  submit(key: string, item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const line = this.#lines.get(key) ?? newLine<Item, Result>();
      this.#lines.set(key, line);
      line.waiting.push({ item, resolve, reject });
      line.weight += this.#weight(item);
      this.#begin(key, line);
    });
  }

  /** Begins what may begin now. */
  #begin(key: string, line: Line<Item, Result>): void {
    while (line.waiting.length > 0) {
      const isWorthIt = line.weight >= this.#limit || (line.isFree && line.weight >= line.newest.weight);
      const mayJoin = line.running < AT_WORK && isWorthIt;
      if (line.running > 0 && !mayJoin) return;
      const group = this.#take(line);
      line.running++;
      line.isFree = false;
      line.newest = group;
      const free = () => {
        if (line.newest !== group) return;
        line.isFree = true;
        this.#begin(key, line);
      };
      const settled = this.#settle(key, group, { before: line.last, free }).then(() => {
        line.running--;
        this.#begin(key, line);
      });
      line.last = Promise.all([line.last, settled]).then(() => {});
    }
    if (line.running === 0 && this.#lines.get(key) === line) this.#lines.delete(key);
  }

  async #settle(key: string, { members }: Group<Item, Result>, turn: Turn): Promise<void> {
    try {
      const items = members.map(({ item }) => item);
      for (const [i, result] of (await this.#work(key, items, turn)).entries()) {
        if (result.status === 'fulfilled') members[i]!.resolve(result.value);
        else members[i]!.reject(result.reason);
      }
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  }

  /** Those of the waiting who go together next. */
  #take(line: Line<Item, Result>): Group<Item, Result> {
    let weight = 0;
    let n = 0;
    while (n < line.waiting.length && weight < this.#limit) weight += this.#weight(line.waiting[n++]!.item);
    line.weight -= weight;
    return { members: line.waiting.splice(0, n), weight };
  }
}

export interface SharedRead<T> {
  /** Reads for all who share it; `isGone`: all of them have gone. */
  read(isGone: () => boolean): Promise<T>;
  /** This one has gone. */
  isGone?(): boolean;
}

/** Readings by key: those that are asked for while one is under way share the next, which begins after all of them. */
export type SharedReads<T> = Gather<SharedRead<T>, T>;

export const sharedReads = <T>(): SharedReads<T> =>
  new Gather({ limit: Number.POSITIVE_INFINITY }, async (_key, readings) => {
    const value = await readings[0]!.read(() => readings.every(({ isGone }) => isGone?.()));
    return readings.map(() => ({ status: 'fulfilled', value }));
  });
