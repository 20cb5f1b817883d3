/**
 * The statements of a commit: the only ones that write customer tables. Rows of one business come in as one array
 * a column; inserts read the business from locations (or businesses) by its key, so that in a cluster they go to the
 * one node that has it.
 */
import type { Queryable } from '../database/connect.ts';
import { newId } from '../database/ids.ts';
import { recordset } from '../database/recordset.ts';
import type { Scope } from '../tenancy/scope.ts';
import type { ContactRow, CustomerRow, ImportRow, ReferenceRow } from './commit.ts';
import type { Change, PossibleDuplicate, StoredCustomer } from './record.ts';

/** A statement whose values are written already, to be sent within a transaction. */
export type Statement = (sql: Queryable) => PromiseLike<{ count: number }>;

/** What is written of a customer with every change. */
const RECORD = {
  id: 'uuid',
  name: 'text',
  company_name: 'text',
  address: 'text',
  avatar: 'text',
  status: 'text',
  source: 'text',
  source_metadata: 'jsonb',
  custom_fields: 'jsonb',
  tags: 'text[]',
  version: 'integer',
  updated_at: 'timestamptz',
  deleted_at: 'timestamptz',
  merged_into: 'uuid',
  legal_hold: 'text',
  name_key: 'text',
} as const;
const DERIVED_COLUMNS = { search: 'text', facets: 'text[]', grams: 'integer[]', document: 'text' } as const;
const NEW_CUSTOMERS = recordset({
  ...RECORD,
  ...DERIVED_COLUMNS,
  location_id: 'uuid',
  created_at: 'timestamptz',
});
const CHANGED_CUSTOMERS = recordset({
  ...RECORD,
  ...DERIVED_COLUMNS,
  expected: 'integer',
  away_from: 'timestamptz',
  away_until: 'timestamptz',
  erased_at: 'timestamptz',
});
const DERIVED = recordset({ id: 'uuid', version: 'integer', ...DERIVED_COLUMNS });
const CONTACT_IDS = recordset({ customer_id: 'uuid', id: 'uuid' });
const CONTACTS = recordset({
  customer_id: 'uuid',
  id: 'uuid',
  location_id: 'uuid',
  type: 'text',
  key: 'text',
  value: 'text',
  raw: 'text',
  extension: 'text',
  label: 'text',
  is_primary: 'boolean',
  matchable: 'boolean',
  standing: 'text',
  holder_name: 'text',
});
const COUNTS = recordset({ location_id: 'uuid', n: 'integer' });
const EVENTS = recordset({
  customer_id: 'uuid',
  id: 'uuid',
  location_id: 'uuid',
  type: 'text',
  actor: 'jsonb',
  at: 'timestamptz',
  version: 'integer',
  changes: 'jsonb',
  context: 'jsonb',
  import_id: 'uuid',
  before_end: 'integer',
});
const WORDS = recordset({ key: 'text', word: 'text' });
const PAIRS = recordset({
  location_id: 'uuid',
  a: 'uuid',
  b: 'uuid',
  id: 'uuid',
  score: 'real',
  reasons: 'text[]',
  by_request: 'boolean',
  created_at: 'timestamptz',
});
const REFERENCES = recordset({ customer_id: 'uuid', kind: 'text', ref: 'text', state: 'text' });
const REFERENCE_IDS = recordset({ customer_id: 'uuid', kind: 'text', ref: 'text' });
const VERSIONS = recordset({ id: 'uuid', version: 'integer' });
const IMPORTS = recordset({
  id: 'uuid',
  location_id: 'uuid',
  actor: 'jsonb',
  created: 'integer',
  updated: 'integer',
  undone: 'integer',
});

export function insertCustomers(businessId: string, rows: CustomerRow[]): Statement {
  const table = NEW_CUSTOMERS(rows);
  return (sql) => sql`
    insert into customers (
      business_id, id, location_id, name, company_name, address, avatar, status, source, source_metadata, custom_fields,
      tags, version, created_at, updated_at, deleted_at, merged_into, legal_hold, name_key, search, facets, grams,
      document)
    select
      b.id, r.id, r.location_id, r.name, r.company_name, r.address, r.avatar, r.status, r.source, r.source_metadata, r.custom_fields,
      r.tags, r.version, r.created_at, r.updated_at, r.deleted_at, r.merged_into, r.legal_hold,
      r.name_key, r.search, r.facets, r.grams, r.document
    from ${table.in(sql)} r
    join businesses b on b.id = ${businessId}`;
}

export function updateCustomers(businessId: string, rows: (CustomerRow & { expected: number })[]): Statement {
  const table = CHANGED_CUSTOMERS(rows);
  return (sql) => sql`
    update customers c
    set name = r.name, company_name = r.company_name, address = r.address, avatar = r.avatar, status = r.status,
        source = r.source, source_metadata = r.source_metadata, custom_fields = r.custom_fields, tags = r.tags,
        version = r.version, updated_at = r.updated_at, deleted_at = r.deleted_at, merged_into = r.merged_into,
        legal_hold = r.legal_hold, away_from = r.away_from, away_until = r.away_until, erased_at = r.erased_at,
        name_key = r.name_key, search = r.search, facets = r.facets, grams = r.grams, document = r.document
    from ${table.in(sql)} r
    where c.business_id = ${businessId}
      and c.id = any(${rows.map((row) => row.id)}::uuid[])
      and c.id = r.id
      and c.version = r.expected`;
}

/** Writes what follows from records that have not changed meanwhile. */
export function deriveCustomers(
  businessId: string,
  rows: Pick<CustomerRow, 'id' | 'version' | 'search' | 'facets' | 'grams' | 'document'>[],
): Statement {
  const table = DERIVED(rows);
  return (sql) => sql`
    update customers c
    set search = r.search, facets = r.facets, grams = r.grams, document = r.document
    from ${table.in(sql)} r
    where c.business_id = ${businessId}
      and c.id = any(${rows.map((row) => row.id)}::uuid[])
      and c.id = r.id
      and c.version = r.version`;
}

export function deleteContacts(businessId: string, rows: ContactRow[]): Statement {
  // By both: after a merge two customers may have a contact of one id.
  const gone = rows.map(({ customer_id, id }) => ({ customer_id, id }));
  const table = CONTACT_IDS(gone);
  return (sql) => sql`
    delete from contacts k
    using ${table.in(sql)} r
    where k.business_id = ${businessId}
      and k.customer_id = any(${[...new Set(rows.map((row) => row.customer_id))]}::uuid[])
      and k.customer_id = r.customer_id
      and k.id = r.id`;
}

/**
 * One that somebody else holds by now is left out, which the count tells: as an error the server would write it into its log,
 * phone and all.
 */
export function insertContacts(businessId: string, rows: ContactRow[]): Statement {
  const table = CONTACTS(rows);
  return (sql) => sql`
    insert into contacts (
      business_id, customer_id, id, location_id, type, key, value, raw, extension, label, is_primary, matchable, standing, holder_name)
    select
      b.id, r.customer_id, r.id, r.location_id, r.type, r.key, r.value, r.raw, r.extension, r.label, r.is_primary,
      r.matchable, r.standing, r.holder_name
    from ${table.in(sql)} r
    join businesses b on b.id = ${businessId}
    on conflict do nothing`;
}

/** Each process counts in a slot of its own, so that two seldom wait for one row. */
const slot = process.pid % 16;

export function updateCounts(businessId: string, rows: { location_id: string; n: number }[]): Statement {
  const table = COUNTS(rows);
  return (sql) => sql`
    update customer_counts c
    set n = c.n + r.n
    from ${table.in(sql)} r
    where c.business_id = ${businessId}
      and c.location_id = any(${rows.map((row) => row.location_id)}::uuid[])
      and c.location_id = r.location_id
      and c.slot = ${slot}`;
}

export function insertEvents(businessId: string, changes: Change[]): Statement {
  const rows = changes.map(({ after, event }, i) => ({
    ...event,
    // The feed's row has been moved past all of them by now.
    before_end: changes.length - 1 - i,
    customer_id: after.id,
    location_id: after.location_id,
    version: after.version,
  }));
  const table = EVENTS(rows);
  return (sql) => sql`
    insert into events (
      business_id, customer_id, id, location_id, type, actor, at, version, changes, context, import_id, seq)
    select
      f.business_id, r.customer_id, r.id, r.location_id, r.type, r.actor, r.at, r.version, r.changes, r.context, r.import_id,
      f.seq - r.before_end
    from ${table.in(sql)} r
    join feeds f on f.business_id = ${businessId}`;
}

/** What the imports of this group have come to by now. */
export function putImports(businessId: string, rows: ImportRow[], at: string): Statement {
  const table = IMPORTS(rows);
  return (sql) => sql`
    insert into imports as i (
      business_id, id, location_id, actor, started_at, ended_at, created, updated, undone, undone_at)
    select
      l.business_id, r.id, l.id, r.actor, ${at}::timestamptz, ${at}::timestamptz, r.created, r.updated, r.undone,
      case when r.undone > 0 then ${at}::timestamptz end
    from ${table.in(sql)} r
    join locations l on l.business_id = ${businessId} and l.id = r.location_id
    on conflict (business_id, id, location_id) do update
    set ended_at = case when excluded.created + excluded.updated > 0 then excluded.ended_at else i.ended_at end,
        created = i.created + excluded.created,
        updated = i.updated + excluded.updated,
        undone = i.undone + excluded.undone,
        undone_at = coalesce(excluded.undone_at, i.undone_at)`;
}

/** Moves the business on by so many events. No row when another process has committed at this time or later. */
export function advanceFeed(businessId: string, events: number, at: string): Statement {
  return (sql) => sql`
    update feeds
    set seq = seq + ${events}, at = ${at}
    where business_id = ${businessId} and at < ${at}`;
}

export function insertWords(businessId: string, rows: { key: string; word: string }[]): Statement {
  const table = WORDS(rows);
  return (sql) => sql`
    insert into name_words (business_id, key, word)
    select b.id, r.key, r.word
    from ${table.in(sql)} r
    join businesses b on b.id = ${businessId}
    on conflict do nothing`;
}

/**
 * Remembers pairs of customers who are still there. One that is known keeps its id and standing, and takes the newer
 * findings.
 */
export function putPossibleDuplicates(businessId: string, pairs: PossibleDuplicate[], at: string): Statement {
  const rows = new Map(
    pairs.map(({ locationId, ids, score, reasons, byRequest }) => {
      const [a, b] = [...ids].sort();
      const row = {
        id: newId(),
        location_id: locationId,
        a,
        b,
        score,
        reasons,
        by_request: byRequest,
        created_at: at,
      };
      return [`${a} ${b}`, row] as const;
    }),
  );
  // In one order everywhere, so that two writers of the same pairs wait for each other in turn.
  const inOrder = [...rows].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, row]) => row);
  const table = PAIRS(inOrder);
  return (sql) => sql`
    insert into possible_duplicates as p (business_id, location_id, a, b, id, score, reasons, by_request, created_at)
    select l.business_id, l.id, r.a, r.b, r.id, r.score, r.reasons, r.by_request, r.created_at
    from ${table.in(sql)} r
    join locations l on l.business_id = ${businessId} and l.id = r.location_id
    join customers a on a.business_id = ${businessId} and a.id = r.a and a.erased_at is null
    join customers b on b.business_id = ${businessId} and b.id = r.b and b.erased_at is null
    where a.id = any(${inOrder.map(({ a }) => a!)}::uuid[]) and b.id = any(${inOrder.map(({ b }) => b!)}::uuid[])
    on conflict (business_id, a, b) do update
    set score = greatest(excluded.score, case when p.by_request then p.score end),
        reasons = case when p.by_request and not excluded.by_request then p.reasons else excluded.reasons end,
        by_request = p.by_request or excluded.by_request`;
}

/** References that come or change. */
export function putReferences(businessId: string, rows: ReferenceRow[], at: string): Statement {
  const table = REFERENCES(rows);
  return (sql) => sql`
    insert into customer_references as p (business_id, customer_id, kind, ref, state, created_at, updated_at)
    select c.business_id, c.id, r.kind, r.ref, r.state, ${at}::timestamptz, ${at}::timestamptz
    from ${table.in(sql)} r
    join customers c on c.business_id = ${businessId} and c.id = r.customer_id
    on conflict (business_id, customer_id, kind, ref) do update
    set state = excluded.state, updated_at = excluded.updated_at`;
}

export function deleteReferences(businessId: string, rows: ReferenceRow[]): Statement {
  const table = REFERENCE_IDS(rows);
  return (sql) => sql`
    delete from customer_references p
    using ${table.in(sql)} r
    where p.business_id = ${businessId}
      and p.customer_id = any(${[...new Set(rows.map((row) => row.customer_id))]}::uuid[])
      and p.customer_id = r.customer_id and p.kind = r.kind and p.ref = r.ref`;
}

/** Rows that go for good, at the versions they were planned on. Their contacts and references have gone before. */
export function deleteCustomers(businessId: string, records: StoredCustomer[]): Statement {
  const rows = records.map(({ id, version }) => ({ id, version }));
  const table = VERSIONS(rows);
  return (sql) => sql`
    delete from customers c
    using ${table.in(sql)} r
    where c.business_id = ${businessId}
      and c.id = any(${rows.map((row) => row.id)}::uuid[])
      and c.id = r.id
      and c.version = r.version`;
}

/** Notes that a pair is of two people, once; null when there is none in this location (null: any). */
export async function dismissPair(
  sql: Queryable,
  { businessId, locationId }: Scope,
  id: string,
  at: string,
): Promise<{ id: string; dismissed_at: string } | null> {
  const [row] = await sql<{ id: string; dismissed_at: string }[]>`
    update possible_duplicates
    set dismissed_at = coalesce(dismissed_at, ${at})
    where business_id = ${businessId} and id = ${id} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)
    returning id, dismissed_at`;
  return row ?? null;
}

/** Takes that back; a pair that is open stays so. */
export async function reopenPair(
  sql: Queryable,
  { businessId, locationId }: Scope,
  id: string,
): Promise<{ id: string; dismissed_at: null } | null> {
  const [row] = await sql<{ id: string; dismissed_at: null }[]>`
    update possible_duplicates
    set dismissed_at = null
    where business_id = ${businessId} and id = ${id} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)
    returning id, dismissed_at`;
  return row ?? null;
}

/** Takes away the pairs of customers that are gone: erased, purged. Answers how many. */
export async function deletePairsOfGone(sql: Queryable, businessId: string): Promise<number> {
  const { count } = await sql`
    delete from possible_duplicates p
    where p.business_id = ${businessId}
      and not (
        exists (
          select 1
          from customers c
          where c.business_id = ${businessId} and c.id = p.a and c.erased_at is null
        )
        and exists (
          select 1
          from customers c
          where c.business_id = ${businessId} and c.id = p.b and c.erased_at is null
        )
      )`;
  return count;
}

/** Takes back what the scan said of these customers and no longer finds. Pairs that a request met, or that staff dismissed, stay. */
export async function dropPairs(
  sql: Queryable,
  businessId: string,
  customerIds: string[],
  found: PossibleDuplicate[],
): Promise<void> {
  const kept = found.map(({ ids }) => [...ids].sort().join(' '));
  for (const side of ['a', 'b'] as const) {
    await sql`
      delete from possible_duplicates
      where business_id = ${businessId}
        and ${sql(side)} = any(${customerIds}::uuid[])
        and not by_request
        and dismissed_at is null
        and not (a::text || ' ' || b::text = any(${kept}::text[]))`;
  }
}
