/** PostGraphile 5 (server.js) over one table: every request is a GraphQL document with variables. */
import type { PeerCustomer, StartPeer } from '../peer.ts';
import { countByEmail, makeTable } from '../table.ts';

const FIELDS = 'rowId name email phone companyName address source tags createdAt';
const GET = `query ($id: UUID!) { customerByRowId(rowId: $id) { ${FIELDS} } }`;
const FIRST_PAGE = `{ allCustomers(first: 20, orderBy: CREATED_AT_DESC) { totalCount nodes { ${FIELDS} } } }`;
const SEARCH = `query ($q: String!) { allCustomers(first: 20, filter: { name: { includesInsensitive: $q } }) { nodes { ${FIELDS} } } }`;
const FIND = `query ($email: String!) { allCustomers(first: 1, condition: { email: $email }) { nodes { ${FIELDS} } } }`;
const CREATE = `mutation ($one: CustomerInput!) { createCustomer(input: { customer: $one }) { customer { ${FIELDS} } } }`;

const request = (query: string, variables: object = {}) => ({
  method: 'POST' as const,
  path: '/graphql',
  body: JSON.stringify({ query, variables }),
});

const input = ({ company_name, tags, ...rest }: PeerCustomer) => ({
  ...rest,
  companyName: company_name,
  tags: JSON.stringify(tags),
});

export const start: StartPeer = async (stage) => {
  const ids = await makeTable(stage);
  const port = await stage.freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { DATABASE_URL: stage.databaseUrl, PORT: String(port), GRAPHILE_ENV: 'production' };
  const process_ = await stage.serve(['node', 'server.js'], env, `${url}/graphql?query=%7B__typename%7D`);
  return {
    ...process_,
    name: 'PostGraphile 5.1',
    url,
    headers: {},
    ids,
    get: (id) => request(GET, { id }),
    // With the exact total.
    firstPage: () => request(FIRST_PAGE),
    search: (q) => request(SEARCH, { q }),
    create: (customer) => request(CREATE, { one: input(customer) }),
    find: (email) => request(FIND, { email }),
    isFound: (body) =>
      (JSON.parse(body) as { data: { allCustomers: { nodes: object[] } } }).data.allCustomers.nodes.length >
      0,
    // One document with as many mutations; they run one after the other in it.
    bulk: (customers) =>
      request(
        `mutation (${customers.map((_, i) => `$c${i}: CustomerInput!`).join(', ')}) { ${customers
          .map((_, i) => `m${i}: createCustomer(input: { customer: $c${i} }) { customer { rowId } }`)
          .join(' ')} }`,
        Object.fromEntries(customers.map((customer, i) => [`c${i}`, input(customer)])),
      ),
    count: (email) => countByEmail(stage.databaseUrl, 'customers', email),
  };
};
