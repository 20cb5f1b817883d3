/** The delete rules without a database, as a table. */
import { describe, expect, it } from 'vitest';
import { deleteBlockers } from '../../src/customers/plan-delete.ts';
import { type DeleteRules, NO_RULES } from '../../src/tenancy/delete-rules.ts';
import { openBook, refusal } from './book.ts';

const rules = (given: Partial<DeleteRules>): DeleteRules => ({ ...NO_RULES, ...given });

function known() {
  const book = openBook();
  const record = book.create({ name: 'Ann', phone: '0412 345 678', status: 'active', tags: ['VIP', 'Trade'] })
    .change.after;
  return { book, record };
}

const TABLE: [what: string, given: Partial<DeleteRules>, blockers: [rule: string, count: number][]][] = [
  ['no rules', {}, []],
  ['another status', { protected_statuses: ['lead', 'blocked'] }, []],
  ['its status', { protected_statuses: ['lead', 'active'] }, [['protected_status', 1]]],
  ['another tag', { protected_tags: ['vi', 'vips'] }, []],
  ['its tag in another case', { protected_tags: ['vip'] }, [['protected_tag', 1]]],
  ['two of its tags', { protected_tags: ['VIP', 'trade', 'x'] }, [['protected_tag', 2]]],
  [
    'its status and its tag',
    { protected_statuses: ['active'], protected_tags: ['Vip'] },
    [
      ['protected_status', 1],
      ['protected_tag', 1],
    ],
  ],
];

describe('what blocks a delete', () => {
  for (const [what, given, blockers] of TABLE) {
    it(`${what}: ${blockers.map(([rule]) => rule).join(' and ') || 'nothing'}`, () => {
      const { book, record } = known();
      expect(
        deleteBlockers({ record, references: [], survivorId: null, force: false }, rules(given)).map(
          ({ rule, count }) => [rule, count],
        ),
      ).toEqual(blockers);
      const remove = () => book.delete(record.id, rules(given));
      if (blockers.length === 0) expect(remove().change?.event.type).toBe('deleted');
      else expect(refusal(remove)).toMatchObject({ status: 409, code: 'delete_blocked' });
    });
  }
});

describe('delete', () => {
  it('again changes nothing, whatever the rules or the version say by then', () => {
    const { book, record } = known();
    const { customer } = book.delete(record.id);
    expect(book.delete(record.id, rules({ protected_statuses: ['active'] }), 1)).toEqual({
      change: null,
      customer,
    });
  });

  it('frees the keys and remembers that they were held', () => {
    const { book, record } = known();
    book.delete(record.id);
    const { answer } = book.upsert({ phone: '0412 345 678' });
    expect(answer).toMatchObject({ previously_deleted: true, upsert: { outcome: 'created' } });
    expect(answer.id).not.toBe(record.id);
  });

  it('of an unknown record is 404, of a stale version 412', () => {
    const { book, record } = known();
    expect(refusal(() => book.delete('nobody')).code).toBe('customer_not_found');
    expect(refusal(() => book.delete(record.id, undefined, 7)).code).toBe('version_conflict');
  });

  it('a deleted record is no longer found by update', () => {
    const { book, record } = known();
    book.delete(record.id);
    expect(refusal(() => book.update(record.id, { name: 'x' })).status).toBe(404);
  });
});
