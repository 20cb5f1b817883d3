/** Reads go to the database by turns: exports for each page, the past too, and nobody for a caller who has gone. */
import { once } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { STALLED_MS } from '../../src/http/route.ts';
import { until } from '../../trust/processes.ts';
import { type Send, sender, serve, type TestBusiness, useService } from '../harness.ts';

const made = useService();
let service: Awaited<ReturnType<typeof serve>>;
let stop: () => Promise<void>;
/** The businesses of the statements it has sent. */
const asked: unknown[] = [];
/** So many read at a time: of eight connections two are left to writes. */
const AT_ONCE = 6;
const PEOPLE = 2_500;
let noisy: Send;
let send: Send;
let large: TestBusiness;
let id: string;

beforeAll(async () => {
  const sql = connect(made.databaseUrl, {
    max: AT_ONCE + 2,
    onStatement: (_text, parameters) => asked.push(...parameters),
  });
  service = await serve(sql);
  stop = async () => {
    await service.server.close();
    await sql.end();
  };
  noisy = sender(service.url, (await made.business()).key);
  large = await made.business();
  send = sender(service.url, large.key);
  // More than a connection takes that nobody reads from.
  const custom_fields = { note: 'x'.repeat(8_000) };
  for (let i = 0; i < PEOPLE; i += 500) {
    const customers = Array.from({ length: 500 }, (_, n) => ({
      email: `${i + n}@clientele.test`,
      custom_fields,
    }));
    const { status, body } = await send('PUT', '/customers/batch', { customers });
    expect(status).toBe(200);
    id = body.items[0]!.customer.id;
  }
});
afterAll(() => stop?.());
beforeEach(() => until('all is quiet', 5_000, () => service.room.held === 0));

/** A call whose caller may leave. */
function call(path: string, key = large.key) {
  const leaving = new AbortController();
  const response = fetch(`${service.url}/api/v2${path}`, {
    headers: { authorization: `Bearer ${key}` },
    signal: leaving.signal,
  });
  response.catch(() => {});
  return { response, leave: () => leaving.abort() };
}

/** Every turn is taken while `meanwhile` lasts. */
async function whileAllRead(meanwhile: () => Promise<void>): Promise<void> {
  let reading: Promise<unknown>[] = [];
  await made.sql.begin(async (lock) => {
    await lock`lock table customers in access exclusive mode`;
    const sizes = Array.from({ length: AT_ONCE }, (_, i) => i + 1);
    reading = sizes.map((n) => noisy('GET', `/customers?page_size=${n}`));
    await until('all of them read', 5_000, async () => {
      const [row] = await lock`
        select count(*)::int as n from pg_locks where relation = 'customers'::regclass and not granted`;
      return row!.n === AT_ONCE;
    });
    await meanwhile();
  });
  await Promise.all(reading);
}

const waiting = (n: number) => until(`${n} wait for their turn`, 5_000, () => service.turns.waiting === n);

describe('an export', () => {
  it('takes a turn for each page, and room for one until its end', async () => {
    const asked = once(service.server.server, 'request') as Promise<[unknown, ServerResponse]>;
    const { response } = call('/customers/export?format=ndjson');
    const { body } = await response;
    expect(service.room.held).toBe(1);
    // Whoever takes none of it is given up then (stalled.test.ts).
    expect((await asked)[1].socket!.timeout).toBe(STALLED_MS);
    let text = '';
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    const read = async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        text += value;
      }
    };
    let whole: Promise<void>;
    await whileAllRead(async () => {
      whole = read();
      await waiting(1);
      expect(service.room.held).toBe(AT_ONCE + 1);
    });
    await whole!;
    expect(text.split('\n')).toHaveLength(PEOPLE + 1);
    await until('its room is given back', 5_000, () => service.room.held === 0);
  });

  it('ends where its key was revoked meanwhile', async () => {
    const { id, key } = await large.addKey({ scopes: ['customers:read'] });
    const { body } = await call('/customers/export?format=ndjson', key).response;
    await send('DELETE', `/api-keys/${id}`);
    await sleep(1_100);
    let bytes = 0;
    const whole = (async () => {
      for await (const chunk of body!) bytes += chunk.length;
    })();
    await expect(whole).rejects.toThrow();
    expect(bytes).toBeLessThan(PEOPLE * 8_000);
    await until('its room is given back', 5_000, () => service.room.held === 0);
  });

  it('gives its room back when its caller leaves, and when nobody wants the file', async () => {
    const { response, leave } = call('/customers/export');
    await response;
    expect(service.room.held).toBe(1);
    leave();
    await until('its room is given back', 5_000, () => service.room.held === 0);
    expect((await send('HEAD', '/customers/export')).status).toBe(200);
    await until('its room is given back', 5_000, () => service.room.held === 0);
  });
});

describe('a record as it was', () => {
  it('takes its turn', async () => {
    let past: Promise<{ status: number }>;
    await whileAllRead(async () => {
      past = send('GET', `/customers/${id}?at=${new Date().toISOString()}`);
      await waiting(1);
    });
    expect((await past!).status).toBe(200);
  });
});

describe('a caller who leaves while waiting', () => {
  it.each([
    ['a list', '/customers?page_size=7'],
    ['a record as it was', `/customers/ID?at=${new Date(Date.now() + 60_000).toISOString()}`],
    ['a history', '/customers/ID/events'],
    ['an export', '/customers/export'],
  ])('%s: nothing is begun', async (_what, path) => {
    await send('GET', '/customers?page_size=1');
    await whileAllRead(async () => {
      const accepted = once(service.server.server, 'connection') as Promise<[Socket]>;
      const gone = request(`${service.url}/api/v2${path.replace('ID', id)}`, {
        agent: false,
        headers: { authorization: `Bearer ${large.key}` },
      });
      gone.on('error', () => {}).end();
      const [socket] = await accepted;
      await waiting(1);
      gone.destroy();
      await until('that is known', 5_000, () => socket.destroyed);
      asked.length = 0;
    });
    await until('its room is given back', 5_000, () => service.room.held === 0);
    expect(asked).not.toContain(large.id);
    expect([service.turns.waiting, (await send('GET', '/customers?page_size=1')).status]).toEqual([0, 200]);
    expect(asked).toContain(large.id);
  });
});
