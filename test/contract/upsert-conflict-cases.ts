/** Rows 5 and 6 of the upsert decision table: details of two customers, and details that identify nobody. */
import { expect } from 'vitest';
import { stored } from './stored.ts';
import { type Case, fetched, LANDLINE, MOBILE, upsert } from './upsert-case.ts';

/** Of two customers, each with one of the details, the key order prefers the first. */
const preferred: [what: string, first: object, second: object][] = [
  ['a mobile before an e-mail', { phone: MOBILE }, { email: 'b@example.com' }],
  ['an e-mail before another phone', { email: 'b@example.com' }, { phone: LANDLINE }],
  ['a mobile before another phone', { contacts: [{ type: 'phone', value: MOBILE }] }, { phone: LANDLINE }],
];

export const ofTwoCustomers: Case[] = [
  ...preferred.map(
    ([what, first, second]): Case => ({
      promise: `${what}: the preferred one is updated, nothing moves, the other is left alone`,
      async check(business) {
        const b = await upsert(business, { name: 'B', ...second });
        const a = await upsert(business, { name: 'A', ...first });
        const otherBefore = await fetched(business, b.id);
        const answer = await upsert(business, { ...second, ...first, company_name: 'Shared Pty Ltd' });
        expect(answer).toMatchObject({ id: a.id, company_name: 'Shared Pty Ltd', contacts: a.contacts });
        const field = Object.keys(second)[0]!;
        expect(answer.upsert.conflicts).toEqual([{ field, customer_id: b.id }]);
        expect(answer.upsert.outcome).toBe('updated');
        expect(await fetched(business, b.id)).toEqual(otherBefore);
      },
    }),
  ),
  {
    promise: 'the two are remembered as a possible duplicate, once',
    async check(business) {
      const a = await upsert(business, { phone: MOBILE });
      const b = await upsert(business, { email: 'b@example.com' });
      for (let i = 0; i < 2; i++) await upsert(business, { phone: MOBILE, email: 'b@example.com' });
      const pairs = await business.sql`
            select a, b, location_id from possible_duplicates where business_id = ${business.id}`;
      const [first, second] = [a.id, b.id].sort();
      expect([...pairs]).toEqual([{ a: first, b: second, location_id: business.locationId }]);
    },
  },
  {
    promise: 'on_conflict "fail": 409 with both ids, and nothing is written',
    async check(business) {
      const a = await upsert(business, { phone: MOBILE });
      const b = await upsert(business, { email: 'b@example.com' });
      const before = await stored(business.sql, business.id);
      const body = { phone: MOBILE, email: 'b@example.com', name: 'Both', on_conflict: 'fail' };
      const answer = await business.send('PUT', '/customers', body);
      expect(answer).toMatchObject({ status: 409, success: false, body: { code: 'identity_conflict' } });
      expect(answer.body.customer_ids).toEqual([a.id, b.id]);
      expect(await stored(business.sql, business.id)).toEqual(before);
    },
  },
  {
    promise: 'on_conflict "fail" fails nothing when there is one match',
    async check(business) {
      const a = await upsert(business, { phone: MOBILE });
      const body = { phone: MOBILE, email: 'new@example.com', on_conflict: 'fail' };
      expect((await upsert(business, body)).id).toBe(a.id);
    },
  },
];

const shared: [what: string, contact: object][] = [
  ['a 1300 number', { type: 'phone', value: '1300 123 456' }],
  ['an 1800 number', { type: 'phone', value: '1800 123 456' }],
  ['a 13 number', { type: 'phone', value: '13 12 34' }],
  ['a short number', { type: 'phone', value: '12345' }],
  ['a reception line', { type: 'phone', value: '(02) 9374 4000', matchable: false }],
  ['an e-mail address of many', { type: 'email', value: 'office@example.com', matchable: false }],
];

export const identifyingNobody: Case[] = [
  ...shared.map(
    ([what, contact]): Case => ({
      promise: `${what}: the namesake who has it is met again, anybody else is created`,
      async check(business) {
        const jose = await upsert(business, { name: 'José Ñandú', contacts: [contact] });
        const ann = await upsert(business, { name: 'Ann Lee', contacts: [contact] });
        expect(ann.upsert.outcome).toBe('created');
        const again = await upsert(business, { name: 'jose  NANDU', contacts: [contact], tags: ['x'] });
        expect(again).toMatchObject({ id: jose.id, tags: ['x'], upsert: { outcome: 'updated' } });
        expect(again.upsert.conflicts).toEqual([]);
        const nameless = await upsert(business, { contacts: [contact] });
        expect(nameless.upsert.outcome).toBe('created');
        expect((await stored(business.sql, business.id)).customers).toBe(3);
      },
    }),
  ),
  {
    promise: 'the namesake without that contact is not met: a name never matches',
    async check(business) {
      const ann = await upsert(business, { name: 'Ann Lee', phone: MOBILE });
      const other = await upsert(business, { name: 'Ann Lee', phone: '1300 123 456' });
      expect(other.id).not.toBe(ann.id);
    },
  },
  {
    promise: 'a company is its own namesake',
    async check(business) {
      const firm = await upsert(business, { company_name: 'Harbour Clinic', phone: '1300 123 456' });
      const again = await upsert(business, { company_name: 'HARBOUR clinic', phone: '1300123456' });
      expect(again.id).toBe(firm.id);
    },
  },
  {
    promise: 'a new e-mail beside the 1300 number is somebody new, whatever the name',
    async check(business) {
      const first = await upsert(business, { name: 'Ann', phone: '1300 123 456' });
      const body = { name: 'Ann', phone: '1300 123 456', email: 'ann@example.com' };
      expect((await upsert(business, body)).id).not.toBe(first.id);
    },
  },
  {
    promise: 'a line that somebody marked as shared identifies nobody from then on',
    async check(business) {
      const line = { type: 'phone', value: '(02) 9374 4000', matchable: false };
      const front = await upsert(business, { name: 'Front desk', contacts: [line] });
      const ann = await upsert(business, { name: 'Ann', phone: '02 9374 4000' });
      const bob = await upsert(business, { name: 'Bob', phone: '02 9374 4000' });
      expect(new Set([front.id, ann.id, bob.id]).size).toBe(3);
      expect(ann.contacts[0]!.matchable).toBe(false);
    },
  },
];
