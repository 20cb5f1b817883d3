/** What counts as a change of a record, and how its plain fields and tags meet those of a write. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTags, requireFit, uniqueTags } from '../../src/customers/fields.ts';
import { changeOf, difference, isSame, toCustomer } from '../../src/customers/record.ts';
import { ACTOR, openBook, refusal } from './book.ts';

const stored = () => {
  const book = openBook();
  const { after } = book.create({
    name: 'Ann',
    phone: '0412 345 678',
    tags: ['a'],
    custom_fields: { x: { y: 1, z: 2 } },
  }).change;
  return { book, after };
};

describe('a change', () => {
  it('is null when nothing differs, also when object keys stand in another order', () => {
    const { book, after } = stored();
    const same = { ...structuredClone(after), custom_fields: { x: { z: 2, y: 1 } } };
    expect(changeOf(after, same, { type: 'updated', actor: ACTOR, moment: book.moment })).toBeNull();
  });

  it('steps the version by one, and holds before and after of what differs alone', () => {
    const { book, after } = stored();
    const change = changeOf(
      after,
      { ...after, name: 'Bob', tags: ['b'] },
      { type: 'updated', actor: ACTOR, moment: book.moment },
    )!;
    expect(change.after.version).toBe(after.version + 1);
    expect(change.event.changes).toEqual({
      name: { before: 'Ann', after: 'Bob' },
      tags: { before: ['a'], after: ['b'] },
    });
  });

  it('of a new record holds what it has and nothing of what it lacks', () => {
    const { after } = stored();
    expect(Object.keys(difference(null, after)).sort()).toEqual([
      'contacts',
      'custom_fields',
      'name',
      'status',
      'tags',
    ]);
  });

  it('the order of contacts and tags counts, that of keys does not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(isSame(value, JSON.parse(JSON.stringify(value)))).toBe(true);
      }),
    );
    expect(isSame(['a', 'b'], ['b', 'a'])).toBe(false);
    expect(isSame({ a: 1 }, { a: 1, b: undefined })).toBe(false);
    expect(isSame([], {})).toBe(false);
    expect(isSame(null, {})).toBe(false);
  });
});

it('a record as answered shows its primaries and no match keys', () => {
  const { after } = stored();
  const shown = toCustomer(after);
  expect(shown).toMatchObject({ phone: '+61412345678', email: null });
  expect(JSON.stringify(shown)).not.toContain('"key"');
});

describe('tags', () => {
  const tags = fc.array(fc.string({ unit: fc.constantFrom(...'aAbBéÉ'), minLength: 1, maxLength: 2 }), {
    maxLength: 8,
  });
  const maybe = fc.option(tags, { nil: undefined });

  it('never double, whatever is there, replaces and is added', () => {
    fc.assert(
      fc.property(tags, maybe, maybe, (current, replacing, added) => {
        const next = nextTags(uniqueTags(current), replacing, added).tags;
        const folded = next.map((tag) => tag.toLowerCase());
        expect(new Set(folded).size).toBe(folded.length);
        const wanted = [...(replacing ?? current), ...(added ?? [])].map((tag) => tag.toLowerCase());
        expect(new Set(folded)).toEqual(new Set(wanted));
      }),
    );
  });

  it('the same again is no change', () => {
    fc.assert(
      fc.property(tags, maybe, maybe, (current, replacing, added) => {
        const once = nextTags(uniqueTags(current), replacing, added).tags;
        expect(nextTags(once, replacing, added).tags).toEqual(once);
      }),
    );
  });

  it('that stay keep their spelling', () => {
    expect(nextTags(['Vip'], ['VIP', 'new'], undefined).tags).toEqual(['Vip', 'new']);
    expect(nextTags(['Vip'], ['new'], ['VIP']).tags).toEqual(['Vip', 'new']);
  });

  it('beyond the hundredth are left out with a warning each', () => {
    const full = Array.from({ length: 100 }, (_, i) => `t${i}`);
    const { tags: next, warnings } = nextTags(full, undefined, ['x', 'T5', 'y']);
    expect(next).toEqual(full);
    expect(warnings.map((warning) => warning.code)).toEqual(['tag_limit', 'tag_limit']);
  });
});

it('free-form fields are 16 KiB at most', () => {
  const of = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
  expect(requireFit(of(16_384), 'custom_fields')).toEqual(of(16_384));
  expect(refusal(() => requireFit(of(16_385), 'custom_fields')).status).toBe(422);
});
