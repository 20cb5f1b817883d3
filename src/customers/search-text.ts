/** How text is folded so that people find people: without case, accents or punctuation. Pure. */
import { digitsOf, phoneSearchDigits, searchableDigits } from './contact.ts';
import type { Contact } from './schema.ts';

// Letters that Unicode does not take apart into a base letter and a mark.
const LETTERS: Record<string, string> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  ŋ: 'n',
  ħ: 'h',
  // The sigma that ends a word: whether one ends there depends on the letters around it.
  ς: 'σ',
};

const ASCII = /^[\t-\r -~]*$/;
const BLANKS = /\s+/g;

/** Lower case, accents gone, blanks single: `José  Ñandú` becomes `jose nandu`. */
export function fold(text: string): string {
  // Most text is ASCII, where there is nothing to take apart.
  if (ASCII.test(text)) return text.toLowerCase().replace(BLANKS, ' ').trim();
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[øłđðþßæœıŋħς]/g, (letter) => LETTERS[letter]!)
    .replace(BLANKS, ' ')
    .trim();
}

/** Of folded text letters and digits only: `o'brien-smith` becomes `obrien smith`. */
export const plain = (folded: string): string =>
  /^[a-z0-9 ]*$/.test(folded)
    ? folded
    : folded
        .replace(/['’‘`´]/g, '')
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim();

/** What tells namesakes and sorts lists: the folded name, or company where there is no name. */
export const nameKey = (record: { name: string | null; company_name: string | null }): string =>
  firstLetters(plain(fold(record.name ?? record.company_name ?? '')));

const INDEXED_LETTERS = 100;

/** So many letters as an index takes: folding can make eighteen letters of one. */
const firstLetters = (text: string): string =>
  text.length <= INDEXED_LETTERS ? text : [...text].slice(0, INDEXED_LETTERS).join('');

interface Searchable {
  name: string | null;
  company_name: string | null;
  tags: string[];
  contacts: Pick<Contact, 'type' | 'value' | 'raw'>[];
}

/** The text that `q` looks in: every word between blanks, at both ends too. */
export function searchText(record: Searchable): string {
  const named = [record.name, record.company_name, ...record.tags].filter((text) => text !== null).map(fold);
  const parts = named.flatMap((text) => [text, plain(text)]);
  for (const contact of record.contacts) {
    // As given too: the domain of a value is in ASCII, and people look for bücher.example.
    if (contact.type === 'email') parts.push(fold(contact.value), fold(contact.raw));
    else parts.push(...searchableDigits(contact));
  }
  return ` ${[...new Set(parts.filter((part) => part !== ''))].join(' ')} `;
}

/** What lists filter by, in one array: `status:lead`, `source:website`, `tag:vip`; folded. */
export const facets = (record: { status: string; source: string | null; tags: string[] }): string[] => [
  facet('status', record.status),
  ...(record.source === null ? [] : [facet('source', record.source)]),
  ...record.tags.map((tag) => facet('tag', tag)),
];
export const facet = (kind: 'status' | 'source' | 'tag', value: string): string =>
  `${kind}:${firstLetters(fold(value))}`;

const TYPO_MIN = 4;
const TYPO_MAX = 24;

/** The words of a name or company in which one wrong letter is forgiven. */
export function nameWords(record: { name: string | null; company_name: string | null }): string[] {
  const words = plain(fold(`${record.name ?? ''} ${record.company_name ?? ''}`)).split(' ');
  return [...new Set(words.filter(isTypoWord))];
}
const isTypoWord = (word: string) =>
  word.length >= TYPO_MIN && word.length <= TYPO_MAX && !/[\d ]/.test(word);

/** A word and everything left of it when one letter is dropped: two words one slip apart share one of these. */
export function typoKeys(word: string): string[] {
  // By letters, not by UTF-16 units: half a surrogate pair is no text.
  const letters = [...word];
  return [...new Set([word, ...letters.map((_, i) => letters.toSpliced(i, 1).join(''))])];
}

/** True when one letter was changed, left out, added, or swapped with its neighbour. */
export function oneSlipApart(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const restA = a.slice(start, a.length - end);
  const restB = b.slice(start, b.length - end);
  return (
    (restA.length <= 1 && restB.length <= 1) ||
    (restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0])
  );
}

/**
 * One thing that must match: any of these fragments of the search text, a blank at an end meaning the end of a word; or
 * (for a mistyped word) a neighbour of the word.
 */
export interface Term {
  fragments: string[];
  /** The folded word, when a neighbour of it may stand in; null for digits, addresses and short words. */
  word: string | null;
}

/**
 * What `q` asks for. Digits in a row belong together (`0412 345` is one fragment), `%` and `_` are text, a word
 * of one or two letters matches the beginning of words.
 */
export function searchTerms(q: string, country: string): Term[] {
  const folded = fold(q);
  // An extension has letters in it, so the whole is tried as a phone number first.
  if (phoneLike(folded) || phoneSearchDigits(folded, country)) return [phoneTerm(folded, country)];
  const terms: Term[] = [];
  const words = folded.split(' ').filter((word) => word !== '');
  for (let i = 0; i < words.length; ) {
    let run = i;
    while (run < words.length && phoneLike(words[run]!)) run++;
    const text = words.slice(i, run).join(' ');
    if (digitsOf(text).length >= 3) {
      terms.push(phoneTerm(text, country));
      i = run;
    } else {
      terms.push(wordTerm(words[i]!));
      i++;
    }
  }
  return terms;
}

const phoneLike = (text: string) => /^[+\d][\d\s()./+-]*$|^\([\d\s()./-]+$/.test(text) && /\d/.test(text);

function phoneTerm(text: string, country: string): Term {
  const digits = digitsOf(text);
  if (digits.length < 3) return wordTerm(text);
  // As written too: 24/7 may be part of a name, 2025-01 of a tag.
  const forms = [digits, digits.replace(/^0011|^00/, ''), phoneSearchDigits(text, country) ?? '', text];
  return { fragments: [...new Set(forms.filter((form) => form.length >= 3))], word: null };
}

function wordTerm(word: string): Term {
  if (word.includes('@')) return { fragments: [word], word: null };
  // What could be taken for a wildcard is looked for as it stands, and nothing else.
  if (/[%_\\]/.test(word)) return { fragments: [fragment(word)], word: null };
  const bare = plain(word);
  const fragments = [fragment(word)];
  // Typed with punctuation the record may not have (o'brien, mosley-david): its letters alone will do too.
  if (bare !== word && bare !== '') fragments.push(bare.includes(' ') ? bare : fragment(bare));
  return { fragments, word: isTypoWord(bare) ? bare : null };
}

// Scripts that write words without blanks between them: there a name is more than its beginning.
export const WORDS_RUN_ON =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const fragment = (text: string) => ([...text].length < 3 && !WORDS_RUN_ON.test(text) ? ` ${text}` : text);
/** The fragment of one whole word. */
export const wholeWord = (word: string) => ` ${word} `;
/** The LIKE pattern of text that contains this. */
export const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
