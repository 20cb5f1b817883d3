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

/** What waits for a key, and how many groups of it are at work. */
interface Line<Item, Result> {
  waiting: Waiting<Item, Result>[];
  weight: number;
  running: number;
  /** Settled when all groups that have begun have ended. Never rejects. */
  last: Promise<void>;
}

export interface GatherOptions<Item> {
  /** Items are added to a group until it weighs this much. */
  limit: number;
  /** What an item weighs; 1 when absent. */
  weight?: (item: Item) => number;
}

/** A full group need not wait to begin: so many are at work at a time. */
const AT_WORK = 2;

export class Gather<Item, Result> {
  readonly #work: (key: string, items: Item[], before: Promise<void>) => Promise<Settled<Result>[]>;
  readonly #limit: number;
  readonly #weight: (item: Item) => number;
  readonly #lines = new Map<string, Line<Item, Result>>();

  /**
   * `work` answers each item in order. Groups of a key begin in order; a full one may begin while the one before is at
   * work, and is handed the end of those before (`before`, never rejects).
   */
  constructor(
    { limit, weight = () => 1 }: GatherOptions<Item>,
    work: (key: string, items: Item[], before: Promise<void>) => Promise<Settled<Result>[]>,
  ) {
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
      const line = this.#lines.get(key) ?? { waiting: [], weight: 0, running: 0, last: Promise.resolve() };
      this.#lines.set(key, line);
      line.waiting.push({ item, resolve, reject });
      line.weight += this.#weight(item);
      this.#begin(key, line);
    });
  }

  /** Begins what may begin now. */
  #begin(key: string, line: Line<Item, Result>): void {
    while (line.waiting.length > 0) {
      if (line.running > 0 && (line.running >= AT_WORK || line.weight < this.#limit)) return;
      const group = this.#take(line);
      line.running++;
      const settled = this.#settle(key, group, line.last).then(() => {
        line.running--;
        this.#begin(key, line);
      });
      line.last = Promise.all([line.last, settled]).then(() => {});
    }
    if (line.running === 0) this.#lines.delete(key);
  }

  async #settle(key: string, group: Waiting<Item, Result>[], before: Promise<void>): Promise<void> {
    try {
      const items = group.map(({ item }) => item);
      for (const [i, result] of (await this.#work(key, items, before)).entries()) {
        if (result.status === 'fulfilled') group[i]!.resolve(result.value);
        else group[i]!.reject(result.reason);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  /** Those of the waiting who go together next. */
  #take(line: Line<Item, Result>): Waiting<Item, Result>[] {
    let weight = 0;
    let n = 0;
    while (n < line.waiting.length && weight < this.#limit) weight += this.#weight(line.waiting[n++]!.item);
    line.weight -= weight;
    return line.waiting.splice(0, n);
  }
}
