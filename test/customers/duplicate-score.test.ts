/** The possible-duplicate score as a table of pairs: which are likely one person, and what staff read about them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockingKeys,
  type Comparable,
  jaroWinkler,
  SHARED_KEYS,
  scorePair,
  THRESHOLD,
} from '../../src/customers/duplicate-score.ts';

type Given = Partial<Omit<Comparable, 'contacts'>> & { phone?: string; shared?: string; email?: string };
const record = ({ phone, shared, email, ...fields }: Given): Comparable => ({
  name: null,
  company_name: null,
  address: null,
  ...fields,
  contacts: [
    ...(phone ? [{ type: 'phone' as const, value: phone, raw: phone, matchable: true }] : []),
    ...(shared ? [{ type: 'phone' as const, value: shared, raw: shared, matchable: false }] : []),
    ...(email ? [{ type: 'email' as const, value: email, raw: email, matchable: true }] : []),
  ],
});

const ADDRESS = '12 Jacaranda Avenue, Figtree NSW 2525';
const MOBILE = '+61412345678';

const PAIRS: [what: string, a: Given, b: Given, isLikely: boolean, reasons: string[]][] = [
  [
    'the same name and address',
    { name: 'Ann Lee', address: ADDRESS },
    { name: 'Ann Lee', address: ADDRESS },
    true,
    ['same name', 'same address'],
  ],
  ['the same name alone', { name: 'Ann Lee' }, { name: 'Ann Lee' }, false, ['same name']],
  ['a name of three words alone', { name: 'Ann Mary Lee' }, { name: 'Ann Mary Lee' }, false, ['same name']],
  ['the same address alone', { address: ADDRESS }, { address: ADDRESS }, true, ['same address']],
  [
    'names one letter apart, same phone',
    { name: 'Mikayla Lee', phone: MOBILE },
    { name: 'Mikaela Lee', phone: '0412345678' },
    true,
    ['names differ by one letter', 'same phone digits'],
  ],
  [
    'given name and surname swapped',
    { name: 'Lee Mikayla', address: ADDRESS },
    { name: 'Mikayla Lee', address: ADDRESS },
    true,
    ['given name and surname swapped', 'same address'],
  ],
  [
    'an abbreviated street without the state',
    { name: 'Ann Lee', address: ADDRESS },
    { name: 'Ann Lee', address: '12 Jacaranda Ave Figtree 2525' },
    true,
    ['same name', 'same address'],
  ],
  [
    'the same name in another town',
    { name: 'Ann Lee', address: ADDRESS },
    { name: 'Ann Lee', address: '4 Rose Street, Perth WA 6000' },
    false,
    ['same name'],
  ],
  [
    'other people in other places',
    { name: 'Ann Lee', address: ADDRESS },
    { name: 'Otto Zander', address: '4 Rose Street, Perth WA 6000' },
    false,
    [],
  ],
  [
    'other people with the same reception line',
    { name: 'Ann Lee', shared: '1300123456' },
    { name: 'Otto Zander', shared: '1300123456' },
    false,
    ['same shared phone'],
  ],
  [
    'the same name before another @',
    { name: 'Ann Lee', email: 'ann.lee@old.example' },
    { name: 'Ann Lee', email: 'ann.lee@new.example' },
    true,
    ['same name', 'same e-mail before the @'],
  ],
  [
    'the same word before the @ alone',
    { name: 'Ann Lee', email: 'office@one.example' },
    { name: 'Otto Zander', email: 'office@two.example' },
    false,
    ['same e-mail before the @'],
  ],
  [
    'a married name at the same address',
    { name: 'Ann Lee', address: ADDRESS },
    { name: 'Ann Zander', address: ADDRESS },
    true,
    ['names partly the same', 'same address'],
  ],
  ['nothing at all', {}, {}, false, []],
];

describe('the score', () => {
  for (const [what, a, b, isLikely, reasons] of PAIRS) {
    it(`${what}: ${isLikely ? 'likely' : 'unlikely'}`, () => {
      const found = scorePair(record(a), record(b));
      expect(found.reasons).toEqual(expect.arrayContaining(reasons));
      expect(found.reasons.length > 0).toBe(reasons.length > 0);
      if (isLikely) expect(found.score).toBeGreaterThanOrEqual(THRESHOLD);
      else expect(found.score).toBeLessThan(THRESHOLD);
    });
  }

  const words = fc.constantFrom(
    'ann',
    'Anne',
    'LEE',
    'Li',
    'd’Arcy',
    'Müller',
    '李',
    '',
    '12',
    '2525',
    'Street',
    'x',
  );
  const text = fc.option(fc.array(words, { maxLength: 6 }).map((some) => some.join(' ')));
  const any: fc.Arbitrary<Comparable> = fc.record({
    name: text,
    company_name: text,
    address: fc.oneof(text, fc.string({ unit: 'binary', maxLength: 30 })),
    contacts: fc.array(
      fc.record({
        type: fc.constantFrom('email' as const, 'phone' as const),
        value: fc.constantFrom(MOBILE, 'a@b.example', 'x', '123', 'long.local@b.example'),
        raw: fc.constant(''),
        matchable: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
  });

  it('is a probability, the same both ways round, whatever is compared', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [one, two] = [scorePair(a, b), scorePair(b, a)];
        expect(one.score).toBe(two.score);
        expect(one.score).toBeGreaterThanOrEqual(0);
        expect(one.score).toBeLessThanOrEqual(1);
        expect(blockingKeys(a)).toEqual(blockingKeys(structuredClone(a)));
      }),
    );
  });

  it('says nothing of anybody: reasons hold no value of the records', () => {
    const { reasons } = scorePair(
      record({ name: 'Quintessa Zyx', address: ADDRESS, phone: MOBILE }),
      record({ name: 'Quintesa Zyx', address: ADDRESS, phone: MOBILE }),
    );
    expect(reasons.join(' ').toLowerCase()).not.toMatch(/quint|zyx|jacaranda|\d/);
  });
});

describe('who is compared at all', () => {
  for (const [what, a, b] of PAIRS.filter(([, , , isLikely]) => isLikely)) {
    it(`${what}: the two share keys enough`, () => {
      const keys = new Set(blockingKeys(record(a)));
      const shared = blockingKeys(record(b)).filter((key) => keys.has(key));
      expect(shared.length).toBeGreaterThanOrEqual(SHARED_KEYS);
    });
  }
});

it('Jaro–Winkler is as published', () => {
  for (const [a, b, likeness] of [
    ['martha', 'marhta', 0.961],
    ['dwayne', 'duane', 0.84],
    ['dixon', 'dicksonx', 0.813],
    ['abc', 'xyz', 0],
  ] as const)
    expect(jaroWinkler(a, b)).toBeCloseTo(likeness, 3);
});
