/** Every limit at its last allowed value and at the next: taken, and refused with the code that says so. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../trust/processes.ts';
import { type Answer, API, pathWith, type TestBusiness, useService } from '../harness.ts';
import { type Bound, boundsOf, deepBoundsOf } from './bounds.ts';
import { loadDocument, operationsOf, type Placed, schemaOf } from './document.ts';

const service = useService();
let business: TestBusiness;
let id: string;
beforeAll(async () => {
  business = await service.business();
  id = (await business.send('POST', '/customers', { name: 'Ann' })).body.id;
});

const x = (n: number) => 'x'.repeat(n);
const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

type Row = [what: string, limit: number, ask: (n: number) => Promise<Answer>, within: number, beyond: number];

/** Those that no schema of the document states. */
const LIMITS: Row[] = [
  ['levels of JSON', 64, (n) => business.send('POST', '/customers', '['.repeat(n) + ']'.repeat(n)), 422, 400],
  [
    'Idempotency-Key, characters',
    255,
    (n) => business.send('POST', '/customers', { name: 'Bea' }, { headers: { 'idempotency-key': x(n) } }),
    201,
    422,
  ],
  ['headers', 100, (n) => withHeaders(n), 200, 400],
  ['a part of the path, characters', 256, (n) => business.send('GET', `/customers/${x(n)}`), 404, 400],
  [
    'the name of a reference, signs of two',
    128,
    (n) => putReference('job', encodeURIComponent('🙂'.repeat(n))),
    200,
    400,
  ],
  ['the kind of a reference, characters', 64, (n) => putReference(x(n), 'B-1'), 200, 422],
  [
    'a soft kind, characters',
    64,
    (n) => business.send('PUT', '/delete-rules', { soft_reference_kinds: [x(n)] }),
    200,
    422,
  ],
  ['references of a customer', 1_000, (n) => withReferences(n), 200, 422],
];

const putReference = (kind: string, ref: string): Promise<Answer> =>
  business.send('PUT', `/customers/${id}/references/${kind}/${ref}?dry_run=true`, { state: 'open' });

/** One more reference of a customer who has all others. */
async function withReferences(n: number): Promise<Answer> {
  await service.sql`
    insert into customer_references (business_id, customer_id, kind, ref, state, created_at, updated_at)
    select ${business.id}, ${id}, 'booking', 'B-' || i, 'closed', now(), now()
    from generate_series(1, ${n - 1}::int) as i
    on conflict do nothing`;
  return await putReference('booking', 'B-new');
}

/** One request with so many headers. */
async function withHeaders(n: number): Promise<Answer> {
  const own = [`Host: test`, `Authorization: Bearer ${business.key}`, 'Connection: close'];
  const more = many(n - own.length, (i) => `x-${i}: 1`);
  const text = await raw(`GET ${API}/locations HTTP/1.1\r\n${[...own, ...more].join('\r\n')}\r\n\r\n`);
  return { status: Number(text.slice(9, 12)), ...bodyOf(text) };
}

/** What comes back for bytes until the connection ends; `more` comes some milliseconds later. */
const raw = (bytes: string, more?: { text: string; after: number }): Promise<string> =>
  new Promise((done) => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {}).on('close', () => done(text));
    socket.write(bytes);
    if (more) void sleep(more.after).then(() => socket.write(more.text));
  });

const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));

/** A limit of one operation, and a request with a value there. */
interface Stated extends Bound {
  of: string;
  ask(value: unknown): Promise<Answer>;
}

/** What is answered to a value that is within its limit, where it is no success: of that form, but there is none such. */
const ELSE: Record<string, string[]> = {
  cursor: ['invalid_cursor', 'import_not_found'],
  after: ['invalid_cursor'],
  key: ['unauthorized'],
  timezone: ['invalid_timezone'],
  country: ['invalid_country'],
  extension: ['read_only'],
};

/** Every limit that the document states for an operation, at a business of its own: some make a location, or rules. */
async function statedFor({ method, path, operation }: Placed): Promise<Stated[]> {
  const { send, locationId, addKey } = await service.business();
  const customer = await send('POST', '/customers', { name: 'Ann' });
  const ids: Record<string, string> = {
    customers: customer.body.id,
    locations: locationId,
    'api-keys': (await addKey({})).id,
  };
  const parameters = operation.parameters ?? [];
  const target = path.replace(API, '');
  const byId = (at: string) => pathWith(at, ids[target.split('/')[1]!] ?? NOBODY);
  const isTried = parameters.some(({ name }) => name === 'dry_run');
  const { properties = {}, required = [] } = schemaOf(operation.requestBody) ?? {};
  // What is needed beside the field in question.
  const base = Object.fromEntries(required.map((name) => [name, NEEDED[name]]));
  const ask = (query: [string, string][], body: object | undefined, at = target) => {
    const search = new URLSearchParams(query);
    if (isTried) search.set('dry_run', 'true');
    return send(method, `${byId(at)}?${search}`, body);
  };
  const sent = operation.requestBody && {
    ...base,
    ...(/^(upsert|create)Customer$/.test(operation.operationId) && ANN),
  };
  const ofBody = Object.entries(properties).flatMap(([name, property]) =>
    // Those of a batch are checked one by one, and each has an answer of its own.
    (name === 'customers' ? boundsOf : deepBoundsOf)(property, name).map((bound) => ({
      ...bound,
      ask: (value: unknown) => ask([], { ...sent, [name]: value }),
    })),
  );
  const ofQuery = parameters
    .filter((parameter) => parameter.in === 'query')
    .flatMap(({ name, schema }) =>
      deepBoundsOf(schema, name).map((bound) => ({
        ...bound,
        ask: (value: unknown) =>
          ask(
            [value].flat().map((one): [string, string] => [name, String(one)]),
            sent,
          ),
      })),
    );
  const ofPath = parameters
    .filter((parameter) => parameter.in === 'path')
    .flatMap(({ name, schema }) => boundsOf(schema, name))
    // An empty part makes another path.
    .filter(({ keyword }) => keyword !== 'minLength')
    .map((bound) => ({
      ...bound,
      ask: (value: unknown) => ask([], sent, target.replace(`{${bound.field}}`, String(value))),
    }));
  return [...ofPath, ...ofQuery, ...ofBody].map((bound) => ({ ...bound, of: operation.operationId }));
}

const NOBODY = '01900000-0000-7000-8000-000000000000';
/** The first of a list of contacts too: both together are no more than the list. */
const ANN = { email: 'a0@clientele.test' };
const NEEDED: Record<string, unknown> = {
  name: 'Ann',
  reason: 'Claim',
  state: 'open',
  key: 'YOUR_KEY_HERE',
  from: NOBODY,
  customers: [ANN],
};

/** What is wrong with the answers at a limit and beyond; null when both are as they should be. */
function faultOf({ field, code }: Bound, last: Answer, next: Answer): string | null {
  const name = field.split('/').at(-1)!;
  const said = [last.body?.code, ...(last.body?.errors ?? []).map((error) => error.code)];
  const isTaken =
    last.status < 300 || (!said.includes(code) && said.some((one) => ELSE[name]?.includes(one)));
  if (!isTaken) return `is refused at the limit: ${last.status} ${last.text.slice(0, 300)}`;
  const isNamed = next.body?.errors?.some((error) => error.field === field && error.code === code);
  if (next.status !== 422 || !isNamed)
    return `is not ${code} beyond: ${next.status} ${next.text.slice(0, 300)}`;
  return null;
}

describe('limits', () => {
  it.each(LIMITS)('%s: %i are taken, one more is refused', async (_what, limit, ask, within, beyond) => {
    const [last, next] = [await ask(limit), await ask(limit + 1)];
    expect([last.status, next.status], `${last.text}\n${next.text}`).toEqual([within, beyond]);
    expect(next).toMatchObject({ success: false, body: { code: expect.any(String) } });
  });

  it('every one that the OpenAPI document states is taken to the last, and the next is refused by its name', async () => {
    const met: string[] = [];
    const wrong: string[] = [];
    for (const placed of operationsOf(await loadDocument(service.send)))
      for (const stated of await statedFor(placed)) {
        const { of, field, keyword, limit, ask, within, beyond } = stated;
        const what = `${of} ${field} ${keyword} ${limit}`;
        met.push(what);
        const fault = faultOf(stated, await ask(within), await ask(beyond));
        if (fault) wrong.push(`${what} ${fault}`);
      }
    expect(wrong).toEqual([]);
    expect(met).toEqual(expect.arrayContaining(STATED));
  });

  it.each(['a query', 'a header'])(
    'a path and headers of 16,384 bytes, most of them %s, are taken; one more is 431',
    async (where) => {
      const ask = (bytes: number) => {
        const of = (n: number) => (where === 'a query' ? [`/health?${x(n)}`, ''] : ['/health?', x(n)]);
        const counted = `${of(0).join('')}HosttestConnectioncloseX`.length;
        const [path, value] = of(bytes - counted);
        return raw(`GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nX: ${value}\r\n\r\n`);
      };
      const [last, next] = [await ask(16_384), await ask(16_385)];
      expect([last, next].map((answer) => answer.slice(9, 12))).toEqual(['200', '431']);
      expect(bodyOf(next)).toMatchObject({ success: false, body: { code: 'invalid_request' } });
    },
  );

  it.each([
    ['headers', 'Authorization'],
    ['a body', '"name"'],
  ])('%s without an end: 408, and the connection ends; just in time, an answer', async (_what, end) => {
    const { server } = service.server;
    const { requestTimeout, headersTimeout } = server;
    const [, seconds] = /does not arrive within (\d+) s/.exec(
      readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8'),
    )!;
    expect([requestTimeout, headersTimeout <= 60_000]).toEqual([Number(seconds) * 1_000, true]);
    const whole =
      `POST ${API}/customers HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer ${business.key}\r\n` +
      'Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{"name":"Bea"}';
    const at = whole.indexOf(end);
    const begun = whole.slice(0, at);
    Object.assign(server, { requestTimeout: 2_000, headersTimeout: 2_000 });
    // It is looked for late ones every second: at least once while this one is on its way.
    const [late, inTime] = await Promise.all([
      raw(begun),
      raw(begun, { text: whole.slice(at), after: 1_300 }),
    ]);
    Object.assign(server, { requestTimeout, headersTimeout });
    expect(inTime).toMatch(/^HTTP\/1\.1 201 /);
    expect(late).toMatch(/^HTTP\/1\.1 408 /);
    expect(bodyOf(late).body.code).toBe('invalid_request');
    await until('its room is given back', 5_000, () => service.room.held === 0);
  });
});

/** Some that must be among them: a list that is gone through has to have something in it. */
const STATED = [
  'createApiKey name maxLength 200',
  'createApiKey scopes minItems 1',
  'createCustomer contacts/0/label maxLength 64',
  'createCustomer contacts/0/value maxLength 254',
  'createLocation timezone maxLength 64',
  'exportCustomers q maxLength 200',
  'getCustomerGrowth months maximum 24',
  'listApiKeyUses limit maximum 100',
  'listApiKeys limit maximum 100',
  'listCustomerEvents limit maximum 100',
  'listCustomers cursor maxLength 2048',
  'listCustomers page maximum 10000000',
  'listCustomers page_size maximum 100',
  'listCustomers tag maxItems 20',
  'listCustomers tag/0 maxLength 64',
  'listDuplicates cursor maxLength 512',
  'listDuplicates limit maximum 100',
  'listEvents after maxLength 512',
  'listEvents limit maximum 1000',
  'listEvents wait maximum 25',
  'listImports cursor maxLength 512',
  'listImports limit maximum 100',
  'listLocations limit maximum 100',
  'placeLegalHold reason maxLength 500',
  'putReference ref maxLength 128',
  'removeReference ref maxLength 128',
  'rotateApiKey overlap_seconds maximum 2592000',
  'setDeleteRules protected_tags maxItems 100',
  'setDeleteRules protected_tags/0 maxLength 64',
  'setDeleteRules retention_days maximum 3650',
  'setDeleteRules soft_reference_kinds maxItems 100',
  'undoImport cursor maxLength 512',
  'updateCustomer tags maxItems 100',
  'upsertCustomer address maxLength 500',
  'upsertCustomer avatar maxLength 2048',
  'upsertCustomer contacts maxItems 20',
  'upsertCustomer custom_fields maxBytes 16384',
  'upsertCustomer email maxLength 254',
  'upsertCustomer source maxLength 100',
  'upsertCustomer source_metadata maxBytes 16384',
  'upsertCustomers customers maxItems 1000',
];
