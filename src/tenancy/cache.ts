/** A value that may be a little old: kept for a fixed time from the moment its reading began, read once for all who ask. */
export class TimedCache<V> {
  readonly #entries = new Map<string, { value: V | Promise<V>; until: number }>();
  readonly #millis: number;
  readonly #limit: number;
  readonly #isWorthIt: (value: V) => boolean;

  /** Keeps at most `limit` values, each at most `millis` milliseconds, and only those that are worth it. */
  constructor(millis: number, limit = 10_000, isWorthIt: (value: V) => boolean = (value) => value !== null) {
    this.#millis = millis;
    this.#limit = limit;
    this.#isWorthIt = isWorthIt;
  }

  /** The kept value, or what `read` answers. By default null is not kept; failures never are. */
  get(key: string, read: () => Promise<V>): V | Promise<V> {
    // A monotonic clock: a jump of the wall clock must not lengthen the life of a revoked key.
    const now = performance.now();
    const entry = this.#entries.get(key);
    if (entry && entry.until > now) return entry.value;
    this.#entries.delete(key);
    if (this.#entries.size >= this.#limit) this.#entries.delete(this.#entries.keys().next().value!);
    const fresh: { value: V | Promise<V>; until: number } = { value: read(), until: now + this.#millis };
    this.#entries.set(key, fresh);
    const drop = () => {
      if (this.#entries.get(key) === fresh) this.#entries.delete(key);
    };
    (fresh.value as Promise<V>).then((value) => {
      if (!this.#isWorthIt(value)) drop();
      else fresh.value = value;
    }, drop);
    return fresh.value;
  }

  /** Forgets everything, after a write of this process that others must see at once. */
  clear(): void {
    this.#entries.clear();
  }
}
