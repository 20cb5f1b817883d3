/** No statement of the request path reads a whole table, nor more of one than the rows of its business. */
import { expect, it } from 'vitest';
import { collectPlans, printed, wasteful } from '../../bench/plans.ts';
import { facetGram, gramsOf, saltOf } from '../../src/customers/grams.ts';
import { connect, type Sql } from '../../src/database/connect.ts';
import { unboundScans } from '../../src/doctor/plan-of.ts';
import { useService } from '../harness.ts';

const service = useService();
const TENANT_TABLES = [
  'customers',
  'contacts',
  'events',
  'imports',
  'customer_counts',
  'name_words',
  'possible_duplicates',
  'locations',
  'api_keys',
  'key_uses',
  'sessions',
  'feeds',
  'customer_references',
  'idempotency_keys',
  'duplicate_keys',
  'duplicate_scans',
];
const ROWS = 200_000;
/** Of every fourth customer: more than a count goes through. */
const IMPORT = '01990000-0000-7000-8000-000000000001';

it('every statement finds its rows by an index, within one business', async () => {
  const business = await service.business();
  const others = await Promise.all(Array.from({ length: 5 }, () => service.business()));
  const sql = connect(service.databaseUrl, { max: 1, statementTimeout: 0 });
  await fill(sql, business.id, business.locationId, ROWS);
  for (const other of others) await fill(sql, other.id, other.locationId, 500);
  await sql.unsafe('analyze');
  await sql.end();

  const plans = await collectPlans(service.databaseUrl, { ...business, importId: IMPORT });
  expect(plans.length).toBeGreaterThan(90);
  const isTenants = (name: string) =>
    TENANT_TABLES.some((table) => name === table || name.startsWith(`${table}_`));
  const bad = plans.filter(({ scans }) => unboundScans(scans, isTenants).length > 0);
  expect(printed(bad)).toBe('');
  expect(printed(wasteful(plans)), 'far more rows read than kept').toBe('');
}, 300_000);

/** So many customers with a phone and an event each, straight into the tables. */
async function fill(sql: Sql, businessId: string, locationId: string, rows: number): Promise<void> {
  const salt = saltOf(businessId);
  await sql`
    insert into customers (
      business_id, id, location_id, name, company_name, address, avatar, status, source, source_metadata, custom_fields, tags, version,
      created_at, updated_at, deleted_at, merged_into, name_key, search, facets, grams, document)
    select ${businessId}::uuid, (lpad(to_hex(1760000000000 + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, ${locationId}::uuid, 'Name Surname' || n, null, null, null, 'active', 'website', '{}', '{}', '{}', 1,
      now(), now() - n * interval '1 second', null, null, 'name surname' || n, ' name surname' || n || ' 614' || n || ' ', array['status:active', 'source:website'],
      array(select hashint4(n * 31 + i) from generate_series(1, 30) i) || ${[...gramsOf(salt, ' name surname '), facetGram(salt, 'status:active')]}::integer[], '{}'
    from generate_series(1, ${rows}::int) n`;
  await sql`
    insert into contacts
    select business_id, id, gen_random_uuid(), location_id, 'phone', '+614' || substr(name, 13), '+614' || substr(name, 13), '', null, null, true, true, 'holds', ''
    from customers where business_id = ${businessId}`;
  await sql`
    insert into events
    select business_id, id, gen_random_uuid(), location_id, 'created', '{}', now(), 1, '{}', null, n, case when n % 4 = 0 then ${IMPORT}::uuid end
    from (select *, row_number() over (order by id) as n from customers where business_id = ${businessId}) c`;
  await sql`
    insert into imports
    select ${businessId}::uuid, gen_random_uuid(), ${locationId}::uuid, '{}', now() - n * interval '1 minute', now(), 1, 0, 0, null
    from generate_series(1, ${rows / 10}::int) n`;
  await sql`update feeds set seq = ${rows} where business_id = ${businessId}`;
  await sql`
    insert into duplicate_keys
    select ${businessId}::uuid, hashtextextended(id::text, n), id
    from customers, generate_series(1, 3) n where business_id = ${businessId}`;
  await sql`
    insert into customer_references
    select business_id, id, 'booking', 'B-1', 'open', now(), now() from customers where business_id = ${businessId}`;
  await sql`
    insert into idempotency_keys
    select ${businessId}::uuid, ${locationId}::uuid, 'key ' || n, 0, ''::bytea, '[]', '{}', now() from generate_series(1, ${rows}::int) n`;
  await sql`
    insert into key_uses
    select k.business_id, k.id, date '2026-01-01' + day, 'operation' || n, 1, 0, 0, 0, 0, now(), now(), now()
    from api_keys k, generate_series(1, ${Math.ceil(rows / 400)}::int) day, generate_series(1, 40) n
    where k.business_id = ${businessId}`;
  await sql`
    insert into name_words select ${businessId}::uuid, 'word' || n, 'word' || n from generate_series(1, ${rows}::int) n`;
}
