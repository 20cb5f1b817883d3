/**
 * The service beside what people use today: the same customers on the same PostgreSQL, the server on one core, database
 * and load on the other, the same requests by the same load. `npm run bench -- --peers 100000`
 */
import { Agent, request as httpRequest } from 'node:http';
import { BASE as API } from '../src/http/route.ts';
import { CALLERS, secondsOf, type Theme } from './book.ts';
import { customers } from './generate.ts';
import { type Figure, measure, measureWork, type Patience, random } from './load.ts';
import { type PeerChoice, peerCustomer, withPeer } from './peers/harness.ts';
import type { PeerCustomer, PeerRequest, RunningPeer } from './peers/peer.ts';
import { startService } from './processes.ts';
import { peerLine } from './report.ts';
import { FILL_RATE, prepare, type Stage } from './stage.ts';

const BULK = 500;
/** Folders of bench/peers; the second time with what its maker adds when search is slow. */
const PEERS: PeerChoice[] = [
  { folder: 'express-drizzle' },
  { folder: 'express-drizzle', variant: 'trigrams' },
  { folder: 'postgraphile' },
  { folder: 'directus' },
  { folder: 'strapi' },
];

/** What one system bore. */
export interface Compared {
  name: string;
  /** Per second, by operation; null where it has none. */
  figures: Record<Operation, Figure | null>;
  /** Rows left by 64 simultaneous find-or-creates of one new person, and how many of the 64 succeeded. */
  simultaneous: { rows: number; succeeded: number };
  /** MiB resident after the load. */
  memory: number;
  /** Why it could not be measured. */
  error?: string;
}
export const OPERATIONS = [
  'get',
  'first page',
  'search',
  'search, full name',
  'create',
  'find or create',
  'bulk rows',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What is measured: a peer, or the service, whose find-or-create is one request. */
type System = Omit<RunningPeer, 'find' | 'isFound'> & {
  findOrCreate: { one(customer: PeerCustomer): PeerRequest } | Pick<RunningPeer, 'find' | 'isFound'>;
};

export const peers: Theme = {
  name: 'peers',
  what: ({ peers: { rows, isOwnOnly } }) =>
    `${rows.toLocaleString('en')} customers ${isOwnOnly ? 'as a comparison asks for them' : `beside ${PEERS.length} peers`}`,
  // A peer takes its time to start and to be filled.
  estimate: ({ peers: { rows, isOwnOnly }, ...options }) =>
    rows / FILL_RATE + (isOwnOnly ? 1 : PEERS.length + 1) * (secondsOf(OPERATIONS.length, options) + 40),
  async run(book) {
    const { rows, isOwnOnly } = book.options.peers;
    const choices = isOwnOnly ? [] : PEERS;
    const told = (result: Compared) => console.log(peerLine(result));
    book.compared = { rows, systems: await compare(rows, book.options, choices, told) };
  },
};

/** Measures the service and each peer in turn, every one on a database of its own. */
async function compare(
  rows: number,
  patience: Patience,
  choices: PeerChoice[],
  onResult: (result: Compared) => void,
): Promise<Compared[]> {
  const results: Compared[] = [];
  const add = (result: Compared) => {
    results.push(result);
    onResult(result);
  };
  const stage = await prepare(rows);
  try {
    const service = await ours(stage);
    add(await measureSystem(service, rows, patience).finally(() => service.stop()));
    for (const choice of choices) {
      const result = withPeer(choice, stage.databaseUrl, rows, (peer) =>
        measureSystem({ ...peer, findOrCreate: peer }, rows, patience),
      );
      add(await result.catch((error) => notMeasured(choice.folder, error)));
    }
  } finally {
    await stage.stop();
  }
  return results;
}

function notMeasured(name: string, error: unknown): Compared {
  const none = Object.fromEntries(OPERATIONS.map((operation) => [operation, null]));
  const reason = error instanceof Error ? error.message : String(error);
  return {
    name,
    figures: none as Compared['figures'],
    simultaneous: { rows: 0, succeeded: 0 },
    memory: 0,
    error: reason.slice(0, 500),
  };
}

async function ours(stage: Stage): Promise<System> {
  const running = await startService(stage);
  const json = (body: unknown) => JSON.stringify(body);
  return {
    ...running,
    name: 'Clientele',
    headers: { authorization: `Bearer ${stage.key}` },
    ids: stage.ids,
    get: (id) => ({ method: 'GET', path: `${API}/customers/${id}` }),
    firstPage: () => ({ method: 'GET', path: `${API}/customers?page_size=20` }),
    search: (q) => ({ method: 'GET', path: `${API}/customers?page_size=20&q=${encodeURIComponent(q)}` }),
    create: (customer) => ({ method: 'POST', path: `${API}/customers`, body: json(customer) }),
    findOrCreate: { one: (customer) => ({ method: 'PUT', path: `${API}/customers`, body: json(customer) }) },
    bulk: (some) => ({ method: 'PUT', path: `${API}/customers/batch`, body: json({ customers: some }) }),
    async count(email) {
      const [row] = await stage.sql`
        select count(distinct customer_id)::int as n from contacts where business_id = ${stage.businessId} and value = ${email}`;
      return row!.n as number;
    },
  };
}

async function measureSystem(system: System, rows: number, patience: Patience): Promise<Compared> {
  const { name, url, headers } = system;
  const source = customers(50_000_000, 5_000_000);
  const fresh = () => peerCustomer(source.next().value);
  const knownSource = customers(rows);
  const known = Array.from({ length: Math.min(rows, 2000) }, () => peerCustomer(knownSource.next().value));
  const load = (next: () => PeerRequest, connections = CALLERS) =>
    measure({ url, headers, connections, next, ...patience });
  // Five letters of somebody's last name, another each time.
  const fragment = () => lastName(random(known)).slice(0, 5).toLowerCase();
  // Three letters of it after the first name: few have both.
  const fullName = () => {
    const { name } = random(known);
    return name.slice(0, name.length - lastName({ name }).length + 3).toLowerCase();
  };

  const figures = {} as Compared['figures'];
  figures.get = await load(() => system.get(random(system.ids)));
  figures['first page'] = await load(() => system.firstPage());
  figures.search = await load(() => system.search(fragment()));
  figures['search, full name'] = await load(() => system.search(fullName()));
  figures.create = await load(() => system.create(fresh()));
  let turn = 0;
  const send = sender(system);
  figures['find or create'] = await measureWork(CALLERS, patience, () =>
    findOrCreate(system, send, turn++ % 2 === 0 ? random(known) : fresh()),
  );
  const some = () => Array.from({ length: BULK }, fresh);
  const hasBulk = system.bulk([fresh()]) !== null;
  const bulk = hasBulk ? await load(() => system.bulk(some())!, 2) : null;
  figures['bulk rows'] = bulk && { ...bulk, rate: bulk.rate * BULK };

  const person = fresh();
  const answers = await Promise.all(Array.from({ length: 64 }, () => findOrCreate(system, send, person)));
  return {
    name,
    figures,
    simultaneous: {
      rows: await system.count(person.email),
      succeeded: answers.filter(Boolean).length,
    },
    memory: await system.memory(),
  };
}

const lastName = ({ name }: { name: string }) => name.split(' ').at(-1)!;

type Send = (request: PeerRequest) => Promise<{ status: number; body: string }>;

/** True when every request of it succeeded. */
async function findOrCreate(system: System, send: Send, customer: PeerCustomer): Promise<boolean> {
  const { findOrCreate: way } = system;
  if ('one' in way) return isGood(await send(way.one(customer)));
  const found = await send(way.find(customer.email));
  if (!isGood(found)) return false;
  return way.isFound(found.body) || isGood(await send(system.create(customer)));
}
const isGood = ({ status }: { status: number }) => status >= 200 && status < 300;

/** Sends over connections that stay open. */
function sender({ url, headers }: System): Send {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return ({ method, path, body }) =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          hostname,
          port,
          path,
          method,
          agent,
          headers: {
            ...headers,
            ...(body !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode!, body: text }));
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
}
