/**
 * The only writer of the customer tables. Records, contacts, counters, words and events of a group of writes go
 * in one transaction of set-based statements: a write and its event stand or fall together.
 */
import type { Queryable, Sql, Transaction } from '../database/connect.ts';
import { type Found, standingOf } from './found.ts';
import type { Change, StoredContact, StoredCustomer } from './record.ts';
import { facets, nameKey, nameWords, searchText, typoKeys } from './search-text.ts';

export interface PossibleDuplicate {
  locationId: string;
  ids: [string, string];
  reason: string;
}

/** What a group of writes came to. Changes are in the order they were planned. */
export interface Changes {
  changes: Change[];
  possibleDuplicates: PossibleDuplicate[];
  at: string;
}

/** Another writer changed one of the records since they were loaded. Plan again. */
export class LostRace extends Error {}

/** Commits a group in a transaction of its own. Throws LostRace, or the database's 23505, 40P01 and the like. */
export async function commit(sql: Sql, businessId: string, found: Found, changes: Changes): Promise<void> {
  await sql.begin((tx) => commitIn(tx, businessId, found, changes));
}

/** Commits a group within a transaction that is open already. */
export async function commitIn(
  tx: Transaction,
  businessId: string,
  found: Found,
  { changes, possibleDuplicates, at }: Changes,
): Promise<void> {
  const touched = netEffect(changes);
  const inserted = touched.filter(({ before }) => before === null).map(({ after }) => customerRow(after));
  const updated = touched
    .filter(({ before }) => before !== null)
    .map(({ before, after }) => ({ ...customerRow(after), expected: before!.version }));
  const contacts = contactChanges(touched);
  const counts = countChanges(touched);
  const words = newWords(touched, found);

  // Sent together; the answers are looked at before the commit.
  const expectations: Promise<{ rows: number; expected: number | null }>[] = [];
  const send = (query: PromiseLike<{ count: number }>, expected: number | null) =>
    expectations.push(Promise.resolve(query).then(({ count }) => ({ rows: count, expected })));
  if (updated.length > 0) send(updateCustomers(tx, businessId, updated), updated.length);
  if (inserted.length > 0) send(insertCustomers(tx, businessId, inserted), inserted.length);
  if (contacts.gone.length > 0) send(deleteContacts(tx, businessId, contacts.gone), contacts.gone.length);
  if (contacts.fresh.length > 0) send(insertContacts(tx, businessId, contacts.fresh), contacts.fresh.length);
  if (counts.length > 0) send(updateCounts(tx, businessId, counts), counts.length);
  if (changes.length > 0) send(insertEvents(tx, businessId, changes), changes.length);
  if (words.length > 0) send(insertWords(tx, businessId, words), null);
  if (possibleDuplicates.length > 0)
    send(insertPossibleDuplicates(tx, businessId, possibleDuplicates, at), null);
  for (const { rows, expected } of await Promise.all(expectations)) {
    if (expected !== null && rows !== expected) throw new LostRace();
  }
}

interface Touched {
  before: StoredCustomer | null;
  after: StoredCustomer;
}

/** First state before and last state after, for each record of the group. */
function netEffect(changes: Change[]): Touched[] {
  const touched = new Map<string, Touched>();
  for (const { before, after } of changes) {
    touched.set(after.id, { before: touched.has(after.id) ? touched.get(after.id)!.before : before, after });
  }
  return [...touched.values()];
}

const customerRow = (record: StoredCustomer) => ({
  ...record,
  contacts: undefined,
  name_key: nameKey(record),
  search: searchText(record),
  facets: facets(record),
});
type CustomerRow = ReturnType<typeof customerRow>;

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
type ContactRow = ReturnType<typeof contactRow>;

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

// The statements. Rows of one business come in as one JSON array; inserts read the business from locations (or
// businesses) by its key, so that in a cluster they go to the one node that has it.

const json = (sql: Queryable, rows: unknown) => sql.json(rows as never);

function insertCustomers(sql: Queryable, businessId: string, rows: CustomerRow[]) {
  return sql`
    insert into customers (
      business_id, id, location_id, name, company_name, address, avatar, status, source, source_metadata, custom_fields,
      tags, version, created_at, updated_at, deleted_at, merged_into, name_key, search, facets)
    select
      l.business_id, r.id, l.id, r.name, r.company_name, r.address, r.avatar, r.status, r.source, r.source_metadata, r.custom_fields,
      r.tags, r.version, r.created_at, r.updated_at, r.deleted_at, r.merged_into, r.name_key, r.search, r.facets
    from jsonb_to_recordset(${json(sql, rows)}) r(
      id uuid, location_id uuid, name text, company_name text, address text, avatar text, status text, source text,
      source_metadata jsonb, custom_fields jsonb, tags text[], version integer, created_at timestamptz,
      updated_at timestamptz, deleted_at timestamptz, merged_into uuid, name_key text, search text, facets text[])
    join locations l on l.business_id = ${businessId} and l.id = r.location_id`;
}

function updateCustomers(sql: Queryable, businessId: string, rows: (CustomerRow & { expected: number })[]) {
  return sql`
    update customers c
    set name = r.name, company_name = r.company_name, address = r.address, avatar = r.avatar, status = r.status,
        source = r.source, source_metadata = r.source_metadata, custom_fields = r.custom_fields, tags = r.tags,
        version = r.version, updated_at = r.updated_at, deleted_at = r.deleted_at, merged_into = r.merged_into,
        name_key = r.name_key, search = r.search, facets = r.facets
    from jsonb_to_recordset(${json(sql, rows)}) r(
      id uuid, name text, company_name text, address text, avatar text, status text, source text,
      source_metadata jsonb, custom_fields jsonb, tags text[], version integer, expected integer,
      updated_at timestamptz, deleted_at timestamptz, merged_into uuid, name_key text, search text, facets text[])
    where c.business_id = ${businessId}
      and c.id = any(${rows.map((row) => row.id)}::uuid[])
      and c.id = r.id
      and c.version = r.expected`;
}

function deleteContacts(sql: Queryable, businessId: string, rows: ContactRow[]) {
  return sql`
    delete from contacts
    where business_id = ${businessId}
      and customer_id = any(${[...new Set(rows.map((row) => row.customer_id))]}::uuid[])
      and id = any(${rows.map((row) => row.id)}::uuid[])`;
}

function insertContacts(sql: Queryable, businessId: string, rows: ContactRow[]) {
  return sql`
    insert into contacts (
      business_id, customer_id, id, location_id, type, key, value, raw, extension, label, is_primary, matchable, standing, holder_name)
    select
      l.business_id, r.customer_id, r.id, l.id, r.type, r.key, r.value, r.raw, r.extension, r.label, r.is_primary,
      r.matchable, r.standing, r.holder_name
    from jsonb_to_recordset(${json(sql, rows)}) r(
      customer_id uuid, id uuid, location_id uuid, type text, key text, value text, raw text, extension text, label text,
      is_primary boolean, matchable boolean, standing text, holder_name text)
    join locations l on l.business_id = ${businessId} and l.id = r.location_id`;
}

/** Each process counts in a slot of its own, so that two seldom wait for one row. */
const slot = process.pid % 16;

function updateCounts(sql: Queryable, businessId: string, rows: { location_id: string; n: number }[]) {
  return sql`
    update customer_counts c
    set n = c.n + r.n
    from jsonb_to_recordset(${json(sql, rows)}) r(location_id uuid, n integer)
    where c.business_id = ${businessId}
      and c.location_id = any(${rows.map((row) => row.location_id)}::uuid[])
      and c.location_id = r.location_id
      and c.slot = ${slot}`;
}

function insertEvents(sql: Queryable, businessId: string, changes: Change[]) {
  const rows = changes.map(({ after, event }) => ({
    ...event,
    customer_id: after.id,
    location_id: after.location_id,
    version: after.version,
  }));
  return sql`
    insert into events (business_id, customer_id, id, location_id, type, actor, at, version, changes, context)
    select l.business_id, r.customer_id, r.id, l.id, r.type, r.actor, r.at, r.version, r.changes, r.context
    from jsonb_to_recordset(${json(sql, rows)}) r(
      customer_id uuid, id uuid, location_id uuid, type text, actor jsonb, at timestamptz, version integer, changes jsonb, context jsonb)
    join locations l on l.business_id = ${businessId} and l.id = r.location_id`;
}

function insertWords(sql: Queryable, businessId: string, rows: { key: string; word: string }[]) {
  return sql`
    insert into name_words (business_id, key, word)
    select b.id, r.key, r.word
    from jsonb_to_recordset(${json(sql, rows)}) r(key text, word text)
    join businesses b on b.id = ${businessId}
    on conflict do nothing`;
}

function insertPossibleDuplicates(
  sql: Queryable,
  businessId: string,
  pairs: PossibleDuplicate[],
  at: string,
) {
  const rows = pairs.map(({ locationId, ids, reason }) => {
    const [a, b] = [...ids].sort();
    return { location_id: locationId, a, b, reasons: [reason], created_at: at };
  });
  return sql`
    insert into possible_duplicates (business_id, location_id, a, b, reasons, created_at)
    select l.business_id, l.id, r.a, r.b, r.reasons, r.created_at
    from jsonb_to_recordset(${json(sql, rows)}) r(location_id uuid, a uuid, b uuid, reasons text[], created_at timestamptz)
    join locations l on l.business_id = ${businessId} and l.id = r.location_id
    on conflict do nothing`;
}
