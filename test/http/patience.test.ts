/** Nobody waits for ever: who has waited long enough for a database that is silent is told to come again. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Transaction } from '../../src/database/connect.ts';
import { until } from '../../trust/processes.ts';
import { type Answer, sender, useService } from '../harness.ts';

const PATIENCE = { key: 300, work: 500 };
/** More than there are turns for readers, and connections. */
const CROWD = 40;
const service = useService({ patience: PATIENCE });

/** No statement on the table gets on while `meanwhile` lasts. */
const whileLocked = (table: string, meanwhile: (lock: Transaction) => Promise<void>) =>
  service.sql.begin(async (lock) => {
    await lock`lock table ${lock(table)} in access exclusive mode`;
    await meanwhile(lock);
  });

const LATE = { status: 503, body: { code: 'database_unavailable' } };

/** While the table is still locked: nothing else could have answered them. */
async function expectLate(asking: Promise<Answer>[]): Promise<void> {
  for (const answer of await Promise.all(asking)) {
    expect(answer).toMatchObject(LATE);
    expect(answer.headers.get('retry-after')).toBe('1');
  }
}

describe('a database that does not answer', () => {
  it('keeps no reader longer, however many came before; what nobody waits for is not begun', async () => {
    const { send } = await service.business();
    await whileLocked('customers', async (lock) => {
      await expectLate(Array.from({ length: CROWD }, (_, n) => send('GET', `/customers?page_size=${n + 1}`)));
      const [row] = await lock`
        select count(*)::int as n from pg_locks where relation = 'customers'::regclass and not granted`;
      // They hold their room until they are done: it is full for as long as nothing gets on.
      expect(service.room.held).toBe(CROWD);
      expect(row!.n).toBeLessThan(CROWD);
    });
    await until('all is quiet', 5_000, () => service.room.held === 0);
    expect((await send('GET', '/customers')).status).toBe(200);
  });

  it('keeps no writer longer; what it sent is done once, whether it comes again or not', async () => {
    const { send } = await service.business();
    const headers = { 'idempotency-key': randomUUID() };
    const body = { name: 'Ann Lee', email: 'ann@clientele.test' };
    await whileLocked('customers', () => expectLate([send('PUT', '/customers', body, { headers })]));
    await until('it is done', 5_000, () => service.room.held === 0);
    const again = await send('PUT', '/customers', body, { headers });
    expect(again).toMatchObject({ status: 200, body: { upsert: { outcome: 'created' } } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await send('GET', '/customers')).body.total).toBe(1);
  });

  it('keeps nobody longer whose key is not known yet', async () => {
    const { key, send } = await service.business();
    service.authentication.forget();
    await whileLocked('api_keys', () => expectLate([sender(service.url, key)('GET', '/customers')]));
    expect((await send('GET', '/customers')).status).toBe(200);
  });

  it('waits longer where that was asked for', async () => {
    const { send } = await service.business();
    const asked = performance.now();
    expect((await send('GET', '/events?after=latest&wait=1')).status).toBe(200);
    expect(performance.now() - asked).toBeGreaterThan(PATIENCE.work);
  });
});
