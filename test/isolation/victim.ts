/** The business that others try to look into: with something of every kind, and a dump of all its rows. */
import { randomUUID } from 'node:crypto';
import type { Sql } from '../../src/database/connect.ts';
import type { TestBusiness } from '../business.ts';
import type { Kind } from './positions.ts';

export const SECRET = 'Zyxwvut';

export interface Victim {
  business: TestBusiness;
  /** An id of each kind that another may not learn of. */
  ids: Record<Kind, string>;
}

/** Fills a business at its first location. */
export async function makeVictim(business: TestBusiness): Promise<Victim> {
  const { send, locationId: location_id } = business;
  const customers = [];
  for (const n of [1, 2, 3]) {
    const body = {
      name: `${SECRET} ${n}`,
      email: `${SECRET}${n}@victim.test`.toLowerCase(),
      phone: `041200000${n}`,
      tags: [SECRET],
      location_id,
    };
    customers.push((await send('PUT', '/customers', body)).body);
  }
  const [customer, second] = customers as [(typeof customers)[0], (typeof customers)[0]];
  await send('PATCH', `/customers/${customer.id}`, { company_name: `${SECRET} Pty Ltd` });
  await send('DELETE', `/customers/${second.id}`);
  await send('PUT', `/customers/${customer.id}/references/booking/${SECRET}-1`, { state: 'open' });
  const both = { email: `${SECRET}1@victim.test`.toLowerCase(), phone: '0412000003', location_id };
  await send('PUT', '/customers', both);
  const pairs = await send('GET', '/duplicates');
  const import_id = randomUUID();
  const imported = Array.from({ length: 251 }, (_, i) => ({ email: `import${i}@victim.test`, location_id }));
  await send('PUT', `/customers/batch?import_id=${import_id}`, { customers: imported });
  const undo = await send('POST', `/imports/${import_id}/undo`);
  // Another import, so that there are two pages of them.
  await send('PUT', `/customers?import_id=${randomUUID()}`, { email: 'last@victim.test', location_id });
  const imports = await send('GET', '/imports?limit=1');
  const feed = await send('GET', '/events?limit=1');
  const events = await send('GET', `/customers/${customer.id}/events?limit=1`);
  const page = await send('GET', `/customers?page_size=1&location_id=${location_id}`);
  const key = await business.addKey({ name: `${SECRET} key`, location_id });
  return {
    business,
    ids: {
      customer: customer.id,
      location: location_id,
      api_key: key.id,
      event: events.body.next_cursor!,
      contact: customer.contacts[0]!.id,
      list_cursor: page.body.next_cursor!,
      duplicate: pairs.body.items[0]!.id,
      import: import_id,
      reference: `booking/${SECRET}-1`,
      undo_cursor: undo.body.next_cursor!,
      imports_cursor: imports.body.next_cursor!,
      feed_cursor: feed.body.next_cursor!,
      day_cursor: '2020-02-20',
      // One pair has no second page: the cursor of another list does as well.
      duplicates_cursor: page.body.next_cursor!,
    },
  };
}

/** An id that never existed, next to one that does: it sorts as the other does. */
export function neverExisted(id: string): string {
  return id.slice(0, -1) + (id.endsWith('0') ? '1' : '0');
}

/** Every row of the business in every table, as text; without those of one location, when one is given. */
export async function dump(sql: Sql, businessId: string, exceptLocation?: string): Promise<string> {
  const columns = await sql<{ table_name: string; has_location: boolean }[]>`
    select t.table_name, bool_or(c.column_name = 'location_id') as has_location
    from information_schema.tables t
    join information_schema.columns c using (table_schema, table_name)
    where t.table_schema = 'public' and t.table_type = 'BASE TABLE'
    group by t.table_name
    having bool_or(c.column_name = 'business_id')
    order by t.table_name`;
  const lines: string[] = [];
  for (const { table_name, has_location } of columns) {
    // What its own keys were used for is written seconds later, as `last_used_at` is.
    if (table_name === 'key_uses') continue;
    // What the neighbour's own writes teach the business is no row of a location.
    if (exceptLocation && ['name_words', 'feeds', 'idempotency_keys'].includes(table_name)) continue;
    const own = table_name === 'locations' ? 'id' : has_location ? 'location_id' : null;
    const rows = await sql`
      select (to_jsonb(t) - 'last_used_at')::text as line
      from ${sql(table_name)} t
      where t.business_id = ${businessId}
        ${
          exceptLocation && own
            ? sql`and t.${sql(own)} is distinct from ${exceptLocation}`
            : exceptLocation && table_name === 'contacts'
              ? sql`and t.location_id <> ${exceptLocation}`
              : sql``
        }
      order by 1`;
    lines.push(...rows.map((row) => `${table_name} ${row.line}`));
  }
  const [business] = await sql`select to_jsonb(b)::text as line from businesses b where id = ${businessId}`;
  return [`businesses ${business!.line}`, ...lines].join('\n');
}
