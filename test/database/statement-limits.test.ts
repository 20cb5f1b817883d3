/**
 * How long a statement may take, by what its connection is for. A table that somebody has locked makes it take as long as a
 * test likes: beyond the limit the caller is told 503, below it nobody notices.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openService } from '../../src/customers/service.ts';
import { type ConnectOptions, connect, errorCode, isTimeout, type Sql } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { REPLICA_STATEMENT_MS } from '../../src/database/replica.ts';
import { atLeisure, keepHouse } from '../../src/housekeeping.ts';
import type { ApiScope } from '../../src/tenancy/authentication.ts';
import { type Send, useService } from '../harness.ts';

const LIMIT_MS = 1_000;
const SCOPES: ApiScope[] = ['customers:read', 'customers:write', 'customers:delete', 'customers:erase'];
const service = useService({ statementTimeout: LIMIT_MS });

/** Nobody else gets at the table until what is answered is called. */
async function lock(table: string): Promise<() => Promise<void>> {
  let release = () => {};
  const released = new Promise<void>((done) => {
    release = done;
  });
  let holding: Promise<unknown> = Promise.resolve();
  await new Promise<void>((locked) => {
    holding = service.sql.begin(async (tx) => {
      await tx`lock table ${tx(table)} in access exclusive mode`;
      locked();
      await released;
    });
  });
  return async () => {
    release();
    await holding;
  };
}

/** What it comes to while the table is locked for so long, and the milliseconds it took. */
async function whileLocked<T>(table: string, millis: number, work: () => Promise<T>) {
  const unlock = await lock(table);
  const start = performance.now();
  const working = work().then(
    (value) => ({ value, error: null, ms: performance.now() - start }),
    (error: unknown) => ({ value: null, error, ms: performance.now() - start }),
  );
  await Promise.race([working, sleep(millis)]);
  await unlock();
  return await working;
}

const REQUESTS: { what: string; table?: string; send(send: Send, id: string): ReturnType<Send> }[] = [
  { what: 'an upsert', send: (send) => send('PUT', '/customers', { email: 'new@clientele.test' }) },
  { what: 'a create', send: (send) => send('POST', '/customers', { email: 'made@clientele.test' }) },
  { what: 'an update', send: (send, id) => send('PATCH', `/customers/${id}`, { name: 'Ann Lee' }) },
  { what: 'a delete', send: (send, id) => send('DELETE', `/customers/${id}`) },
  { what: 'an erase', send: (send, id) => send('POST', `/customers/${id}/erase`) },
  {
    what: 'a batch of an import',
    send: (send) =>
      send('PUT', '/customers/batch?import_id=3f0e9a44-6f0e-4d59-9d6c-3f1a5b1c2d3e', {
        customers: [{ email: 'row@clientele.test' }],
      }),
  },
  { what: 'a get', send: (send, id) => send('GET', `/customers/${id}`) },
  { what: 'a list', send: (send) => send('GET', '/customers') },
  { what: 'a search', send: (send) => send('GET', '/customers?q=somebody') },
  { what: 'growth', send: (send) => send('GET', '/customers/growth?months=3') },
  { what: 'an export', send: (send) => send('GET', '/customers/export') },
  { what: 'what is held about a person', send: (send, id) => send('GET', `/customers/${id}/export`) },
  { what: 'the feed', table: 'events', send: (send) => send('GET', '/events') },
  { what: 'a key not seen before', table: 'api_keys', send: (send) => send('GET', '/customers') },
];

describe('a request', () => {
  it.each(REQUESTS)('$what: 503 query_timeout beyond the limit, as ever below it', async (row) => {
    const business = await service.business();
    const { id } = (await business.send('POST', '/customers', { name: 'Ann', email: 'ann@clientele.test' }))
      .body;
    const table = row.table ?? 'customers';
    // Each time with a key that no server remembers.
    const call = async () => {
      const { send } = await business.addKey({ scopes: SCOPES });
      return () => row.send(send, id);
    };
    const slow = await whileLocked(table, 10 * LIMIT_MS, await call());
    expect(slow.value, slow.value?.text).toMatchObject({ status: 503, body: { code: 'query_timeout' } });
    expect(slow.value!.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(slow.ms).toBeGreaterThan(LIMIT_MS - 50);
    expect(slow.ms).toBeLessThan(LIMIT_MS + 3_000);

    const fast = await whileLocked(table, LIMIT_MS / 4, await call());
    expect(fast.value!.status, fast.value!.text).toBeLessThan(300);
    expect(fast.ms).toBeGreaterThan(LIMIT_MS / 4 - 50);
  });
});

function pool(options: ConnectOptions): Sql {
  const sql = connect(service.databaseUrl, { max: 1, ...options });
  onTestFinished(() => sql.end({ timeout: 1 }));
  return sql;
}

const POOLS: [string, ConnectOptions, string][] = [
  ['requests, start, commands', {}, '5s'],
  ['a replica', { statementTimeout: REPLICA_STATEMENT_MS }, '1500ms'],
  ['doctor, restore', { statementTimeout: 0 }, '0'],
  ['behind a pooler: what the role has', { isPooled: true, statementTimeout: 300 }, '0'],
];

describe('a connection', () => {
  it.each(POOLS)('for %s', async (_what, options, limit) => {
    const [row] = await pool(options)`show statement_timeout`;
    expect(row!.statement_timeout).toBe(limit);
  });

  it('is good for the next statement after one was given up', async () => {
    const sql = pool({ statementTimeout: 200 });
    const error = await sql`select pg_sleep(2)`.catch((one) => one);
    expect([isTimeout(error), errorCode(error)]).toEqual([true, '57014']);
    expect(await sql`select pg_sleep(0.05), 1 as n`).toMatchObject([{ n: 1 }]);
  });
});

describe('work that nobody waits for', () => {
  it('a migration waits for the one at work, longer than a statement may', async () => {
    const sql = pool({ statementTimeout: 200 });
    const { error, ms } = await whileLocked('migrations', 800, () => migrate(sql));
    expect(error).toBeNull();
    expect(ms).toBeGreaterThan(700);
  });

  it('care of a table takes its time, behind a pooler and on a connection that gives up who is silent', async () => {
    for (const isPooled of [false, true]) {
      const sql = pool({ isPooled, statementTimeout: 200, silence: 400 });
      await atLeisure(sql, (tx) => tx`select pg_sleep(1)`);
      // Somebody is at the table: another time.
      const { error, ms } = await whileLocked('customers', 3_000, () =>
        atLeisure(sql, (tx) => tx`analyze customers`),
      );
      expect(error).toBeNull();
      expect(ms).toBeLessThan(2_000);
    }
  });

  it('a business whose housekeeping meets the limit is put off, and the next round does it', async () => {
    const business = await service.business();
    await business.send('PUT', '/customers', { email: 'scanned@clientele.test' });
    const keeper = await openService(pool({ statementTimeout: 300, max: 4 }));
    const failures: unknown[] = [];
    const onFailure = (_businessId: string, error: unknown) => failures.push(error);
    await whileLocked('customers', 3_000, () => keepHouse(keeper, 'keeper', { onFailure }));
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.every(isTimeout)).toBe(true);
    expect(keeper.house.finishedAt).toBe(0);
    await keepHouse(keeper, 'keeper');
    expect(keeper.house.finishedAt).toBeGreaterThan(0);
  });
});
