/** PostgreSQL restarts, or loses its connections, under load: 503 meanwhile, and normal service by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../trust/ledger.ts';
import { killPostgres, postmaster, type RunningService, until } from '../../trust/processes.ts';
import { startWriting } from '../../trust/writers.ts';
import { sender, useService } from '../harness.ts';
import { expectTold, expectToldIn } from './audit.ts';
import { useProcesses } from './process.ts';

const WRITERS = 8;

describe('PostgreSQL restarts under load', () => {
  const processes = useProcesses();
  let dataDir: string;
  let running: RunningService;
  beforeAll(async () => {
    dataDir = await processes.dataDir();
    running = await processes.start({ CLIENTELE_DATA: dataDir });
  });

  it('requests get 503 with Retry-After, and normal service is back within 5 s without a hand', async () => {
    const ledger = new Ledger();
    const send = sender(running.url, running.key);
    const writing = startWriting(ledger, send, WRITERS);
    await until('the writers are at work', 20_000, () => writing.acknowledged() > 100);
    const before = await postmaster(dataDir);
    await killPostgres(dataDir, 'SIGINT');
    const down = performance.now();
    const told = ledger.acknowledged;
    const doubts = ledger.inDoubt;
    await until('writes are acknowledged again', 20_000, () => ledger.acknowledged > told + 20);
    const took = performance.now() - down;
    await writing.stop();

    expect(ledger.surprises, 'answers other than success and 503 with Retry-After').toEqual([]);
    expect(ledger.inDoubt, 'writes refused meanwhile').toBeGreaterThan(doubts);
    expect(took, 'milliseconds until normal service').toBeLessThan(5_000);
    expect(await postmaster(dataDir), 'another PostgreSQL than before').not.toBe(before);
    await expectToldIn(dataDir, ledger);
  });

  it('readiness says so meanwhile, and liveness goes on', async () => {
    await killPostgres(dataDir, 'SIGINT');
    const send = sender(running.url, null);
    const [alive, ready] = await Promise.all([send('GET', '//health'), send('GET', '//ready')]);
    expect(alive.status).toBe(200);
    expect(ready).toMatchObject({
      status: 503,
      success: false,
      body: { code: 'not_ready', reason: 'database' },
    });
    expect(ready.headers.get('retry-after')).toBe('1');
    await until('it is ready again', 20_000, async () => (await send('GET', '//ready')).status === 200);
  });
});

describe('connections to PostgreSQL are lost under load', () => {
  const service = useService();

  it('terminated backends cost 503s and nothing else', async () => {
    const business = await service.business();
    const ledger = new Ledger();
    const writing = startWriting(ledger, business.send, WRITERS);
    for (let n = 0; n < 12; n++) {
      const before = ledger.acknowledged;
      await until('the writers are at work', 20_000, () => ledger.acknowledged > before + 15);
      await sleep(Math.random() * 40);
      await service.sql`
        select pg_terminate_backend(pid)
        from pg_stat_activity
        where datname = current_database() and application_name = 'clientele' and pid <> pg_backend_pid()
          and query not like '%pg_terminate_backend%'`.catch(() => {});
    }
    await writing.stop();
    expect(ledger.surprises).toEqual([]);
    await expectTold(service.sql, ledger);
  });
});

describe('a session of another holds a row in a transaction', () => {
  const service = useService({ statementTimeout: 1_500 });

  it('a write that waits for it gets 503, reads go on, and all is well once it is gone', async () => {
    const business = await service.business();
    const { body } = await business.send('POST', '/customers', { name: 'Held' });
    const [refused, read] = await service.sql.begin(async (held) => {
      await held`select 1 from customers where business_id = ${business.id} and id = ${body.id} for update`;
      return [
        await business.send('PATCH', `/customers/${body.id}`, { name: 'Changed' }),
        await business.send('GET', `/customers/${body.id}`),
      ] as const;
    });
    const done = await business.send('PATCH', `/customers/${body.id}`, { name: 'Changed' });

    expect(refused).toMatchObject({ status: 503, body: { code: 'query_timeout' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(read).toMatchObject({ status: 200, body: { name: 'Held', version: 1 } });
    expect(done).toMatchObject({ status: 200, body: { name: 'Changed', version: 2 } });
  });
});
