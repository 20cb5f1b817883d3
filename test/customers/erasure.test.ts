/** Which values are a person's, and what is left of somebody else's history without them. */
import { describe, expect, it } from 'vitest';
import { holds, redacted, valuesOf } from '../../src/customers/erasure.ts';
import { toContact } from '../../src/customers/record.ts';
import { openBook } from './book.ts';

const person = () => {
  const book = openBook();
  const { after } = book.create({
    name: 'Ann',
    phone: '0412 345 678',
    custom_fields: { member: 9021045, flags: [true, null] },
  }).change;
  return { after, values: valuesOf([after], []) };
};

describe('the history of somebody else without a person', () => {
  it('has no contact of theirs, under whatever id and label a merge gave it', () => {
    const { after, values } = person();
    const contact = toContact(after.contacts[0]!);
    const copy = { ...contact, id: 'another', label: 'of Ann' };
    const other = { ...contact, id: 'a third', value: '+61498765432', raw: '0498 765 432' };
    const changes = { contacts: { before: [other], after: [other, copy] } };
    expect(redacted(changes, values)).toEqual({ contacts: { before: [other], after: [other] } });
  });

  it('has no number of theirs in fields of its own making; what is true or null tells of nobody', () => {
    const { values } = person();
    const changes = {
      custom_fields: { before: {}, after: { member: 9021045, other: 7, flags: [true, null] } },
    };
    expect(redacted(changes, values)).toEqual({
      custom_fields: { before: {}, after: { member: null, other: 7, flags: [true, null] } },
    });
  });
});

describe('an answer holds a person', () => {
  it('when a value of theirs stands anywhere in it; what the service says of every record is none', () => {
    const { values } = person();
    expect(holds({ id: 'b', gave_way: [{ field: 'name', kept: 'Bo', gave_way: 'Ann' }] }, values)).toBe(true);
    expect(holds({ id: 'b', custom_fields: { number: 9021045 } }, values)).toBe(true);
    expect(holds({ id: 'b', restored: { id: 'a', name: 'Ann' } }, values)).toBe(true);
    expect(holds({ id: 'b', name: 'Anna', version: 9021045, status: 'Ann' }, values)).toBe(false);
  });
});
