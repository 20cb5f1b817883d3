/** How `q` becomes a condition on customers: exact fragments first, then names with one wrong letter. */
import type { Fragment, Queryable } from '../database/connect.ts';
import { gramsWanted, saltOf } from './grams.ts';
import { loadNeighbours } from './load.ts';
import { containing, oneSlipApart, searchTerms, type Term, typoKeys, wholeWord } from './search-text.ts';

const MAX_TERMS = 12;
const MAX_NEIGHBOURS = 20;

/** The terms of a query; words beyond the twelfth are passed over: each costs, and few are left to tell apart. */
export const termsOf = (q: string | undefined, country: string): Term[] =>
  q ? searchTerms(q, country).slice(0, MAX_TERMS) : [];

/** True for rows of the business that match every term. The table goes by `c`. */
export function matchesAll(sql: Queryable, businessId: string, terms: Term[]): Fragment {
  const salt = saltOf(businessId);
  return terms.reduce(
    (all, { fragments }) => sql`${all} and (${matchesAny(sql, salt, fragments)})`,
    sql`true`,
  );
}

const matchesAny = (sql: Queryable, salt: number, [first, ...others]: string[]): Fragment =>
  others.reduce(
    (any, fragment) => sql`${any} or ${matches(sql, salt, fragment)}`,
    matches(sql, salt, first!),
  );

/** The index tells who may have the fragment, the text who has. */
function matches(sql: Queryable, salt: number, fragment: string): Fragment {
  const grams = gramsWanted(salt, fragment);
  const text = sql`c.search like ${containing(fragment)}`;
  return grams.length > 0 ? sql`(c.grams @> ${grams}::integer[] and ${text})` : text;
}

/** True when the index is asked for whatever may match the term. */
export const isIndexed = (salt: number, { fragments }: Term): boolean =>
  fragments.every((fragment) => gramsWanted(salt, fragment).length > 0);

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
    term.word ? { ...term, fragments: [...term.fragments, ...neighbours(term.word).map(wholeWord)] } : term,
  );
  return widened.some((term, i) => term.fragments.length > terms[i]!.fragments.length) ? widened : null;
}
