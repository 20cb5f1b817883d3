/** Two records side by side: what differs, which stays, and what a choice writes. */
import { describe, expect, it } from 'vitest';
import type { Customer } from '../../console/src/api.ts';
import {
  changeAfterMerge,
  contactsOf,
  differenceOfList,
  fieldRows,
  freeRows,
  likelySurvivor,
  referencesOf,
  tagsOf,
  wordsOf,
} from '../../console/src/duplicates/compare.ts';

const contact = (value: string, type: 'phone' | 'email' = 'phone') => ({
  id: value,
  type,
  value,
  raw: value,
  extension: null,
  label: null,
  is_primary: true,
  matchable: true,
});
const record = (of: Partial<Customer>): Customer => ({
  id: 'a',
  location_id: 'l',
  name: 'Ann Lee',
  company_name: null,
  address: null,
  avatar: null,
  status: 'active',
  email: null,
  phone: null,
  contacts: [],
  tags: [],
  source: null,
  source_metadata: {},
  custom_fields: {},
  version: 1,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  ...of,
});
const old = record({ id: 'old' });
const young = record({ id: 'young', created_at: '2026-02-01T00:00:00.000Z' });

describe('the record that stays', () => {
  const cases: [string, Customer, Customer, ReturnType<typeof likelySurvivor>][] = [
    ['the older one', old, young, { side: 'a', because: 'older' }],
    ['the older one, on either side', young, old, { side: 'b', because: 'older' }],
    [
      'the one with more contacts, though younger',
      old,
      { ...young, contacts: [contact('1')] },
      { side: 'b', because: 'contacts' },
    ],
  ];
  it.each(cases)('is %s', (_name, a, b, expected) => {
    expect(likelySurvivor({ a, b })).toEqual(expected);
  });
});

describe('a field', () => {
  it('is alike, differs, or only one has it; what neither has is left out', () => {
    const pair = {
      a: record({ name: 'Ann Lee', address: '1 High St' }),
      b: record({ name: 'Anna Lee', address: null }),
    };
    expect(fieldRows(pair).map(({ field, difference }) => [field, difference])).toEqual([
      ['name', 'differs'],
      ['address', 'one'],
      ['status', 'same'],
    ]);
  });

  it('is written after the merge only where both have a value and the other’s was chosen', () => {
    const pair = {
      a: record({ name: 'Ann Lee', address: '1 High St', source: 'website' }),
      b: record({ name: 'Anna Lee', status: 'lead', source: 'website' }),
    };
    expect(changeAfterMerge(pair, 'a', {})).toEqual({});
    expect(changeAfterMerge(pair, 'a', { name: 'b', address: 'b', source: 'b' })).toEqual({
      name: 'Anna Lee',
    });
    expect(changeAfterMerge(pair, 'b', { name: 'b', status: 'a' })).toEqual({ status: 'active' });
  });

  it('has its differing words marked', () => {
    expect(wordsOf('Mikayla Malloney', 'Mikaela Malloney')).toEqual([
      { word: 'Mikayla', isOwn: true },
      { word: 'Malloney', isOwn: false },
    ]);
    expect(wordsOf('Ann', null)).toEqual([{ word: 'Ann', isOwn: false }]);
  });
});

describe('lists', () => {
  const pair = {
    a: record({ contacts: [contact('ann@x.test', 'email'), contact('+1')], tags: ['VIP'] }),
    b: record({ contacts: [contact('+1'), contact('+2')], tags: ['vip', 'strata'] }),
  };
  it('name each thing once, and who has it; phones before e-mail', () => {
    expect(contactsOf(pair).map(({ of }) => [(of.a ?? of.b)!.value, Object.keys(of)])).toEqual([
      ['+1', ['a', 'b']],
      ['+2', ['b']],
      ['ann@x.test', ['a']],
    ]);
    expect(tagsOf(pair).map(({ key }) => key)).toEqual(['vip', 'strata']);
    expect(differenceOfList(tagsOf(pair))).toBe('one');
    expect(differenceOfList([])).toBe('same');
  });

  it('references are known by kind and id, other fields by name', () => {
    const open = { kind: 'booking', ref: 'B-1', state: 'open' };
    expect(referencesOf({ a: [open], b: [{ ...open, state: 'closed' }] })).toHaveLength(1);
    const free = { a: record({ custom_fields: { x: 1, y: 1 } }), b: record({ custom_fields: { y: 2 } }) };
    expect(freeRows(free, 'custom_fields').map(({ name, difference }) => [name, difference])).toEqual([
      ['x', 'one'],
      ['y', 'differs'],
    ]);
  });
});
