/**
 * The query plan of every statement the service sends, and how many rows each reads for those it keeps: collected by
 * exercising each operation and asking PostgreSQL. `npm run bench -- --only plans` keeps those at a million customers.
 */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { scanDuplicates } from '../src/customers/duplicate-scan.ts';
import { purgeCustomers } from '../src/customers/purge.ts';
import { openService } from '../src/customers/service.ts';
import { connect } from '../src/database/connect.ts';
import { type Plan, planOf } from '../src/doctor/plan-of.ts';
import { keepHouse } from '../src/housekeeping.ts';
import { createServer } from '../src/http/server.ts';
import { deleteKeyUses } from '../src/tenancy/key-use-store.ts';

interface Sent {
  parameters: unknown[];
  types: number[];
}

/** Walks every operation over a business and answers the plan of each distinct statement that was sent. */
export async function collectPlans(
  databaseUrl: string,
  business: { id: string; key: string; locationId: string; importId?: string },
): Promise<Plan[]> {
  const sent = new Map<string, Sent>();
  const onStatement = (text: string, parameters: unknown[], types: number[]) => {
    if (!sent.has(text)) sent.set(text, { parameters, types });
  };
  const sql = connect(databaseUrl, { max: 4, onStatement });
  const service = await openService(sql);
  const server = await createServer(service, pino({ level: 'silent' }));
  const sender =
    (isKeyed: boolean): Send =>
    async (method, path, body) => {
      const answer = await server.inject({
        method,
        url: `/api/v2${path}`,
        headers: {
          authorization: `Bearer ${business.key}`,
          ...(isKeyed && { 'idempotency-key': randomUUID() }),
        },
        ...(body !== undefined && { payload: body }),
      });
      if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}`);
      const isFile = !String(answer.headers['content-type']).startsWith('application/json');
      return isFile ? {} : answer.json().body;
    };
  await exercise(sender(false), business.locationId);
  await exerciseLife(sender(true), business.locationId);
  await exerciseImports(sender(false), business.locationId, business.importId);
  await scanDuplicates(sql, business.id, { pageSize: 50, onPage: ({ customers }) => customers < 100 });
  await purgeCustomers(service, business.id, new Date().toISOString());
  await service.uses.flush(sql);
  await keepHouse(service, 'plans', { isStopping: () => true });
  await deleteKeyUses(sql, business.id, '2020-01-01');
  await server.close();
  await sql.end();

  // The settings of the service, on a connection that is not listened to.
  const asker = connect(databaseUrl, { max: 1 });
  const plans: Plan[] = [];
  for (const [statement, { parameters, types }] of sent) {
    if (!/^\s*(select|insert|update|delete|with)\b/i.test(statement) || /pg_catalog/.test(statement))
      continue;
    // A write has been done; done again it would fail, or find nothing.
    const analyze = /^\s*(select|with)\b/i.test(statement) && !/\bfor update\b/i.test(statement);
    plans.push(await planOf(asker, statement, parameters, types, { analyze }));
  }
  await asker.end();
  return plans;
}

type Send = (
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
) => Promise<{
  id: string;
  next_cursor: string;
  as_of: string;
  created_at: string;
  items: { id: string }[];
}>;

async function exercise(send: Send, locationId: string): Promise<void> {
  const { id } = await send('POST', '/customers', {
    name: 'Plan Ner',
    email: 'plan.ner@example.com',
    location_id: locationId,
  });
  await send('PUT', '/customers', {
    name: 'Plan Ner',
    email: 'plan.ner@example.com',
    phone: '0412 999 888',
    location_id: locationId,
  });
  await send('PUT', '/customers', { name: 'Front Desk', phone: '1300 999 888', location_id: locationId });
  await send('PUT', '/customers/batch', {
    customers: [
      { phone: '0412 999 777', location_id: locationId },
      { phone: '0412 999 777', email: 'plan.ner@example.com', location_id: locationId },
    ],
  });
  await send('GET', `/customers/${id}`);
  await send('PATCH', `/customers/${id}`, {
    address: '1 High St',
    contacts: [{ type: 'email', value: 'ner.plan@example.com' }],
  });
  await send('GET', `/customers/${id}/events`);
  for (const filter of ['', `&location_id=${locationId}`]) {
    for (const sort of ['-created_at', 'created_at', '-updated_at', 'updated_at', 'name', '-name']) {
      const { next_cursor, as_of } = await send('GET', `/customers?page_size=5&sort=${sort}${filter}`);
      await send('GET', `/customers?page_size=5&sort=${sort}${filter}&cursor=${next_cursor}`);
      await send('GET', `/customers?page=2&page_size=5&sort=${sort}${filter}&as_of=${as_of}`);
    }
    for (const query of [
      'q=surname77',
      'q=surnane77',
      'q=ner',
      'q=0412+999',
      'q=plan+ner',
      'q=plam',
      'q=no',
      'q=ann',
      'q=jo+smi',
      'q=smith.1',
      'q=smith&tag=vip',
      'status=blocked',
      'status=active',
      'status=active&tag=vip',
      'tag=vip',
      'source=nowhere',
      'deleted=true',
    ]) {
      await send('GET', `/customers?${query}${filter}`);
    }
    await send('GET', `/customers/growth?months=24${filter}`);
  }
  await send('GET', '/locations');
  const [key] = (await send('GET', '/api-keys')).items;
  await send('GET', `/api-keys/${key!.id}/uses?limit=2`);
  await send('GET', `/api-keys/${key!.id}/uses?cursor=2026-01-31`);
  await send('GET', '/delete-rules');
}

/** Imports, and the customers of one that is there, or of a small one made for it. */
async function exerciseImports(send: Send, location_id: string, given?: string): Promise<void> {
  const small = randomUUID();
  const customers = [
    { phone: '0412 999 444', location_id },
    { phone: '0412 999 555', location_id },
  ];
  await send('PUT', `/customers/batch?import_id=${small}`, { customers });
  for (const import_id of given ? [small, given] : [small]) {
    for (const sort of ['-created_at', 'created_at', '-updated_at', 'name']) {
      const query = `/customers?import_id=${import_id}&page_size=1&sort=${sort}`;
      const { next_cursor, as_of } = await send('GET', query);
      await send('GET', `${query}&cursor=${next_cursor}`);
      await send('GET', `${query}&page=2&as_of=${as_of}&location_id=${location_id}`);
    }
    for (const filter of ['q=surname', 'q=surnane77', 'status=active', 'tag=vip'])
      await send('GET', `/customers?import_id=${import_id}&${filter}`);
    await send('GET', `/customers/export?import_id=${import_id}&format=ndjson`);
  }
  for (const filter of ['', `&location_id=${location_id}`]) {
    const { next_cursor } = await send('GET', `/imports?limit=1${filter}`);
    await send('GET', `/imports?limit=1${filter}&cursor=${next_cursor}`);
  }
}

/** What can happen to customers beside the six operations. */
async function exerciseLife(send: Send, location_id: string): Promise<void> {
  const make = (name: string, phone: string) => send('POST', '/customers', { name, phone, location_id });
  const [a, b] = [await make('Plan Ned', '0412 999 111'), await make('Plan Nell', '0412 999 222')];
  const import_id = randomUUID();
  await send('PUT', `/customers/batch?import_id=${import_id}`, {
    customers: [
      { phone: '0412 999 111', name: 'Plan Edward', location_id },
      { phone: '0412 999 333', location_id },
    ],
  });
  await send('POST', `/imports/${import_id}/undo`);
  await send('PUT', `/customers/${b.id}/references/booking/1`, { state: 'open' });
  await send('GET', `/customers/${b.id}/references`);
  await send('DELETE', `/customers/${b.id}/references/booking/1`);
  await send('PUT', `/customers/${a.id}/legal-hold`, { reason: 'Plans' });
  await send('DELETE', `/customers/${a.id}/legal-hold`);
  const conflict = { phone: '0412 999 111', email: 'nell@example.com', location_id };
  await send('PATCH', `/customers/${b.id}`, { email: 'nell@example.com' });
  await send('PUT', '/customers', conflict);
  const { items } = await send('GET', `/duplicates?customer_id=${a.id}`);
  await send('GET', '/duplicates?limit=1');
  await send('POST', `/duplicates/${items[0]!.id}/dismiss`);
  await send('POST', `/customers/${a.id}/merge`, { from: b.id });
  await send('GET', `/customers/${b.id}`);
  await send('GET', `/customers/${a.id}/events`);
  await send('GET', `/customers/${a.id}/export`);
  await send('GET', `/customers/${a.id}?at=${a.created_at}`);
  await send('POST', `/customers/${a.id}/unmerge`, { from: b.id });
  await send('DELETE', `/customers/${a.id}`);
  await send('POST', `/customers/${a.id}/restore`);
  await send('DELETE', `/customers/${a.id}`);
  await send('POST', `/customers/${b.id}/erase`);
  const { next_cursor } = await send('GET', '/events?limit=5');
  await send('GET', `/events?limit=5&after=${next_cursor}`);
  await send('GET', '/events?after=latest');
}

/** So many rows may be looked at in vain whatever is found: the rows of a page, and those near by where a page may be. */
const FEW = 6_000;
/** Beyond those, rows looked at for each that is kept. */
const FACTOR = 3;

/** The plans that read a whole table (but for `instance`, which is one row), or far more rows than they keep. */
export const wasteful = (plans: Plan[]): Plan[] =>
  plans.filter(
    ({ scans, rows }) =>
      scans.some(({ node, table }) => node === 'Seq Scan' && table !== 'instance') ||
      (rows !== null && rows.dropped > FEW + FACTOR * rows.kept),
  );

/** The plans as text, a statement and its scans each. */
export const printed = (plans: Plan[]): string =>
  plans
    .map(({ statement, scans, rows }) =>
      [
        statement +
          (rows ? `\n    -- ${Math.round(rows.kept)} rows kept, ${Math.round(rows.dropped)} let go` : ''),
        ...scans.map(
          ({ node, table, index, condition }) =>
            `    ${node}${table ? ` on ${table}` : ''}${index ? ` using ${index}` : ''}${condition ? `: ${condition}` : ''}`,
        ),
      ].join('\n'),
    )
    .join('\n\n');
