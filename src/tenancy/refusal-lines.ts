/**
 * Which refusals are a line in the log. A program that goes on with a wrong key is told 401 each time; the log says so once a
 * minute for the same key from the same address, and then how many it has passed over.
 */

/** Beyond so many the one that was told longest ago is forgotten, and with it what was passed over. */
const MOST_TOLD = 10_000;
const MINUTE_MS = 60_000;

export class RefusalLines {
  readonly #millis: number;
  readonly #told = new Map<string, { until: number; passedOver: number }>();

  /** One line in so many milliseconds. */
  constructor(millis = MINUTE_MS) {
    this.#millis = millis;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#told.size;
  }

  /** How many were passed over since the line before, when a line is due; null when this one is passed over too. */
  next(name: string, now = performance.now()): number | null {
    const told = this.#told.get(name);
    if (told && told.until > now) {
      told.passedOver++;
      return null;
    }
    this.#told.delete(name);
    if (this.#told.size >= MOST_TOLD) this.#told.delete(this.#told.keys().next().value!);
    this.#told.set(name, { until: now + this.#millis, passedOver: 0 });
    return told?.passedOver ?? 0;
  }
}
