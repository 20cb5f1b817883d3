/** Directus through its REST items API, with an admin's static token; cache, rate limiter, telemetry and websockets off. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import type { StartPeer } from '../peer.ts';
import { countByEmail, fill, someIds } from '../table.ts';

const CLI = 'node_modules/directus/cli.js';
const TEXTS = ['name', 'email', 'phone', 'company_name', 'address', 'source'] as const;

/** The collection as its API makes it, with an index on the e-mail. */
const COLLECTION = {
  collection: 'customers',
  schema: {},
  meta: {},
  fields: [
    { field: 'id', type: 'uuid', schema: { is_primary_key: true }, meta: { special: ['uuid'] } },
    ...TEXTS.map((field) => ({ field, type: 'string', schema: { is_indexed: field === 'email' }, meta: {} })),
    { field: 'tags', type: 'json', schema: {}, meta: { special: ['cast-json'] } },
    {
      field: 'created_at',
      type: 'timestamp',
      schema: { is_indexed: true },
      meta: { special: ['date-created'] },
    },
  ],
};

export const start: StartPeer = async (stage) => {
  const db = new URL(stage.databaseUrl);
  const [port, token] = [await stage.freePort(), randomUUID()];
  const url = `http://127.0.0.1:${port}`;
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: url,
    DB_CLIENT: 'pg',
    DB_HOST: db.hostname,
    DB_PORT: db.port,
    DB_DATABASE: db.pathname.slice(1),
    DB_USER: db.username,
    DB_PASSWORD: decodeURIComponent(db.password),
    DB_POOL__MIN: '0',
    DB_POOL__MAX: '10',
    SECRET: randomUUID(),
    ADMIN_EMAIL: 'admin@example.com',
    ADMIN_PASSWORD: randomUUID(),
    ADMIN_TOKEN: token,
    CACHE_ENABLED: 'false',
    RATE_LIMITER_ENABLED: 'false',
    WEBSOCKETS_ENABLED: 'false',
    PRESSURE_LIMITER_ENABLED: 'false',
    TELEMETRY: 'false',
    ACCEPT_TERMS: 'true',
    SERVE_APP: 'false',
    MAX_PAYLOAD_SIZE: '16mb',
    LOG_LEVEL: 'error',
  };
  await stage.run(['node', CLI, 'bootstrap'], env);
  const process_ = await stage.serve(['node', CLI, 'start'], env, `${url}/server/ping`);
  const headers = { authorization: `Bearer ${token}` };
  const made = await fetch(`${url}/collections`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(COLLECTION),
  });
  if (!made.ok) throw new Error(`Directus refused the collection: ${await made.text()}`);
  const sql = postgres(stage.databaseUrl, { max: 1, onnotice: () => {} });
  await fill(stage.customers(), (group) => {
    const at = new Date();
    const rows = group.map((one) => ({ ...one, id: randomUUID(), tags: sql.json(one.tags), created_at: at }));
    return sql`insert into customers ${sql(rows as never, 'id', ...TEXTS, 'tags', 'created_at')}`;
  });
  const ids = await someIds(sql, 'id', 'customers');
  await sql.end();
  const { version } = (
    await import(`${stage.dir}/node_modules/directus/package.json`, { with: { type: 'json' } })
  ).default as { version: string };
  return {
    ...process_,
    name: `Directus ${version}`,
    url,
    headers,
    ids,
    get: (id) => ({ method: 'GET', path: `/items/customers/${id}` }),
    // With the exact total.
    firstPage: () => ({ method: 'GET', path: '/items/customers?limit=20&sort=-created_at&meta=total_count' }),
    search: (fragment) => ({
      method: 'GET',
      path: `/items/customers?limit=20&filter[name][_icontains]=${encodeURIComponent(fragment)}`,
    }),
    create: (customer) => ({ method: 'POST', path: '/items/customers', body: JSON.stringify(customer) }),
    find: (email) => ({
      method: 'GET',
      path: `/items/customers?limit=1&filter[email][_eq]=${encodeURIComponent(email)}`,
    }),
    isFound: (body) => (JSON.parse(body) as { data: object[] }).data.length > 0,
    bulk: (customers) => ({ method: 'POST', path: '/items/customers', body: JSON.stringify(customers) }),
    count: (email) => countByEmail(stage.databaseUrl, 'customers', email),
  };
};
