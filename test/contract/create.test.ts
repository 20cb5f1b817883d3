/** Create (contract section 3, "Create"): something to know the customer by, and no contact of somebody else. */
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { stored } from './stored.ts';
import { fetched, MOBILE, upsert } from './upsert-case.ts';

const service = useService();

describe('create', () => {
  for (const [what, body] of [
    ['a name', { name: 'Ann Lee' }],
    ['a company_name', { company_name: 'Lee Pty Ltd' }],
    ['a phone', { phone: '0412 345 678' }],
    ['an e-mail', { email: 'ann@example.com' }],
    ['a contact in the list', { contacts: [{ type: 'phone', value: '0412 345 678' }] }],
  ] as const) {
    it(`needs no more than ${what}`, async () => {
      const { send } = await service.business();
      const answer = await send('POST', '/customers', body);
      expect(answer).toMatchObject({ status: 201, message: 'Customer created!', body: { version: 1 } });
    });
  }

  for (const [what, body] of [
    ['nothing', {}],
    ['an address alone', { address: '1 High St' }],
    ['blanks', { name: ' ', company_name: '', email: '', phone: null, contacts: [] }],
    ['a placeholder alone', { phone: '0000000000' }],
  ] as const) {
    it(`refuses ${what} with 422 that names what would do`, async () => {
      const business = await service.business();
      const answer = await business.send('POST', '/customers', body);
      expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
      expect(answer.body.errors.map((error) => error.field)).toEqual(['name', 'company_name', 'contacts']);
      expect((await stored(service.sql, business.id)).customers).toBe(0);
    });
  }

  it('keeps every field as given', async () => {
    const business = await service.business();
    const body = {
      name: 'Ann Lee',
      address: '1 High St, Dapto NSW 2530',
      company_name: 'Lee Pty Ltd',
      source: 'website',
      source_metadata: { utm_campaign: 'spring' },
      status: 'lead',
      tags: ['vip', 'VIP', 'trade'],
      avatar: 'https://example.com/ann.png',
      custom_fields: { size: 'M' },
    };
    const made = await business.send('POST', '/customers', {
      ...body,
      location_id: business.locationId,
      phone: '0412 345 678',
      contacts: [{ type: 'email', value: 'Ann@Example.com', label: 'work' }],
    });
    expect(made.body).toMatchObject({ ...body, tags: ['vip', 'trade'], location_id: business.locationId });
    expect(made.body).toMatchObject({ phone: MOBILE, email: 'ann@example.com', warnings: [] });
    const { warnings: _, ...record } = made.body;
    expect(await fetched(business, made.body.id)).toEqual(record);
  });

  it('warns of a phone that is none and of placeholders, and keeps the rest', async () => {
    const business = await service.business();
    const { body } = await business.send('POST', '/customers', {
      name: 'Ann',
      phone: '0412',
      email: 'test@test.com',
      contacts: [
        { type: 'phone', value: 'n/a' },
        { type: 'email', value: 'ann@example.com' },
      ],
    });
    const warned = body.warnings.map(({ code, field, message }) => [code, field, /\S.*\.$/.test(message)]);
    expect(warned).toEqual([
      ['placeholder_ignored', 'email', true],
      ['phone_unrecognised', 'phone', true],
      ['placeholder_ignored', 'contacts/0', true],
    ]);
    expect(await fetched(business, body.id)).toMatchObject({ phone: '0412', email: 'ann@example.com' });
    expect(body.contacts).toHaveLength(2);
  });

  it('two customers of one name are two customers', async () => {
    const { send } = await service.business();
    const answers = await Promise.all([1, 2].map(() => send('POST', '/customers', { name: 'Ann Lee' })));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(2);
  });

  for (const [what, body, field] of [
    ['phone', { phone: '+61 412 345 678' }, 'phone'],
    ['email', { email: 'ANN@example.com' }, 'email'],
    ['contact in the list', { contacts: [{ type: 'email', value: 'second@example.com' }] }, 'contacts/0'],
  ] as const) {
    it(`a ${what} that belongs to somebody is 409 customer_exists with that id`, async () => {
      const business = await service.business();
      const contacts = [{ type: 'email', value: 'second@example.com' }];
      const ann = await upsert(business, { phone: MOBILE, email: 'ann@example.com', contacts });
      const before = await stored(service.sql, business.id);
      const answer = await business.send('POST', '/customers', { name: 'Other', ...body });
      expect(answer).toMatchObject({ status: 409, success: false });
      expect(answer.body).toMatchObject({ code: 'customer_exists', customer_id: ann.id });
      expect(answer.body.errors).toMatchObject([{ field, code: 'contact_in_use' }]);
      expect(await stored(service.sql, business.id)).toEqual(before);
    });
  }

  it('a number that many share belongs to nobody', async () => {
    const { send } = await service.business();
    for (const name of ['Ann', 'Bob']) {
      const answer = await send('POST', '/customers', { name, phone: '1300 123 456' });
      expect(answer).toMatchObject({ status: 201, body: { phone: '+611300123456' } });
    }
  });

  it('a contact of another location or of a deleted customer is free', async () => {
    const business = await service.business();
    const there = await business.addLocation();
    const location_id = business.locationId;
    const body = { phone: MOBILE };
    expect((await business.send('POST', '/customers', { ...body, location_id: there })).status).toBe(201);
    const here = await business.send('POST', '/customers', { ...body, location_id });
    expect(here.status).toBe(201);
    await business.send('DELETE', `/customers/${here.body.id}`);
    expect((await business.send('POST', '/customers', { ...body, location_id })).status).toBe(201);
  });

  it('sixty-four creations with one phone at once: one is made, the others are told whose it is', async () => {
    const business = await service.business();
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        business.send('POST', '/customers', { name: `Ann ${i}`, phone: MOBILE }),
      ),
    );
    const made = answers.filter((answer) => answer.status === 201);
    expect(made).toHaveLength(1);
    const others = answers.filter((answer) => answer.status === 409);
    expect(others.map((answer) => answer.body.customer_id)).toEqual(Array(63).fill(made[0]!.body.id));
  });

  const twice: [what: string, contacts: object[], kept: object][] = [
    ['counts once', [{ value: '+61 412 345 678' }, { value: '0412345678' }], { label: null }],
    [
      'has the label that either has',
      [{ value: MOBILE, label: 'mobile' }, { value: MOBILE }],
      { label: 'mobile' },
    ],
    [
      'has the first of two labels',
      [
        { value: MOBILE, label: 'a' },
        { value: MOBILE, label: 'b' },
      ],
      { label: 'a' },
    ],
    ['is shared when either says so', [{ value: MOBILE, matchable: false }], { matchable: false }],
    [
      'is shared whatever the other says',
      [
        { value: MOBILE, matchable: false },
        { value: MOBILE, matchable: true },
      ],
      { matchable: false },
    ],
  ];
  for (const [what, items, kept] of twice) {
    it(`the same detail, as phone and in contacts, ${what}`, async () => {
      const contacts = items.map((item) => ({ type: 'phone', ...item }));
      for (const method of ['POST', 'PUT']) {
        const { send } = await service.business();
        const answer = await send(method, '/customers', { name: 'Ann', phone: '0412 345 678', contacts });
        expect(answer.body.contacts, method).toMatchObject([{ value: MOBILE, is_primary: true, ...kept }]);
      }
    });
  }

  it('a blank label is none', async () => {
    const { send } = await service.business();
    const contacts = [{ type: 'phone', value: MOBILE, label: '  ' }];
    const { body } = await send('POST', '/customers', { contacts });
    expect(body.contacts).toMatchObject([{ label: null }]);
  });

  it('of several contacts of a type, one is primary: the one marked, else the first', async () => {
    const { send } = await service.business();
    const { body } = await send('POST', '/customers', {
      contacts: [
        { type: 'phone', value: '0412 345 678' },
        { type: 'phone', value: '0498 765 432', is_primary: true },
        { type: 'email', value: 'first@example.com' },
        { type: 'email', value: 'second@example.com' },
      ],
    });
    expect(body).toMatchObject({ phone: '+61498765432', email: 'first@example.com' });
    expect(body.contacts.filter((contact) => contact.is_primary)).toHaveLength(2);
  });

  it('dry_run answers what would be made, or why not, and writes nothing', async () => {
    const business = await service.business();
    const dry = await business.send('POST', '/customers?dry_run=true', { name: 'Ann', phone: MOBILE });
    expect(dry).toMatchObject({ status: 201, body: { name: 'Ann', phone: MOBILE } });
    expect((await stored(service.sql, business.id)).customers).toBe(0);
    const ann = await upsert(business, { phone: MOBILE });
    const refused = await business.send('POST', '/customers?dry_run=true', { phone: MOBILE });
    expect(refused).toMatchObject({ status: 409, body: { customer_id: ann.id } });
  });
});
