/**
 * So many at a time, and those who wait go in a circle of whom they belong to: somebody with one request waits for one of
 * each other, not for the five hundred of the one who came before.
 */
export class Turns {
  readonly #atOnce: number;
  #atWork = 0;
  /** Who waits, by whom they belong to; the first of the map is next. */
  readonly #lines = new Map<string, (() => void)[]>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  get waiting(): number {
    let n = 0;
    for (const line of this.#lines.values()) n += line.length;
    return n;
  }

  /** Does the work when it is its turn. Resolves or rejects as the work does. */
  async run<T>(who: string, work: () => Promise<T>): Promise<T> {
    if (this.#atWork < this.#atOnce) this.#atWork++;
    else await this.#stand(who);
    try {
      return await work();
    } finally {
      this.#pass();
    }
  }

  #stand(who: string): Promise<void> {
    return new Promise((resolve) => {
      const line = this.#lines.get(who);
      if (line) line.push(resolve);
      else this.#lines.set(who, [resolve]);
    });
  }

  /** Hands the turn on to the first of the next in the circle. */
  #pass(): void {
    for (const [who, line] of this.#lines) {
      const next = line.shift()!;
      this.#lines.delete(who);
      if (line.length > 0) this.#lines.set(who, line);
      next();
      return;
    }
    this.#atWork--;
  }
}
