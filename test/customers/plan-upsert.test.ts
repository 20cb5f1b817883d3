/** The upsert's rules without a database: properties that hold for whatever comes, in whatever order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredCustomer } from '../../src/customers/record.ts';
import type { UpsertInput } from '../../src/customers/schema.ts';
import { openBook, refusal } from './book.ts';

const MOBILES = ['0412 345 678', '+61 (0)412 345 678', '0498 765 432', '0411 222 333'];
const LANDLINES = ['(02) 9374 4000', '02 9374 4000 ext 5', '1300 123 456', '13 12 34', '0412', '0000000000'];
const EMAILS = [
  'ann@example.com',
  'ANN@example.com',
  'bob@example.com',
  'cy@example.com',
  'test@test.com',
  'n/a',
];
const NAMES = ['Ann Lee', 'ann LEE', 'Bob', '', null];
const TAGS = ['vip', 'VIP', 'trade', 'a', 'b'];

const maybe = <T>(values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const contact = fc.oneof(
  fc.record(
    {
      type: fc.constant('phone' as const),
      value: fc.constantFrom(...MOBILES, ...LANDLINES),
      is_primary: fc.boolean(),
      matchable: fc.boolean(),
    },
    { requiredKeys: ['type', 'value'] },
  ),
  fc.record(
    { type: fc.constant('email' as const), value: fc.constantFrom(...EMAILS), is_primary: fc.boolean() },
    { requiredKeys: ['type', 'value'] },
  ),
);
const anyInput: fc.Arbitrary<UpsertInput> = fc
  .record({
    name: maybe(NAMES),
    company_name: maybe(['Lee Pty Ltd', null]),
    address: maybe(['1 High St', '']),
    phone: maybe([...MOBILES, ...LANDLINES]),
    email: maybe(EMAILS),
    contacts: fc.option(fc.array(contact, { maxLength: 3 }), { nil: undefined }),
    tags: fc.option(fc.array(fc.constantFrom(...TAGS), { maxLength: 4 }), { nil: undefined }),
    added_tags: fc.option(fc.array(fc.constantFrom(...TAGS), { maxLength: 4 }), { nil: undefined }),
    custom_fields: fc.option(fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom(1, 'two', null, '')), {
      nil: undefined,
    }),
    do_not_update: maybe([true, false]),
  })
  .map((input) => JSON.parse(JSON.stringify(input)) as UpsertInput);

type Book = ReturnType<typeof openBook>;
/** Upserts, or null when the input names nobody. */
function attempt(book: Book, input: UpsertInput) {
  try {
    return book.upsert(input);
  } catch {
    expect(refusal(() => book.upsert(input)).code).toBe('contact_details_required');
    return null;
  }
}

function expectSound(records: StoredCustomer[]): void {
  const held = records.flatMap((record) =>
    record.contacts.filter(({ matchable }) => matchable).map(({ key }) => key),
  );
  expect(new Set(held).size, 'a match key has one holder').toBe(held.length);
  for (const record of records) {
    const keys = record.contacts.map((one) => one.key);
    expect(new Set(keys).size, 'no contact twice').toBe(keys.length);
    for (const type of ['email', 'phone']) {
      const ofType = record.contacts.filter((one) => one.type === type);
      expect(
        ofType.filter((one) => one.is_primary),
        'one primary of a type',
      ).toHaveLength(ofType.length > 0 ? 1 : 0);
    }
    const tags = record.tags.map((tag) => tag.toLowerCase());
    expect(new Set(tags).size, 'no tag twice').toBe(tags.length);
  }
}

describe('whatever is upserted', () => {
  it('the same again is unchanged, or found', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 6 }), anyInput, (before, input) => {
        const book = openBook();
        for (const one of before) attempt(book, one);
        const first = attempt(book, input);
        if (!first) return;
        const second = book.upsert(input);
        expect(second.change).toBeNull();
        expect(second.answer.id).toBe(first.answer.id);
        expect(second.answer.upsert.outcome).toBe(input.do_not_update ? 'found' : 'unchanged');
      }),
      { numRuns: 1000 },
    );
  });

  it('one key has one holder, a type one primary, a tag one spelling', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 12 }), (inputs) => {
        const book = openBook();
        for (const input of inputs) attempt(book, input);
        expectSound(book.records());
      }),
      { numRuns: 1000 },
    );
  });

  it('no write ever loses a contact, a name or a custom field', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 8 }), (inputs) => {
        const book = openBook();
        for (const input of inputs) {
          const before = new Map(book.records().map((record) => [record.id, record]));
          const was = before.get(attempt(book, input)?.change?.after.id ?? '');
          if (!was) continue;
          const now = book.records().find((record) => record.id === was.id)!;
          expect(now.contacts.slice(0, was.contacts.length)).toEqual(was.contacts);
          expect(now.version).toBe(was.version + 1);
          if (was.name !== null) expect(now.name).not.toBeNull();
          expect(Object.keys(now.custom_fields)).toEqual(
            expect.arrayContaining(Object.keys(was.custom_fields)),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('two with a shared key make one record with all contacts, in either order', () => {
    const side = fc.record({
      emails: fc.uniqueArray(fc.emailAddress(), { maxLength: 3 }),
      phones: fc.uniqueArray(fc.constantFrom('0498 765 432', '0411 222 333', '(02) 9374 4000'), {
        maxLength: 2,
      }),
    });
    const inputOf = ({ emails, phones }: { emails: string[]; phones: string[] }): UpsertInput => ({
      phone: '0412 345 678',
      contacts: [
        ...emails.map((value) => ({ type: 'email' as const, value })),
        ...phones.map((value) => ({ type: 'phone' as const, value })),
      ],
    });
    fc.assert(
      fc.property(side, side, (a, b) => {
        const keys = [
          [a, b],
          [b, a],
        ].map((order) => {
          const book = openBook();
          for (const one of order) book.upsert(inputOf(one));
          expect(book.records()).toHaveLength(1);
          return book
            .records()[0]!
            .contacts.map((one) => one.key)
            .sort();
        });
        expect(keys[0]).toEqual(keys[1]);
      }),
    );
  });

  it('a refusal and a find leave no trace', () => {
    const book = openBook();
    book.upsert({ phone: '0412 345 678', name: 'Ann' });
    const before = structuredClone(book.records());
    expect(refusal(() => book.upsert({ name: 'Ann' })).status).toBe(422);
    book.upsert({ phone: '0412 345 678', name: 'Bob', tags: ['x'], do_not_update: true });
    expect(book.records()).toEqual(before);
  });
});

describe('who is meant', () => {
  it('a mobile before an e-mail before another phone, wherever they stand in the request', () => {
    const details = [
      { type: 'phone' as const, value: '0412 345 678' },
      { type: 'email' as const, value: 'ann@example.com' },
      { type: 'phone' as const, value: '(02) 9374 4000' },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(details, { minLength: 2 }), (contacts) => {
        const book = openBook();
        const owners = details.map((detail) => book.upsert({ contacts: [detail] }).answer.id);
        const best = Math.min(...contacts.map((one) => details.indexOf(one)));
        const { answer } = book.upsert({ contacts });
        expect(answer.id).toBe(owners[best]);
        const others = contacts.map((one) => owners[details.indexOf(one)]!).filter((id) => id !== answer.id);
        expect(answer.upsert.conflicts.map((conflict) => conflict.customer_id).sort()).toEqual(others.sort());
      }),
    );
  });

  it('three customers: on_conflict "fail" names all three', () => {
    const book = openBook();
    const ids = [{ phone: '0412 345 678' }, { email: 'ann@example.com' }, { phone: '(02) 9374 4000' }].map(
      (input) => book.upsert(input).answer.id,
    );
    const contacts = [{ type: 'phone' as const, value: '(02) 9374 4000' }];
    const refused = refusal(() =>
      book.upsert({ phone: '0412 345 678', email: 'ann@example.com', contacts, on_conflict: 'fail' }),
    );
    expect(refused.details.customer_ids).toEqual(ids);
  });

  it('the holder of a number, also when somebody else has it as a shared one', () => {
    const book = openBook();
    const ann = book.upsert({ name: 'Ann', phone: '0412 345 678' }).answer.id;
    const line = { type: 'phone' as const, value: '0412 345 678', matchable: false };
    const bob = book.upsert({ name: 'Bob', email: 'bob@example.com', contacts: [line] }).answer;
    expect(bob.id).not.toBe(ann);
    expect(book.upsert({ name: 'Ann', phone: '0412 345 678' }).answer.id).toBe(ann);
  });

  it('the oldest of several namesakes at a shared number', () => {
    const book = openBook();
    const line = { type: 'phone' as const, value: '1300 123 456' };
    const first = book.create({ name: 'Ann', contacts: [line] }).change.after.id;
    book.create({ name: 'ANN', contacts: [line] });
    expect(book.upsert({ name: 'ann', contacts: [line] }).answer.id).toBe(first);
  });
});
