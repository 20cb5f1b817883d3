/** Two records side by side: what is alike, what differs, which one stays, and what a choice changes. Pure. */
import type { Contact, Customer, CustomerChange } from '../api.ts';

export type Side = 'a' | 'b';
export type Pair<T> = Record<Side, T>;
export const otherSide = (side: Side): Side => (side === 'a' ? 'b' : 'a');

/** `one`: only one of the two has it, so that it fills the gap of the other. */
export type Difference = 'same' | 'differs' | 'one';

/** The fields of which a person may choose either value; in this order they are shown. */
export const CHOOSABLE = ['name', 'company_name', 'address', 'status', 'source', 'avatar'] as const;
export type Choosable = (typeof CHOOSABLE)[number];
export type Choices = Partial<Record<Choosable, Side>>;

/** Which record is kept unless somebody says otherwise: what is known by more contacts, else what is older. */
export function likelySurvivor({ a, b }: Pair<Customer>): { side: Side; because: 'contacts' | 'older' } {
  const more = b.contacts.length - a.contacts.length;
  if (more !== 0) return { side: more > 0 ? 'b' : 'a', because: 'contacts' };
  return { side: b.created_at < a.created_at ? 'b' : 'a', because: 'older' };
}

export interface FieldRow {
  field: Choosable;
  values: Pair<string | null>;
  difference: Difference;
}

/** The fields that at least one of the two has. */
export const fieldRows = ({ a, b }: Pair<Customer>): FieldRow[] =>
  CHOOSABLE.map((field) => ({
    field,
    values: { a: a[field], b: b[field] },
    difference: differenceOf(a[field], b[field]),
  })).filter(({ values }) => values.a !== null || values.b !== null);

const differenceOf = (a: unknown, b: unknown): Difference =>
  (a ?? null) === null || (b ?? null) === null
    ? 'one'
    : JSON.stringify(a) === JSON.stringify(b)
      ? 'same'
      : 'differs';

/** One thing of a list (a contact, a tag, a reference), and who has it. */
export interface Listed<T> {
  key: string;
  of: Partial<Pair<T>>;
}

function listed<T>(lists: Pair<T[]>, keyOf: (one: T) => string): Listed<T>[] {
  const all = new Map<string, Listed<T>>();
  for (const side of ['a', 'b'] as const) {
    for (const one of lists[side]) {
      const key = keyOf(one);
      const known = all.get(key) ?? { key, of: {} };
      known.of[side] = one;
      all.set(key, known);
    }
  }
  return [...all.values()];
}

export const differenceOfList = (items: Listed<unknown>[]): Difference =>
  items.every(({ of }) => 'a' in of && 'b' in of) ? 'same' : 'one';

/** Phone numbers first, as on the page of a customer. */
export const contactsOf = ({ a, b }: Pair<Customer>): Listed<Contact>[] =>
  listed(
    { a: a.contacts, b: b.contacts },
    ({ type, value, extension }) => `${type === 'phone' ? 0 : 1} ${value} ${extension ?? ''}`,
  ).sort((x, y) => (x.key < y.key ? -1 : 1));

/** Alike without regard to case, as the API takes them. */
export const tagsOf = ({ a, b }: Pair<Customer>): Listed<string>[] =>
  listed({ a: a.tags, b: b.tags }, (tag) => tag.toLowerCase());

export interface Reference {
  kind: string;
  ref: string;
  state: string;
}
export const referencesOf = (lists: Pair<Reference[]>): Listed<Reference>[] =>
  listed(lists, ({ kind, ref }) => `${kind} ${ref}`);

export interface FreeRow {
  name: string;
  values: Pair<unknown>;
  difference: Difference;
}

/** The business's own fields, each of either. */
export function freeRows({ a, b }: Pair<Customer>, field: 'custom_fields' | 'source_metadata'): FreeRow[] {
  const names = [...new Set([...Object.keys(a[field]), ...Object.keys(b[field])])];
  return names.map((name) => {
    const values = { a: a[field][name], b: b[field][name] };
    return { name, values, difference: differenceOf(values.a, values.b) };
  });
}

/**
 * What is written after the merge: the values of the other record that were chosen where the merge keeps the
 * survivor's own.
 */
export function changeAfterMerge(pair: Pair<Customer>, survivor: Side, choices: Choices): CustomerChange {
  const wanted = fieldRows(pair)
    .filter(({ field, difference }) => difference === 'differs' && (choices[field] ?? survivor) !== survivor)
    .map(({ field, values }) => [field, values[otherSide(survivor)]]);
  return Object.fromEntries(wanted) as CustomerChange;
}

/** The words of a text; `isOwn` where the other text has no such word. */
export function wordsOf(text: string, other: string | null): { word: string; isOwn: boolean }[] {
  const known = new Set((other ?? '').split(/\s+/));
  return text.split(/\s+/).map((word) => ({ word, isOwn: other !== null && !known.has(word) }));
}
