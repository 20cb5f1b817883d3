/** A record as it was beside what it is now: what differs, and how. Pure. */
import type { Contact, Customer } from '../api.ts';

export const TEXTS = ['company_name', 'address', 'source', 'avatar'] as const;
const PLAIN = ['name', 'status', ...TEXTS] as const;

/** One contact, tag or field that was there then; `now` is what has become of it, null when it is gone. */
export interface Was<T> {
  key: string;
  was: T;
  now: T | null;
  differs: boolean;
}

/** What was there then, and what was added since. */
export interface WasList<T> {
  items: Was<T>[];
  since: T[];
}

export interface Comparison {
  contacts: WasList<Contact>;
  tags: WasList<string>;
  custom_fields: WasList<[name: string, value: unknown]>;
  source_metadata: WasList<[name: string, value: unknown]>;
  /** How many things differ. */
  count: number;
}

/** The instant of `at`: itself, or the one that the id of an event begins with. */
export const instantOf = (at: string): string =>
  at.includes('T') ? at : new Date(Number.parseInt(at.replaceAll('-', '').slice(0, 12), 16)).toISOString();

/** Compares with the present record; where there is none (null), with itself: nothing differs. */
export function compare(was: Customer, present: Customer | null): Comparison {
  const now = present ?? was;
  const lists = {
    contacts: listed(byKind(was.contacts), byKind(now.contacts), ({ id }) => id, isSameContact),
    tags: listed(was.tags, now.tags, (tag) => tag.toLowerCase()),
    custom_fields: listed(Object.entries(was.custom_fields), Object.entries(now.custom_fields), fieldName),
    source_metadata: listed(
      Object.entries(was.source_metadata),
      Object.entries(now.source_metadata),
      fieldName,
    ),
  };
  const inLists = Object.values(lists).map(
    (list) => list.since.length + (list.items as Was<unknown>[]).filter(({ differs }) => differs).length,
  );
  const plain = PLAIN.filter((field) => was[field] !== now[field]).length;
  return { ...lists, count: inLists.reduce((a, b) => a + b, plain) };
}

const fieldName = ([name]: [string, unknown]) => name;

function listed<T extends object | string>(
  was: T[],
  now: T[],
  keyOf: (one: T) => string,
  isSame: (a: T, b: T) => boolean = (a, b) => JSON.stringify(a) === JSON.stringify(b),
): WasList<T> {
  const known = new Set(was.map(keyOf));
  const present = new Map(now.map((one) => [keyOf(one), one]));
  const fresh = now.filter((one) => !known.has(keyOf(one)));
  // What was taken out and added again has another key, but is no difference.
  const matchOf = (one: T) => present.get(keyOf(one)) ?? fresh.find((other) => isSame(one, other)) ?? null;
  const matched = new Set(was.map(matchOf));
  return {
    items: was.map((one) => {
      const match = matchOf(one);
      return { key: keyOf(one), was: one, now: match, differs: match === null || !isSame(one, match) };
    }),
    since: fresh.filter((one) => !matched.has(one)),
  };
}

/** Phone numbers first, the primary one before the others. */
export const byKind = (contacts: Contact[]): Contact[] =>
  [...contacts].sort((a, b) => b.type.localeCompare(a.type) || Number(b.is_primary) - Number(a.is_primary));

const isSameContact = (a: Contact, b: Contact): boolean =>
  (['type', 'value', 'extension', 'label', 'is_primary', 'matchable'] as const).every(
    (field) => a[field] === b[field],
  );
