/**
 * Whether the statements that every request rests on find their rows by an index. They are not copied here: the operations
 * are asked to read for the largest business, and PostgreSQL for the plan of what they sent. Nothing is written.
 */
import { listDuplicates } from '../customers/duplicates.ts';
import { getCustomer, getCustomerEvents, listEvents } from '../customers/life.ts';
import { listCustomers, upsertCustomer } from '../customers/operations.ts';
import { openService, type Service } from '../customers/service.ts';
import { connect, type Sql } from '../database/connect.ts';
import type { Caller } from '../tenancy/authentication.ts';
import { NO_RULES } from '../tenancy/delete-rules.ts';
import { selectLocations } from '../tenancy/store.ts';
import type { Check, Finding } from './finding.ts';
import { planOf, unboundScans } from './plan-of.ts';

type Read = (service: Service, caller: Caller, customerId: string) => Promise<unknown>;
const EMAIL = 'doctor@clientele.invalid';

/** What the service does most, by the name it has in words. */
const READS: Record<string, Read> = {
  'list customers': (service, caller) => listCustomers(service, caller, { page_size: 1 }),
  'search customers': (service, caller) => listCustomers(service, caller, { q: 'doctor', page_size: 1 }),
  'list customers by name': (service, caller) =>
    listCustomers(service, caller, { sort: 'name', page_size: 1 }),
  'read a customer': (service, caller, id) => getCustomer(service, caller, id),
  'list the history of a customer': (service, caller, id) => getCustomerEvents(service, caller, id, null, 1),
  'follow the feed': (service, caller) =>
    listEvents(service, caller, { limit: 1 }, new AbortController().signal),
  'list possible duplicates': (service, caller) => listDuplicates(service, caller, { limit: 1 }),
  'find whom a write is about': (service, caller) =>
    upsertCustomer(service, caller, { name: 'Doctor', email: EMAIL }, { dryRun: true }),
};

interface Sent {
  parameters: unknown[];
  types: number[];
}

export const plans: Check = {
  name: 'plans',
  async run({ sql, url, config }) {
    const largest = await largestBusiness(sql);
    if (!largest) return [];
    let sent = new Map<string, Sent>();
    const watched = connect(url, {
      max: 2,
      applicationName: 'clientele doctor',
      isPooled: config.isPooled,
      onStatement: (text, parameters, types) => sent.set(text, { parameters, types }),
    });
    const asker = connect(url, { max: 1, applicationName: 'clientele doctor', isPooled: config.isPooled });
    try {
      const service = await openService(watched);
      const tenants = await tenantTables(sql);
      const caller = await callerOf(sql, largest.business_id);
      const findings: Finding[] = [];
      for (const [what, read] of Object.entries(READS)) {
        sent = new Map();
        await read(service, caller, largest.customer_id);
        findings.push(...(await slowParts(asker, what, sent, tenants)));
      }
      return findings;
    } finally {
      await Promise.all([watched.end({ timeout: 1 }), asker.end({ timeout: 1 })]);
    }
  },
};

/** The parts of the statements that read more than one business's rows, or without an index. */
async function slowParts(
  asker: Sql,
  what: string,
  sent: Map<string, Sent>,
  tenants: string[],
): Promise<Finding[]> {
  const isTenants = (name: string) => tenants.some((table) => name === table || name.startsWith(`${table}_`));
  const tables = new Set<string>();
  for (const [statement, { parameters, types }] of sent) {
    if (!/^\s*(select|with)\b/i.test(statement) || /pg_catalog/.test(statement)) continue;
    const { scans } = await planOf(asker, statement, parameters, types, { analyze: false });
    for (const { table, index } of unboundScans(scans, isTenants)) tables.add(table ?? index!);
  }
  return [...tables].map((table) => ({
    what: `To ${what}, ${table} is read without an index of its own.`,
    remedy: 'Mend missing and invalid indexes first (see "indexes"), then run: analyze;',
  }));
}

/** The business with the most customers, and one of them. */
async function largestBusiness(sql: Sql): Promise<{ business_id: string; customer_id: string } | null> {
  const [largest] = await sql`
    select business_id
    from customer_counts
    group by business_id
    order by sum(n) desc
    limit 1`;
  if (!largest) return null;
  const [customer] = await sql`
    select id
    from customers
    where business_id = ${largest.business_id} and deleted_at is null
    order by id desc
    limit 1`;
  return customer ? { business_id: largest.business_id, customer_id: customer.id } : null;
}

async function callerOf(sql: Sql, businessId: string): Promise<Caller> {
  const [first] = await selectLocations(sql, businessId, null, null, 1);
  return {
    scope: { businessId, locationId: null, actor: { type: 'system', id: null, name: 'doctor' } },
    scopes: new Set(),
    home: first ? { id: first.id, country: first.country } : null,
    deleteRules: NO_RULES,
    expiresAt: Number.POSITIVE_INFINITY,
  };
}

/** Every table whose rows belong to businesses. */
async function tenantTables(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select c.relname as name
    from pg_catalog.pg_class c
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'business_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace`;
  return rows.map((row) => row.name as string);
}
