/** Requests made from the OpenAPI document that fit it, miss it by one constraint, or are no requests at all. Seeded. */
import fc from 'fast-check';
import { API, pathWith } from '../test/client.ts';
import { fitting, missing } from '../test/http/arbitrary.ts';
import { type Document, operationsOf, type Placed, type Schema, schemaOf } from '../test/http/document.ts';

/** Ids that are there, by the first word of the path. */
export type Ids = Record<string, string[]>;

export interface Case {
  kind: keyof typeof KINDS;
  operation: Placed['operation'];
  method: string;
  path: string;
  body?: string | Uint8Array;
  headers: Record<string, string>;
  /** What the answer must be, where that is known. */
  expected?: { status?: number; field?: string };
}

type Made = Omit<Case, 'kind' | 'operation' | 'method'>;

/** Each kind of request: how many in a hundred, and which operations it suits. */
export const KINDS: Record<
  string,
  {
    what: string;
    share: number;
    suits(placed: Placed): boolean;
    make(placed: Placed, ids: Ids): fc.Arbitrary<Made>;
  }
> = {
  fits: { what: 'that fit', share: 20, suits: isCheap, make: fits },
  missesBody: { what: 'with one field of the body wrong', share: 20, suits: hasBody, make: missesBody },
  missesQuery: { what: 'with one parameter wrong', share: 10, suits: hasQuery, make: missesQuery },
  anyJson: { what: 'with any JSON at all', share: 10, suits: hasBody, make: anyJson },
  deep: { what: 'nested deep or long', share: 3, suits: hasBody, make: deep },
  mutated: { what: 'valid ones with bytes changed', share: 17, suits: hasBody, make: mutated },
  search: { what: 'hostile searches', share: 10, suits: hasSearch, make: search },
  headers: { what: 'with hostile headers', share: 5, suits: isCheap, make: hostileHeaders },
  path: { what: 'with hostile paths', share: 5, suits: hasPath, make: hostilePath },
};

const kindNames = Object.keys(KINDS) as (keyof typeof KINDS)[];

/** So many requests, the same ones for the same seed; about so many of each kind as its share says, of all operations. */
export function casesOf(document: Document, ids: Ids, count: number, seed: number): Case[] {
  const operations = operationsOf(document);
  // An id may be the word that leads to another operation: /customers/export.
  const byPath = new Map(operations.map(({ method, path, operation }) => [`${method} ${path}`, operation]));
  const kinds = kindNames.flatMap((kind) => Array<string>(KINDS[kind]!.share).fill(kind));
  const pool = kindNames.flatMap((kind, i) => {
    const { suits, share, make } = KINDS[kind]!;
    const suited = operations.filter(suits);
    const each = Math.ceil((count * share) / kinds.length / suited.length);
    return suited.flatMap((placed, j) =>
      fc.sample(make(placed, ids), { numRuns: each, seed: seed * 1_000 + i * 100 + j }).map((made): Case => {
        const { method } = placed;
        const operation = byPath.get(`${method} ${API}${made.path.split('?')[0]}`) ?? placed.operation;
        return { ...made, kind, operation, method };
      }),
    );
  });
  // In an order made by chance, so that operations meet.
  const order = fc.sample(fc.nat(), { numRuns: pool.length, seed });
  return pool
    .map((one, i) => ({ one, at: order[i]! }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ one }) => one);
}

/** Two thousand customers a time are another theme's load. */
function isCheap({ operation }: Placed): boolean {
  return operation.operationId !== 'addDemoCustomers';
}
function hasBody({ operation }: Placed): boolean {
  return schemaOf(operation.requestBody) !== undefined;
}
function hasQuery(placed: Placed): boolean {
  return queryOf(placed).length > 0;
}
function hasSearch(placed: Placed): boolean {
  return queryOf(placed).some(({ name }) => name === 'q');
}
function hasPath({ path }: Placed): boolean {
  return path.includes('{');
}

const queryOf = ({ operation }: Placed) =>
  (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');

/** Ids that are there, one that is not, and texts that are none. */
const idOf = ({ path }: Placed, ids: Ids) =>
  fc.constantFrom(...(ids[path.split('/')[3]!] ?? []), '01900000-0000-7000-8000-000000000000', 'no-id');

/** Waiting takes its time. */
const fittingQuery = (placed: Placed): fc.Arbitrary<Record<string, unknown>> => {
  const fields = queryOf(placed)
    .filter(({ name }) => !['cursor', 'after', 'wait'].includes(name))
    .map(({ name, schema }) => [name, fitting(schema, name)]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
};

function target({ path }: Placed, id: string, query: Record<string, unknown> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) if (one !== undefined) parameters.append(name, String(one));
  return `${pathWith(path.replace(API, ''), encodeURIComponent(id))}?${parameters}`;
}

const bodyOf = ({ operation }: Placed): fc.Arbitrary<unknown> => {
  const schema = schemaOf(operation.requestBody);
  return schema ? fitting(schema) : fc.constant(undefined);
};

const asJson = (body: unknown) => (body === undefined ? {} : { body: JSON.stringify(body) });

function fits(placed: Placed, ids: Ids): fc.Arbitrary<Made> {
  return fc.tuple(idOf(placed, ids), fittingQuery(placed), bodyOf(placed)).map(([id, query, body]) => ({
    path: target(placed, id, query),
    headers: {},
    ...asJson(body),
  }));
}

function missesBody(placed: Placed, ids: Ids): fc.Arbitrary<Made> {
  const schema = schemaOf(placed.operation.requestBody)!;
  return fc.tuple(idOf(placed, ids), missing(schema)).map(([id, { body, field }]) => ({
    path: target(placed, id),
    headers: {},
    body: JSON.stringify(body),
    expected: { status: 422, field },
  }));
}

/** What a parameter does not take. */
const missesOf = (name: string, schema: Schema): { name: string; value: string }[] => {
  const isText = (schema.type === 'string' || schema.type === 'array') && !schema.format && !schema.enum;
  return [
    ...(isText
      ? []
      : [
          { name, value: 'no such value' },
          { name, value: '' },
        ]),
    ...(schema.minimum === undefined ? [] : [{ name, value: String(schema.minimum - 1) }]),
    ...(schema.maximum === undefined
      ? []
      : [
          { name, value: String(schema.maximum + 1) },
          { name, value: '1e400' },
        ]),
    { name, value: 'x'.repeat(2_100) },
  ];
};

function missesQuery(placed: Placed, ids: Ids): fc.Arbitrary<Made> {
  const misses = queryOf(placed)
    .filter(({ name }) => name !== 'q')
    .flatMap(({ name, schema }) => missesOf(name, schema));
  return fc
    .tuple(
      idOf(placed, ids),
      fittingQuery(placed),
      fc.constantFrom(...misses, { name: 'no_such_parameter', value: '1' }),
      bodyOf(placed),
    )
    .map(([id, query, { name, value }, body]) => ({
      path: target(placed, id, { ...query, [name]: value }),
      headers: {},
      ...asJson(body),
      expected: { status: 422, field: name },
    }));
}

function anyJson(placed: Placed, ids: Ids): fc.Arbitrary<Made> {
  return fc
    .tuple(idOf(placed, ids), fc.oneof(fc.json({ stringUnit: 'binary' }), fc.json({ maxDepth: 6 })))
    .map(([id, body]) => ({ path: target(placed, id), headers: {}, body }));
}

/** What a value may be repeated into. */
const BULK: ((times: number) => string)[] = [
  (times) => `${'['.repeat(times)}${']'.repeat(times)}`,
  (times) => `${'{"a":'.repeat(times)}1${'}'.repeat(times)}`,
  (times) => `{"name":"${'\\u0041'.repeat(times)}"}`,
  (times) => `{"tags":[${'"x",'.repeat(times)}"x"]}`,
  (times) => `{"custom_fields":{${Array.from({ length: times }, (_, n) => `"k${n}":${n}`).join(',')}}}`,
  (times) => `{${Array.from({ length: times }, (_, n) => `"k${n}":1`).join(',')}}`,
  (times) => `{"customers":[${'{},'.repeat(times)}{}]}`,
  (times) => `{"contacts":[${'{"type":"phone","value":"1"},'.repeat(times)}null]}`,
  (times) => `{"name":"${'\u0301'.repeat(times)}","phone":"${'1'.repeat(times)}"}`,
  (times) => `{"custom_fields":{"n":1${'0'.repeat(times)}}}`,
  (times) => `${' '.repeat(times)}{}`,
];

function deep(placed: Placed, ids: Ids): fc.Arbitrary<Made> {
  return fc
    .tuple(idOf(placed, ids), fc.constantFrom(...BULK), fc.integer({ min: 1, max: 12_000 }))
    .map(([id, make, times]) => ({ path: target(placed, id), headers: {}, body: make(times) }));
}

/** A change of some bytes. */
const mutation = fc.tuple(
  fc.constantFrom('cut', 'flip', 'insert', 'double', 'remove', 'swap'),
  fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  fc.constantFrom(0x00, 0x22, 0x5c, 0x7b, 0x7d, 0x2c, 0x3a, 0x5b, 0x80, 0xc3, 0xff, 0x2d, 0x39, 0x65, 0x0a),
);

function mutated(placed: Placed, ids: Ids): fc.Arbitrary<Made> {
  return fc
    .tuple(idOf(placed, ids), bodyOf(placed), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([id, body, changes]) => ({
      path: target(placed, id),
      headers: {},
      body: changes.reduce(changed, Buffer.from(JSON.stringify(body))),
    }));
}

function changed(bytes: Buffer, [how, share, byte]: [string, number, number]): Buffer {
  const at = Math.floor(share * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (how) {
    case 'cut':
      return Buffer.from(before);
    case 'flip':
      return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, Buffer.from([byte]), after]);
    case 'double':
      return Buffer.concat([before, before.subarray(-20), after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(3)]);
    default:
      return Buffer.concat([after, before]);
  }
}

const PIECES = [
  ...[
    '%',
    '_',
    '\\',
    "'",
    '"',
    '`',
    ';',
    '--',
    '/*',
    '*/',
    '&',
    '|',
    '!',
    '<->',
    ':*',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
  ],
  ...[
    '.*',
    '(a+)+$',
    '^',
    '$',
    '?',
    '+',
    '\u0000',
    '\t',
    '\n',
    '\u200b',
    '\u202e',
    '\u2066',
    '\ufeff',
    '\u0301'.repeat(40),
  ],
  ...[
    '\ud83d\ude00',
    'ﷺ',
    'İ',
    'ß',
    'ǆ',
    'ﬃ',
    '０４１２',
    '٠٤١٢',
    'null',
    'true',
    '0412',
    '@',
    '.',
    ' ',
    'person',
    'ann',
    "O'Brien",
  ],
  ...[
    "' or 1=1 --",
    "'); drop table customers; --",
    '$7*7',
    '{{7*7}}',
    '%s%n',
    '$1',
    '::text',
    "E'\\x00'",
    'x'.repeat(300),
  ],
];
const LONG = ['x', '0', '%', '_', '\u0301', 'ab ', '"', '\\', '深', "'"];

function search(placed: Placed, ids: Ids): fc.Arbitrary<Made> {
  const hostile = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 })
        .map((all) => all.join('')),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...LONG), fc.constantFrom(200, 201, 1_000, 3_000))
        .map(([sign, times]) => sign.repeat(times)),
    },
  );
  return fc.tuple(idOf(placed, ids), fittingQuery(placed), hostile).map(([id, query, q]) => ({
    path: target(placed, id, { ...query, q }),
    headers: {},
  }));
}

const HEADERS: [string, string[]][] = [
  [
    'if-match',
    ['"1"', '1', 'W/"1"', '*', '""', '"-1"', '"99999999999999999999"', 'x'.repeat(5_000), '"1", "2"'],
  ],
  [
    'idempotency-key',
    ['a', ' ', 'x'.repeat(255), 'x'.repeat(256), 'é', '"quoted"', '../..', "'; drop table"],
  ],
  [
    'content-type',
    ['text/plain', 'application/json; charset=utf-16', 'application/json;', '*/*', '', 'application/x'],
  ],
  ['accept', ['text/html', 'application/xml', '*/*;q=0', 'x'.repeat(2_000)]],
  ['accept-encoding', ['gzip', 'identity;q=0', 'x']],
  ['accept-language', ['zz', '*', 'en;q=x']],
  ['origin', ['null', 'http://evil.test', 'file://', 'x']],
  ['cookie', ['clientele_session=x', 'clientele_session=', '='.repeat(2_000), 'a=b;;;=;']],
  ['x-forwarded-for', ['127.0.0.1', 'x', "' or 1=1"]],
  ['x-forwarded-host', ['evil.test']],
  ['x-http-method-override', ['DELETE']],
  ['x-request-id', ['x'.repeat(3_000), '../../etc/passwd', '{}']],
  ['range', ['bytes=0-1', 'bytes=-', 'x']],
  ['sec-fetch-site', ['cross-site', 'same-origin', 'x']],
  ['content-encoding', ['gzip', 'br', 'x']],
  ['traceparent', ['00-0-0-00', 'x']],
];

const header = fc.constantFrom(
  ...HEADERS.flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
);

function hostileHeaders(placed: Placed, ids: Ids): fc.Arbitrary<Made> {
  return fc
    .tuple(fits(placed, ids), fc.array(header, { minLength: 1, maxLength: 4 }))
    .map(([made, headers]) => ({
      ...made,
      headers: Object.fromEntries(headers.map(([name, value]) => [name, latin1(value)])),
    }));
}

/** What a header can carry at all. */
const latin1 = (text: string) => text.replace(/[^\t\x20-\xff]/g, '?');

const PATHS = [
  ...[
    '%00',
    '%2e%2e%2f',
    '..%2f..%2fetc%2fpasswd',
    '%',
    '%zz',
    '%ff%fe',
    '%c0%af',
    '%u0041',
    '.',
    '..',
    '%20',
    '*',
    "'",
    '%27%3b--',
  ],
  ...[
    'x'.repeat(199),
    'x'.repeat(201),
    'x'.repeat(3_000),
    '%e2%80%ae',
    'null',
    'undefined',
    '__proto__',
    'constructor',
    '-1',
    '0',
  ],
  ...[
    '{id}',
    '$%7Bx%7D',
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '01900000000070008000000000000000',
  ],
  ...[
    '01900000-0000-7000-8000-00000000000g',
    '%7B01900000-0000-7000-8000-000000000000%7D',
    'batch',
    'export',
    'a;b=c',
    'a%3Fb',
    'a%23b',
  ],
];

function hostilePath(placed: Placed, _ids: Ids): fc.Arbitrary<Made> {
  return fc
    .tuple(fc.array(fc.constantFrom(...PATHS), { minLength: 3, maxLength: 3 }), bodyOf(placed))
    .map(([ids, body]) => {
      const parts = ids.values();
      return {
        path: placed.path.replace(API, '').replace(/\{\w+\}/g, () => parts.next().value!),
        headers: {},
        ...asJson(body),
      };
    });
}
