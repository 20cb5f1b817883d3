/** Strapi 5 through its REST API, with a token of full access; no admin panel, no telemetry. It has no bulk request. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import type { StartPeer } from '../peer.ts';
import { countByEmail, fill, someIds } from '../table.ts';

const documentId = () => randomUUID().replaceAll('-', '').slice(0, 24);

export const start: StartPeer = async (stage) => {
  const [port, token] = [await stage.freePort(), randomUUID()];
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PORT: String(port),
    DATABASE_URL: stage.databaseUrl,
    SECRET: randomUUID().replaceAll('-', ''),
    API_TOKEN: token,
    STRAPI_TELEMETRY_DISABLED: 'true',
  };
  const process_ = await stage.serve(['node', 'start.js'], env, `${url}/_health`);
  const sql = postgres(stage.databaseUrl, { max: 1, onnotice: () => {} });
  // Its own indexes only: the key, and the document id with locale and publication.
  await fill(stage.customers(), (group) => {
    const at = new Date();
    const rows = group.map((one) => ({
      ...one,
      tags: sql.json(one.tags),
      document_id: documentId(),
      created_at: at,
      updated_at: at,
      published_at: at,
    }));
    return sql`insert into customers ${sql(rows as never, 'document_id', 'name', 'email', 'phone', 'company_name', 'address', 'source', 'tags', 'created_at', 'updated_at', 'published_at')}`;
  });
  const ids = await someIds(sql, 'document_id', 'customers');
  await sql.end();
  const filter = (text: string, value: string) =>
    `/api/customers?filters${text}=${encodeURIComponent(value)}`;
  return {
    ...process_,
    name: 'Strapi 5.53',
    url,
    headers: { authorization: `Bearer ${token}` },
    ids,
    get: (id) => ({ method: 'GET', path: `/api/customers/${id}` }),
    // With the exact total.
    firstPage: () => ({ method: 'GET', path: '/api/customers?sort=createdAt:desc&pagination[pageSize]=20' }),
    search: (fragment) => ({
      method: 'GET',
      path: `${filter('[name][$containsi]', fragment)}&pagination[pageSize]=20&pagination[withCount]=false`,
    }),
    create: (customer) => ({
      method: 'POST',
      path: '/api/customers',
      body: JSON.stringify({ data: customer }),
    }),
    find: (email) => ({ method: 'GET', path: `${filter('[email][$eq]', email)}&pagination[pageSize]=1` }),
    isFound: (body) => (JSON.parse(body) as { data: object[] }).data.length > 0,
    bulk: () => null,
    count: (email) => countByEmail(stage.databaseUrl, 'customers', email),
  };
};
