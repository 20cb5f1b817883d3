/** The upsert decision table (contract section 3), complete: every row has its cases, and a missing row does not compile. */
import { describe, expect, it } from 'vitest';
import { sender, useSecondServer, useService } from '../harness.ts';
import { stored } from './stored.ts';
import {
  type Case,
  fetched,
  LANDLINE,
  MOBILE,
  OTHER_MOBILE,
  primaries,
  upsert,
  values,
} from './upsert-case.ts';
import { identifyingNobody, ofTwoCustomers } from './upsert-conflict-cases.ts';
import { knownElsewhere } from './upsert-elsewhere-cases.ts';
import { identicalAtOnce, oneKeyInCommon } from './upsert-simultaneous-cases.ts';

const service = useService();

type Row = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13;
const nothingUsable: [what: string, body: object][] = [
  ['only a name', { name: 'Ann Lee' }],
  ['only a name that somebody has', { name: 'Known Person' }],
  ['blanks', { name: 'Ann', email: '', phone: null }],
  ['an empty body', {}],
  ['a placeholder phone', { name: 'Ann', phone: '0000000000' }],
  ['a placeholder e-mail', { name: 'Ann', email: 'test@test.com' }],
  ['words where a phone should be', { name: 'Ann', phone: 'ask at the front desk' }],
  ['an empty list of contacts', { name: 'Ann', contacts: [] }],
];

const TABLE: Record<Row, { title: string; cases: Case[] }> = {
  1: {
    title: 'no usable e-mail or phone is refused',
    cases: nothingUsable.map(([what, body]) => ({
      promise: `${what}: 422, and nothing is written`,
      async check(business) {
        await upsert(business, { name: 'Known Person', phone: MOBILE });
        const before = await stored(business.sql, business.id);
        const answer = await business.send('PUT', '/customers', body);
        expect(answer).toMatchObject({ status: 422, body: { code: 'contact_details_required' } });
        expect(answer.body.errors.map((error) => error.field)).toEqual(['email', 'phone']);
        expect(await stored(business.sql, business.id)).toEqual(before);
      },
    })),
  },
  2: {
    title: 'nothing matches: created',
    cases: [
      { promise: 'an e-mail alone', body: { email: 'ann@example.com' } },
      { promise: 'a phone alone', body: { phone: '0412 345 678' } },
      {
        promise: 'a name that somebody has, with a new phone',
        body: { name: 'Known Person', phone: MOBILE },
      },
      { promise: 'only further contacts', body: { contacts: [{ type: 'email', value: 'ann@example.com' }] } },
    ].map(({ promise, body }) => ({
      promise,
      async check(business) {
        const known = await upsert(business, { name: 'Known Person', email: 'known@example.com' });
        const made = await upsert(business, body);
        expect(made.id).not.toBe(known.id);
        expect(made.version).toBe(1);
        expect(made.upsert).toEqual({
          outcome: 'created',
          matched_on: [],
          changed: [],
          conflicts: [],
          warnings: [],
        });
        expect(made.previously_deleted).toBeUndefined();
      },
    })),
  },
  3: {
    title: 'one or both match A: A is updated',
    cases: [
      { promise: 'the phone matches', body: { phone: '0412 345 678' }, on: ['phone'] },
      { promise: 'the e-mail matches', body: { email: 'ANN@Example.com' }, on: ['email'] },
      {
        promise: 'both match',
        body: { phone: '0412345678', email: 'ann@example.com' },
        on: ['phone', 'email'],
      },
    ].map(({ promise, body, on }) => ({
      promise,
      async check(business) {
        const a = await upsert(business, { name: 'Ann', phone: MOBILE, email: 'ann@example.com' });
        const updated = await upsert(business, { ...body, name: 'Ann Lee' });
        expect(updated).toMatchObject({ id: a.id, name: 'Ann Lee', version: 2, contacts: a.contacts });
        expect(updated.upsert).toMatchObject({ outcome: 'updated', matched_on: on, changed: ['name'] });
        expect(await fetched(business, a.id)).toMatchObject({ name: 'Ann Lee', version: 2 });
      },
    })),
  },
  4: {
    title: 'one matches A, the other is new: A takes it',
    cases: [
      {
        promise: 'a first e-mail becomes primary',
        async check(business) {
          const a = await upsert(business, { phone: MOBILE });
          const b = await upsert(business, { phone: MOBILE, email: 'ann@example.com' });
          expect(b).toMatchObject({ id: a.id, email: 'ann@example.com', phone: MOBILE });
          expect(b.upsert).toMatchObject({
            outcome: 'updated',
            matched_on: ['phone'],
            changed: ['contacts'],
          });
        },
      },
      {
        promise: 'a second e-mail becomes secondary: the primary is never swapped',
        async check(business) {
          const a = await upsert(business, { phone: MOBILE, email: 'ann@example.com' });
          const b = await upsert(business, { phone: MOBILE, email: 'new@example.com' });
          expect(b).toMatchObject({ id: a.id, email: 'ann@example.com', phone: MOBILE });
          expect(values(b)).toEqual([MOBILE, 'ann@example.com', 'new@example.com']);
          expect(primaries(b)).toEqual([MOBILE, 'ann@example.com']);
        },
      },
      {
        promise: 'a first phone becomes primary',
        async check(business) {
          const a = await upsert(business, { email: 'ann@example.com' });
          const b = await upsert(business, { email: 'ann@example.com', phone: MOBILE });
          expect(b).toMatchObject({ id: a.id, email: 'ann@example.com', phone: MOBILE });
        },
      },
      {
        promise:
          'a further phone is secondary though the primary one was cleared: which is it, an update says',
        async check(business) {
          const a = await upsert(business, {
            email: 'ann@example.com',
            phone: MOBILE,
            contacts: [{ type: 'phone', value: LANDLINE }],
          });
          await business.send('PATCH', `/customers/${a.id}`, { phone: null });
          const b = await upsert(business, { email: 'ann@example.com', phone: OTHER_MOBILE });
          expect(b).toMatchObject({ id: a.id, phone: null, upsert: { changed: ['contacts'] } });
          expect(values(b)).toEqual([LANDLINE, OTHER_MOBILE, 'ann@example.com']);
          expect(primaries(b)).toEqual(['ann@example.com']);
        },
      },
      {
        promise: 'a second phone becomes secondary, even when it is marked primary',
        async check(business) {
          const a = await upsert(business, { email: 'ann@example.com', phone: MOBILE });
          const second = { type: 'phone', value: OTHER_MOBILE, is_primary: true };
          const b = await upsert(business, { email: 'ann@example.com', contacts: [second] });
          expect(b).toMatchObject({ id: a.id, phone: MOBILE });
          expect(primaries(b)).toEqual([MOBILE, 'ann@example.com']);
          expect(values(b)).toEqual([MOBILE, OTHER_MOBILE, 'ann@example.com']);
        },
      },
      {
        promise: 'a 1300 number that comes along is kept, and identifies nobody',
        async check(business) {
          const a = await upsert(business, { email: 'ann@example.com' });
          const b = await upsert(business, { email: 'ann@example.com', phone: '1300 123 456' });
          expect(b).toMatchObject({ id: a.id, phone: '+611300123456' });
          expect(b.contacts.find((contact) => contact.type === 'phone')!.matchable).toBe(false);
        },
      },
    ],
  },
  5: { title: 'they match A and B', cases: ofTwoCustomers },
  6: { title: 'only details that identify nobody', cases: identifyingNobody },
  7: {
    title: 'a secondary contact of A matches as a primary does',
    cases: [
      {
        promise: 'A is met, and nothing is promoted',
        async check(business) {
          const a = await upsert(business, {
            phone: MOBILE,
            email: 'ann@example.com',
            contacts: [
              { type: 'phone', value: OTHER_MOBILE },
              { type: 'email', value: 'second@example.com' },
            ],
          });
          for (const body of [{ phone: OTHER_MOBILE }, { email: 'second@example.com' }]) {
            const again = await upsert(business, body);
            expect(again).toMatchObject({ id: a.id, phone: MOBILE, email: 'ann@example.com', version: 1 });
            expect(again.upsert.outcome).toBe('unchanged');
          }
        },
      },
    ],
  },
  8: {
    title: 'a key of a merged-away record: the survivor',
    cases: [
      { promise: 'its phone', body: { phone: OTHER_MOBILE } },
      { promise: 'its e-mail', body: { email: 'anna@example.com' } },
      {
        promise: 'its phone and a new e-mail, through another process',
        body: { phone: OTHER_MOBILE },
        elsewhere: true,
      },
      {
        promise: 'its phone and the survivor’s own: no conflict',
        body: { phone: OTHER_MOBILE, email: 'ann@example.com' },
      },
    ].map(({ promise, body, elsewhere }) => ({
      promise,
      async check(business) {
        const a = await upsert(business, { name: 'Ann', email: 'ann@example.com' });
        const b = await upsert(business, { name: 'Anna', phone: OTHER_MOBILE, email: 'anna@example.com' });
        const merged = await business.send('POST', `/customers/${a.id}/merge`, { from: b.id });
        expect(merged.status).toBe(200);
        const send = elsewhere ? business.sendElsewhere : business.send;
        const answer = await send('PUT', '/customers', body);
        expect(answer).toMatchObject({
          status: 200,
          body: { id: a.id, upsert: { outcome: 'unchanged', conflicts: [] } },
        });
        expect(await stored(business.sql, business.id)).toMatchObject({ customers: 2, live: 1 });
      },
    })),
  },
  9: {
    title: 'a key of a deleted record only: created',
    cases: [
      {
        promise: 'the old one stays deleted, and the body says previously_deleted',
        async check(business) {
          const old = await upsert(business, { name: 'Old', phone: MOBILE });
          await business.send('DELETE', `/customers/${old.id}`);
          const fresh = await upsert(business, { name: 'New', phone: MOBILE });
          expect(fresh.id).not.toBe(old.id);
          expect(fresh).toMatchObject({ previously_deleted: true, name: 'New', version: 1 });
          expect(fresh.upsert.outcome).toBe('created');
          expect((await business.send('GET', `/customers/${old.id}`)).status).toBe(404);
          const again = await upsert(business, { name: 'New', phone: MOBILE });
          expect(again).toMatchObject({ id: fresh.id, upsert: { outcome: 'unchanged' } });
        },
      },
      {
        promise: 'another key of a live record wins: that one is updated',
        async check(business) {
          const old = await upsert(business, { phone: MOBILE });
          await business.send('DELETE', `/customers/${old.id}`);
          const live = await upsert(business, { email: 'ann@example.com' });
          const answer = await upsert(business, { phone: MOBILE, email: 'ann@example.com' });
          expect(answer).toMatchObject({ id: live.id, phone: MOBILE, upsert: { outcome: 'updated' } });
        },
      },
      {
        promise: 'a shared number of a deleted record is no key of it',
        async check(business) {
          const old = await upsert(business, { name: 'Old', phone: '1300 123 456' });
          await business.send('DELETE', `/customers/${old.id}`);
          const fresh = await upsert(business, { name: 'Somebody else', phone: '1300 123 456' });
          expect(fresh.previously_deleted).toBeUndefined();
        },
      },
    ],
  },
  10: {
    title: 'a match in another location is invisible',
    cases: [
      {
        promise: 'created here, and no conflict speaks of there',
        async check(business) {
          const there = await business.addLocation();
          const body = { name: 'Ann', phone: MOBILE, email: 'ann@example.com' };
          const a = await upsert(business, { ...body, location_id: there });
          const b = await upsert(business, {
            ...body,
            location_id: business.locationId,
            on_conflict: 'fail',
          });
          expect(b.id).not.toBe(a.id);
          expect(b).toMatchObject({ location_id: business.locationId, upsert: { outcome: 'created' } });
          expect(b.upsert.conflicts).toEqual([]);
          expect(await fetched(business, a.id)).toMatchObject({ version: 1, location_id: there });
        },
      },
      ...knownElsewhere,
    ],
  },
  11: { title: 'identical calls at once', cases: identicalAtOnce },
  12: { title: 'calls at once with one key in common', cases: oneKeyInCommon },
  13: {
    title: 'nothing would change: unchanged',
    cases: [
      { promise: 'the same again', body: {} },
      { promise: 'the same number in another format', body: { phone: '+61 (0)412 345 678' } },
      { promise: 'the e-mail in other letters', body: { email: ' Ann@EXAMPLE.com ' } },
      {
        promise: 'blanks and nulls',
        body: { name: '', address: null, company_name: '', avatar: null, tags: null },
      },
      { promise: 'tags in another case and order', body: { tags: ['B', 'a'] } },
      { promise: 'added tags that are there', body: { added_tags: ['A'] } },
      { promise: 'another source', body: { source: 'phone', source_metadata: { line: 2 } } },
      { promise: 'custom fields in another order', body: { custom_fields: { y: { b: 2, a: 1 }, x: 1 } } },
    ].map(({ promise, body }) => ({
      promise: `${promise}: no version step, no updated_at, no event`,
      async check(business) {
        const first = {
          name: 'Ann',
          address: '1 High St',
          phone: '0412 345 678',
          email: 'ann@example.com',
          tags: ['a', 'b'],
          source: 'website',
          custom_fields: { x: 1, y: { a: 1, b: 2 } },
        };
        const made = await upsert(business, first);
        const before = await stored(business.sql, business.id);
        const again = await upsert(business, { ...first, ...body });
        const { upsert: report, ...record } = again;
        expect(report).toMatchObject({ outcome: 'unchanged', changed: [], conflicts: [], warnings: [] });
        const { upsert: _, ...was } = made;
        expect(record).toEqual(was);
        expect(await stored(business.sql, business.id)).toEqual(before);
      },
    })),
  },
};

/** Two servers on one database, as two processes are. */
const second = useSecondServer(service);

for (const [row, { title, cases }] of Object.entries(TABLE)) {
  describe(`upsert ${row}: ${title}`, () => {
    for (const { promise, check } of cases) {
      it(promise, async () => {
        const business = await service.business();
        await check({ ...business, sql: service.sql, sendElsewhere: sender(second.url, business.key) });
      });
    }
  });
}
