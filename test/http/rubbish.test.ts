/** Bodies, URLs and headers that nobody should send: an enveloped 4xx that names the field, and nothing written. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BODY_LIMIT } from '../../src/http/route.ts';
import { stored } from '../contract/stored.ts';
import { pathWith, type TestBusiness, useService } from '../harness.ts';
import { expectRefusal } from './expect-refusal.ts';
import { notARefusal } from './refusal.ts';

const NOBODY = '01900000-0000-7000-8000-000000000000';
const service = useService();
let business: TestBusiness;
let id: string;
let before: unknown;
beforeAll(async () => {
  business = await service.business();
  id = (await business.send('POST', '/customers', { name: 'Ann', phone: '0412 345 678' })).body.id;
  before = await written();
});

const written = async () => {
  const [tenancy] = await service.sql`
    select (select count(*)::int from locations) as locations, (select count(*)::int from api_keys) as keys,
      (select jsonb_agg(settings) from businesses) as settings`;
  return { ...(await stored(service.sql, business.id)), ...tenancy };
};

afterAll(async () => {
  expect(await written(), 'rubbish that was written').toEqual(before);
});

/** Every operation that takes a body, at a path that exists. */
const operations = () =>
  service.server.routes
    .filter((route) => route.body)
    .map((route) => ({
      name: route.operationId,
      method: route.method,
      path: pathWith(route.path, route.path.startsWith('/locations') ? business.locationId : id),
      limit: route.bodyLimit ?? BODY_LIMIT,
    }));

interface Rubbish {
  body: string | Uint8Array;
  headers?: Record<string, string>;
  expected: { status: number; code?: string; field?: string };
}

const malformed = (body: string): Rubbish => ({ body, expected: { status: 400, code: 'malformed_json' } });
const notAnObject = (body: string): Rubbish => ({
  body,
  expected: { status: 422, code: 'validation_failed', field: 'body' },
});
const unknownField = (body: string, field: string): Rubbish => ({ body, expected: { status: 422, field } });
const wrongType = (type: string): Rubbish => ({
  body: '{}',
  headers: { 'content-type': type },
  expected: { status: 415, code: 'unsupported_media_type' },
});
const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

const BODIES: Record<string, Rubbish> = {
  'half an object': malformed('{"name":'),
  'single quotes': malformed("{'name':'Ann'}"),
  'a comma at the end': malformed('{"name":"Ann",}'),
  'two objects': malformed('{}{}'),
  NaN: malformed('{"name":NaN}'),
  'a comment': malformed('{/* */}'),
  'a bare word': malformed('undefined'),
  'a form': malformed('name=Ann&phone=0412345678'),
  'blanks alone': malformed('   \n'),
  'a NUL byte': malformed('\0'),
  'a control character within text': malformed('{"name":"a\u0001b"}'),
  HTML: malformed('<!doctype html>'),
  'bytes that are not UTF-8': {
    body: Uint8Array.from([0x7b, 0x22, 0x6e, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0x22, 0x7d]),
    expected: { status: 400, code: 'malformed_json' },
  },
  'an overlong encoding of a slash': {
    body: Uint8Array.from([0x7b, 0x22, 0x6e, 0x22, 0x3a, 0x22, 0xc0, 0xaf, 0x22, 0x7d]),
    expected: { status: 400, code: 'malformed_json' },
  },
  'UTF-16': {
    body: Buffer.from('{"name":"Ann"}', 'utf16le'),
    expected: { status: 400, code: 'malformed_json' },
  },
  null: notAnObject('null'),
  'a list': notAnObject('[]'),
  'a text': notAnObject('"name"'),
  'a number': notAnObject('1e308'),
  true: notAnObject('true'),
  'nothing at all': notAnObject(''),
  'a field twice': {
    body: '{"name":"Ann","name":"Bea"}',
    expected: { status: 400, code: 'duplicate_field', field: 'name' },
  },
  'a field twice, once with escapes': {
    body: '{"name":"Ann","n\\u0061me":"Bea"}',
    expected: { status: 400, code: 'duplicate_field', field: 'name' },
  },
  '__proto__ twice': {
    body: '{"__proto__":1,"__proto__":2}',
    expected: { status: 400, code: 'duplicate_field', field: '__proto__' },
  },
  'lists nested 10,000 deep': {
    body: nested(10_000, '[', ']'),
    expected: { status: 400, code: 'nested_too_deep' },
  },
  'objects nested 10,000 deep': {
    body: `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    expected: { status: 400, code: 'nested_too_deep' },
  },
  'brackets never closed': { body: '['.repeat(100_000), expected: { status: 400, code: 'nested_too_deep' } },
  __proto__: unknownField('{"__proto__":{"admin":true}}', '__proto__'),
  constructor: unknownField('{"constructor":{"prototype":{"admin":true}}}', 'constructor'),
  'toString and hasOwnProperty': unknownField('{"toString":1,"hasOwnProperty":1}', 'hasOwnProperty'),
  'an unknown field': unknownField('{"nmae":"Ann"}', 'nmae'),
  'a field in other letters': unknownField('{"Name":"Ann"}', 'Name'),
  'a field with a slash and a tilde': unknownField('{"a/b~c":1}', 'a/b~c'),
  'an empty field': unknownField('{"":1}', '""'),
  'a field with NUL in its name': { body: '{"na\\u0000me":1}', expected: { status: 422 } },
  'a field that is half a surrogate pair': { body: '{"\\ud800":1}', expected: { status: 422 } },
  'text/plain': wrongType('text/plain'),
  'a form type': wrongType('application/x-www-form-urlencoded'),
  'a multipart type': wrongType('multipart/form-data; boundary=x'),
  XML: wrongType('application/xml'),
  'a type that is no type': wrongType('json'),
  'a type of 8 KB': wrongType(`application/${'x'.repeat(8_000)}`),
};

describe('a body that is rubbish', () => {
  for (const [what, { body, headers, expected }] of Object.entries(BODIES)) {
    it(`${what}: ${expected.status} on every operation`, async () => {
      const wrong: string[] = [];
      for (const { name, method, path, limit } of operations()) {
        const answer = await business.send(method, path, body, { headers: headers ?? {} });
        const isTooLarge = Buffer.byteLength(body) > limit;
        const fault = notARefusal(answer, isTooLarge ? { status: 413 } : expected);
        if (fault) wrong.push(`${name}: ${fault}`);
      }
      expect(wrong).toEqual([]);
    });
  }

  it('a field where no body is wanted: 422 on every operation, and nothing is done', async () => {
    const wrong: string[] = [];
    for (const { operationId, method, path, body, scope } of service.server.routes) {
      if (body || method === 'GET' || scope === 'open') continue;
      const at = pathWith(path, path.startsWith('/locations') ? business.locationId : id);
      for (const [sent, field] of [
        ['{"dry_run":true}', 'dry_run'],
        ['[]', 'body'],
      ] as const) {
        const fault = notARefusal(await business.send(method, at, sent), { status: 422, field });
        if (fault) wrong.push(`${operationId}: ${fault}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('an empty body where none is wanted: as none', async () => {
    const wrong: string[] = [];
    for (const { operationId, method, path, body } of service.server.routes) {
      if (body || method === 'GET' || !path.includes(':id')) continue;
      for (const nothing of ['{}', 'null', '']) {
        const { status, text } = await business.send(method, pathWith(path, NOBODY), nothing);
        if (status !== 404) wrong.push(`${operationId} ${nothing}: ${text}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('a compressed body: 415 that says so', async () => {
    const answer = await business.send('PUT', '/customers', gzipSync('{"phone":"0412 345 678"}'), {
      headers: { 'content-encoding': 'gzip' },
    });
    expectRefusal(answer, { status: 415, code: 'unsupported_media_type' });
    expect(answer.message).toMatch(/uncompressed/);
  });

  it('no content-type: 415 on every operation', async () => {
    const wrong: string[] = [];
    for (const { name, method, path } of operations()) {
      // A body of bytes: fetch adds a content-type of its own to a text.
      const answer = await business.send(method, path, Buffer.from('{}'), {
        headers: { 'content-type': '' },
      });
      const fault = notARefusal(answer, { status: 415 });
      if (fault) wrong.push(`${name}: ${fault}`);
    }
    expect(wrong).toEqual([]);
  });
});

const VALUES: [what: string, field: string, value: string][] = [
  ['NUL in a text', 'name', '"Ann\\u0000"'],
  ['half a surrogate pair', 'name', '"\\ud83d"'],
  ['the other half', 'address', '"\\udc00 street"'],
  ['a number for a text', 'name', '5'],
  ['an object for a text', 'name', '{}'],
  ['a list for a text', 'phone', '["0412345678"]'],
  ['a text for a list', 'tags', '"vip"'],
  ['a number among tags', 'tags', '["vip", 5]'],
  ['a blank tag', 'tags', '[" "]'],
  ['a text for an object', 'custom_fields', '"x"'],
  ['a list for an object', 'source_metadata', '[]'],
  ['1e309 in a free field', 'custom_fields', '{"n":1e309}'],
  ['1e308 in a free field', 'custom_fields', '{"n":1e308}'],
  ['2^53 + 1 in a free field', 'custom_fields', '{"n":9007199254740993}'],
  ['-2^53 - 1 in a free field', 'custom_fields', '{"n":-9007199254740993}'],
  ['NUL in a free field', 'custom_fields', '{"n":"\\u0000"}'],
  ['__proto__ in a free field', 'custom_fields', '{"__proto__":{"admin":true}}'],
  ['a free field of more than 16 KiB', 'custom_fields', JSON.stringify({ n: 'x'.repeat(16_384) })],
  ['a name of 201 characters', 'name', JSON.stringify('x'.repeat(201))],
  ['a name of a million characters', 'name', JSON.stringify('x'.repeat(1_000_000))],
  ['101 tags', 'tags', JSON.stringify(Array.from({ length: 101 }, (_, i) => `t${i}`))],
  [
    '21 contacts',
    'contacts',
    JSON.stringify(Array.from({ length: 21 }, (_, i) => ({ type: 'email', value: `a${i}@b.test` }))),
  ],
  ['a contact that is null', 'contacts', '[null]'],
  ['a contact without a value', 'contacts', '[{"type":"email"}]'],
  ['a contact of no type', 'contacts', '[{"type":"fax","value":"1"}]'],
  ['no e-mail', 'email', '"not an e-mail"'],
  ['an avatar by javascript:', 'avatar', '"javascript:alert(1)"'],
  ['an avatar by file:', 'avatar', '"file:///etc/passwd"'],
  ['a status of none', 'status', '"deleted"'],
];

describe('a value that is rubbish', () => {
  for (const [what, field, value] of VALUES) {
    it(`${what}: 422 that names ${field}`, async () => {
      for (const [method, path] of [
        ['PUT', '/customers'],
        ['POST', '/customers'],
        ['PATCH', `/customers/${id}`],
      ] as const)
        expectRefusal(await business.send(method, path, `{"${field}":${value}}`), { status: 422, field });
    });
  }
});

it.each([
  ['location_id', '', 'location_id must be a UUID.'],
  ['location_id', 5, 'location_id must be text or null.'],
  ['location_id', ['x'], 'location_id must be text or null.'],
  ['tags', 'vip', 'tags must be a list or null.'],
  ['do_not_update', 'yes', 'do_not_update must be true or false or null.'],
  ['status', 'vip', 'status must be one of "lead", "active", "inactive", "blocked", null.'],
])('%s: %j is said in one sentence', async (field, value, sentence) => {
  const { message, body } = await business.send('PUT', '/customers', {
    phone: '0412 345 678',
    [field]: value,
  });
  expect([message, body.errors.length]).toEqual([sentence, 1]);
});

describe('the size of a body', () => {
  const MIB = 1024 * 1024;
  /** Valid JSON of exactly so many bytes. */
  const sized = (json: string, bytes: number) => json + ' '.repeat(bytes - Buffer.byteLength(json));
  const same = JSON.stringify({ phone: '0412 345 678' });
  const batch = JSON.stringify({ customers: [{ phone: '0412 345 678' }] });

  it('1 MiB is taken, one byte more is 413', async () => {
    expect((await business.send('PUT', '/customers?dry_run=true', sized(same, MIB))).status).toBe(200);
    const larger = await business.send('PUT', '/customers?dry_run=true', sized(same, MIB + 1));
    expectRefusal(larger, { status: 413, code: 'payload_too_large' });
  });

  it('2 MB are 413 on every operation but the batch', async () => {
    const wrong: string[] = [];
    for (const { name, method, path } of operations()) {
      if (name === 'upsertCustomers') continue;
      const fault = notARefusal(await business.send(method, path, sized(same, 2_000_000)), { status: 413 });
      if (fault) wrong.push(`${name}: ${fault}`);
    }
    expect(wrong).toEqual([]);
  });

  it('signing in: 4 KiB are taken, one byte more is 413, as anybody may send it', async () => {
    const signIn = JSON.stringify({ key: 'nobody' });
    expect((await business.send('POST', '/session', sized(signIn, 4096))).status).toBe(401);
    expectRefusal(await business.send('POST', '/session', sized(signIn, 4097)), { status: 413 });
  });

  it('a batch of 16 MiB is taken, one byte more is 413', async () => {
    const path = '/customers/batch?dry_run=true';
    expect((await business.send('PUT', path, sized(batch, 16 * MIB))).status).toBe(200);
    expectRefusal(await business.send('PUT', path, sized(batch, 16 * MIB + 1)), { status: 413 });
  });
});
