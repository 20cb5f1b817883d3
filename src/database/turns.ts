/**
 * So many at a time, and those who wait go in a circle of whom they belong to: somebody with one request waits for one of
 * each other, not for the five hundred of the one who came before.
 */

/** It had gone before its turn came: nothing was begun. */
export class Gone extends Error {}

interface Standing {
  begin(): void;
  leave(): void;
  isGone(): boolean;
}

export class Turns {
  readonly #atOnce: number;
  #atWork = 0;
  /** Who waits, by whom they belong to; the first of the map is next. */
  readonly #lines = new Map<string, Standing[]>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  get waiting(): number {
    let n = 0;
    for (const line of this.#lines.values()) n += line.length;
    return n;
  }

  /**
   * Does the work when it is its turn. Resolves or rejects as the work does. Who has gone while waiting (`isGone`) costs nobody a
   * turn: rejects with Gone.
   */
  async run<T>(who: string, work: () => Promise<T>, isGone: () => boolean = () => false): Promise<T> {
    if (this.#atWork < this.#atOnce) this.#atWork++;
    else await this.#stand(who, isGone);
    try {
      return await work();
    } finally {
      this.#pass();
    }
  }

  #stand(who: string, isGone: () => boolean): Promise<void> {
    return new Promise((begin, reject) => {
      const standing = { begin, leave: () => reject(new Gone()), isGone };
      const line = this.#lines.get(who);
      if (line) line.push(standing);
      else this.#lines.set(who, [standing]);
    });
  }

  /** Hands the turn on to the first who is still there, of the next in the circle. */
  #pass(): void {
    for (const [who, line] of this.#lines) {
      this.#lines.delete(who);
      while (line[0]?.isGone()) line.shift()!.leave();
      const next = line.shift();
      if (line.length > 0) this.#lines.set(who, line);
      if (!next) continue;
      next.begin();
      return;
    }
    this.#atWork--;
  }
}
