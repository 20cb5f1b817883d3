/** What counts as one e-mail address and one phone number (contract section 3), as a caller meets it. */
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { fetched, MOBILE, upsert } from './upsert-case.ts';

const service = useService();

const oneMobile = [
  '0412 345 678',
  '61412345678',
  '0061 412 345 678',
  '0011 61 412 345 678',
  '+61 (0)412 345 678',
  '412345678',
  '+61412345678',
  '0412-345-678',
  '0412.345.678',
  '(04) 1234 5678',
  '+61 0412 345 678',
  '０４１２ ３４５ ６７８',
  ' 0412345678 ',
  'tel:+61412345678',
  'TEL:0412-345-678',
];

describe('a phone number', () => {
  it('is one key in every format, stored as E.164', async () => {
    const business = await service.business();
    const { id } = await upsert(business, { phone: oneMobile[0] });
    for (const phone of oneMobile) {
      const again = await upsert(business, { phone });
      expect(again, phone).toMatchObject({
        id,
        phone: MOBILE,
        upsert: { outcome: 'unchanged', warnings: [] },
      });
    }
  });

  for (const phone of oneMobile) {
    it(`"${phone}" is stored as E.164, the text as given kept in raw`, async () => {
      const business = await service.business();
      const { contacts } = await upsert(business, { phone });
      expect(contacts).toMatchObject([{ type: 'phone', value: MOBILE, raw: phone.trim(), matchable: true }]);
    });
  }

  it('keeps an extension beside it', async () => {
    const business = await service.business();
    const { contacts } = await upsert(business, { phone: '(02) 9374 4000 ext 12' });
    expect(contacts).toMatchObject([
      { value: '+61293744000', raw: '(02) 9374 4000 ext 12', extension: '12' },
    ]);
  });

  it('with another extension is another desk', async () => {
    const business = await service.business();
    const a = await upsert(business, { phone: '(02) 9374 4000 ext 12' });
    const b = await upsert(business, { phone: '(02) 9374 4000 ext 13' });
    const again = await upsert(business, { phone: '+61 2 9374 4000 x12' });
    expect(b.id).not.toBe(a.id);
    expect(again.id).toBe(a.id);
  });

  it("is read as dialled in the location's country", async () => {
    const business = await service.business();
    for (const [country, phone, value] of [
      ['GB', '07400 123456', '+447400123456'],
      ['NZ', '021 123 4567', '+64211234567'],
      ['US', '(212) 555-2368', '+12125552368'],
      ['GB', '+61 412 345 678', MOBILE],
    ] as const) {
      const location_id = await business.addLocation(country);
      expect((await upsert(business, { phone, location_id })).phone).toBe(value);
    }
  });

  for (const by of ['phone', 'contacts'] as const)
    it(`is read so by create and update too, given as ${by}`, async () => {
      const business = await service.business();
      const location_id = await business.addLocation('GB');
      const as = (value: string) =>
        by === 'phone' ? { phone: value } : { contacts: [{ type: 'phone', value }] };
      const { body } = await business.send('POST', '/customers', { ...as('07400 123456'), location_id });
      expect(body).toMatchObject({ phone: '+447400123456', warnings: [] });
      for (const method of ['PATCH', 'PUT']) {
        const changed = await business.send(method, `/customers/${body.id}`, as('07400 654321'));
        expect(changed.body).toMatchObject({ phone: '+447400654321', warnings: [] });
        await business.send(method, `/customers/${body.id}`, as('07400 123456'));
      }
      expect(await fetched(business, body.id)).toMatchObject({ phone: '+447400123456' });
    });

  for (const phone of ['0412', '98765432109876543', '0412 345 678 901 2345']) {
    it(`"${phone}", not possible here, is kept as given with a warning and matches the same digits`, async () => {
      const business = await service.business();
      const made = await upsert(business, { name: 'Ann', phone });
      expect(made).toMatchObject({ phone, upsert: { outcome: 'created' } });
      expect(made.upsert.warnings).toMatchObject([{ code: 'phone_unrecognised', field: 'phone' }]);
      expect(made.contacts).toMatchObject([{ value: phone, raw: phone }]);
      const same = await upsert(business, { name: 'Ann', phone: phone.split('').join(' ') });
      expect(same.id).toBe(made.id);
      const other = await upsert(business, { name: 'Ann', phone: `${phone}7` });
      expect(other.id).not.toBe(made.id);
    });
  }
});

describe('an e-mail address', () => {
  for (const [what, given, value] of [
    ['is trimmed and in lower case', '  Ann@Example.COM ', 'ann@example.com'],
    ['is in NFC', 'jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['has its domain in ASCII', 'ann@Bücher.example', 'ann@xn--bcher-kva.example'],
    ['keeps its dots', 'a.n.n@example.com', 'a.n.n@example.com'],
    ['keeps its +tag', 'ann+news@example.com', 'ann+news@example.com'],
  ] as const) {
    it(what, async () => {
      const business = await service.business();
      const made = await upsert(business, { email: given });
      expect(made.email).toBe(value);
      expect(made.contacts[0]!.raw).toBe(given.trim().normalize('NFC'));
      expect(await upsert(business, { email: value })).toMatchObject({ id: made.id, version: 1 });
    });
  }

  it('with another +tag or other dots is another address', async () => {
    const business = await service.business();
    const emails = [
      'ann.lee@example.com',
      'annlee@example.com',
      'annlee+x@example.com',
      'annlee+y@example.com',
    ];
    const made = [];
    for (const email of emails) made.push((await upsert(business, { email })).id);
    expect(new Set(made).size).toBe(emails.length);
  });

  for (const email of [
    'ann',
    'ann@',
    '@example.com',
    'ann@example',
    'ann lee@example.com',
    'ann@exam ple.com',
    'ann@@example.com',
    'ann@example.com/x',
    'ann@example.com:25',
    'ann@example.com?x',
    'ann@ex%61mple.com',
    'ann@-example.com',
    'ann@127.0.0.1',
    'ann@0x7f.1',
    '.ann@example.com',
    'Ann <ann@example.com>',
    `${'a'.repeat(65)}@example.com`,
  ]) {
    it(`"${email}" is none: 422 naming the field`, async () => {
      const { send } = await service.business();
      const answer = await send('PUT', '/customers', { phone: MOBILE, email });
      expect(answer.body.errors, answer.text).toMatchObject([{ field: 'email', code: 'invalid_email' }]);
      const contacts = [{ type: 'email', value: email }];
      const listed = await send('PUT', '/customers', { phone: MOBILE, contacts });
      expect(listed.body.errors).toMatchObject([{ field: 'contacts/0/value', code: 'invalid_email' }]);
    });
  }
});

describe('a placeholder', () => {
  const placeholders: [field: 'phone' | 'email', text: string][] = [
    ...[
      'n/a',
      'N/A',
      'none',
      'Unknown',
      '-',
      '0000000000',
      '0400 000 000',
      '+61 400 000 000',
      '1234567890',
    ].map((text): ['phone', string] => ['phone', text]),
    ...['n/a', 'none', 'NONE', 'test@test.com', 'no@email.com', 'NoEmail@NoEmail.com', 'na@na.com'].map(
      (text): ['email', string] => ['email', text],
    ),
  ];
  for (const [field, text] of placeholders) {
    it(`"${text}" as ${field} counts as absent, with a warning`, async () => {
      const business = await service.business();
      const other = field === 'phone' ? { email: 'ann@example.com' } : { phone: MOBILE };
      const made = await upsert(business, { ...other, [field]: text });
      expect(made[field]).toBeNull();
      expect(made.contacts).toHaveLength(1);
      expect(made.upsert.warnings).toMatchObject([{ code: 'placeholder_ignored', field }]);
    });
  }

  it('in the list of contacts is left out, with a warning that names the item', async () => {
    const business = await service.business();
    const contacts = [
      { type: 'phone', value: '0412 345 678' },
      { type: 'email', value: 'test@test.com' },
    ];
    const made = await upsert(business, { contacts });
    expect(made.contacts).toHaveLength(1);
    expect(made.upsert.warnings).toMatchObject([{ code: 'placeholder_ignored', field: 'contacts/1' }]);
  });

  it('two people with a placeholder are two people', async () => {
    const business = await service.business();
    const ann = await upsert(business, { name: 'Ann', email: 'test@test.com', phone: '0412 345 678' });
    const bob = await upsert(business, { name: 'Bob', email: 'test@test.com', phone: '0498 765 432' });
    expect(bob.id).not.toBe(ann.id);
  });
});

describe('never a match key on its own', () => {
  for (const [what, body] of [
    ['a name', { name: 'Ann Lee' }],
    ['a company', { company_name: 'Lee Pty Ltd' }],
    ['an address', { address: '1 High St, Dapto NSW 2530' }],
  ] as const) {
    it(`${what}: two phones are two customers`, async () => {
      const business = await service.business();
      const a = await upsert(business, { ...body, phone: '0412 345 678' });
      const b = await upsert(business, { ...body, phone: '0498 765 432' });
      expect(b.id).not.toBe(a.id);
    });
  }

  for (const [what, phone, country] of [
    ['a 13 number', '13 12 34', 'AU'],
    ['a 1300 number', '1300 123 456', 'AU'],
    ['an 1800 number', '1800 123 456', 'AU'],
    ['a premium number', '1900 654 321', 'AU'],
    ['a short number', '12345', 'AU'],
    ['a toll-free number of another country', '+1 800 555 2368', 'AU'],
    ['a British freephone number', '0800 123 4567', 'GB'],
    ['an American toll-free number', '(800) 555-2368', 'US'],
  ] as const) {
    it(`${what} (${phone}): two names are two customers`, async () => {
      const business = await service.business();
      const location_id = await business.addLocation(country);
      const a = await upsert(business, { name: 'Ann', phone, location_id });
      const b = await upsert(business, { name: 'Bob', phone, location_id });
      expect(b.id).not.toBe(a.id);
      expect((await fetched(business, a.id)).contacts[0]!.matchable).toBe(false);
    });
  }

  it('a contact marked matchable: false, even a mobile', async () => {
    const business = await service.business();
    const contacts = [{ type: 'phone', value: '0412 345 678', matchable: false }];
    const a = await upsert(business, { name: 'Ann', contacts });
    const b = await upsert(business, { name: 'Bob', contacts });
    expect(b.id).not.toBe(a.id);
  });

  it('a 1300 number that is claimed to be matchable', async () => {
    const business = await service.business();
    const contacts = [{ type: 'phone', value: '1300 123 456', matchable: true }];
    const a = await upsert(business, { name: 'Ann', contacts });
    const b = await upsert(business, { name: 'Bob', contacts });
    expect(b.id).not.toBe(a.id);
    expect(a.contacts[0]!.matchable).toBe(false);
  });
});
