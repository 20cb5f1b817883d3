/**
 * What the index of fragments holds: for each three letters in a row a number made of them and of the business. Two
 * businesses never share a key of the index, so that a search costs what its own business has. Numbers can meet by
 * chance; whoever searches looks at the text itself afterwards. Pure.
 */
import { WORDS_RUN_ON } from './search-text.ts';

const SPACE = 32;
/** More fragments than this tell no more apart; each costs a look into the index. */
const MAX_WANTED = 16;

/** A business's own beginning of every number: its id, hashed. */
export function saltOf(businessId: string): number {
  let salt = 0;
  for (let i = 0; i < businessId.length; i++) salt = mix(salt, businessId.charCodeAt(i));
  return salt;
}

function mix(hash: number, unit: number): number {
  const mixed = Math.imul(hash ^ unit, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/**
 * The numbers of a text whose words stand between single blanks. Any text that contains this one has all of them:
 * every three letters of a word with the blanks around it, the first letter of each word, and for scripts without
 * blanks between words every letter and every two.
 */
export function gramsOf(salt: number, text: string): number[] {
  const grams = threes(salt, text);
  const runsOn = WORDS_RUN_ON.test(text);
  for (let i = 0; i < text.length; i++) {
    const [unit, next] = [text.charCodeAt(i), text.charCodeAt(i + 1)];
    if (i + 1 < text.length && unit === SPACE) grams.push(mix(mix(salt, SPACE), next));
    if (!runsOn || unit < 0x80) continue;
    grams.push(mix(salt, unit));
    if (i + 1 < text.length && next >= 0x80) grams.push(mix(mix(salt, unit), next));
  }
  return [...new Set(grams)];
}

function threes(salt: number, text: string): number[] {
  const grams: number[] = [];
  for (let i = 0; i + 2 < text.length; i++) {
    const middle = text.charCodeAt(i + 1);
    if (middle === SPACE) continue;
    grams.push(mix(mix(mix(salt, text.charCodeAt(i)), middle), text.charCodeAt(i + 2)));
  }
  return grams;
}

/** What a text must have that contains this one: some of its numbers, enough to tell. Empty when nothing can be asked. */
export function gramsWanted(salt: number, text: string): number[] {
  const long = [...new Set(threes(salt, text))];
  const grams = long.length > 0 ? long : gramsOf(salt, text);
  const step = Math.max(1, grams.length / MAX_WANTED);
  return grams.length <= MAX_WANTED
    ? grams
    : Array.from({ length: MAX_WANTED }, (_, i) => grams[Math.floor(i * step)]!);
}

/** The number of a facet, such as `status:lead`. */
export function facetGram(salt: number, facet: string): number {
  let gram = mix(salt, 0x10000);
  for (let i = 0; i < facet.length; i++) gram = mix(gram, facet.charCodeAt(i));
  return gram;
}
