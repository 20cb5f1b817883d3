/** The service a user would write by hand (server.js); as `trigrams` its search has the index a careful one adds. */
import { randomUUID } from 'node:crypto';
import type { StartPeer } from '../peer.ts';
import { countByEmail, makeTable } from '../table.ts';

export const start: StartPeer = async (stage) => {
  const withTrigrams = stage.variant === 'trigrams';
  const ids = await makeTable(stage, withTrigrams);
  const [port, key] = [await stage.freePort(), randomUUID()];
  const url = `http://127.0.0.1:${port}`;
  const env = { DATABASE_URL: stage.databaseUrl, PORT: String(port), API_KEY: key };
  const process_ = await stage.serve(['node', 'server.js'], env, url);
  return {
    ...process_,
    name: `Express 5.3 + drizzle 0.45${withTrigrams ? ', trigram index' : ''}`,
    url,
    headers: { authorization: `Bearer ${key}` },
    ids,
    get: (id) => ({ method: 'GET', path: `/customers/${id}` }),
    // It knows no total.
    firstPage: () => ({ method: 'GET', path: '/customers' }),
    search: (fragment) => ({ method: 'GET', path: `/customers?q=${encodeURIComponent(fragment)}` }),
    create: (customer) => ({ method: 'POST', path: '/customers', body: JSON.stringify(customer) }),
    find: (email) => ({ method: 'GET', path: `/customers?email=${encodeURIComponent(email)}` }),
    isFound: (body) => JSON.parse(body).length > 0,
    bulk: (customers) => ({ method: 'POST', path: '/customers/bulk', body: JSON.stringify(customers) }),
    count: (email) => countByEmail(stage.databaseUrl, 'customers', email),
  };
};
