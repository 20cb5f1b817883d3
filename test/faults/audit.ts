/** Whether a database is whole: what writers were told is there, once, and its tables agree with each other. */
import { expect } from 'vitest';
import type { Sql } from '../../src/database/connect.ts';
import { lookInto } from './process.ts';
import { type Ledger, SHARED_PHONE, type State } from './writers.ts';

interface Row {
  id: string;
  location_id: string;
  name: string | null;
  company_name: string | null;
  version: number;
  deleted_at: string | null;
  custom_fields: Record<string, number>;
  contacts: { id: string; value: string; standing: string }[];
}

/** Compares the database with the ledger, and settles the ledger's doubts by what is there. */
export async function auditLedger(sql: Sql, ledger: Ledger): Promise<void> {
  const rows = await sql<Row[]>`
    select c.id, c.location_id, c.name, c.company_name, c.version, c.deleted_at, c.custom_fields,
      (select coalesce(json_agg(json_build_object('id', k.id, 'value', k.value, 'standing', k.standing)), '[]')
       from contacts k where k.business_id = c.business_id and k.customer_id = c.id) as contacts
    from customers c`;
  const byName = groupBy(rows, (row) => row.name ?? '');
  const wrong: string[] = [];
  for (const written of ledger.customers) {
    const found = byName.get(written.name) ?? [];
    if (found.length > 1) wrong.push(`${written.name} is there ${found.length} times`);
    const row = found[0] ?? null;
    const is = row && stateOf(row);
    const allowed = written.may.some((state) => isSame(state, is));
    if (!allowed)
      wrong.push(`${written.name} is ${JSON.stringify(is)}, told were ${JSON.stringify(written.may)}`);
    if (row && written.id !== null && row.id !== written.id)
      wrong.push(`${written.name} has the id ${row.id}, told was ${written.id}`);
    const contacts = row?.contacts.map((contact) => contact.value) ?? [];
    if (row && contacts.join() !== (written.email ?? ''))
      wrong.push(`${written.name} has contacts ${contacts}`);
    written.may = [is];
    written.id = row?.id ?? null;
  }
  expect(wrong, 'customers that are not as the writers were told').toEqual([]);
  auditShared(rows, ledger);
}

const stateOf = (row: Row): State => ({
  version: row.version,
  company: row.company_name,
  deleted: row.deleted_at !== null,
});

const isSame = (a: State | null, b: State | null) => JSON.stringify(a) === JSON.stringify(b);

/** The one customer that every writer writes to: no write that was acknowledged was overwritten by another's. */
function auditShared(rows: Row[], ledger: Ledger): void {
  if (ledger.shared.size === 0) return;
  const holders = rows.filter((row) => row.contacts.some((contact) => contact.value === SHARED_PHONE));
  const isTold = [...ledger.shared.values()].some(({ told }) => told > 0);
  expect(holders.length, 'customers with the shared phone').toBeLessThanOrEqual(1);
  if (isTold) expect(holders.length, 'customers with the shared phone').toBe(1);
  const lost = [...ledger.shared].filter(([writer, { told, asked }]) => {
    const is = holders[0]?.custom_fields[writer] ?? 0;
    return is !== told && !asked.includes(is);
  });
  expect(lost, 'writes to the shared customer that are not there').toEqual([]);
}

interface EventRow {
  customer_id: string;
  version: number;
  changes: Record<string, { before: unknown; after: unknown }>;
}

const BLANK: Record<string, unknown> = {
  name: null,
  company_name: null,
  address: null,
  avatar: null,
  status: null,
  source: null,
  source_metadata: {},
  custom_fields: {},
  tags: [],
  contacts: [],
  deleted_at: null,
};

/** Records, contacts, counters and history of every business agree with each other. */
export async function auditTables(sql: Sql): Promise<void> {
  const [counts, customers, events] = await Promise.all([
    sql<{ location_id: string; counted: number; live: number }[]>`
      select l.id as location_id,
        (select coalesce(sum(n), 0)::int from customer_counts n
         where n.business_id = l.business_id and n.location_id = l.id) as counted,
        (select count(*)::int from customers c
         where c.business_id = l.business_id and c.location_id = l.id and c.deleted_at is null) as live
      from locations l`,
    sql<(Record<string, unknown> & { id: string; version: number; standings: string[] })[]>`
      select c.id, c.version, c.name, c.company_name, c.address, c.avatar, c.status, c.source, c.source_metadata,
        c.custom_fields, c.tags, c.deleted_at,
        (select coalesce(json_agg(json_build_object(
          'id', k.id, 'type', k.type, 'value', k.value, 'raw', k.raw, 'extension', k.extension, 'label', k.label,
          'is_primary', k.is_primary, 'matchable', k.matchable) order by k.id), '[]')
         from contacts k where k.business_id = c.business_id and k.customer_id = c.id) as contacts,
        (select coalesce(json_agg(distinct k.standing), '[]')
         from contacts k where k.business_id = c.business_id and k.customer_id = c.id) as standings
      from customers c`,
    sql<EventRow[]>`select customer_id, version, changes from events order by version`,
  ]);
  expect(
    counts.filter(({ counted, live }) => counted !== live),
    'locations whose counters are not the number of their live customers',
  ).toEqual([]);

  const orphans = await sql`
    select k.customer_id
    from contacts k
    where not exists (select from customers c where c.business_id = k.business_id and c.id = k.customer_id)`;
  expect(orphans.length, 'contacts of nobody').toBe(0);

  const histories = groupBy(events, (event) => event.customer_id);
  const wrong: string[] = [];
  for (const customer of customers) {
    wrong.push(...historyFaults(customer, histories.get(customer.id) ?? []));
    const allowed = customer.deleted_at === null ? ['holds', 'shared'] : ['released'];
    if (!customer.standings.every((standing) => allowed.includes(standing)))
      wrong.push(`${customer.id} has contacts that are ${customer.standings}`);
    histories.delete(customer.id);
  }
  expect(wrong, 'customers whose history does not lead to what is stored').toEqual([]);
  expect([...histories.keys()], 'events of customers that do not exist').toEqual([]);
}

/** One event for each version, each starting where the one before ended, the last ending at what is stored. */
function historyFaults(
  customer: Record<string, unknown> & { id: string; version: number },
  events: EventRow[],
): string[] {
  const versions = events.map((event) => event.version);
  const all = Array.from({ length: customer.version }, (_, i) => i + 1);
  if (versions.join() !== all.join())
    return [`${customer.id} is at version ${customer.version} and has events of ${versions}`];
  const replayed = { ...BLANK };
  for (const { changes, version } of events) {
    for (const [field, { before, after }] of Object.entries(changes)) {
      const was = version === 1 ? null : replayed[field];
      if (canonical(before) !== canonical(was))
        return [
          `${customer.id} version ${version}: ${field} was ${canonical(was)}, not ${canonical(before)}`,
        ];
      replayed[field] = after;
    }
  }
  return Object.keys(BLANK)
    .filter((field) => canonical(replayed[field]) !== canonical(customer[field]))
    .map(
      (field) =>
        `${customer.id} ${field}: ${canonical(customer[field])}, replayed ${canonical(replayed[field])}`,
    );
}

function groupBy<T>(rows: T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/** JSON in which the order of object keys does not count, nor that of contacts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item) => {
    if (Array.isArray(item) && item.every((one) => one?.id))
      return item.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Audits the database of a data directory: both of the above. */
export const auditDirectory = (dataDir: string, ledger: Ledger): Promise<void> =>
  lookInto(dataDir, async (sql) => {
    await auditLedger(sql, ledger);
    await auditTables(sql);
  });
