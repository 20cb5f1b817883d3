/** How `q` becomes a condition on customers.search: exact fragments first, then names with one wrong letter. */
import type { Fragment, Queryable } from '../database/connect.ts';
import { loadNeighbours } from './load.ts';
import { oneSlipApart, searchTerms, type Term, typoKeys, wholeWord } from './search-text.ts';

const MAX_TERMS = 12;
const MAX_NEIGHBOURS = 20;

/** The terms of a query; words beyond the twelfth add nothing that could be told apart. */
export const termsOf = (q: string | undefined, country: string): Term[] =>
  q ? searchTerms(q, country).slice(0, MAX_TERMS) : [];

/** True for rows that match every term. The table goes by `c`. */
export const matchesAll = (sql: Queryable, terms: Term[]): Fragment =>
  terms.reduce((all, term) => sql`${all} and ${matchesAny(sql, term.patterns)}`, sql`true`);

const matchesAny = (sql: Queryable, patterns: string[]): Fragment =>
  sql`(${patterns.slice(1).reduce((any, pattern) => sql`${any} or c.search like ${pattern}`, sql`c.search like ${patterns[0]!}`)})`;

/** The terms with the words of this business added that are one slip away; null when there are none. */
export async function withNeighbours(
  sql: Queryable,
  businessId: string,
  terms: Term[],
): Promise<Term[] | null> {
  const words = terms.flatMap((term) => term.word ?? []);
  if (words.length === 0) return null;
  const candidates = await loadNeighbours(sql, businessId, [...new Set(words.flatMap(typoKeys))]);
  const neighbours = (word: string) =>
    candidates.filter((candidate) => oneSlipApart(word, candidate)).slice(0, MAX_NEIGHBOURS);
  const widened = terms.map((term) =>
    term.word ? { ...term, patterns: [...term.patterns, ...neighbours(term.word).map(wholeWord)] } : term,
  );
  return widened.some((term, i) => term.patterns.length > terms[i]!.patterns.length) ? widened : null;
}
