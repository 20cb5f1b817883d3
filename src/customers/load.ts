/** What a group of writes must know, read in two statements at most; and one record, for readers. */

import {
  type Fragment,
  type Queryable,
  type Sql,
  type Transaction,
  unprepared,
} from '../database/connect.ts';
import { Gather } from '../database/gather.ts';
import type { Scope } from '../tenancy/scope.ts';
import { Found, type KeyRow, LostRace, type Needs, type ReferenceRow, standingOf } from './found.ts';
import type { StoredCustomer } from './record.ts';

/** The columns of a StoredCustomer, contacts in the order of their ids. For a table that goes by `c`. */
export const customerColumns = (sql: Queryable): Fragment => sql`
  c.id, c.location_id, c.name, c.company_name, c.address, c.avatar, c.status, c.source, c.source_metadata,
  c.custom_fields, c.tags, c.version, c.created_at, c.updated_at, c.deleted_at, c.merged_into,
  c.legal_hold, c.away_from, c.away_until, c.erased_at,
  (
    select coalesce(json_agg(json_build_object(
      'id', k.id, 'type', k.type, 'value', k.value, 'raw', k.raw, 'extension', k.extension, 'label', k.label,
      'is_primary', k.is_primary, 'matchable', k.matchable, 'key', k.key) order by k.id), '[]')
    from contacts k
    where k.business_id = c.business_id and k.customer_id = c.id
  ) as contacts`;

/** Reads everything the writes need to be planned. Throws LostRace when others wrote while it read. */
export async function load(sql: Queryable, businessId: string, needs: Needs): Promise<Found> {
  const [keys, knownWords] = await Promise.all([
    loadKeys(sql, businessId, needs),
    loadWords(sql, businessId, needs.words),
  ]);
  const ids = new Set(needs.ids);
  for (const row of keys) if (row.customer_id) ids.add(row.customer_id);
  const customers = await loadWithSurvivors(sql, businessId, [...ids]);
  requireHolders(keys, customers);
  // Read after the versions that guard them: what changes later moves a version on.
  const away = await loadMergedAway(sql, businessId, needs.mergedAway ?? []);
  if (away.length > 0) customers.push(...(await loadCustomers(sql, businessId, away)));
  const references = await loadReferences(sql, businessId, [...(needs.references ?? []), ...away]);
  return new Found(keys, customers, knownWords, references);
}

/**
 * Keys and records are two statements. Throws LostRace when a commit came between them and a holder no longer holds:
 * its new version would guard a plan that was made on its old keys.
 */
function requireHolders(keys: KeyRow[], customers: StoredCustomer[]): void {
  const records = new Map(customers.map((record) => [record.id, record]));
  for (const { key, standing, customer_id } of keys) {
    if (standing !== 'holds') continue;
    const record = records.get(customer_id!);
    const holds = record?.contacts.some(
      (contact) => contact.key === key && standingOf(record, contact) === 'holds',
    );
    if (!holds) throw new LostRace();
  }
}

/**
 * Holds the business's place in the feed until the transaction ends, and answers the time of its last commit:
 * writers that take turns wait here. A lock on a row, not an advisory one, so that it is right wherever the row is.
 */
export async function takeTurn(tx: Transaction, businessId: string): Promise<string> {
  const [feed] = await tx`select at from feeds where business_id = ${businessId} for update`;
  return feed!.at as string;
}

/** The records of these ids, and those they were merged into. */
export async function loadWithSurvivors(
  sql: Queryable,
  businessId: string,
  ids: string[],
): Promise<StoredCustomer[]> {
  const loaded = new Map<string, StoredCustomer>();
  let missing = ids;
  while (missing.length > 0) {
    for (const row of await loadCustomers(sql, businessId, missing)) loaded.set(row.id, row);
    const targets = [...loaded.values()].flatMap((row) => row.merged_into ?? []);
    // A purged survivor is nowhere: what was asked for once is not asked for again.
    const asked: Set<string> = new Set([...loaded.keys(), ...missing]);
    missing = [...new Set(targets)].filter((id) => !asked.has(id));
  }
  return [...loaded.values()];
}

/** Everybody who was merged into one of these, directly or through others. */
export async function loadMergedAway(sql: Queryable, businessId: string, ids: string[]): Promise<string[]> {
  const all: string[] = [];
  let level = ids;
  while (level.length > 0) {
    const rows = await sql`
      select id
      from customers
      where business_id = ${businessId} and merged_into = any(${level}::uuid[])`;
    level = rows.map((row) => row.id as string);
    all.push(...level);
  }
  return all;
}

export async function loadReferences(
  sql: Queryable,
  businessId: string,
  customerIds: string[],
): Promise<ReferenceRow[]> {
  if (customerIds.length === 0) return [];
  return await sql<ReferenceRow[]>`
    select customer_id, kind, ref, state
    from customer_references
    where business_id = ${businessId} and customer_id = any(${customerIds}::uuid[])
    order by customer_id, kind, ref`;
}

async function loadKeys(sql: Queryable, businessId: string, needs: Needs): Promise<KeyRow[]> {
  if (needs.keys.length === 0) return [];
  const locations = [...new Set(needs.keys.map((need) => need.locationId))];
  const keys = [...new Set(needs.keys.map((need) => need.key))];
  return await sql<KeyRow[]>`
    select location_id, key, standing, customer_id
    from contacts
    where business_id = ${businessId}
      and location_id = any(${locations}::uuid[])
      and key = any(${keys}::text[])
      and standing = 'holds'
    union all
    select distinct location_id, key, standing, null::uuid
    from contacts
    where business_id = ${businessId}
      and location_id = any(${locations}::uuid[])
      and key = any(${keys}::text[])
      and standing <> 'holds'
    union all
    select location_id, key, standing, customer_id
    from contacts
    where business_id = ${businessId}
      and location_id = any(${locations}::uuid[])
      and key = any(${keys}::text[])
      and standing <> 'holds'
      and standing = 'shared'
      and holder_name = any(${[...new Set(needs.names)]}::text[])`;
}

export async function loadCustomers(
  sql: Queryable,
  businessId: string,
  ids: string[],
  locationId: string | null = null,
): Promise<StoredCustomer[]> {
  return await sql<StoredCustomer[]>`
    select ${customerColumns(sql)}
    from customers c
    where c.business_id = ${businessId} and c.id = any(${ids}::uuid[])
      ${locationId ? sql`and c.location_id = ${locationId}` : sql``}`;
}

async function loadWords(sql: Queryable, businessId: string, words: string[]): Promise<string[]> {
  if (words.length === 0) return [];
  const rows = await sql`
    select word
    from name_words
    where business_id = ${businessId} and key = any(${words}::text[]) and word = key`;
  return rows.map((row) => row.word as string);
}

/**
 * What a caller may read by id, as the key of what goes together: of a key of one location the database itself finds
 * nothing elsewhere, so that a record of another location takes no longer than one that never existed.
 */
export const reachOf = ({ businessId, locationId }: Scope): string =>
  locationId === null ? businessId : `${businessId} ${locationId}`;

const partsOf = (reach: string): [businessId: string, locationId: string | null] => {
  const [businessId, locationId = null] = reach.split(' ');
  return [businessId!, locationId];
};

/** Reads by id: those of one reach that arrive while one is in flight go together as the next statement. */
export type CustomerReads = Gather<string, StoredCustomer | null>;

export const customerReads = (sql: Sql): CustomerReads =>
  new Gather({ limit: READ_GROUP }, async (reach, ids) => {
    const [businessId, locationId] = partsOf(reach);
    const rows = new Map(
      (await loadCustomers(sql, businessId, [...new Set(ids)], locationId)).map((row) => [row.id, row]),
    );
    return ids.map((id) => ({ status: 'fulfilled', value: rows.get(id) ?? null }));
  });

/** A record as the API shows it, and whether it lives. */
export interface StoredDocument {
  id: string;
  version: number;
  document: string;
  is_live: boolean;
}
export type DocumentReads = Gather<string, StoredDocument | null>;

export const documentReads = (sql: Sql): DocumentReads =>
  new Gather({ limit: READ_GROUP }, async (reach, ids) => {
    const [businessId, locationId] = partsOf(reach);
    const rows = await sql<StoredDocument[]>`
      select id, version, document, deleted_at is null as is_live
      from customers
      where business_id = ${businessId} and id = any(${[...new Set(ids)]}::uuid[])
        ${locationId ? sql`and location_id = ${locationId}` : sql``}`;
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => ({ status: 'fulfilled', value: byId.get(id) ?? null }));
  });

const READ_GROUP = 100;

/** Words of the business that share a typo key with one of these; candidates for a mistyped word. */
export async function loadNeighbours(sql: Queryable, businessId: string, keys: string[]): Promise<string[]> {
  const rows = await unprepared(sql`
    select distinct word
    from name_words
    where business_id = ${businessId} and key = any(${keys}::text[])
    limit 500`);
  return rows.map((row) => row.word as string);
}

/**
 * Whose retention counts, of those deleted: not on legal hold, nor merged into somebody who is still there and with whom
 * they go. Looked up row by row: as a join the planner may read the whole business for it. For a table that goes by `c`.
 */
export const isPurgeable = (sql: Queryable, businessId: string): Fragment => sql`
  c.deleted_at is not null
  and c.legal_hold is null
  and coalesce(
    (select false from customers s where s.business_id = ${businessId} and s.id = c.merged_into),
    true
  )`;

/** Customers deleted before a time whose retention counts, the longest gone first. */
export async function loadDeletedBefore(
  sql: Queryable,
  businessId: string,
  cutoff: string,
  after: { deleted_at: string; id: string } | null,
  limit: number,
): Promise<{ deleted_at: string; id: string }[]> {
  return await sql<{ deleted_at: string; id: string }[]>`
    select c.deleted_at, c.id
    from customers c
    where c.business_id = ${businessId}
      and c.deleted_at <= ${cutoff}
      and ${isPurgeable(sql, businessId)}
      and (c.deleted_at, c.id) > (${after?.deleted_at ?? '-infinity'}::timestamptz, ${after?.id ?? '00000000-0000-0000-0000-000000000000'}::uuid)
    order by c.deleted_at, c.id
    limit ${limit}`;
}
