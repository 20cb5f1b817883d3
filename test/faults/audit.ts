/** Whether a database is whole: what writers were told is there, once, and its tables agree with each other. */
import { expect } from 'vitest';
import type { Sql } from '../../src/database/connect.ts';
import { examineRecords } from '../../src/doctor/records.ts';
import { counters, feed, pairs } from '../../src/doctor/tables.ts';
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

/** Records, contacts, counters, history and feed of every business agree with each other: the doctor finds nothing. */
export async function auditTables(sql: Sql): Promise<void> {
  const businesses = await sql`select id from businesses`;
  const wrong: string[] = [];
  for (const { id } of businesses) {
    const found = [await examineRecords(sql, id, () => {})];
    for (const check of [counters, feed, pairs]) found.push(await check(sql, id));
    wrong.push(...found.flat().map(({ what }) => what));
  }
  expect(wrong, 'what the doctor finds').toEqual([]);
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

/** Audits the database of a data directory: both of the above. */
export const auditDirectory = (dataDir: string, ledger: Ledger): Promise<void> =>
  lookInto(dataDir, async (sql) => {
    await auditLedger(sql, ledger);
    await auditTables(sql);
  });
