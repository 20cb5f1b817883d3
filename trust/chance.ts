/** Chance that comes again: the same seed makes the same choices, in the same order. */

/** A number from 0 up to but not 1. */
export type Chance = () => number;

/** The chance of one seed and one use of it: two uses do not disturb each other. */
export function chanceOf(seed: number, use: string): Chance {
  let state = seed >>> 0;
  for (const letter of use) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  // Mulberry32: 32 bits of state are plenty for choosing who is killed when.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const oneOf = <T>(chance: Chance, items: readonly T[]): T =>
  items[Math.floor(chance() * items.length)]!;

/** A whole number, both ends included. */
export const between = (chance: Chance, least: number, most: number): number =>
  least + Math.floor(chance() * (most - least + 1));
