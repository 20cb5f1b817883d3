/** Every limit at its last allowed value and at the next: taken, and refused with the code that says so. */
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../trust/processes.ts';
import { type Answer, API, type TestBusiness, useService } from '../harness.ts';

const service = useService();
let business: TestBusiness;
let id: string;
beforeAll(async () => {
  business = await service.business();
  id = (await business.send('POST', '/customers', { name: 'Ann' })).body.id;
});

const x = (n: number) => 'x'.repeat(n);
const upsert = (fields: object) =>
  business.send('PUT', '/customers?dry_run=true', { email: 'ann@clientele.test', ...fields });
const get = (path: string) => business.send('GET', path);
const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
/** An object whose JSON text has so many bytes. */
const ofBytes = (bytes: number) => ({ a: x(bytes - '{"a":""}'.length) });

type Row = [what: string, limit: number, ask: (n: number) => Promise<Answer>, within: number, beyond: number];

const LIMITS: Row[] = [
  ['name, characters', 200, (n) => upsert({ name: x(n) }), 200, 422],
  ['company_name, characters', 200, (n) => upsert({ company_name: x(n) }), 200, 422],
  ['address, characters', 500, (n) => upsert({ address: x(n) }), 200, 422],
  ['source, characters', 100, (n) => upsert({ source: x(n) }), 200, 422],
  ['avatar, characters', 2_048, (n) => upsert({ avatar: `https://a.test/${x(n - 15)}` }), 200, 422],
  [
    'email, characters',
    254,
    (n) => upsert({ email: `${x(20)}@${x(60)}.${x(60)}.${x(60)}.${x(n - 208)}.com` }),
    200,
    422,
  ],
  [
    'contacts',
    20,
    (n) =>
      upsert({
        email: undefined,
        contacts: many(n, (i) => ({ type: 'email', value: `a${i}@clientele.test` })),
      }),
    200,
    422,
  ],
  ['tags', 100, (n) => upsert({ tags: many(n, (i) => `t${i}`) }), 200, 422],
  ['a tag, characters', 64, (n) => upsert({ tags: [x(n)] }), 200, 422],
  ['custom_fields, bytes', 16_384, (n) => upsert({ custom_fields: ofBytes(n) }), 200, 422],
  ['source_metadata, bytes', 16_384, (n) => upsert({ source_metadata: ofBytes(n) }), 200, 422],
  [
    'customers of a batch',
    1_000,
    (n) =>
      business.send('PUT', '/customers/batch?dry_run=true', {
        customers: many(n, (i) => ({ email: `b${i}@clientele.test` })),
      }),
    200,
    422,
  ],
  ['levels of JSON', 64, (n) => business.send('POST', '/customers', '['.repeat(n) + ']'.repeat(n)), 422, 400],
  ['page_size', 100, (n) => get(`/customers?page_size=${n}`), 200, 422],
  ['page', 10_000_000, (n) => get(`/customers?page=${n}`), 200, 422],
  ['q, characters', 200, (n) => get(`/customers?q=${x(n)}`), 200, 422],
  ['tags of a filter', 20, (n) => get(`/customers?${many(n, (i) => `tag=t${i}`).join('&')}`), 200, 422],
  ['a cursor of lists, characters', 2_048, (n) => get(`/customers?cursor=${x(n)}`), 400, 422],
  ['a cursor of the feed, characters', 512, (n) => get(`/events?after=${x(n)}`), 400, 422],
  ['limit of the feed', 1_000, (n) => get(`/events?limit=${n}`), 200, 422],
  ['wait of the feed, seconds (there are events)', 25, (n) => get(`/events?wait=${n}`), 200, 422],
  ['limit of a history', 100, (n) => get(`/customers/${id}/events?limit=${n}`), 200, 422],
  [
    'a reason for a legal hold, characters',
    500,
    (n) => business.send('PUT', `/customers/${id}/legal-hold?dry_run=true`, { reason: x(n) }),
    200,
    422,
  ],
  [
    'Idempotency-Key, characters',
    255,
    (n) => business.send('POST', '/customers', { name: 'Bea' }, { headers: { 'idempotency-key': x(n) } }),
    201,
    422,
  ],
  ['the key of a sign-in, characters', 200, (n) => service.send('POST', '/session', { key: x(n) }), 401, 422],
  [
    'the name of a location, characters',
    200,
    (n) => business.send('POST', '/locations', { name: x(n) }),
    201,
    422,
  ],
  ['headers', 100, (n) => withHeaders(n), 200, 400],
];

/** One request with so many headers. */
async function withHeaders(n: number): Promise<Answer> {
  const own = [`Host: test`, `Authorization: Bearer ${business.key}`, 'Connection: close'];
  const more = many(n - own.length, (i) => `x-${i}: 1`);
  const text = await raw(`GET ${API}/locations HTTP/1.1\r\n${[...own, ...more].join('\r\n')}\r\n\r\n`);
  return { status: Number(text.slice(9, 12)), ...JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) };
}

/** What comes back for bytes until the connection ends. */
const raw = (bytes: string): Promise<string> =>
  new Promise((done) => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {}).on('close', () => done(text));
    socket.write(bytes);
  });

describe('limits', () => {
  it.each(LIMITS)('%s: %i are taken, one more is refused', async (_what, limit, ask, within, beyond) => {
    const [last, next] = [await ask(limit), await ask(limit + 1)];
    expect([last.status, next.status], `${last.text}\n${next.text}`).toEqual([within, beyond]);
    expect(next).toMatchObject({ success: false, body: { code: expect.any(String) } });
  });

  it('a URL and headers of 15 KB together are taken, of 17 KB are 431', async () => {
    const ask = (bytes: number) =>
      raw(`GET /health HTTP/1.1\r\nHost: test\r\nConnection: close\r\nx: ${x(bytes)}\r\n\r\n`);
    expect((await ask(15_000)).slice(9, 12)).toBe('200');
    expect((await ask(17_000)).slice(9, 12)).toBe('431');
  });

  it.each([
    ['headers', `POST ${API}/customers HTTP/1.1\r\nHost: test\r\n`],
    [
      'a body',
      `POST ${API}/customers HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`,
    ],
  ])('%s that never end are 408, and the connection ends', async (_what, bytes) => {
    const { server } = service.server;
    const { requestTimeout, headersTimeout } = server;
    expect([requestTimeout, headersTimeout <= 60_000]).toEqual([30_000, true]);
    Object.assign(server, { requestTimeout: 500, headersTimeout: 500 });
    const text = await raw(bytes.replace('KEY', business.key));
    Object.assign(server, { requestTimeout, headersTimeout });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)).body.code).toBe('invalid_request');
    await until('its room is given back', 5_000, () => service.room.held === 0);
  });
});
