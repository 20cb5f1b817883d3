/**
 * The only writer of the customer tables. Records, contacts, counters, words and events of a group of writes go
 * in one transaction of set-based statements: a write and its event stand or fall together.
 */
import { insertAnswers, type StoredAnswer } from '../database/answers.ts';
import type { Sql, Transaction } from '../database/connect.ts';
import type { Actor } from '../tenancy/scope.ts';
import { eraseTraces } from './commit-erase.ts';
import * as sql from './commit-sql.ts';
import { type Found, LostRace, standingOf } from './found.ts';
import { facetGram, gramsOf, saltOf } from './grams.ts';
import {
  type Change,
  type PossibleDuplicate,
  type Reference,
  type StoredContact,
  type StoredCustomer,
  toCustomer,
} from './record.ts';
import { facets, nameKey, nameWords, searchText, typoKeys } from './search-text.ts';

/** What a group of writes came to. Changes are in the order they were planned. */
export interface Changes {
  changes: Change[];
  possibleDuplicates: PossibleDuplicate[];
  /** What repetitions of these writes are to be answered. */
  answers: (StoredAnswer & { customer_ids: string[]; erases: boolean })[];
  at: string;
}

/** A group of writes as statements whose values are written: what takes time is done before its transaction begins. */
export interface Prepared {
  statements: {
    statement: sql.Statement /** Rows it must touch; null for any. */;
    expected: number | null;
  }[];
  /** Those who leave for good, as they were. */
  gone: StoredCustomer[];
  answers: Changes['answers'];
}

/** Commits a group that keeps no answers in a transaction of its own. Throws LostRace, or the database's 40P01, 23505 and the like. */
export async function commit(pool: Sql, businessId: string, prepared: Prepared): Promise<void> {
  await pool.begin((tx) => commitIn(tx, businessId, prepared, null));
}

/**
 * Commits a group within a transaction that is open already. The feed's row comes first: it is held to the end, so
 * that events get their numbers in the order of commits. `now`: the database's time, where answers are kept.
 */
export async function commitIn(
  tx: Transaction,
  businessId: string,
  { statements, gone, answers }: Prepared,
  now: string | null,
): Promise<void> {
  // Sent together; the answers are looked at before the commit.
  const results = await Promise.all(statements.map(({ statement }) => statement(tx)));
  const isAsPlanned = statements.every(
    ({ expected }, i) => expected === null || results[i]!.count === expected,
  );
  if (!isAsPlanned) throw new LostRace();
  const keep = async (kept: Changes['answers']) => {
    if (kept.length === 0) return;
    const { count } = await insertAnswers(tx, businessId, kept, now!);
    if (count !== kept.length) throw new LostRace();
  };
  // An erase finds what its own group answers to others; its own answer says nothing personal.
  await keep(answers.filter(({ erases }) => !erases));
  if (gone.length > 0) await eraseTraces(tx, businessId, gone);
  await keep(answers.filter(({ erases }) => erases));
}

/** Writes the statements that carry out these changes. Pure. */
export function prepare(
  businessId: string,
  found: Found,
  { changes, possibleDuplicates, answers, at }: Changes,
): Prepared {
  const touched = netEffect(changes);
  const kept = touched.filter(({ fate }) => fate !== 'purged');
  const salt = saltOf(businessId);
  const inserted = kept.filter(({ before }) => before === null).map(({ after }) => customerRow(salt, after));
  const updated = kept
    .filter(({ before }) => before !== null)
    .map(({ before, after }) => ({ ...customerRow(salt, after), expected: before!.version }));
  const purged = touched.filter(({ fate }) => fate === 'purged').map(({ before }) => before!);
  const contacts = contactChanges(touched);
  const references = referenceChanges(changes);

  const statements: Prepared['statements'] = [];
  const add = <T>(
    rows: readonly T[],
    write: (businessId: string, rows: T[]) => sql.Statement,
    expected: number | null = rows.length,
  ) => {
    if (rows.length > 0) statements.push({ statement: write(businessId, rows as T[]), expected });
  };
  // A pair alone has its turn too: an erase in between would not see it.
  add([...changes, ...possibleDuplicates], () => sql.advanceFeed(businessId, changes.length, at), 1);
  add(updated, sql.updateCustomers);
  add(inserted, sql.insertCustomers);
  add(contacts.gone, sql.deleteContacts);
  add(contacts.fresh, sql.insertContacts);
  add(references.gone, sql.deleteReferences);
  add(references.set, (business, rows) => sql.putReferences(business, rows, at));
  add(countChanges(touched), sql.updateCounts);
  add(changes, sql.insertEvents);
  add(importChanges(changes), (business, rows) => sql.putImports(business, rows, at));
  add(purged, sql.deleteCustomers);
  add(newWords(touched, found), sql.insertWords, null);
  add(possibleDuplicates, (business, rows) => sql.putPossibleDuplicates(business, rows, at), null);
  const gone = touched.filter(({ fate }) => fate !== undefined).map(({ before }) => before!);
  return { statements, gone, answers };
}

interface Touched {
  before: StoredCustomer | null;
  after: StoredCustomer;
  fate: Change['fate'];
}

/** First state before and last state after, for each record of the group. */
function netEffect(changes: Change[]): Touched[] {
  const touched = new Map<string, Touched>();
  for (const { before, after, fate } of changes) {
    const first = touched.get(after.id);
    touched.set(after.id, { before: first ? first.before : before, after, fate });
  }
  return [...touched.values()];
}

const customerRow = (salt: number, record: StoredCustomer) => ({
  ...record,
  contacts: undefined,
  name_key: nameKey(record),
  ...derivedOf(salt, record),
});

/** What follows from a record and is kept beside it. */
export function derivedOf(salt: number, record: StoredCustomer) {
  const search = searchText(record);
  const all = facets(record);
  const grams = [...gramsOf(salt, search), ...all.map((one) => facetGram(salt, one))];
  return { search, facets: all, grams, document: JSON.stringify(toCustomer(record)) };
}
export type CustomerRow = ReturnType<typeof customerRow>;

const contactRow = (record: StoredCustomer, contact: StoredContact) => {
  const standing = standingOf(record, contact);
  return {
    ...contact,
    customer_id: record.id,
    location_id: record.location_id,
    standing,
    holder_name: standing === 'shared' ? nameKey(record) : '',
  };
};
export type ContactRow = ReturnType<typeof contactRow>;

/** Rows to delete and rows to insert; a changed contact is both. Unchanged ones are left alone. */
function contactChanges(touched: Touched[]): { gone: ContactRow[]; fresh: ContactRow[] } {
  const gone: ContactRow[] = [];
  const fresh: ContactRow[] = [];
  for (const { before, after } of touched) {
    const rows = new Map(before?.contacts.map((contact) => [contact.id, contactRow(before, contact)]));
    for (const contact of after.contacts) {
      const row = contactRow(after, contact);
      const old = rows.get(row.id);
      if (old && JSON.stringify(old) === JSON.stringify(row)) rows.delete(row.id);
      else fresh.push(row);
    }
    gone.push(...rows.values());
  }
  return { gone, fresh };
}

const isLive = (record: StoredCustomer | null) =>
  record !== null && record.deleted_at === null && record.merged_into === null;

/** What imports make, change and take back in this group, for each location they write to. */
function importChanges(changes: Change[]): ImportRow[] {
  const rows = new Map<string, ImportRow>();
  for (const { after, event } of changes) {
    const { import_id: id, actor, context, type } = event;
    if (id === null) continue;
    const key = `${id} ${after.location_id}`;
    const row = rows.get(key) ?? {
      id,
      location_id: after.location_id,
      actor,
      created: 0,
      updated: 0,
      undone: 0,
    };
    if (context?.undo_of === id) row.undone++;
    else if (type === 'created') row.created++;
    else row.updated++;
    rows.set(key, row);
  }
  return [...rows.values()];
}
export interface ImportRow {
  id: string;
  location_id: string;
  actor: Actor;
  created: number;
  updated: number;
  undone: number;
}

/** How many live customers each location gains or loses. */
function countChanges(touched: Touched[]): { location_id: string; n: number }[] {
  const counts = new Map<string, number>();
  for (const { before, after } of touched) {
    const n = Number(isLive(after)) - Number(isLive(before));
    if (n !== 0) counts.set(after.location_id, (counts.get(after.location_id) ?? 0) + n);
  }
  return [...counts].filter(([, n]) => n !== 0).map(([location_id, n]) => ({ location_id, n }));
}

/** The words of names that the business has not had before, in one order everywhere so that writers don't deadlock. */
function newWords(touched: Touched[], found: Found): { key: string; word: string }[] {
  const words = new Set<string>();
  for (const { before, after } of touched) {
    if (before && before.name === after.name && before.company_name === after.company_name) continue;
    for (const word of nameWords(after)) if (!found.knownWords.has(word)) words.add(word);
  }
  return [...words].sort().flatMap((word) => typoKeys(word).map((key) => ({ key, word })));
}

/** The last word on each reference of the group. */
function referenceChanges(changes: Change[]): { gone: ReferenceRow[]; set: ReferenceRow[] } {
  const last = new Map<string, ReferenceRow & { before: string | null }>();
  for (const { after: record, references = [] } of changes) {
    for (const { kind, ref, before, after } of references) {
      const id = JSON.stringify([record.id, kind, ref]);
      last.set(id, {
        customer_id: record.id,
        kind,
        ref,
        state: after,
        before: last.get(id)?.before ?? before,
      });
    }
  }
  const rows = [...last.values()];
  return {
    gone: rows.filter(({ state, before }) => state === null && before !== null),
    set: rows.filter(({ state }) => state !== null),
  };
}
export interface ReferenceRow {
  customer_id: string;
  kind: string;
  ref: string;
  state: Reference['state'] | null;
}
