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

export class Gather<Item, Result> {
  readonly #work: (key: string, items: Item[]) => Promise<Settled<Result>[]>;
  readonly #limit: number;
  readonly #weight: (item: Item) => number;
  readonly #waiting = new Map<string, Waiting<Item, Result>[]>();

  /** `work` answers each item in order; items are added to a group until it weighs `limit`. */
  constructor(
    limit: number,
    work: (key: string, items: Item[]) => Promise<Settled<Result>[]>,
    weight: (item: Item) => number = () => 1,
  ) {
    this.#limit = limit;
    this.#work = work;
    this.#weight = weight;
  }

  /** How many items wait for the work before them. */
  get waiting(): number {
    let n = 0;
    for (const items of this.#waiting.values()) n += items.length;
    return n;
  }

  /** Resolves or rejects with what the work says of this item; rejects when the whole work failed. */
  submit(key: string, item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(key);
      if (waiting) {
        waiting.push({ item, resolve, reject });
        return;
      }
      this.#waiting.set(key, [{ item, resolve, reject }]);
      void this.#drain(key);
    });
  }

  async #drain(key: string): Promise<void> {
    const waiting = this.#waiting.get(key)!;
    while (waiting.length > 0) {
      const group = waiting.splice(0, this.#share(waiting));
      try {
        const results = await this.#work(
          key,
          group.map(({ item }) => item),
        );
        for (const [i, result] of results.entries()) {
          if (result.status === 'fulfilled') group[i]!.resolve(result.value);
          else group[i]!.reject(result.reason);
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#waiting.delete(key);
  }

  /** How many of the waiting go together next. */
  #share(waiting: Waiting<Item, Result>[]): number {
    let weight = 0;
    let n = 0;
    while (n < waiting.length && weight < this.#limit) weight += this.#weight(waiting[n++]!.item);
    return n;
  }
}
