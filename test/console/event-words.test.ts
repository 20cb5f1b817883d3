/** The history in plain words: what anybody at the desk understands. */
import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../console/src/api.ts';
import { linesOf } from '../../console/src/customer/event-words.ts';

const mobile = { id: '1', type: 'phone', value: '+61412345678', is_primary: true };
const office = { id: '2', type: 'phone', value: '+61242610000', is_primary: false };
const written = ({ value }: { value: string }) => value.replace('+61', '0');

const CASES: [type: string, changes: HistoryEvent['changes'], lines: string[]][] = [
  ['created', { name: { before: null, after: 'Ann Lee' } }, ['added the customer']],
  ['updated', {}, ['changed the customer']],
  [
    'updated',
    { name: { before: 'Ann Lee', after: 'Ann Ng' } },
    ['changed the name from “Ann Lee” to “Ann Ng”'],
  ],
  ['updated', { address: { before: null, after: '1 High St' } }, ['set the address to “1 High St”']],
  ['updated', { address: { before: '1 High St', after: null } }, ['cleared the address (was “1 High St”)']],
  [
    'updated',
    { status: { before: 'lead', after: 'active' } },
    ['changed the status from “Lead” to “Active”'],
  ],
  [
    'updated',
    { tags: { before: ['vip', 'old'], after: ['vip', 'strata', 'after hours'] } },
    ['added the tags “strata”, “after hours”', 'removed the tag “old”'],
  ],
  [
    'updated',
    {
      contacts: {
        before: [mobile],
        after: [
          { ...mobile, is_primary: false },
          { ...office, is_primary: true },
        ],
      },
      phone: { before: mobile.value, after: office.value },
    },
    ['changed 0412345678', 'added 0242610000'],
  ],
  ['updated', { contacts: { before: [mobile, office], after: [mobile] } }, ['removed 0242610000']],
  ['updated', { custom_fields: { before: {}, after: { plumber: 'Sam' } } }, ['set plumber to “Sam”']],
  ['updated', { 'references/booking/B-1': { before: null, after: 'open' } }, ['opened booking B-1']],
  ['updated', { 'references/booking/B/1': { before: 'open', after: null } }, ['removed booking B/1']],
  ['updated', { legal_hold: { before: null, after: 'Claim 118' } }, ['set the legal hold to “Claim 118”']],
  [
    'updated',
    { address: { before: null, after: 'x'.repeat(100) } },
    [`set the address to “${'x'.repeat(80)}…”`],
  ],
  ['deleted', {}, ['deleted the customer']],
  ['erased', {}, ['erased the personal data']],
];

describe('an event in plain words', () => {
  it.each(CASES)('%s %j', (type, changes, lines) => {
    expect(linesOf({ type, changes } as HistoryEvent, written)).toEqual(lines);
  });
});
