/**
 * How likely two customers are one person. Each field that both have speaks for or against it with a weight, the
 * weights add up, and the sum is read as a probability: the model of Fellegi and Sunter ("A Theory for Record
 * Linkage", JASA 64, 1969). A weight is log2(m/u): how much more often the agreement is seen between two records of
 * one person (m) than between two people (u). Alike but unequal texts take Jaro–Winkler (Winkler, 1990) for names and
 * the Dice coefficient of letter pairs for addresses. Pure. `docs/merging.md` shows what it finds.
 */
import { digitsOf } from './contact.ts';
import { fold, oneSlipApart, plain } from './search-text.ts';

/** What the score looks at. */
export interface Comparable {
  name: string | null;
  company_name: string | null;
  address: string | null;
  contacts: { type: 'email' | 'phone'; value: string; raw: string; matchable: boolean }[];
}

/** Pairs that score this much or more are possible duplicates. */
export const THRESHOLD = 0.5;

/** Before anything is compared: of pairs that share a blocking key, one in 2^13 or so is one person. */
const PRIOR = -13;

/** log2(m/u) of each finding, and what staff read about it. The whole of the model stands in this table. */
const WEIGHTS = {
  // One word of the name against its counterpart: a given name is shared by one in 40, a surname by one in 200. Two
  // words that agree do not reach the threshold alone, and a third says nothing more.
  word_same: { weight: 6.2, reason: null },
  word_one_slip: { weight: 5.4, reason: null },
  word_alike: { weight: 3, reason: null },
  word_different: { weight: -4, reason: null },
  // The other word of the name agrees and this one does not: one who married, or relatives under one roof.
  relative: { weight: -6.5, reason: null },
  company_same: { weight: 5, reason: 'same company' },
  company_different: { weight: -1, reason: null },

  address_same: { weight: 9, reason: 'same address' },
  address_alike: { weight: 6.5, reason: 'addresses alike' },
  address_partly: { weight: 2.5, reason: 'addresses partly alike' },
  address_different: { weight: -4.5, reason: null },
  number_same: { weight: 4, reason: null },
  number_different: { weight: -1.5, reason: null },
  postcode_same: { weight: 4, reason: null },
  postcode_alike: { weight: 1.5, reason: null },
  postcode_different: { weight: -1.5, reason: null },

  phone_same: { weight: 11, reason: 'same phone digits' },
  phone_shared: { weight: 2, reason: 'same shared phone' },
  email_same: { weight: 12, reason: 'same e-mail' },
  email_local: { weight: 6, reason: 'same e-mail before the @' },
} as const satisfies Record<string, { weight: number; reason: string | null }>;

type Finding = keyof typeof WEIGHTS;

/** Jaro–Winkler from which two words are alike, and below which they are different. */
const WORD_ALIKE = 0.82;
/** Dice coefficients of the letter pairs of two addresses. */
const ADDRESS = [
  [0.92, 'address_same'],
  [0.66, 'address_alike'],
  [0.42, 'address_partly'],
] as const;

/** A record as the score compares it. */
export interface Prepared {
  words: string[];
  company: string;
  pairs: Map<string, number>;
  pairCount: number;
  /** The first number of the address, which is that of the house. */
  number: string | null;
  postcode: string | null;
  addressWords: string[];
  phones: { digits: string; matchable: boolean }[];
  emails: string[];
}

const PHONE_DIGITS = 8;
const STATES = new Set('nsw vic qld wa sa tas act nt'.split(' '));
const STREET_TYPES: Record<string, string> = {
  st: 'street',
  rd: 'road',
  ave: 'avenue',
  pl: 'place',
  cres: 'crescent',
  ct: 'court',
  dr: 'drive',
  cl: 'close',
};
/** Words that half of all addresses have. */
const COMMON_WORDS = new Set([
  ...Object.values(STREET_TYPES),
  ...'lane way parade highway circuit terrace grove loop square unit north south east west port new lake'.split(
    ' ',
  ),
]);

export function prepare(record: Comparable): Prepared {
  const parts = plain(fold(record.address ?? ''))
    .split(' ')
    .filter((part) => part !== '' && !STATES.has(part));
  const numbers = parts.filter((part) => /^\d/.test(part));
  const isPostcode = (part: string | undefined) => part !== undefined && /^\d{4,5}$/.test(part);
  // An address ends with its postcode; a house number of four digits stands at the front.
  const postcode = isPostcode(parts.at(-1)) && parts.length > 1 ? parts.at(-1)! : null;
  const number = numbers.find((part) => part !== postcode) ?? null;
  const addressWords = parts
    .filter((part) => !/^\d/.test(part))
    .map((word) => STREET_TYPES[word] ?? word)
    .sort();
  const pairs = new Map<string, number>();
  for (const word of addressWords)
    for (const pair of letterPairs(word)) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  return {
    words: plain(fold(record.name ?? ''))
      .split(' ')
      .filter((word) => word !== ''),
    company: plain(fold(record.company_name ?? '')),
    pairs,
    pairCount: [...pairs.values()].reduce((sum, n) => sum + n, 0),
    number,
    postcode,
    addressWords,
    phones: record.contacts
      .filter(({ type }) => type === 'phone')
      .map(({ value, matchable }) => ({ digits: digitsOf(value).slice(-PHONE_DIGITS), matchable }))
      .filter(({ digits }) => digits.length === PHONE_DIGITS),
    emails: record.contacts.filter(({ type }) => type === 'email').map(({ value }) => value),
  };
}

const letterPairs = (word: string): string[] =>
  word.length < 2 ? [word] : Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2));

/** The score of two records, 0 to 1, and the reasons in words, the weightiest first. The order of the two is all one. */
export const scorePair = (a: Comparable, b: Comparable) => scorePrepared(prepare(a), prepare(b));

export function scorePrepared(a: Prepared, b: Prepared): { score: number; reasons: string[] } {
  const name = compareNames(a.words, b.words);
  const findings: Finding[] = [
    ...name.findings,
    ...compareCompanies(a, b),
    ...compareAddresses(a, b),
    ...compareContacts(a, b),
  ];
  const sum = findings.reduce((total, finding) => total + WEIGHTS[finding].weight, PRIOR);
  const told = findings
    .map((finding) => WEIGHTS[finding])
    .filter(({ reason }) => reason !== null)
    .sort((x, y) => y.weight - x.weight)
    .map(({ reason }) => reason as string);
  return {
    score: Math.round(1000 / (1 + 2 ** -sum)) / 1000,
    reasons: [...new Set([...(name.reason ? [name.reason] : []), ...told])],
  };
}

interface NameComparison {
  findings: Finding[];
  reason: string | null;
}

/** Each word of the shorter name with the word of the other that it is most like, wherever that stands. */
function compareNames(a: string[], b: string[]): NameComparison {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length === 0) return { findings: [], reason: null };
  const candidates = short
    .flatMap((word, i) => long.map((other, j) => ({ i, j, likeness: likeness(word, other) })))
    .sort((x, y) => y.likeness - x.likeness || Math.abs(x.i - x.j) - Math.abs(y.i - y.j));
  const taken = { i: new Set<number>(), j: new Set<number>() };
  const matched = candidates.filter(({ i, j }) => {
    if (taken.i.has(i) || taken.j.has(j)) return false;
    taken.i.add(i);
    taken.j.add(j);
    return true;
  });
  const findings = matched.map(({ likeness }) => wordFinding(likeness));
  const differ = findings.filter((finding) => finding === 'word_different').length;
  const agree = findings.length - differ;
  if (agree > 0 && differ > 0) findings[findings.indexOf('word_different')] = 'relative';
  const inOrder = matched.every(({ i, j }) => i === j);
  const reason = nameReason(findings, inOrder || a.length !== b.length);
  const [agreeing, others] = [
    findings.filter((finding) => WEIGHTS[finding].weight > 0),
    findings.filter((finding) => WEIGHTS[finding].weight <= 0),
  ];
  // The candidates come the likest first.
  return { findings: [...agreeing.slice(0, 2), ...others], reason };
}

function wordFinding(likeness: number): Finding {
  if (likeness === 1) return 'word_same';
  if (likeness >= ONE_SLIP) return 'word_one_slip';
  return likeness >= WORD_ALIKE ? 'word_alike' : 'word_different';
}

function nameReason(findings: Finding[], inOrder: boolean): string | null {
  const count = (finding: Finding) => findings.filter((one) => one === finding).length;
  if (count('word_different') + count('relative') === findings.length) return null;
  if (count('relative') > 0) return 'names partly the same';
  if (!inOrder) return 'given name and surname swapped';
  if (count('word_same') === findings.length) return findings.length > 1 ? 'same name' : 'names share a word';
  return count('word_one_slip') === 1 && count('word_alike') === 0
    ? 'names differ by one letter'
    : 'names alike';
}

/** Between an equal word (1) and a merely alike one. */
const ONE_SLIP = 0.99;

/** 1 for the same word, 0.99 for one slip or an initial, else Jaro–Winkler. */
function likeness(a: string, b: string): number {
  if (a === b) return 1;
  if (Math.min(a.length, b.length) >= 4 && oneSlipApart(a, b)) return ONE_SLIP;
  if (a.length === 1 || b.length === 1) return a[0] === b[0] ? WORD_ALIKE : 0;
  return Math.min(jaroWinkler(a, b), ONE_SLIP - 0.001);
}

/** Winkler, "String Comparator Metrics" (1990): 0 for nothing in common, 1 for equal; a common beginning counts more. */
export function jaroWinkler(a: string, b: string): number {
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const used = new Array<boolean>(b.length).fill(false);
  const inA: string[] = [];
  for (let i = 0; i < a.length; i++) {
    for (let j = Math.max(0, i - reach); j <= Math.min(b.length - 1, i + reach); j++) {
      if (used[j] || a[i] !== b[j]) continue;
      used[j] = true;
      inA.push(a[i]!);
      break;
    }
  }
  if (inA.length === 0) return 0;
  const inB = [...b].filter((_, j) => used[j]);
  const swapped = inA.filter((letter, i) => letter !== inB[i]).length / 2;
  const common = inA.length;
  const jaro = (common / a.length + common / b.length + (common - swapped) / common) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < Math.min(a.length, b.length) && a[prefix] === b[prefix]) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

function compareCompanies(a: Prepared, b: Prepared): Finding[] {
  if (a.company === '' || b.company === '') return [];
  return [
    a.company === b.company || likeness(a.company, b.company) >= 0.95 ? 'company_same' : 'company_different',
  ];
}

function compareAddresses(a: Prepared, b: Prepared): Finding[] {
  const findings: Finding[] = [];
  if (a.pairCount > 0 && b.pairCount > 0) {
    let common = 0;
    for (const [pair, n] of a.pairs) common += Math.min(n, b.pairs.get(pair) ?? 0);
    const dice = (2 * common) / (a.pairCount + b.pairCount);
    findings.push(ADDRESS.find(([least]) => dice >= least)?.[1] ?? 'address_different');
  }
  if (a.number && b.number) findings.push(a.number === b.number ? 'number_same' : 'number_different');
  if (a.postcode && b.postcode) {
    if (a.postcode === b.postcode) findings.push('postcode_same');
    else findings.push(oneSlipApart(a.postcode, b.postcode) ? 'postcode_alike' : 'postcode_different');
  }
  return findings;
}

/** The best of what their contacts have in common; other numbers and addresses say nothing against. */
function compareContacts(a: Prepared, b: Prepared): Finding[] {
  const findings: Finding[] = [];
  const phones = a.phones.flatMap((one) =>
    b.phones.filter(({ digits }) => digits === one.digits).map((two) => [one, two]),
  );
  if (phones.length > 0)
    findings.push(
      phones.some((both) => both.every(({ matchable }) => matchable)) ? 'phone_same' : 'phone_shared',
    );
  const local = (email: string) => email.slice(0, email.lastIndexOf('@'));
  if (a.emails.some((one) => b.emails.includes(one))) findings.push('email_same');
  else if (
    a.emails.some((one) => local(one).length >= 5 && b.emails.some((two) => local(two) === local(one)))
  )
    findings.push('email_local');
  return findings;
}

/** So many keys two records share before they are compared: one is a coincidence. */
export const SHARED_KEYS = 2;

/**
 * Short texts of which two likely duplicates share SHARED_KEYS: only such pairs are compared at all. Equal names alone
 * never reach the threshold, so the beginning or end of a word of the name counts together with a piece of the address:
 * a key has few holders, and one slip in either leaves others.
 */
export function blockingKeys(record: Comparable): string[] {
  const { words, company, number, postcode, addressWords, phones, emails } = prepare(record);
  const keys = new Set<string>();
  const places = addressWords.filter((word) => word.length >= 3 && !COMMON_WORDS.has(word));
  const pieces = [number, postcode, ...places.map((word) => word.slice(0, 4))].filter(
    (piece) => piece !== null,
  );
  for (const word of words.filter(({ length }) => length >= 2).slice(0, 4)) {
    for (const end of [`${word.slice(0, 3)}~`, `~${word.slice(-3)}`])
      for (const piece of pieces) keys.add(`n ${end} ${piece}`);
    if (company) keys.add(`c ${word.slice(0, 4)} ${company.slice(0, 8)}`);
  }
  if (number) for (const word of places) keys.add(`a ${number} ${word.slice(0, 5)}`);
  // A phone number or the name of an e-mail address alone is enough.
  for (let i = 0; i < SHARED_KEYS; i++) {
    for (const { digits } of phones) keys.add(`t${i} ${digits}`);
    for (const email of emails) keys.add(`e${i} ${email.slice(0, email.lastIndexOf('@'))}`);
  }
  return [...keys];
}
