/** Whether a business is whole: what writers were told is there, once, and its tables agree with each other. */
import type { Sql } from '../src/database/connect.ts';
import { type Ledger, SHARED_PHONE, type State, type Told, type Written } from './ledger.ts';
import { canonical, historyFaults } from './replay.ts';

/** What does not agree, in words: nothing, where all is well. */
export interface Findings {
  /** Acknowledged, and not there. */
  lost: string[];
  /** There more than once. */
  doubled: string[];
  /** Anything else. */
  wrong: string[];
}

export const countOf = ({ lost, doubled, wrong }: Findings): number =>
  lost.length + doubled.length + wrong.length;

interface Row {
  id: string;
  name: string | null;
  company_name: string | null;
  version: number;
  deleted_at: string | null;
  erased_at: string | null;
  legal_hold: string | null;
  merged_into: string | null;
  custom_fields: Record<string, number>;
  contacts: string[];
  references: string[];
}

/**
 * Compares the database with the ledger, and settles the ledger's doubts by what is there. Of one business, or of
 * all: then there may be no other's customers in it.
 */
export async function auditLedger(
  sql: Sql,
  ledger: Ledger,
  businessId: string | null = null,
): Promise<Findings> {
  const findings: Findings = { lost: [], doubled: [], wrong: [] };
  const rows = await sql<Row[]>`
    select c.id, c.name, c.company_name, c.version, c.deleted_at, c.erased_at, c.legal_hold, c.merged_into,
      c.custom_fields,
      (select coalesce(json_agg(k.value order by k.value), '[]')
       from contacts k where k.business_id = c.business_id and k.customer_id = c.id) as contacts,
      (select coalesce(json_agg(r.kind || '/' || r.ref || ' ' || r.state order by r.kind, r.ref), '[]')
       from customer_references r
       where r.business_id = c.business_id and r.customer_id = c.id) as references
    from customers c ${businessId ? sql`where c.business_id = ${businessId}` : sql``}`;
  const byName = groupBy(rows, (row) => row.name ?? '');
  const erased = new Map(rows.filter(({ erased_at }) => erased_at !== null).map((row) => [row.id, row]));
  for (const written of ledger.customers) {
    // The erased have no name to be found by.
    const bare = erased.get(written.id ?? '');
    const found = [...(byName.get(written.name) ?? []), ...(bare ? [bare] : [])];
    if (found.length > 1) findings.doubled.push(`${written.name} is there ${found.length} times`);
    settle(written, found[0] ?? null, findings);
  }
  for (const [one, other] of ledger.together) {
    if (one.settledAt !== other.settledAt)
      findings.wrong.push(`of the merge of ${other.name} into ${one.name} one half was done`);
  }
  ledger.together.length = 0;
  auditShared(rows, ledger, findings);
  await auditSettings(sql, ledger, findings);
  return findings;
}

/** Whether a customer is as its writer was told, or as the writes in doubt may have left it. */
function settle(written: Written, row: Row | null, findings: Findings): void {
  const is = row && stateOf(row);
  written.settledAt = written.may.findIndex((state) => canonical(state) === canonical(is));
  if (written.settledAt === -1) {
    const told = written.may[0] ?? null;
    const sentence = `${written.name} is ${JSON.stringify(is)}, told were ${JSON.stringify(written.may)}`;
    const isLost = told !== null && (is === null || is.version < told.version);
    const most = Math.max(0, ...written.may.map((state) => state?.version ?? 0));
    if (isLost) findings.lost.push(sentence);
    else if (is !== null && is.version > most) findings.doubled.push(sentence);
    else findings.wrong.push(sentence);
  }
  if (row && written.id !== null && row.id !== written.id)
    findings.wrong.push(`${written.name} has the id ${row.id}, told was ${written.id}`);
  written.may = [is];
  written.id = row?.id ?? null;
}

const stateOf = (row: Row): State => ({
  version: row.version,
  company: row.company_name,
  isDeleted: row.deleted_at !== null,
  isErased: row.erased_at !== null,
  hold: row.legal_hold,
  into: row.merged_into,
  contacts: row.contacts,
  references: row.references,
});

/** The one customer that every writer writes to: no write that was acknowledged was overwritten by another's. */
function auditShared(rows: Row[], ledger: Ledger, findings: Findings): void {
  if (ledger.shared.size === 0) return;
  const holders = rows.filter(({ contacts }) => contacts.includes(SHARED_PHONE));
  const isTold = [...ledger.shared.values()].some(({ told }) => told > 0);
  if (holders.length > 1) findings.doubled.push(`${holders.length} customers have the shared phone`);
  if (isTold && holders.length === 0) findings.lost.push('nobody has the shared phone');
  for (const [writer, entry] of ledger.shared) {
    settleOne(`the shared customer's ${writer}`, entry, holders[0]?.custom_fields[writer] ?? 0, findings);
  }
}

/** Each rule and each field of the location is set by one writer: no other's write may have taken its value along. */
async function auditSettings(sql: Sql, ledger: Ledger, findings: Findings): Promise<void> {
  if (ledger.settings.size === 0) return;
  const [row] = await sql<{ settings: Record<string, unknown> }[]>`
    select jsonb_build_object('name', l.name, 'timezone', l.timezone) || coalesce(b.settings->'delete_rules', '{}') as settings
    from locations l
    join businesses b on b.id = l.business_id
    where l.id = ${ledger.locationId}`;
  for (const [setting, entry] of ledger.settings)
    settleOne(`the business's ${setting}`, entry, row?.settings[setting], findings);
}

/** Whether it is what was told last, or what is in doubt since; which it was is settled. */
function settleOne(what: string, entry: Told<unknown>, is: unknown, { lost }: Findings): void {
  const may = [entry.told, ...entry.asked];
  // Of what never was acknowledged, nothing is known of what was before.
  const isTold = entry.told === undefined || may.some((one) => canonical(one) === canonical(is));
  if (!isTold) lost.push(`${what} is ${canonical(is)}, told was ${canonical(entry.told)}`);
  Object.assign(entry, { told: is, asked: [] });
}

interface CustomerRow extends Record<string, unknown> {
  id: string;
  version: number;
  deleted_at: string | null;
  erased_at: string | null;
  merged_into: string | null;
  standings: string[];
}

interface EventRow {
  business_id: string;
  customer_id: string;
  id: string;
  seq: number;
  type: string;
  at: string;
  version: number;
  changes: Record<string, { before: unknown; after: unknown }>;
}

/** Records, contacts, references, counters, history and feed of a business, or of all, agree with each other. */
export async function auditTables(
  sql: Sql,
  businessId: string | null = null,
  ledger: Ledger | null = null,
): Promise<Findings> {
  const findings: Findings = { lost: [], doubled: [], wrong: [] };
  const of = (alias: string) =>
    businessId ? sql`${sql.unsafe(alias)}.business_id = ${businessId}` : sql`true`;
  const [counts, customers, events, feeds, orphans] = await Promise.all([
    sql<{ location_id: string; counted: number; live: number }[]>`
      select l.id as location_id,
        (select coalesce(sum(n), 0)::int from customer_counts n
         where n.business_id = l.business_id and n.location_id = l.id) as counted,
        (select count(*)::int from customers c
         where c.business_id = l.business_id and c.location_id = l.id and c.deleted_at is null) as live
      from locations l
      where ${of('l')}`,
    sql<CustomerRow[]>`
      select c.id, c.version, c.name, c.company_name, c.address, c.avatar, c.status, c.source, c.source_metadata,
        c.custom_fields, c.tags, c.legal_hold, c.deleted_at, c.erased_at, c.merged_into,
        (select coalesce(json_agg(json_build_object(
          'id', k.id, 'type', k.type, 'value', k.value, 'raw', k.raw, 'extension', k.extension, 'label', k.label,
          'is_primary', k.is_primary, 'matchable', k.matchable) order by k.id), '[]')
         from contacts k where k.business_id = c.business_id and k.customer_id = c.id) as contacts,
        (select coalesce(json_object_agg('references/' || r.kind || '/' || r.ref, r.state), '{}')
         from customer_references r where r.business_id = c.business_id and r.customer_id = c.id) as references,
        (select coalesce(json_agg(distinct k.standing), '[]')
         from contacts k where k.business_id = c.business_id and k.customer_id = c.id) as standings
      from customers c
      where ${of('c')}`,
    sql<EventRow[]>`
      select e.business_id, e.customer_id, e.id, e.seq, e.type, e.at, e.version, e.changes
      from events e where ${of('e')} order by e.business_id, e.seq`,
    sql<{ business_id: string; seq: number }[]>`select f.business_id, f.seq from feeds f where ${of('f')}`,
    sql<{ customer_id: string }[]>`
      select k.customer_id
      from contacts k
      where ${of('k')}
        and not exists (select from customers c where c.business_id = k.business_id and c.id = k.customer_id)`,
  ]);
  for (const { location_id, counted, live } of counts)
    if (counted !== live) findings.wrong.push(`location ${location_id} counts ${counted}, has ${live}`);
  for (const { customer_id } of orphans) findings.wrong.push(`contacts of nobody: ${customer_id}`);
  findings.wrong.push(
    ...feedFaults(events, new Map(feeds.map(({ business_id, seq }) => [business_id, seq]))),
  );

  const histories = groupBy(events, (event) => event.customer_id);
  const answers = groupBy(ledger?.answers ?? [], (answer) => answer.id);
  for (const customer of customers) {
    const history = histories.get(customer.id) ?? [];
    findings.wrong.push(
      ...(customer.erased_at === null
        ? historyFaults(customer, history, answers.get(customer.id) ?? [])
        : erasureFaults(customer, history)),
    );
    const allowed =
      customer.deleted_at === null ? ['holds', 'shared'] : [customer.merged_into ? 'merged' : 'released'];
    if (!customer.standings.every((standing) => allowed.includes(standing)))
      findings.wrong.push(`${customer.id} has contacts that are ${customer.standings}`);
    histories.delete(customer.id);
    answers.delete(customer.id);
  }
  for (const id of histories.keys()) findings.wrong.push(`events of a customer that is not there: ${id}`);
  for (const id of answers.keys()) findings.lost.push(`answered and not there: ${id}`);
  if (ledger) ledger.answers.length = 0;
  return findings;
}

const PERSONAL = ['name', 'company_name', 'address', 'avatar', 'source', 'legal_hold'] as const;

/** Of the erased there is a bare row, and one bare event for each version, of which the last says what happened. */
function erasureFaults(customer: CustomerRow, history: EventRow[]): string[] {
  const faults = PERSONAL.filter((field) => customer[field] !== null).map((field) => `has a ${field}`);
  for (const field of ['contacts', 'references', 'custom_fields', 'source_metadata', 'tags'])
    if (Object.keys(customer[field] as object).length > 0) faults.push(`has ${field}`);
  if (history.some(({ version }, i) => version !== i + 1) || history.length !== customer.version)
    faults.push(`is at version ${customer.version} and has ${history.length} events`);
  if (history.at(-1)?.type !== 'erased') faults.push('was not erased last');
  if (history.some(({ changes }) => Object.keys(changes).length > 0)) faults.push('has a history that tells');
  return faults.map((fault) => `${customer.id} was erased and ${fault}`);
}

/** The feed has every number once, in the order of time; and what happened to one customer is in order by id too. */
function feedFaults(events: EventRow[], last: Map<string, number>): string[] {
  const faults: string[] = [];
  const lastIds = new Map<string, string>();
  for (const [businessId, feed] of groupBy(events, (event) => event.business_id)) {
    let at = '';
    for (const [i, event] of feed.entries()) {
      if (event.seq !== i + 1) {
        faults.push(`the feed of ${businessId} has ${event.seq} at place ${i + 1}`);
        break;
      }
      if (event.at < at) faults.push(`event ${event.seq} of ${businessId} is older than the one before`);
      at = event.at;
      if (event.id < (lastIds.get(event.customer_id) ?? ''))
        faults.push(`event ${event.seq} of ${event.customer_id} has an id below the one before`);
      lastIds.set(event.customer_id, event.id);
    }
    if (last.get(businessId) !== feed.length)
      faults.push(`the feed of ${businessId} is at ${last.get(businessId)} with ${feed.length} events`);
  }
  return faults;
}

/** Both audits. */
export async function audit(sql: Sql, ledger: Ledger, businessId: string | null = null): Promise<Findings> {
  const tables = await auditTables(sql, businessId, ledger);
  const told = await auditLedger(sql, ledger, businessId);
  return {
    lost: [...told.lost, ...tables.lost],
    doubled: [...told.doubled, ...tables.doubled],
    wrong: [...told.wrong, ...tables.wrong],
  };
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
