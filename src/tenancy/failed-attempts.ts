/**
 * How often an address has come with a key that is none. Each may fail so often at once and in a minute, then so often as
 * that minute refills; who guesses on is answered before anything is looked up. Each process counts for itself: it guards the
 * database and the log, the keys guard themselves (178 bits).
 */

/** Beyond so many addresses the one that was quiet longest is forgotten: a million of them cost no memory. */
const MOST_ADDRESSES = 20_000;
const MINUTE_MS = 60_000;

interface Allowance {
  left: number;
  at: number;
}

export class FailedAttempts {
  readonly #perMinute: number;
  readonly #addresses = new Map<string, Allowance>();

  /** Failed attempts in a minute from one address; 0 for as many as it likes. */
  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#addresses.size;
  }

  /** Seconds until the address may try again; 0 when it may now. */
  secondsToWait(address: string, now = performance.now()): number {
    if (this.#perMinute === 0) return 0;
    const left = this.#leftOf(address, now);
    return left >= 1 ? 0 : Math.ceil(((1 - left) * MINUTE_MS) / this.#perMinute / 1000);
  }

  /** It has failed once more. */
  count(address: string, now = performance.now()): void {
    if (this.#perMinute === 0) return;
    const left = Math.max(0, this.#leftOf(address, now) - 1);
    this.#addresses.delete(address);
    if (this.#addresses.size >= MOST_ADDRESSES) this.#addresses.delete(this.#addresses.keys().next().value!);
    this.#addresses.set(address, { left, at: now });
  }

  #leftOf(address: string, now: number): number {
    const known = this.#addresses.get(address);
    if (!known) return this.#perMinute;
    return Math.min(this.#perMinute, known.left + ((now - known.at) * this.#perMinute) / MINUTE_MS);
  }
}
