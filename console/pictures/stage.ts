/**
 * What the pictures are taken of: the real service on a database that is thrown away, and a plumbing group whose demo
 * customers came over fourteen months. Its clock stands where it is put, so that the same pictures come out each time.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import pino from 'pino';
import { bringUpToDate } from '../../src/customers/derived.ts';
import { scanDuplicates } from '../../src/customers/duplicate-scan.ts';
import type { UpsertInput } from '../../src/customers/schema.ts';
import { openService } from '../../src/customers/service.ts';
import { connect, type Sql } from '../../src/database/connect.ts';
import { startEmbedded } from '../../src/database/embedded.ts';
import { DEMO_TAG, type DemoCustomer, demoCustomers } from '../../src/demo/people.ts';
import { createServer } from '../../src/http/server.ts';
import { SCOPES } from '../../src/tenancy/authentication.ts';
import { createBusiness } from '../../src/tenancy/operations.ts';

/** Now, on every picture: an afternoon in Sydney. */
export const NOW = Date.parse('2026-11-25T03:40:00Z');
const FIRST = Date.parse('2025-09-16T00:10:00Z');
const SLICES = 300;

export type Send = (method: string, path: string, body?: object) => Promise<Body>;
/** What the stage reads of an answer. */
interface Body {
  id: string;
  key: string;
  items: { id: string; customer: { id: string } }[];
}

export interface Stage {
  url: string;
  /** Of the business with customers; of one without; of the first one's front desk, which may not change settings. */
  key: string;
  emptyKey: string;
  deskKey: string;
  send: Send;
  /** Somebody with history, with something open in another system, who may be entered twice. */
  customerId: string;
  /** Who keeps being edited: each call gives another. */
  another(): string;
  /** Somebody deleted. */
  goneId: string;
  stop(): Promise<void>;
}

/** Starts the service and fills it, through the operations that everybody calls. */
export async function setStage(): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'clientele-pictures-'));
  // PostgreSQL's own user must pass here, when root runs this.
  await chmod(directory, 0o755);
  const embedded = await startEmbedded(join(directory, 'data'), `pictures (process ${process.pid})`);
  const sql = connect(embedded.url, { max: 8 });
  await bringUpToDate(sql);
  mock.timers.enable({ apis: ['Date'], now: FIRST });
  const service = await openService(sql);
  const server = await createServer(service, pino({ level: 'silent' }));
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const stop = async () => {
    mock.timers.reset();
    await server.close();
    await sql.end({ timeout: 5 });
    await embedded.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const filled = await fill(sql, url);
    await service.uses.flush(sql);
    return { url, ...filled, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fill(sql: Sql, url: string): Promise<Omit<Stage, 'url' | 'stop'>> {
  const made = await createBusiness(sql, {
    name: 'Coastal Plumbing',
    location: { name: 'Wollongong', country: 'AU' },
  });
  const empty = await createBusiness(sql, { name: 'New business', location: { name: 'Main' } });
  const office = await sender(url, made.apiKey.key)('POST', '/api-keys', {
    name: 'Office',
    scopes: [...SCOPES],
  });
  const send = sender(url, office.key);
  const second = await send('POST', '/locations', { name: 'Newcastle' });
  // Those entered twice are ten apart, and so at one location.
  const placeOf = (n: number) => (n % 10 < 3 ? second.id : made.location.id);
  const desk = await send('POST', '/api-keys', {
    name: 'Front desk',
    scopes: ['customers:read', 'customers:write'],
  });

  const people = demoCustomers();
  const ids = await addPeople(send, people, placeOf);
  mock.timers.setTime(NOW);
  await scanDuplicates(sql, made.id);
  await sql`analyze`;

  const isTwin = (n: number) => n > 0 && n % 33 === 0;
  const rich = people.findIndex(
    ({ first, later, references }, n) =>
      isTwin(n + 10) && first.email && later.length > 1 && references.some(({ isClosed }) => !isClosed),
  );
  const plain = people.flatMap(({ later, references }, n) =>
    later.length + references.length === 0 && !isTwin(n) && !isTwin(n + 10) ? [ids[n]!] : [],
  );
  const goneId = plain.pop()!;
  await send('DELETE', `/customers/${goneId}`);
  return {
    key: office.key,
    emptyKey: empty.apiKey.key,
    deskKey: desk.key,
    send,
    customerId: ids[rich]!,
    another: () => plain.pop()!,
    goneId,
  };
}

/** Everybody as they came, more and more each month; what came later, later. Answers their ids. */
async function addPeople(
  send: Send,
  people: DemoCustomer[],
  placeOf: (n: number) => string,
): Promise<string[]> {
  const ids: string[] = [];
  const write = async (some: { input: UpsertInput; n: number }[]) => {
    const customers = some.map(({ input, n }) => ({ ...plainly(input), location_id: placeOf(n) }));
    return customers.length > 0 ? (await send('PUT', '/customers/batch', { customers })).items : [];
  };
  for (let slice = 0; slice < SLICES; slice++) {
    const share = (slice + 1) / SLICES;
    // The last come in the minutes before now; growth bends upwards a little.
    mock.timers.setTime(FIRST + (NOW - 5 * 60_000 - FIRST) * share ** 0.75);
    const until = Math.round(people.length * share);
    const come = people.slice(ids.length, until).map(({ first }, i) => ({ input: first, n: ids.length + i }));
    const from = ids.length;
    ids.push(...(await write(come)).map(({ customer }) => customer.id));
    const before = Math.max(0, from - 60);
    const known = people.slice(before, from).map((person, i) => ({ ...person, n: before + i }));
    // Each person has moved through the sixty by the time all rounds are over.
    for (const round of [0, 1, 2])
      await write(
        known.flatMap(({ later, n }) =>
          later[round] && isTurn(n, round, from, until) ? [{ input: later[round], n }] : [],
        ),
      );
    for (const { references, n } of known)
      for (const { kind, ref, isClosed } of isTurn(n, 1, from, until) ? references : []) {
        await send('PUT', `/customers/${ids[n]}/references/${kind}/${ref}`, { state: 'open' });
        if (isClosed)
          await send('PUT', `/customers/${ids[n]}/references/${kind}/${ref}`, { state: 'closed' });
      }
  }
  return ids;
}

/** True in the one slice in which a person's change of this round comes: some slices after the person. */
const isTurn = (n: number, round: number, from: number, until: number): boolean => {
  const at = n + 20 + 18 * round;
  return at >= from && at < until;
};

/** Without what says that it is demo data: that is not what the pictures are about. */
const plainly = (input: UpsertInput): UpsertInput => ({
  ...input,
  ...(input.tags && { tags: input.tags.filter((tag) => tag !== DEMO_TAG) }),
});

const sender =
  (url: string, key: string): Send =>
  async (method, path, body) => {
    const answer = await fetch(`${url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const { body: answered } = (await answer.json()) as { body: Body };
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answered)}`);
    return answered;
  };
