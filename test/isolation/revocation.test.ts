/** A revoked key fails within one second everywhere: here on a second server on the same database, idle and busy. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/connect.ts';
import { API, sender, serve, useService } from '../harness.ts';

const service = useService();
let pool: Sql;
let second: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  pool = connect(service.databaseUrl, { max: 4 });
  second = await serve(pool);
});
afterAll(async () => {
  await second?.server.close();
  await pool?.end();
});

const SECOND = 1_000;

describe('a revoked key', () => {
  it('opens nothing on another server later than one second after the revocation was answered', async () => {
    const business = await service.business();
    const { id, key } = await business.addKey({ scopes: ['customers:read'] });
    const send = sender(second.url, key);
    expect((await send('GET', '/customers')).status, 'known to the other server').toBe(200);

    expect((await business.send('DELETE', `/api-keys/${id}`)).status).toBe(200);
    const revoked = performance.now();
    const late: number[] = [];
    let last = 200;
    while (performance.now() - revoked < 2.5 * SECOND) {
      const asked = performance.now() - revoked;
      last = (await send('GET', '/customers')).status;
      if (asked > SECOND && last !== 401) late.push(asked);
    }
    expect(late, 'milliseconds after the revocation at which it was still let in').toEqual([]);
    expect(last).toBe(401);
  });

  it('opens nothing a second later while both servers write and read as fast as they can', async () => {
    const [business, busy] = [await service.business(), await service.business()];
    const { id, key } = await business.addKey({ scopes: ['customers:read'] });
    const send = sender(second.url, key);
    let isOver = false;
    let served = 0;
    const load = [service.url, second.url].flatMap((url) =>
      Array.from({ length: 16 }, async (_, caller) => {
        const one = sender(url, busy.key);
        for (let n = 0; !isOver; n++) {
          const email = `p${caller}n${n}@clientele.test`;
          if (n % 4 === 0) await one('GET', `/customers?q=p${n}`);
          else if ((await one('PUT', '/customers', { email })).status === 200) served++;
        }
      }),
    );
    const late: number[] = [];
    let last = 0;
    try {
      expect((await send('GET', '/customers')).status).toBe(200);
      expect((await business.send('DELETE', `/api-keys/${id}`)).status).toBe(200);
      const revoked = performance.now();
      while (performance.now() - revoked < 3 * SECOND) {
        const asked = performance.now() - revoked;
        last = (await send('GET', '/customers')).status;
        if (asked > SECOND && last !== 401) late.push(asked);
      }
    } finally {
      isOver = true;
    }
    await Promise.all(load);
    expect(served, 'there was load').toBeGreaterThan(100);
    expect([late, last]).toEqual([[], 401]);
  });

  it('opens nothing at once on the server that revoked it', async () => {
    const business = await service.business();
    const { id, send } = await business.addKey({ scopes: ['customers:read'] });
    expect((await send('GET', '/customers')).status).toBe(200);
    await business.send('DELETE', `/api-keys/${id}`);
    expect((await send('GET', '/customers')).status).toBe(401);
  });

  it('is told nothing of what it waited for', async () => {
    const business = await service.business();
    const { id, key } = await business.addKey({ scopes: ['customers:read'] });
    const waiting = sender(second.url, key)('GET', '/events?after=latest&wait=25');
    await sleep(200);
    await business.send('DELETE', `/api-keys/${id}`);
    await sleep(SECOND);
    await business.send('PUT', '/customers', { email: 'ann@clientele.test' });
    const { status, text } = await waiting;
    expect(status).toBe(401);
    expect(text).not.toContain('ann@');
  });

  it('opens nothing a second later however often it is tried in between', async () => {
    const business = await service.business();
    const { id, key } = await business.addKey({ scopes: ['customers:read'] });
    const read = async () =>
      (await fetch(`${second.url}${API}/customers`, { headers: { authorization: `Bearer ${key}` } })).status;
    await Promise.all(Array.from({ length: 20 }, read));
    await business.send('DELETE', `/api-keys/${id}`);
    const until = performance.now() + SECOND;
    // Were the kept answer renewed by being used, twenty callers would keep the key alive.
    while (performance.now() < until) await Promise.all(Array.from({ length: 20 }, read));
    expect(await Promise.all(Array.from({ length: 20 }, read))).toEqual(Array(20).fill(401));
  });
});
