/** The six operations (contract section 1): method, path, status and message to the letter, and who may call them. */
import { describe, expect, it } from 'vitest';
import { type Answer, type TestBusiness, useService } from '../harness.ts';
import { MOBILE, upsert } from './upsert-case.ts';

const service = useService();

interface Operation {
  name: string;
  method: string;
  path(id: string): string;
  body?: object;
  status: number;
  message: string;
}
const ID = '00000000-0000-7000-8000-000000000000';

const OPERATIONS: Operation[] = [
  {
    name: 'list customers',
    method: 'GET',
    path: () => '/customers',
    status: 200,
    message: 'Customers fetched!',
  },
  {
    name: 'create or update a customer',
    method: 'PUT',
    path: () => '/customers',
    body: { name: 'Ann', phone: '0498 765 432' },
    status: 200,
    message: 'Customer upserted!',
  },
  {
    name: 'create a customer',
    method: 'POST',
    path: () => '/customers',
    body: { name: 'New' },
    status: 201,
    message: 'Customer created!',
  },
  {
    name: 'get customer details',
    method: 'GET',
    path: (id) => `/customers/${id}`,
    status: 200,
    message: 'Customer fetched!',
  },
  ...['PUT', 'PATCH'].map((method) => ({
    name: `update a customer by ${method}`,
    method,
    path: (id: string) => `/customers/${id}`,
    body: { name: 'Changed' },
    status: 200,
    message: 'Customer updated successfully.',
  })),
  {
    name: 'delete a customer',
    method: 'DELETE',
    path: (id) => `/customers/${id}`,
    status: 200,
    message: 'Customer deleted successfully.',
  },
];

describe('the six operations', () => {
  for (const { name, method, path, body, status, message } of OPERATIONS) {
    it(`${name}: ${method} /api/v2${path('{id}')} answers ${status} "${message}"`, async () => {
      const business = await service.business();
      const { id } = await upsert(business, { name: 'Known', phone: MOBILE });
      const answer = await business.send(method, path(id), body);
      expect([answer.status, answer.success, answer.message]).toEqual([status, true, message]);
      expect(Object.keys(JSON.parse(answer.text))).toEqual(['success', 'message', 'body']);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    });
  }
});

/** Every field that the contract names for a body, with what the record then holds where that differs. */
const FIELDS = {
  name: 'Ann Lee',
  address: '1 High St, Dapto NSW 2530',
  email: 'ann@example.com',
  phone: MOBILE,
  avatar: 'https://example.com/ann.png',
  company_name: 'Lee Pty Ltd',
  tags: ['vip'],
  added_tags: ['trade'],
  source: 'website',
  source_metadata: { utm_campaign: 'spring' },
  custom_fields: { size: 'M' },
  status: 'lead',
  contacts: [{ type: 'phone', value: '+61293744000', label: 'work' }],
};
type Field = keyof typeof FIELDS;
const GIVEN: [what: string, method: string, fields: Field[], more: object][] = [
  ['upsert', 'PUT', Object.keys(FIELDS) as Field[], { do_not_update: false, on_conflict: 'fail' }],
  ['create', 'POST', (Object.keys(FIELDS) as Field[]).filter((field) => field !== 'added_tags'), {}],
  ['update', 'PATCH', Object.keys(FIELDS) as Field[], {}],
];

describe('the fields of a body', () => {
  for (const [what, method, fields, more] of GIVEN) {
    it(`${what} takes ${fields.join(', ')}, and the record holds them`, async () => {
      const { send, locationId } = await service.business();
      const known = method === 'PATCH' ? `/${(await send('POST', '/customers', { name: 'x' })).body.id}` : '';
      const body = Object.fromEntries(fields.map((field) => [field, FIELDS[field]]));
      const place = method === 'PATCH' ? {} : { location_id: locationId };
      const answer = await send(method, `/customers${known}`, { ...body, ...place, ...more });
      expect(answer.success, answer.text).toBe(true);
      const { body: record } = await send('GET', `/customers/${answer.body.id}`);
      const { contacts, tags, added_tags, ...plain } = FIELDS;
      expect(record).toMatchObject({ ...plain, location_id: locationId });
      expect(record.tags).toEqual(fields.includes('added_tags') ? [...tags, ...added_tags] : tags);
      expect(record.contacts.find(({ label }) => label === 'work')).toMatchObject({
        ...contacts[0],
        is_primary: false,
      });
      expect(record.contacts).toHaveLength(3);
    });
  }
});

const refused = async (answer: Promise<Answer>, status: number, code: string): Promise<void> => {
  const got = await answer;
  expect(got).toMatchObject({ status, success: false, body: { code } });
  expect(got.message).toMatch(/\.$/);
};

describe('authentication', () => {
  const headers: [what: string, authorization: (key: string) => string | null][] = [
    ['no key', () => null],
    ['an empty header', () => ''],
    ['another scheme', (key) => `Basic ${key}`],
    ['the key without its scheme', (key) => key],
    ['a mistyped key', (key) => `Bearer ${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`],
    ['a cut-off key', (key) => `Bearer ${key.slice(0, 30)}`],
    ['no key at all behind Bearer', () => 'Bearer YOUR_KEY_HERE'],
  ];
  for (const { name, method, path, body } of OPERATIONS) {
    it(`${name} refuses a call without a good key with 401`, async () => {
      const business = await service.business();
      for (const [, authorization] of headers) {
        const header = authorization(business.key);
        const given: Record<string, string> = header === null ? {} : { authorization: header };
        const call = business.send(method, path(ID), body, { key: null, headers: given });
        await refused(call, 401, 'unauthorized');
      }
    });
  }

  it('the scheme is read in any case', async () => {
    const { send, key } = await service.business();
    for (const scheme of ['bearer', 'BEARER']) {
      const headers = { authorization: `${scheme} ${key}` };
      expect((await send('GET', '/customers', undefined, { key: null, headers })).status).toBe(200);
    }
  });

  it('an unknown key of the right form is 401', async () => {
    const gone = await service.business();
    await service.sql`delete from api_keys where business_id = ${gone.id}`;
    await refused(gone.send('GET', '/customers'), 401, 'unauthorized');
  });

  it('a revoked and an expired key are 401', async () => {
    const business = await service.business();
    const revoked = await business.addKey({});
    await business.send('DELETE', `/api-keys/${revoked.id}`);
    await refused(revoked.send('GET', '/customers'), 401, 'unauthorized');
    const expired = await business.addKey({});
    await service.sql`update api_keys set expires_at = '2020-01-01T00:00:00Z' where id = ${expired.id}`;
    await refused(expired.send('GET', '/customers'), 401, 'unauthorized');
  });

  it('401 says how to authenticate', async () => {
    const { headers } = await service.send('GET', '/customers');
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  for (const [what, scopes, allowed] of [
    ['read', ['customers:read'], ['list customers', 'get customer details']],
    [
      'write',
      ['customers:write'],
      [
        'create or update a customer',
        'create a customer',
        'update a customer by PUT',
        'update a customer by PATCH',
      ],
    ],
    ['delete', ['customers:delete'], ['delete a customer']],
  ] as const) {
    it(`a key that may only ${what} does that alone; the rest is 403`, async () => {
      const business = await service.business();
      const { send } = await business.addKey({ scopes: [...scopes] });
      for (const { name, method, path, body, status } of OPERATIONS) {
        const { id } = await upsert(business, { name: 'Known', phone: MOBILE });
        const call = send(method, path(id), body);
        if ((allowed as readonly string[]).includes(name)) expect((await call).status, name).toBe(status);
        else await refused(call, 403, 'forbidden');
      }
    });
  }

  it('GET /health alone needs no key', async () => {
    const answer = await service.send('GET', '//health');
    expect(answer).toMatchObject({ status: 200, success: true });
  });
});

describe('the business of a key', () => {
  const strangers: [what: string, call: (stranger: TestBusiness, id: string) => Promise<Answer>][] = [
    ['get', ({ send }, id) => send('GET', `/customers/${id}`)],
    ['update', ({ send }, id) => send('PATCH', `/customers/${id}`, { name: 'x' })],
    ['delete', ({ send }, id) => send('DELETE', `/customers/${id}`)],
    ['events', ({ send }, id) => send('GET', `/customers/${id}/events`)],
  ];
  for (const [what, call] of strangers) {
    it(`${what}: a record of another business answers as an id that never existed`, async () => {
      const owner = await service.business();
      const stranger = await service.business();
      const { id } = await upsert(owner, { phone: MOBILE });
      const [theirs, nobodys] = await Promise.all([call(stranger, id), call(stranger, ID)]);
      expect(theirs.status).toBe(404);
      expect([theirs.status, theirs.text]).toEqual([nobodys.status, nobodys.text]);
      expect((await owner.send('GET', `/customers/${id}`)).body.version).toBe(1);
    });
  }
});
