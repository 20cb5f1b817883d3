/** How an update changes contacts (contract section 3, "Update"): the whole list, or the primaries by name. */
import { describe, expect, it } from 'vitest';
import { type Body, type TestBusiness, useService } from '../harness.ts';
import { stored } from './stored.ts';
import { fetched, LANDLINE, MOBILE, OTHER_MOBILE, upsert, values } from './upsert-case.ts';

const service = useService();

interface Known {
  business: TestBusiness;
  record: Body;
  update(body: object): Promise<{ status: number; body: Body }>;
}
/** Ann, with a mobile and an e-mail as primaries and a landline beside them. */
async function known(): Promise<Known> {
  const business = await service.business();
  const record = await upsert(business, {
    name: 'Ann',
    phone: '0412 345 678',
    email: 'ann@example.com',
    contacts: [{ type: 'phone', value: '(02) 9374 4000', label: 'work' }],
  });
  return { business, record, update: (body) => business.send('PATCH', `/customers/${record.id}`, body) };
}
const contactOf = (record: Body, value: string) =>
  record.contacts.find((contact) => contact.value === value)!;
const item = ({ id, type, value }: Body['contacts'][number]) => ({ id, type, value });

describe('contacts is the whole new list', () => {
  it('an item with a known id is changed and keeps its id', async () => {
    const { business, record, update } = await known();
    const work = contactOf(record, LANDLINE);
    const others = record.contacts.filter((contact) => contact.id !== work.id).map(item);
    const changed = { id: work.id, type: 'phone', value: '0498 765 432', label: 'second mobile' };
    const { body } = await update({ contacts: [...others, changed] });
    expect(contactOf(body, OTHER_MOBILE)).toMatchObject({
      id: work.id,
      raw: '0498 765 432',
      label: 'second mobile',
      is_primary: false,
    });
    expect(values(body)).toEqual([MOBILE, OTHER_MOBILE, 'ann@example.com']);
    const { warnings: _, ...answered } = body;
    expect(await fetched(business, record.id)).toEqual(answered);
  });

  it('an item with a known id alone in its value keeps label, primary and text as given', async () => {
    const { record, update } = await known();
    const { body } = await update({ contacts: record.contacts.map(item) });
    expect(body).toMatchObject({ contacts: record.contacts, version: 1 });
  });

  it('an item without an id is added, a missing one is removed', async () => {
    const { record, update } = await known();
    const kept = contactOf(record, MOBILE);
    const { body } = await update({ contacts: [item(kept), { type: 'email', value: 'New@Example.com' }] });
    expect(values(body)).toEqual([MOBILE, 'new@example.com']);
    expect(body).toMatchObject({ phone: MOBILE, email: 'new@example.com' });
    expect(contactOf(body, MOBILE)).toEqual(kept);
  });

  it('an unknown id is 422 naming the item', async () => {
    const { record, update } = await known();
    const contacts = [{ id: record.id, type: 'phone', value: MOBILE }];
    const answer = await update({ contacts });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'contacts/0/id' }] } });
  });

  it('one id with two values is 422 naming the second', async () => {
    const { business, record, update } = await known();
    const mobile = contactOf(record, MOBILE);
    const contacts = [item(mobile), { ...item(mobile), value: OTHER_MOBILE }];
    const before = await stored(service.sql, business.id);
    expect(await update({ contacts })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'contacts/1/id', code: 'duplicate_contact' }] },
    });
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('one detail in two items counts once, with what either says of it', async () => {
    const { record, update } = await known();
    const mobile = contactOf(record, MOBILE);
    const contacts = [
      { type: 'phone', value: LANDLINE },
      item(mobile),
      { type: 'phone', value: '0412 345 678', label: 'mobile', is_primary: true },
    ];
    const { body } = await update({ contacts });
    expect(body).toMatchObject({
      phone: MOBILE,
      contacts: [{ ...mobile, label: 'mobile' }, { value: LANDLINE }],
    });
  });

  it('the item marked primary becomes primary, and the one before no longer is', async () => {
    const { record, update } = await known();
    const contacts = record.contacts.map((contact) => ({
      ...item(contact),
      ...(contact.value === LANDLINE && { is_primary: true }),
    }));
    const { body } = await update({ contacts });
    expect(body.phone).toBe(LANDLINE);
    expect(body.contacts.filter((contact) => contact.type === 'phone' && contact.is_primary)).toHaveLength(1);
  });

  it('when the primary is removed, another of its type takes its place', async () => {
    const { record, update } = await known();
    const contacts = record.contacts.filter((contact) => contact.value !== MOBILE).map(item);
    expect((await update({ contacts })).body.phone).toBe(LANDLINE);
  });

  it('a contact marked as shared stops identifying, and frees itself for others', async () => {
    const { business, record, update } = await known();
    const contacts = record.contacts.map((contact) => ({
      ...item(contact),
      ...(contact.value === LANDLINE && { matchable: false }),
    }));
    await update({ contacts });
    const other = await upsert(business, { name: 'Bob', phone: LANDLINE });
    expect(other.id).not.toBe(record.id);
  });

  it('a removed contact is free at once', async () => {
    const { business, record, update } = await known();
    await update({ contacts: [item(contactOf(record, MOBILE))] });
    const other = await upsert(business, { email: 'ann@example.com' });
    expect(other.id).not.toBe(record.id);
    expect(other.previously_deleted).toBeUndefined();
  });

  it('twenty contacts fit, a twenty-first is 422', async () => {
    const { update } = await known();
    const contacts = Array.from({ length: 21 }, (_, i) => ({ type: 'email', value: `ann${i}@example.com` }));
    expect((await update({ contacts: contacts.slice(0, 20) })).body.contacts).toHaveLength(20);
    expect(await update({ contacts })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'contacts' }] },
    });
    expect(await update({ phone: MOBILE })).toMatchObject({ status: 422 });
  });
});

describe('email and phone name the primaries', () => {
  it('a new value takes the place of the primary, the others stay', async () => {
    const { record, update } = await known();
    const { body } = await update({ phone: '0498 765 432', email: 'new@example.com' });
    expect(body).toMatchObject({ phone: OTHER_MOBILE, email: 'new@example.com', version: 2 });
    expect(values(body)).toEqual([LANDLINE, OTHER_MOBILE, 'new@example.com'].sort());
    expect(contactOf(body, LANDLINE)).toEqual(contactOf(record, LANDLINE));
  });

  it('a value that is there as secondary becomes primary', async () => {
    const { update } = await known();
    const { body } = await update({ phone: '02 9374 4000' });
    expect(body.phone).toBe(LANDLINE);
    expect(values(body)).toEqual([LANDLINE, MOBILE, 'ann@example.com'].sort());
  });

  it('null clears the primary and leaves the others', async () => {
    const { update } = await known();
    const { body } = await update({ email: null });
    expect(body.email).toBeNull();
    expect(values(body)).toEqual([LANDLINE, MOBILE].sort());
  });

  it('a placeholder changes nothing, with a warning', async () => {
    const { update } = await known();
    const { body } = await update({ phone: '0000000000', email: 'none' });
    expect(body).toMatchObject({ phone: MOBILE, email: 'ann@example.com', version: 1 });
    expect(body.warnings.map((warning) => [warning.code, warning.field])).toEqual([
      ['placeholder_ignored', 'email'],
      ['placeholder_ignored', 'phone'],
    ]);
  });

  const beside = [
    { type: 'phone', value: LANDLINE },
    { type: 'phone', value: OTHER_MOBILE },
  ];
  for (const [what, body, phone, all] of [
    [
      'one of the list becomes its primary',
      { phone: '0498 765 432' },
      OTHER_MOBILE,
      [LANDLINE, OTHER_MOBILE],
    ],
    ['another is added to it', { phone: MOBILE }, MOBILE, [MOBILE, LANDLINE, OTHER_MOBILE]],
  ] as const) {
    it(`beside a list of contacts, ${what}`, async () => {
      const { update } = await known();
      const answer = await update({ contacts: beside, ...body });
      expect(answer).toMatchObject({ status: 200, body: { phone } });
      expect(values(answer.body)).toEqual([...all].sort());
      expect(answer.body.contacts.filter((contact) => contact.is_primary)).toHaveLength(1);
    });
  }

  for (const blank of [null, '']) {
    it(`${JSON.stringify(blank)} beside a list that holds one is 422, and nothing is written`, async () => {
      const { record, business, update } = await known();
      const answer = await update({ contacts: beside, phone: blank });
      expect(answer).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'phone', code: 'contradiction' }] },
      });
      expect(await fetched(business, record.id)).toMatchObject({ version: 1 });
      expect(await update({ contacts: beside, email: blank })).toMatchObject({
        status: 200,
        body: { email: null },
      });
    });
  }

  it('a number that is not possible is kept as given, with a warning', async () => {
    const { update } = await known();
    const { body } = await update({ phone: '0412' });
    expect(body.phone).toBe('0412');
    expect(body.warnings).toMatchObject([{ code: 'phone_unrecognised', field: 'phone' }]);
  });
});

describe('a contact owned by another record', () => {
  for (const [what, body, field] of [
    ['as email', { email: 'BOB@example.com' }, 'email'],
    ['as phone', { phone: '+61 498 765 432' }, 'phone'],
    ['in the list', { contacts: [{ type: 'phone', value: '0498765432' }] }, 'contacts/0'],
  ] as const) {
    it(`${what} is 409 contact_in_use naming it, and nothing is written`, async () => {
      const { business, update } = await known();
      const bob = await upsert(business, { name: 'Bob', phone: OTHER_MOBILE, email: 'bob@example.com' });
      const before = await stored(service.sql, business.id);
      const answer = await update({ name: 'Changed', ...body });
      expect(answer).toMatchObject({ status: 409, body: { code: 'contact_in_use', customer_id: bob.id } });
      expect(answer.body.errors).toMatchObject([{ field, code: 'contact_in_use' }]);
      expect(await stored(service.sql, business.id)).toEqual(before);
    });
  }

  it('is named with every other that is', async () => {
    const { business, update } = await known();
    const bob = await upsert(business, { name: 'Bob', phone: OTHER_MOBILE });
    const cem = await upsert(business, { name: 'Cem', email: 'cem@example.com' });
    for (const [body, fields] of [
      [{ phone: OTHER_MOBILE, email: 'cem@example.com' }, ['phone', 'email']],
      [
        {
          contacts: [
            { type: 'phone', value: OTHER_MOBILE },
            { type: 'email', value: 'cem@example.com' },
          ],
        },
        ['contacts/0', 'contacts/1'],
      ],
    ] as const) {
      const answer = await update(body);
      expect(answer).toMatchObject({ status: 409, body: { code: 'contact_in_use' } });
      const told = answer.body.errors.map(({ field, message }) => [
        field,
        message.match(/[0-9a-f-]{36}/)?.[0],
      ]);
      expect(told).toHaveLength(2);
      expect(new Map(told as [string, string][])).toEqual(
        new Map([
          [fields[0], bob.id],
          [fields[1], cem.id],
        ]),
      );
      expect([bob.id, cem.id]).toContain(answer.body.customer_id);
    }
  });

  it('in another location is no obstacle', async () => {
    const { business, record, update } = await known();
    const location_id = await business.addLocation();
    const there = await upsert(business, { phone: OTHER_MOBILE, location_id });
    const { status, body } = await update({ phone: OTHER_MOBILE });
    expect([status, body.id, body.phone]).toEqual([200, record.id, OTHER_MOBILE]);
    expect((await fetched(business, there.id)).phone).toBe(OTHER_MOBILE);
  });

  it('sixteen customers who claim one phone at once: one gets it, the others are told whose it is', async () => {
    const business = await service.business();
    const made = await Promise.all(
      Array.from({ length: 16 }, (_, i) => business.send('POST', '/customers', { name: `Person ${i}` })),
    );
    const answers = await Promise.all(
      made.map(({ body: { id } }) => business.send('PATCH', `/customers/${id}`, { phone: MOBILE })),
    );
    const won = answers.filter((answer) => answer.status === 200);
    expect(won).toHaveLength(1);
    const lost = answers.filter((answer) => answer.status === 409);
    expect(lost.map((answer) => answer.body.customer_id)).toEqual(Array(15).fill(won[0]!.body.id));
  });
});

describe('contacts sent back as they were read', () => {
  it('change what was changed and nothing else', async () => {
    const { send } = await service.business();
    const { body: made } = await send('PUT', '/customers', {
      name: 'Ann Lee',
      phone: '0412 000 111',
      email: 'ann@example.com',
    });
    const contacts = made.contacts.map((contact) =>
      contact.type === 'phone' ? { ...contact, label: 'mobile' } : contact,
    );
    const { status, body } = await send('PATCH', `/customers/${made.id}`, { contacts });
    expect(status).toBe(200);
    expect(body.contacts).toEqual(contacts);
  });

  it('refuse another raw or extension: both follow from the value', async () => {
    const { send } = await service.business();
    const { body: made } = await send('PUT', '/customers', { phone: '0412 000 111' });
    const { status, body } = await send('PATCH', `/customers/${made.id}`, {
      contacts: [{ ...made.contacts[0], raw: 'another', extension: '12' }],
    });
    expect(status).toBe(422);
    expect(body.errors.map(({ field, code }) => `${field} ${code}`)).toEqual([
      'contacts/0/raw read_only',
      'contacts/0/extension read_only',
    ]);
  });
});
