/** Update and create without a database: properties of what may come of any of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCustomer } from '../../src/customers/record.ts';
import type { UpdateInput } from '../../src/customers/schema.ts';
import { openBook, refusal } from './book.ts';

function known() {
  const book = openBook();
  const { after } = book.create({
    name: 'Ann',
    phone: '0412 345 678',
    email: 'ann@example.com',
    contacts: [{ type: 'phone', value: '(02) 9374 4000 ext 12', label: 'work' }],
    tags: ['vip'],
    custom_fields: { size: 'M' },
  }).change;
  return { book, after, id: after.id };
}

const text = fc.constantFrom('x', 'y', '', null);
const anyUpdate = fc.record(
  {
    name: text,
    company_name: text,
    address: text,
    source: text,
    status: fc.constantFrom('lead', 'active', 'blocked'),
    tags: fc.option(fc.array(fc.constantFrom('a', 'A', 'b'))),
    added_tags: fc.option(fc.array(fc.constantFrom('a', 'c'))),
    phone: fc.constantFrom('0498 765 432', '02 9374 4000', '0412', 'n/a', '', null),
    email: fc.constantFrom('new@example.com', 'ANN@example.com', 'none', '', null),
    custom_fields: fc.option(fc.dictionary(fc.constantFrom('size', 'x'), fc.constantFrom(1, null))),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<UpdateInput>;

describe('update', () => {
  it('the same twice is one change', () => {
    fc.assert(
      fc.property(anyUpdate, (input) => {
        const { book, id } = known();
        try {
          book.update(id, input);
        } catch {
          expect(refusal(() => book.update(id, input)).status).toBe(422);
          return;
        }
        const again = { ...input, phone: input.phone || undefined, email: input.email || undefined };
        expect(book.update(id, JSON.parse(JSON.stringify(again))).change).toBeNull();
      }),
      { numRuns: 1000 },
    );
  });

  it('nothing given is nothing changed', () => {
    const { book, id, after } = known();
    expect(book.update(id, {})).toEqual({ change: null, customer: after, warnings: [] });
  });

  it('the contacts as they were answered, sent back, change nothing', () => {
    const { book, id, after } = known();
    const contacts = toCustomer(after).contacts.map(({ extension: _, raw: __, ...item }) => item);
    expect(
      book.update(id, { contacts: contacts.map((item) => ({ ...item, label: item.label })) }).change,
    ).toBeNull();
  });

  it('a type has at most one primary, and after a whole list exactly one', () => {
    const item = fc.record({
      type: fc.constant('phone' as const),
      value: fc.constantFrom('0412 345 678', '0498 765 432', '0411 222 333', '1300 123 456'),
      is_primary: fc.option(fc.boolean(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), (contacts) => {
        const { book, id } = known();
        const { customer } = book.update(id, { contacts });
        expect(customer.contacts.filter((one) => one.is_primary)).toHaveLength(1);
        expect(new Set(customer.contacts.map((one) => one.key)).size).toBe(customer.contacts.length);
      }),
    );
  });

  for (const [version, code] of [
    [1, null],
    [0, 'version_conflict'],
    [2, 'version_conflict'],
  ] as const) {
    it(`If-Match ${version} of a record at version 1: ${code ?? 'updated'}`, () => {
      const { book, id, after } = known();
      const update = () => book.update(id, { name: 'New' }, version);
      if (code === null) expect(update().customer.version).toBe(2);
      else expect(refusal(update)).toMatchObject({ code, details: { current: toCustomer(after) } });
    });
  }

  it('a contact that no longer identifies its owner is freed for the next', () => {
    const { book, id } = known();
    const contacts = [{ type: 'phone' as const, value: '0412 345 678', matchable: false }];
    book.update(id, { contacts });
    const other = book.create({ name: 'Bob', phone: '0412 345 678' });
    expect(other.change.after.id).not.toBe(id);
    expect(other.change.after.contacts[0]!.matchable).toBe(false);
  });

  it('a contact that identifies its owner again must be free', () => {
    const { book, id } = known();
    const line = { type: 'phone' as const, value: '0411 222 333' };
    const bob = book.create({ name: 'Bob', contacts: [line] }).change.after;
    const contacts = [{ ...line, matchable: false }];
    const { customer } = book.update(id, { contacts });
    const [mine] = customer.contacts;
    const claim = () => book.update(id, { contacts: [{ id: mine!.id, ...line, matchable: true }] });
    expect(refusal(claim)).toMatchObject({ code: 'contact_in_use', details: { customer_id: bob.id } });
  });
});

describe('create', () => {
  for (const [promise, input, code] of [
    ['a name will do', { name: 'Ann' }, null],
    ['nothing will not', {}, 'validation_failed'],
    ['a placeholder will not', { email: 'test@test.com' }, 'validation_failed'],
    ['a phone somebody has is refused', { phone: '+61412345678' }, 'customer_exists'],
    ['an e-mail somebody has is refused', { name: 'Bob', email: 'Ann@Example.com' }, 'customer_exists'],
    ['a shared number somebody has is fine', { name: 'Bob', phone: '1300 123 456' }, null],
    ['the main number of somebody with an extension is fine', { phone: '(02) 9374 4000' }, null],
  ] as const) {
    it(promise, () => {
      const { book } = known();
      if (code === null) expect(book.create(input).change.after.version).toBe(1);
      else expect(refusal(() => book.create(input)).code).toBe(code);
    });
  }
});
