/** The record (contract section 2): its shape, each limit at its edge, and what text may be. */
import { describe, expect, it } from 'vitest';
import { type Answer, useService } from '../harness.ts';
import { fetched, MOBILE, upsert } from './upsert-case.ts';

const service = useService();

const FIELDS = [
  'id',
  'location_id',
  'name',
  'company_name',
  'address',
  'avatar',
  'status',
  'email',
  'phone',
  'contacts',
  'tags',
  'source',
  'source_metadata',
  'custom_fields',
  'version',
  'created_at',
  'updated_at',
];
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('the record', () => {
  it('is the same in get, list, upsert, create and update', async () => {
    const business = await service.business();
    const { upsert: _, ...upserted } = await upsert(business, {
      name: 'Mikayla Malloney',
      phone: '0412 345 678',
      email: 'mikayla@example.com',
      contacts: [{ type: 'phone', value: '02 9374 4000', label: 'work' }],
      tags: ['vip'],
      source: 'website',
      source_metadata: { utm_campaign: 'spring' },
      custom_fields: { deep: { list: [1, 'two', null, { three: 3.5 }] } },
    });
    expect(Object.keys(upserted)).toEqual(FIELDS);
    expect(await fetched(business, upserted.id)).toEqual(upserted);
    expect((await business.send('GET', '/customers')).body.items).toEqual([upserted]);
    const patched = await business.send('PATCH', `/customers/${upserted.id}`, {});
    expect(patched.body).toEqual({ ...upserted, warnings: [] });
    const { body } = await business.send('POST', '/customers', { name: 'New' });
    expect(Object.keys(body)).toEqual([...FIELDS, 'warnings']);
  });

  it('holds ids, times, contacts and defaults as documented', async () => {
    const business = await service.business();
    const record = await upsert(business, {
      phone: '0412 345 678',
      contacts: [{ type: 'email', value: 'Ann@Example.com', label: 'home' }],
    });
    expect(record).toMatchObject({
      location_id: business.locationId,
      name: null,
      company_name: null,
      address: null,
      avatar: null,
      status: 'active',
      tags: [],
      source: null,
      source_metadata: {},
      custom_fields: {},
      version: 1,
    });
    expect(record.id).toMatch(UUID_V7);
    expect(record.created_at).toMatch(TIME);
    expect(record.updated_at).toBe(record.created_at);
    expect(record.contacts).toEqual([
      {
        id: expect.stringMatching(UUID_V7),
        type: 'phone',
        value: MOBILE,
        raw: '0412 345 678',
        extension: null,
        label: null,
        is_primary: true,
        matchable: true,
      },
      {
        id: expect.stringMatching(UUID_V7),
        type: 'email',
        value: 'ann@example.com',
        raw: 'Ann@Example.com',
        extension: null,
        label: 'home',
        is_primary: true,
        matchable: true,
      },
    ]);
  });

  it('ids are made in the order of creation', async () => {
    const business = await service.business();
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push((await upsert(business, { email: `ann${i}@example.com` })).id);
    expect([...ids].sort()).toEqual(ids);
  });

  for (const status of ['lead', 'active', 'inactive', 'blocked']) {
    it(`the status may be ${status}`, async () => {
      const business = await service.business();
      expect((await upsert(business, { phone: MOBILE, status })).status).toBe(status);
    });
  }
});

const bytesOf = (bytes: number) => ({ k: 'x'.repeat(bytes - JSON.stringify({ k: '' }).length) });
const list = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));

/** Each limit: what fits, and what is one too much. */
const LIMITS: [what: string, fits: object, tooMuch: object, field: string][] = [
  ...['name', 'company_name'].map((field): [string, object, object, string] => [
    `${field}: 200 characters`,
    { [field]: 'x'.repeat(200) },
    { [field]: 'x'.repeat(201) },
    field,
  ]),
  [
    'name: 200 characters beyond the basic plane',
    { name: '🙂'.repeat(200) },
    { name: '🙂'.repeat(201) },
    'name',
  ],
  ['address: 500 characters', { address: 'x'.repeat(500) }, { address: 'x'.repeat(501) }, 'address'],
  ['source: 100 characters', { source: 'x'.repeat(100) }, { source: 'x'.repeat(101) }, 'source'],
  [
    'avatar: 2,048 characters',
    { avatar: `https://example.com/${'x'.repeat(2028)}` },
    { avatar: `https://example.com/${'x'.repeat(2029)}` },
    'avatar',
  ],
  ['tags: 100', { tags: list(100, (i) => `tag${i}`) }, { tags: list(101, (i) => `tag${i}`) }, 'tags'],
  ['a tag: 64 characters', { tags: ['x'.repeat(64)] }, { tags: ['a', 'x'.repeat(65)] }, 'tags/1'],
  [
    'contacts: 20',
    { contacts: list(20, (i) => ({ type: 'email', value: `ann${i}@example.com` })) },
    { contacts: list(21, (i) => ({ type: 'email', value: `ann${i}@example.com` })) },
    'contacts',
  ],
  [
    'source_metadata: 16 KiB',
    { source_metadata: bytesOf(16_384) },
    { source_metadata: bytesOf(16_385) },
    'source_metadata',
  ],
  [
    'custom_fields: 16 KiB',
    { custom_fields: bytesOf(16_384) },
    { custom_fields: bytesOf(16_385) },
    'custom_fields',
  ],
];

describe('limits', () => {
  const operations: [what: string, send: (body: object) => Promise<Answer>][] = [
    [
      'create',
      async (body) => (await service.business()).send('POST', '/customers', { name: 'Ann', ...body }),
    ],
    [
      'update',
      async (body) => {
        const business = await service.business();
        const { id } = await upsert(business, { email: 'known@example.com' });
        return business.send('PATCH', `/customers/${id}`, body);
      },
    ],
  ];
  for (const [what, fits, tooMuch, field] of LIMITS) {
    for (const [operation, send] of operations) {
      it(`${operation}: ${what} fit, one more is 422 naming ${field}`, async () => {
        const good = await send(fits);
        expect(good.success, good.text.slice(0, 300)).toBe(true);
        const bad = await send(tooMuch);
        expect(bad).toMatchObject({ status: 422, body: { code: 'validation_failed', errors: [{ field }] } });
        expect(bad.body.errors).toHaveLength(1);
      });
    }
  }

  it('the limit counts text after trimming', async () => {
    const business = await service.business();
    const answer = await upsert(business, { phone: MOBILE, name: `  ${'x'.repeat(200)}  ` });
    expect(answer.name).toBe('x'.repeat(200));
  });

  for (const avatar of [
    'ftp://example.com/a.png',
    'javascript:alert(1)',
    'example.com/a.png',
    'https://',
    'x',
  ]) {
    it(`an avatar of ${avatar} is 422: it must be an http or https URL`, async () => {
      const { send } = await service.business();
      const answer = await send('POST', '/customers', { name: 'Ann', avatar });
      expect(answer).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'avatar', code: 'invalid_url' }] },
      });
    });
  }

  it('a 21st contact brought by an upsert is not added, and a warning contact_limit says so', async () => {
    const business = await service.business();
    const contacts = list(18, (i) => ({ type: 'email', value: `ann${i}@example.com` }));
    const full = await upsert(business, { phone: MOBILE, email: 'ann@example.com', contacts });
    expect(full.contacts).toHaveLength(20);
    const answer = await upsert(business, { phone: MOBILE, email: 'new@example.com', name: 'Ann' });
    expect(answer).toMatchObject({ id: full.id, contacts: full.contacts, name: 'Ann' });
    expect(answer.upsert.warnings).toMatchObject([{ code: 'contact_limit', field: 'email' }]);
    const made = await upsert(business, {
      phone: '0498 765 432',
      contacts: list(20, (i) => ({ type: 'email', value: `bob${i}@example.com` })),
    });
    expect(made.contacts).toHaveLength(20);
    expect(made.upsert.warnings).toMatchObject([{ code: 'contact_limit', field: 'contacts/19' }]);
  });

  it('tags are unique without regard to case, first spelling kept', async () => {
    const business = await service.business();
    const made = await upsert(business, {
      phone: MOBILE,
      tags: ['Vip', 'trade', 'VIP', 'vip', 'Ärzte', 'ärzte'],
    });
    expect(made.tags).toEqual(['Vip', 'trade', 'Ärzte']);
  });
});

describe('text', () => {
  it('is trimmed, wherever it stands', async () => {
    const business = await service.business();
    const made = await upsert(business, {
      name: '  Ann \t\n',
      tags: [' vip '],
      contacts: [{ type: 'phone', value: ' 0412 345 678 ', label: ' work\u00a0' }],
      custom_fields: { note: ' kept ' },
    });
    expect(made).toMatchObject({ name: 'Ann', tags: ['vip'], custom_fields: { note: 'kept' } });
    expect(made.contacts[0]).toMatchObject({ raw: '0412 345 678', label: 'work' });
  });

  it('is in NFC', async () => {
    const business = await service.business();
    const made = await upsert(business, { phone: MOBILE, name: 'Jose\u0301', tags: ['e\u0301', 'é'] });
    expect(made).toMatchObject({ name: 'Jos\u00e9', tags: ['\u00e9'] });
  });

  for (const text of [
    "O'Brien; drop table customers",
    '李小龍',
    'مريم',
    '🙂👩‍👩‍👧',
    '<b>Ann</b>',
    '%_\\"\'',
    '\u200bAnn',
  ]) {
    it(`${text} comes back as it went in`, async () => {
      const business = await service.business();
      const { id } = await upsert(business, { phone: MOBILE, name: text, custom_fields: { text } });
      expect(await fetched(business, id)).toMatchObject({ name: text, custom_fields: { text } });
    });
  }

  for (const [what, text] of [
    ['NUL', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800b'],
    ['the other half', '\udc00'],
  ] as const) {
    it(`${what} is 422 wherever it stands, never 500`, async () => {
      const { send } = await service.business();
      for (const [body, field] of [
        [{ name: text }, 'name'],
        [{ tags: ['ok', text] }, 'tags/1'],
        [{ phone: text }, 'phone'],
        [{ contacts: [{ type: 'phone', value: MOBILE, label: text }] }, 'contacts/0/label'],
        [{ custom_fields: { deep: [{ text }] } }, 'custom_fields/deep/0/text'],
      ] as const) {
        const answer = await send('POST', '/customers', JSON.stringify({ company_name: 'Lee', ...body }));
        expect(answer.status, answer.text).toBe(422);
        expect(answer.body.errors.map((error) => error.field)).toContain(field);
      }
      const key = await send('POST', '/customers', { name: 'Ann', custom_fields: { [text]: 1 } });
      expect(key).toMatchObject({ status: 422, body: { errors: [{ code: 'invalid_text' }] } });
    });
  }

  it('NUL in a query is 422, never 500', async () => {
    const { send } = await service.business();
    for (const query of ['q=a%00b', 'tag=%00', 'source=%00', 'cursor=%00']) {
      expect((await send('GET', `/customers?${query}`)).status, query).toBe(422);
    }
  });
});

describe('what the operation does not know', () => {
  for (const [method, body, fields] of [
    ['PUT', { phone: MOBILE, nickname: 'x' }, ['nickname']],
    ['POST', { name: 'Ann', do_not_update: true }, ['do_not_update']],
    ['POST', { name: 'Ann', contacts: [{ type: 'phone', value: MOBILE, note: 'x' }] }, ['contacts/0/note']],
    ['PUT', { phone: MOBILE, id: 'x', version: 1 }, ['id', 'version']],
    ['PUT', '{"phone": "0412 345 678", "__proto__": {"name": "x"}}', ['__proto__']],
  ] as const) {
    it(`${method}: ${fields.join(', ')} is 422 unknown_field naming it`, async () => {
      const { send } = await service.business();
      const answer = await send(method, '/customers', body);
      expect(answer).toMatchObject({ status: 422, body: { code: 'unknown_field' } });
      expect(answer.body.errors.map((error) => error.field)).toEqual(fields);
    });
  }

  for (const query of ['pag=1', 'page=1&limit=5', 'Q=x', 'dry_run=true']) {
    it(`list: ?${query} is 422 unknown_field`, async () => {
      const { send } = await service.business();
      expect(await send('GET', `/customers?${query}`)).toMatchObject({
        status: 422,
        body: { code: 'unknown_field' },
      });
    });
  }
});

it('a hundred violations are named; the code is of all, the message says how many there are', async () => {
  const { send } = await service.business();
  const unknown = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`unknown${n}`, n]));
  for (const [body, code, count] of [
    [{ phone: MOBILE, ...unknown }, 'unknown_field', 150],
    [{ phone: MOBILE, ...unknown, status: 'gone' }, 'validation_failed', 151],
  ] as const) {
    const answer = await send('PUT', '/customers', body);
    expect(answer).toMatchObject({ status: 422, body: { code } });
    expect(answer.body.errors).toHaveLength(100);
    expect(answer.message).toContain(`(and ${count - 1} more)`);
  }
});

it('all violations are reported at once', async () => {
  const { send } = await service.business();
  const answer = await send('PUT', '/customers', {
    name: 'x'.repeat(201),
    address: 7,
    email: 'no e-mail at all',
    avatar: 'x',
    tags: ['', 'x'.repeat(65)],
    status: 'gone',
    location_id: 'main',
    do_not_update: 'yes',
    on_conflict: 'merge',
    contacts: [{ type: 'fax', value: MOBILE }, { type: 'email', value: 'no address' }, { value: '' }],
    nickname: 'x',
  });
  expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  expect([...new Set(answer.body.errors.map((error) => error.field))].sort()).toEqual([
    'address',
    'avatar',
    'contacts/0/type',
    'contacts/1/value',
    'contacts/2/type',
    'contacts/2/value',
    'do_not_update',
    'email',
    'location_id',
    'name',
    'nickname',
    'on_conflict',
    'status',
    'tags/0',
    'tags/1',
  ]);
});
