/** Paths, queries and methods that nobody should send: an enveloped 4xx, or a 200 for a legal search. */
import { request as httpRequest } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { API, pathWith, type TestBusiness, useService } from '../harness.ts';
import { expectRefusal } from './expect-refusal.ts';
import { notARefusal } from './refusal.ts';

const service = useService();
let business: TestBusiness;
let id: string;
beforeAll(async () => {
  business = await service.business();
  id = (await business.send('POST', '/customers', { name: "O'Brien 100% José", phone: '0412 345 678' })).body
    .id;
});

/** Sends a request target as it is, which fetch would mend. */
function raw(
  method: string,
  path: string,
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((done, fail) => {
    const { hostname, port } = new URL(service.url);
    const request = httpRequest(
      { hostname, port, method, path, headers: { authorization: `Bearer ${business.key}` }, timeout: 10_000 },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => done({ status: response.statusCode!, text, headers: response.headers }));
      },
    );
    request
      .on('error', fail)
      .on('timeout', () => request.destroy(new Error('no answer within 10 s')))
      .end();
  });
}

const QUERIES: [query: string, field: string][] = [
  ['page=0', 'page'],
  ['page=-1', 'page'],
  ['page=1.5', 'page'],
  ['page=abc', 'page'],
  ['page=', 'page'],
  ['page=1e9', 'page'],
  ['page=99999999999999999999', 'page'],
  ['page=0x10', 'page'],
  ['page=Infinity', 'page'],
  ['page=1e0', 'page'],
  ['page=%2B1', 'page'],
  ['page=1.0', 'page'],
  ['page=NaN', 'page'],
  ['page=1&page=2', 'page'],
  ['page_size=0', 'page_size'],
  ['page_size=101', 'page_size'],
  ['page_size=-20', 'page_size'],
  ['page_size=null', 'page_size'],
  ['sort=id', 'sort'],
  ['sort=created_at;drop table customers', 'sort'],
  ['sort=-created_at&sort=name', 'sort'],
  ['status=deleted', 'status'],
  ['status=active&status=lead', 'status'],
  ['location_id=1', 'location_id'],
  ['location_id=', 'location_id'],
  ['created_after=yesterday', 'created_after'],
  ['created_after=2026-02-31T00:00:00Z', 'created_after'],
  ['created_before=2026-13-01T00:00:00Z', 'created_before'],
  ['created_before=0', 'created_before'],
  ['updated_after=2026-01-01', 'updated_after'],
  ['updated_after=2026-01-01T25:00:00Z', 'updated_after'],
  ['as_of=now', 'as_of'],
  ['deleted=maybe', 'deleted'],
  ['deleted=true&deleted=false', 'deleted'],
  [`q=${'x'.repeat(201)}`, 'q'],
  ['q=a&q=b', 'q'],
  ['q=a%00b', 'q'],
  [`tag=${'x'.repeat(65)}`, 'tag'],
  ['tag=', 'tag'],
  [Array.from({ length: 21 }, (_, i) => `tag=t${i}`).join('&'), 'tag'],
  [`source=${'x'.repeat(101)}`, 'source'],
  [`cursor=${'x'.repeat(2_049)}`, 'cursor'],
  ['pagesize=5', 'pagesize'],
  ['page[size]=5', 'page[size]'],
  ['__proto__=1', '__proto__'],
  ['constructor=1', 'constructor'],
  ['Q=ann', 'Q'],
  ['key=clt_x', 'key'],
];

describe('a query that is rubbish', () => {
  it.each(QUERIES)('?%s: 422 that names the parameter', async (query, field) => {
    expectRefusal(await business.send('GET', `/customers?${query}`), { status: 422, field });
  });

  it.each([
    ['page=1&page=2', 'page is given 2 times. Give it once.'],
    ['sort=name&sort=name&sort=-name', 'sort is given 3 times. Give it once.'],
    ['q=a&q=b', 'q is given 2 times. Give it once.'],
  ])('?%s: said in one sentence', async (query, sentence) => {
    const { message, body } = await business.send('GET', `/customers?${query}`);
    expect([message, body.errors.length]).toEqual([sentence, 1]);
  });

  it('a parameter that is not known: 422 on every operation and none is carried out', async () => {
    const wrong: string[] = [];
    for (const { operationId, method, path } of service.server.routes) {
      const at = pathWith(path, path.startsWith('/locations') ? business.locationId : id);
      const answer = await business.send(method, `${at}?dryrun=true`);
      const fault = notARefusal(answer, { status: 422, field: 'dryrun' });
      if (fault) wrong.push(`${operationId}: ${fault}`);
    }
    expect(wrong).toEqual([]);
  });

  it('dry_run where there is none is 422: the rehearsal of a revocation does not revoke', async () => {
    const key = await business.addKey({ scopes: ['customers:read'] });
    const answer = await business.send('DELETE', `/api-keys/${key.id}?dry_run=true`);
    expectRefusal(answer, { status: 422, field: 'dry_run' });
    expect((await key.send('GET', '/customers')).status).toBe(200);
  });

  it.each(['x', 'AAAA', '%00', '..', "' or 1=1 --", 'x'.repeat(2_000)])('cursor %s: 400', async (cursor) => {
    expectRefusal(await business.send('GET', `/customers?cursor=${encodeURIComponent(cursor)}`));
  });

  it.each(['dry_run=yes', 'dry_run=2', 'force=true'])(
    '?%s on a write: 422, and nothing is written',
    async (query) => {
      const answer = await business.send('PUT', `/customers?${query}`, { email: 'rubbish@clientele.test' });
      expectRefusal(answer, { status: 422, field: query.split('=')[0]! });
      expect((await business.send('GET', '/customers?q=rubbish')).body.total).toBe(0);
    },
  );
});

const punctuation = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i)).filter(
  (char) => /[^a-z0-9]/i.test(char),
);
const SEARCHES: [what: string, q: string][] = [
  ...punctuation.map((char): [string, string] => [JSON.stringify(char), char]),
  ...punctuation.map((char): [string, string] => [`a letter and ${JSON.stringify(char)}`, `a${char}b`]),
  ['all punctuation', punctuation.join('')],
  ['200 percent signs', '%'.repeat(200)],
  ['200 underscores', '_'.repeat(200)],
  ['200 backslashes', '\\'.repeat(200)],
  ['200 quotes', "'".repeat(200)],
  ['100 words', 'a '.repeat(100)],
  ['a word of 200 letters', 'x'.repeat(200)],
  ['200 digits', '5'.repeat(200)],
  ['brackets of a pattern', '(((((((((((((((((((((((((((((('],
  ['a statement', "'; drop table customers; --"],
  ['a format', '%s%n%x$1{0}#{7*7}'],
  ['a regular expression', '^(a+)+$'],
  ['emoji', '👩‍👩‍👧‍👦🏳️‍🌈'],
  ['right to left', 'שלום \u202eمرحبا'],
  ['combining marks', `e${'\u0301'.repeat(150)}`],
  ['ligatures that grow when folded', '\ufdfa'.repeat(200)],
  ['Turkish dots', 'İIıi'],
  ['sharp s', 'ẞß'],
  ['full width', '０４１２ ３４５'],
  ['a zero-width space', '\u200b'],
  ['a byte order mark', '\ufeff'],
  ['a line feed and a tab', 'a\n\tb'],
  ['control characters', '\u0001\u001f\u007f\u0085'],
  ['the last code point', '\u{10ffff}'],
  ['a plus sign as a phone', '+'],
  ['a phone of brackets', '(0)(0)(0)'],
];

describe('a hostile search', () => {
  it.each(SEARCHES)('%s: a page, not an error', async (_what, q) => {
    const answer = await business.send('GET', `/customers?q=${encodeURIComponent(q)}`);
    expect(answer).toMatchObject({ status: 200, success: true, message: 'Customers fetched!' });
    expect(answer.body.items.length).toBe(Math.min(answer.body.total, 20));
  });

  it('a percent sign is text: it finds who has one', async () => {
    expect((await business.send('GET', '/customers?q=100%25')).body.total).toBe(1);
    expect((await business.send('GET', '/customers?q=1%250')).body.total).toBe(0);
  });
});

const IDS = [
  'undefined',
  'null',
  '-1',
  '0',
  '1e9',
  '%20',
  '%2e%2e',
  '..%2f..%2fetc',
  "'%20or%201=1--",
  'é',
  'x'.repeat(200),
];

describe('a path that is rubbish', () => {
  it.each(IDS)('/customers/%s: there is no such customer', async (text) => {
    for (const [method, body] of [['GET'], ['PATCH', { name: 'x' }], ['DELETE']] as [string, object?][])
      expectRefusal(await business.send(method, `/customers/${text}`, body), { status: 404 });
  });

  it.each([
    '/customers/%',
    '/customers/%zz',
    '/customers/%ff',
    '/customers/%00',
    '/customers/%c3%28',
    '/%',
    '/customers/%u0041',
  ])('bad percent-encoding %s: 4xx', async (path) => {
    const { status, text } = await raw('GET', API + path);
    expect([status, JSON.parse(text).success]).toEqual([
      expect.toSatisfy((code) => code >= 400 && code < 500),
      false,
    ]);
  });

  it.each(['q=%', 'q=%zz', 'q=%ff', 'q=%c3%28', '%=1', '&&&', '=', 'q', '?q=a'])(
    'bad query ?%s: never a 5xx',
    async (query) => {
      const { status, text } = await raw('GET', `${API}/customers?${query}`);
      expect(status, text).toBeLessThan(500);
      expect(JSON.parse(text).success).toBe(status === 200);
    },
  );

  it.each([
    '/',
    '/customer',
    '/Customers',
    '/customers/x/y/z',
    '/../customers',
    '//customers',
    '/users',
    '/.env',
    '/admin',
  ])('no such route %s: 404 route_not_found', async (path) => {
    const { status, text } = await raw('GET', API + path);
    expect([status, JSON.parse(text).body.code]).toEqual([404, 'route_not_found']);
  });

  it('a path of 8 KB: 4xx', async () => {
    expectRefusal(await business.send('GET', `/customers/${'x'.repeat(8_000)}`));
  });

  it('a URL of 20 KB: 431 in the envelope', async () => {
    const { status, text } = await raw('GET', `${API}/customers?q=${'x'.repeat(20_000)}`);
    expect([status, JSON.parse(text).body.code]).toEqual([431, 'invalid_request']);
  });
});

describe('a method that is not served', () => {
  it.each(['POST', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE', 'PURGE', 'SEARCH', 'LOCK', 'MKCOL'])(
    '%s: 404',
    async (method) => {
      const path = method === 'POST' ? `${API}/customers/${id}` : `${API}/customers`;
      const { status, text } = await raw(method, path);
      expect([status, JSON.parse(text).body.code]).toEqual([404, 'route_not_found']);
    },
  );

  it('HEAD answers as GET does, without the body', async () => {
    const [head, get] = [
      await raw('HEAD', `${API}/customers/${id}`),
      await raw('GET', `${API}/customers/${id}`),
    ];
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers.etag).toBe(get.headers.etag);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
    expect((await fetch(`${service.url}${API}/customers/${id}`, { method: 'HEAD' })).status).toBe(401);
  });

  it('OPTIONS without an origin: enveloped or empty, never a 5xx', async () => {
    expect((await raw('OPTIONS', `${API}/customers`)).status).toBeLessThan(500);
    expect((await raw('OPTIONS', `${API}/nowhere`)).status).toBeLessThan(500);
    expect((await raw('OPTIONS', '*')).status).toBeLessThan(500);
  });
});
