/** Wrong keys, by the address they come from: slowed down, seen in the log, and nobody else is locked out. */
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openService } from '../../src/customers/service.ts';
import { connect, type Sql } from '../../src/database/connect.ts';
import { networkOf } from '../../src/http/address.ts';
import { createServer, type Server } from '../../src/http/server.ts';
import { Authentication } from '../../src/tenancy/authentication.ts';
import { FailedAttempts } from '../../src/tenancy/failed-attempts.ts';
import { makeKey } from '../../src/tenancy/key.ts';
import { RefusalLines } from '../../src/tenancy/refusal-lines.ts';
import { type Send, sender, type TestBusiness, useService } from '../harness.ts';

const service = useService();
const RATE = 3;
let business: TestBusiness;
let statements: string[] = [];
const lines: string[] = [];
let sql: Sql;
let server: Server;
let send: Send;

beforeAll(async () => {
  business = await service.business();
  sql = connect(service.databaseUrl, { max: 4, onStatement: (text) => statements.push(text) });
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const opened = await openService(sql, { failedRate: RATE });
  server = await createServer(opened, logger, { trustProxy: ['loopback'] });
  send = sender(await server.listen({ port: 0, host: '127.0.0.1' }), null);
});
afterAll(async () => {
  await server?.close();
  await sql?.end();
});

/** One request with a key, as a proxy that is trusted passes it on. */
const from = (address: string, key: string, to: Send = send) =>
  to('GET', '/locations', undefined, { key, headers: { 'x-forwarded-for': address } });
const wrongKey = () => makeKey(business.id);
const mistyped = (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
/** So many wrong keys from there; their statuses. */
async function guess(address: string, times: number, key = wrongKey): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push((await from(address, key())).status);
  return statuses;
}

describe('wrong keys from an address', () => {
  it('are 401 up to the limit, then 429 with Retry-After before anything is looked up', async () => {
    expect(await guess('192.0.2.1', RATE)).toEqual(Array(RATE).fill(401));
    statements = [];
    const refused = await from('192.0.2.1', wrongKey());
    expect(refused).toMatchObject({ status: 429, success: false, body: { code: 'rate_limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60 / RATE);
    expect(statements).toEqual([]);
  });

  it('count alike whatever is wrong with them: a checksum, a header, a session, a sign-in', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.2' };
    const tries = [
      () => from('192.0.2.2', mistyped(business.key)),
      () => send('GET', '/locations', undefined, { headers: { ...headers, authorization: 'Basic x' } }),
      () => send('POST', '/session', { key: wrongKey() }, { headers }),
    ];
    for (const one of tries) expect((await one()).status).toBe(401);
    for (const one of tries) expect((await one()).status).toBe(429);
    const cookie = { ...headers, cookie: 'clientele_session=cls_x' };
    expect((await send('GET', '/session', undefined, { headers: cookie })).status).toBe(429);
  });

  it('count once when it is the same one again: a program with a revoked key is no guesser', async () => {
    const revoked = wrongKey();
    expect(await guess('198.51.100.5', 3 * RATE, () => revoked)).toEqual(Array(3 * RATE).fill(401));
    statements = [];
    expect(await guess('198.51.100.5', 1, () => revoked)).toEqual([401]);
    expect(statements, 'it need not be looked up again').toEqual([]);
    expect(await guess('198.51.100.5', RATE)).toEqual([...Array(RATE - 1).fill(401), 429]);
  });

  it('do not keep out who signs in there with a key that is in use', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.6' };
    expect((await from('198.51.100.6', business.key)).status).toBe(200);
    await guess('198.51.100.6', RATE + 1);
    const { status, headers: answered } = await send('POST', '/session', { key: business.key }, { headers });
    expect(status).toBe(200);
    const cookie = answered.get('set-cookie')!.split(';')[0]!;
    const session = await send('GET', '/session', undefined, { headers: { ...headers, cookie } });
    expect(session.status).toBe(200);
  });

  it('do not lock out a key that is in use there, nor who comes from elsewhere, nor who sends no key', async () => {
    expect((await from('192.0.2.3', business.key)).status).toBe(200);
    await guess('192.0.2.3', RATE + 1);
    // Longer than a key is kept: it is looked up again.
    await new Promise((done) => setTimeout(done, 1_000));
    expect((await from('192.0.2.3', business.key)).status).toBe(200);
    expect((await from('192.0.2.4', wrongKey())).status).toBe(401);
    const { status } = await send('GET', '/locations', undefined, {
      headers: { 'x-forwarded-for': '192.0.2.3' },
    });
    expect(status).toBe(401);
  });

  it('of a /64 of IPv6 are of one address', async () => {
    for (let i = 0; i < RATE; i++) await from(`2001:db8:0:7::${i}`, wrongKey());
    expect((await from('2001:db8:0:7:ffff::1', wrongKey())).status).toBe(429);
    expect((await from('2001:db8:0:8::1', wrongKey())).status).toBe(401);
  });

  it('are in the log, at warn, with the address and nothing of the key', async () => {
    const key = wrongKey();
    lines.length = 0;
    await from('192.0.2.5', key);
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({
      level: 40,
      msg: 'sign-in refused',
      reason: 'unknown',
      address: '192.0.2.5',
      route: '/api/v2/locations',
    });
    expect(lines.join('')).not.toContain(key.slice(4, 12));
  });
});

describe('the same wrong key again', () => {
  const MINUTE_MS = 1_500;
  const TIMES = 3 * RATE;

  it.each([
    ['an unknown', 'unknown', async () => wrongKey()],
    [
      'an expired',
      'expired',
      async () => {
        const { id, key } = await business.addKey({});
        await service.sql`update api_keys set expires_at = now() - interval '1 hour' where id = ${id}`;
        return key;
      },
    ],
  ])(
    '%s one is 401 and one line a minute from each address, with how many were passed over',
    async (_what, reason, make) => {
      const logged: string[] = [];
      const logger = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
      const authentication = new Authentication(sql, new FailedAttempts(RATE), new RefusalLines(MINUTE_MS));
      const opened = { ...(await openService(sql)), authentication };
      const quiet = await createServer(opened, logger, { trustProxy: ['loopback'] });
      const to = sender(await quiet.listen({ port: 0, host: '127.0.0.1' }), null);
      const key = await make();
      const told = () =>
        logged.splice(0).map((line) => {
          const { reason, address, passed_over } = JSON.parse(line);
          return { reason, address, passed_over };
        });
      const [one, other] = ['198.51.100.21', '198.51.100.22'];
      for (let i = 0; i < TIMES; i++) expect((await from(one, key, to)).status).toBe(401);
      expect((await from(other, key, to)).status).toBe(401);
      expect(told()).toEqual([
        { reason, address: one, passed_over: undefined },
        { reason, address: other, passed_over: undefined },
      ]);
      expect(authentication.refused[reason as 'unknown'], 'the metrics know of each').toBe(TIMES + 1);
      expect((await from(one, business.key, to)).status, 'who is new there is let in').toBe(200);
      await new Promise((done) => setTimeout(done, MINUTE_MS));
      expect((await from(one, key, to)).status).toBe(401);
      expect(told()).toEqual([{ reason, address: one, passed_over: TIMES - 1 }]);
      await quiet.close();
    },
  );

  it('is remembered for a bounded number of them', () => {
    const lines = new RefusalLines();
    for (let i = 0; i < 100_000; i++) lines.next(`key ${i}`, 0);
    expect(lines.size).toBe(10_000);
    expect([lines.next('key 99999', 59_999), lines.next('key 99999', 60_000)]).toEqual([null, 1]);
  });
});

describe('X-Forwarded-For', () => {
  /** The statuses of wrong keys, each with another X-Forwarded-For, at a service that was started with these settings. */
  const invented = async (settings: NodeJS.ProcessEnv): Promise<number[]> => {
    const { trustProxy } = readConfig(settings);
    const opened = await openService(sql, { failedRate: RATE });
    const plain = await createServer(opened, pino({ level: 'silent' }), { trustProxy });
    const to = sender(await plain.listen({ port: 0, host: '127.0.0.1' }), null);
    const statuses: number[] = [];
    for (let i = 0; i <= RATE; i++) statuses.push((await from(`192.0.2.${100 + i}`, wrongKey(), to)).status);
    await plain.close();
    return statuses;
  };
  const asOne = [...Array(RATE).fill(401), 429];
  const asMany = Array(RATE + 1).fill(401);

  it.each([
    ['a service that others reach, and no proxy named', { HOST: '0.0.0.0' }, asOne],
    ['the same with other proxies', { HOST: '::', CLIENTELE_TRUST_PROXY: '10.0.0.0/8' }, asOne],
    ['one that only this machine reaches', {}, asMany],
    ['the same by other names', { HOST: 'localhost' }, asMany],
    ['the same when told to believe nobody', { CLIENTELE_TRUST_PROXY: 'none' }, asOne],
  ])(
    'is believed from the proxies alone, of this machine by default: %s',
    async (_what, settings, statuses) => {
      expect(await invented(settings)).toEqual(statuses);
    },
  );

  it('is believed as far as the proxies go: what a client put before them is not', async () => {
    await guess('203.0.113.1', RATE + 1);
    expect((await from('198.51.100.9, 203.0.113.1', wrongKey())).status).toBe(429);
  });
});

describe('a key with a wrong checksum', () => {
  it('makes no statement at all', async () => {
    statements = [];
    expect((await from('192.0.2.6', mistyped(business.key))).status).toBe(401);
    expect(statements).toEqual([]);
    expect((await from('192.0.2.6', wrongKey())).status).toBe(401);
    expect(statements.length).toBeGreaterThan(0);
  });
});

describe('the counting', () => {
  it('refills evenly, and tells how long to wait', () => {
    const failures = new FailedAttempts(6);
    for (let i = 0; i < 6; i++) failures.count('a', 0);
    const at = [0, 5_000, 9_999, 10_000].map((now) => failures.secondsToWait('a', now));
    expect(at).toEqual([10, 5, 1, 0]);
    expect(failures.secondsToWait('b', 0)).toBe(0);
  });

  it('remembers a bounded number of addresses', () => {
    const failures = new FailedAttempts(6);
    for (let i = 0; i < 100_000; i++) failures.count(`address ${i}`, 0);
    expect(failures.size).toBe(20_000);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0001:0002:3:4:5:6', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['no address', 'no address'],
  ])('%s is of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
