/** DATABASE_REPLICA_URL: a replica answers lists, and nobody can tell but by the load. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { walk } from '../../src/customers/list.ts';
import { connect, type Queryable, type Sql } from '../../src/database/connect.ts';
import { REPLICA_STATEMENT_MS, Replica } from '../../src/database/replica.ts';
import { killPostgres, type RunningService, until } from '../../trust/processes.ts';
import { type Answer, API, type Send, sender } from '../harness.ts';
import { useProcesses } from './process.ts';
import { type Pair, startPair } from './standby.ts';

const processes = useProcesses();
const CUSTOMERS = 1_200;
let pair: Pair;
/** Two instances of the service, as different as they may be. */
let first: RunningService;
let second: RunningService;
let send: Send;
let sendSecond: Send;

beforeAll(async () => {
  pair = await startPair(processes);
  const env = { DATABASE_URL: pair.primary.url, DATABASE_REPLICA_URL: pair.replica.url };
  first = await processes.start({ ...env, CLIENTELE_WORKERS: '2' });
  second = await processes.start({ ...env, DATABASE_POOLER: 'transaction' });
  send = sender(first.url, first.key);
  sendSecond = sender(second.url, first.key);
  for (let start = 0; start < CUSTOMERS; start += 600) {
    const customers = Array.from({ length: 600 }, (_, i) => ({
      name: `Customer ${start + i}`,
      email: `c${start + i}@clientele.test`,
    }));
    expect((await send('PUT', '/customers/batch', { customers })).body.created).toBe(600);
  }
});

afterAll(async () => {
  for (const service of [first, second]) await service?.kill();
  await pair?.stop();
});

/** What has become of the reads of a service. */
async function reads({ url }: RunningService) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const count = (outcome: string) =>
    Number(new RegExp(`^clientele_replica_reads_total{outcome="${outcome}"} (\\d+)$`, 'm').exec(text)?.[1]);
  return {
    answered: count('answered'),
    behind: count('behind'),
    ahead: count('ahead'),
    unavailable: count('unavailable'),
  };
}

/** Lists until the replica answers. */
const untilAnswered = (service: RunningService) =>
  until('the replica answers', 20_000, async () => {
    const before = await reads(service);
    expect((await sender(service.url, first.key)('GET', '/customers')).status).toBe(200);
    return (await reads(service)).answered > before.answered;
  });

const idsOf = ({ body }: Answer) => body.items.map(({ id }) => id);

/** The ids of an export, in its order. */
async function exportedIds(): Promise<string[]> {
  const response = await fetch(`${first.url}${API}/customers/export?format=ndjson`, {
    headers: { authorization: `Bearer ${first.key}` },
  });
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { id: string }).id);
}

describe('a replica that keeps up', () => {
  it('answers lists, searches, walks and exports, for every process', async () => {
    for (const service of [first, second]) await untilAnswered(service);
    const before = await reads(first);
    expect((await send('GET', '/customers?q=c77@clientele.test')).body).toMatchObject({ total: 1 });
    expect((await send('GET', '/customers?q=custumer')).body).toMatchObject({ total: CUSTOMERS });
    const page = await send('GET', '/customers?page_size=100');
    expect(page.body).toMatchObject({ total: CUSTOMERS });
    const next = await send('GET', `/customers?page_size=100&cursor=${page.body.next_cursor}`);
    expect(new Set([...idsOf(page), ...idsOf(next)]).size).toBe(200);
    expect(new Set(await exportedIds()).size).toBe(CUSTOMERS);
    const after = await reads(first);
    // Four requests, and an export: one read to begin with, one for each 500 customers.
    expect(after).toEqual({ ...before, answered: before.answered + 4 + 1 + 3 });
  });

  it('refuses what the primary refuses', async () => {
    const before = await reads(second);
    const { status, body } = await sendSecond('GET', '/customers?cursor=nonsense');
    expect([status, body.code]).toEqual([400, 'invalid_cursor']);
    expect(await reads(second)).toEqual(before);
  });

  it('every write is found by a search in another process, at once', async () => {
    const rounds = async (lane: number) => {
      for (let round = 0; round < 30; round++) {
        const phone = `0412 ${lane}00 ${String(round).padStart(3, '0')}`;
        const { body: written } = await send('PUT', '/customers', { name: `Lane ${lane}`, phone });
        expect(idsOf(await sendSecond('GET', `/customers?q=${encodeURIComponent(phone)}`))).toEqual([
          written.id,
        ]);
      }
    };
    await Promise.all([1, 2, 3, 4].map(rounds));
  });
});

describe('a replica that is behind', () => {
  it('is not taken at its word: the write is in the list, the search, the next page and the export', async () => {
    await untilAnswered(first);
    await untilAnswered(second);
    const old = (await send('GET', '/customers?page_size=1&sort=name')).body;
    await pair.whilePaused(async () => {
      const { body: ann } = await send('PUT', '/customers', { name: 'Ann Aardvark', phone: '0498 765 432' });
      const { body: bob } = await send('PATCH', `/customers/${old.items[0]!.id}`, { name: 'Bob Badger' });
      const before = [await reads(first), await reads(second)];
      for (const ask of [send, sendSecond]) {
        expect(idsOf(await ask('GET', '/customers?page_size=1'))).toEqual([ann.id]);
        expect(idsOf(await ask('GET', '/customers?q=0498765432'))).toEqual([ann.id]);
        expect(idsOf(await ask('GET', '/customers?q=badger'))).toEqual([bob.id]);
        // A walk that began before shows updates made since.
        const walked = await ask('GET', `/customers?page_size=1&sort=name&as_of=${old.as_of}`);
        expect(walked.body.items[0]!.name).toBe('Bob Badger');
      }
      expect(await exportedIds()).toContain(ann.id);
      const after = [await reads(first), await reads(second)];
      expect(after[1]).toEqual({ ...before[1], behind: before[1]!.behind + 4 });
      expect(after[0]!.answered).toBe(before[0]!.answered);
    });
    await untilAnswered(first);
    await untilAnswered(second);
  });

  it('still answers for a business that nobody has written to since', async () => {
    await untilAnswered(second);
    await pair.whilePaused(async () => {
      const before = await reads(second);
      expect((await sendSecond('GET', '/customers')).status).toBe(200);
      expect((await reads(second)).answered).toBe(before.answered + 1);
    });
  });
});

describe('a replica that is ahead, as where commits wait for several replicas', () => {
  const waitFor = async (standbys: string) => {
    await pair.look.primary.unsafe(`alter system set synchronous_standby_names = '${standbys}'`);
    await pair.look.primary`select pg_reload_conf()`;
  };
  const isOn = (sql: Sql) => async () =>
    (await sql`select 1 from customers where name = 'Early Bird'`).length > 0;

  it('shows nobody whom the primary does not show yet', async () => {
    await untilAnswered(second);
    const before = await reads(second);
    await waitFor('2 (*)');
    const writing = send('PUT', '/customers', { name: 'Early Bird', email: 'early@clientele.test' });
    await until('the replica has it', 4_000, isOn(pair.look.replica));
    expect(await isOn(pair.look.primary)()).toBe(false);
    expect((await sendSecond('GET', '/customers?q=early')).body.total).toBe(0);
    expect(await reads(second)).toEqual({ ...before, ahead: before.ahead + 1 });
    await waitFor('');
    expect((await writing).status).toBe(200);
    expect((await sendSecond('GET', '/customers?q=early')).body.total).toBe(1);
    expect(await reads(second)).toEqual({
      ...before,
      ahead: before.ahead + 1,
      answered: before.answered + 1,
    });
  });
});

describe('a replica that fails', () => {
  it('kill -9: lists go on, none of them slow, and it is used again when it is back', async () => {
    await untilAnswered(first);
    const before = await reads(first);
    let isOver = false;
    const took: number[] = [];
    const statuses = new Set<number>();
    const ask = async () => {
      while (!isOver) {
        const start = performance.now();
        statuses.add((await send('GET', '/customers?page_size=1')).status);
        took.push(performance.now() - start);
      }
    };
    const asking = Promise.all([ask(), ask()]);
    await killPostgres(pair.replicaDir, 'SIGKILL');
    await until(
      'the primary answers',
      20_000,
      async () => (await reads(first)).unavailable > before.unavailable,
    );
    await untilAnswered(first);
    isOver = true;
    await asking;
    expect(statuses).toEqual(new Set([200]));
    expect(Math.max(...took)).toBeLessThan(1_500);
  });

  it('in the middle of an export: it goes on where it was, on the primary', async () => {
    const [primary, replica] = [connect(pair.primary.url), connect(pair.replica.url)];
    const asked = await Replica.of(primary, replica);
    const [business] = await primary<{ id: string }[]>`select id from businesses`;
    const businessId = business!.id;
    const context = { businessId, locationId: null, country: 'AU', cursorSecret: '', now: '' };
    await until('the replica answers', 20_000, async () => {
      await asked.read(businessId, (sql) => sql`select 1`);
      return asked.outcomes.answered > 0;
    });
    const ids: string[] = [];
    for await (const documents of walk((reading) => asked.read(businessId, reading), context, {})) {
      ids.push(...documents.map((document) => (JSON.parse(document) as { id: string }).id));
      if (ids.length === 500) await killPostgres(pair.replicaDir, 'SIGKILL');
    }
    expect(asked.outcomes.answered).toBeGreaterThan(2);
    expect(asked.outcomes.unavailable).toBeGreaterThan(0);
    expect(ids.length).toBeGreaterThanOrEqual(CUSTOMERS);
    expect(new Set(ids).size).toBe(ids.length);
    await Promise.all([primary.end({ timeout: 1 }), replica.end({ timeout: 1 })]);
    await untilAnswered(first);
  });
});

describe('a reading on the replica', () => {
  let asked: Replica;
  let businessId: string;
  let end: () => Promise<unknown>;
  beforeAll(async () => {
    const primary = connect(pair.primary.url);
    const replica = connect(pair.replica.url, { statementTimeout: REPLICA_STATEMENT_MS });
    end = () => Promise.all([primary.end({ timeout: 1 }), replica.end({ timeout: 1 })]);
    asked = await Replica.of(primary, replica);
    businessId = (await primary<{ id: string }[]>`select id from businesses`)[0]!.id;
  });
  afterAll(() => end?.());

  /** Which server has answered the reading. */
  const where = (reading: (server: string, sql: Queryable) => Promise<unknown>) =>
    asked.read(businessId, async (sql) => {
      const [row] = await sql`select pg_is_in_recovery() as is_replica`;
      const server = row!.is_replica ? 'replica' : 'primary';
      await reading(server, sql);
      return server;
    });

  /** How long recovery waits for a reading. */
  const cancelAfter = async (delay: string) => {
    await pair.look.replica.unsafe(`alter system set max_standby_streaming_delay = '${delay}'`);
    await pair.look.replica`select pg_reload_conf()`;
  };

  it('that recovery cancels is answered by the primary, and the next one by the replica', async () => {
    const { primary } = pair.look;
    await until('the replica answers', 20_000, async () => (await where(async () => {})) === 'replica');
    await primary`create table gone as select 1 as n`;
    await cancelAfter('0');
    const before = { ...asked.outcomes };
    const answer = await where(async (server, sql) => {
      if (server === 'primary') return;
      const running = sql`select pg_sleep(1.4)`.execute();
      // The snapshot of the reading still sees the row that is now taken away for good.
      await primary`delete from gone`;
      await primary`vacuum gone`;
      await running;
    });
    expect(answer).toBe('primary');
    await cancelAfter('30s');
    expect(await where(async () => {}), 'the replica need not rest').toBe('replica');
    expect(asked.outcomes).toEqual({
      ...before,
      answered: before.answered + 1,
      unavailable: before.unavailable + 1,
    });
  });

  it('that is slow there is answered by the primary, and the next one by the replica: it need not rest for one', async () => {
    await until('the replica answers', 20_000, async () => (await where(async () => {})) === 'replica');
    const start = performance.now();
    const slow = where(async (server, sql) => server === 'replica' && (await sql`select pg_sleep(10)`));
    expect(await slow).toBe('primary');
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(await where(async () => {})).toBe('replica');
  });

  it('that it takes too long over is answered by the primary, and it rests until it answers again', async () => {
    const start = performance.now();
    let release: () => void = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    expect(await where(async (server) => server === 'replica' && (await held))).toBe('primary');
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(await where(async () => {})).toBe('primary');
    release();
    await until('the replica answers', 20_000, async () => (await where(async () => {})) === 'replica');
  });

  it('waits for nothing when the schema was renewed a moment ago: the primary answers until the replica has it', async () => {
    const [primary, replica] = [connect(pair.primary.url), connect(pair.replica.url)];
    let renewed: Replica | undefined;
    await pair.whilePaused(async () => {
      renewed = await Replica.of(primary, replica);
      await renewed.read(businessId, (sql) => sql`select 1`);
      expect(renewed.outcomes).toMatchObject({ answered: 0, behind: 1 });
    });
    await until('the replica answers', 20_000, async () => {
      await renewed!.read(businessId, (sql) => sql`select 1`);
      return renewed!.outcomes.answered > 0;
    });
    await Promise.all([primary.end({ timeout: 1 }), replica.end({ timeout: 1 })]);
  });
});

describe('a replica of the embedded database', () => {
  it('there is none: the start says so', () => {
    const env = { DATABASE_REPLICA_URL: pair.replica.url };
    expect(() => readConfig(env)).toThrow('DATABASE_REPLICA_URL needs DATABASE_URL');
    expect(readConfig({ ...env, DATABASE_URL: pair.primary.url }).replicaUrl).toBe(pair.replica.url);
  });
});
