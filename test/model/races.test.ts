/** Sixty-four requests at once through two processes, each race with its one right end; the events tell it exactly. */
import { describe, expect, it } from 'vitest';
import { made } from '../contract/life-case.ts';
import { MOBILE, upsert } from '../contract/upsert-case.ts';
import {
  type Answer,
  type Send,
  sender,
  type TestBusiness,
  useSecondServer,
  useService,
} from '../harness.ts';
import { expectReplayable } from './replay.ts';

const service = useService();
const elsewhere = useSecondServer(service);

const EMAIL = 'ann@clientele.test';
type Request = [method: string, path: string, body?: object];

/** Sends them all at once, every other one through the other process. */
async function atOnce(business: TestBusiness, requests: Request[]): Promise<Answer[]> {
  const sends: Send[] = [business.send, sender(elsewhere.url, business.key)];
  const answers = await Promise.all(requests.map((request, i) => sends[i % 2]!(...request)));
  expect(answers.filter(({ status }) => status >= 500).map(({ text }) => text)).toEqual([]);
  await expectReplayable(service.sql, business.id);
  return answers;
}

/** The ids of live records that hold this contact. */
async function holders(business: TestBusiness, value: string): Promise<string[]> {
  const { items } = (await business.send('GET', '/customers?page_size=100')).body;
  return items.filter(({ contacts }) => contacts.some((one) => one.value === value)).map(({ id }) => id);
}

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
/** `others` with these requests spread among them. */
const among = (others: Request[], ...few: Request[]): Request[] =>
  few.reduce((all, one, i) => all.toSpliced(10 + 17 * i, 0, one), others);
const ROUNDS = 3;

describe('at once', () => {
  for (let round = 1; round <= ROUNDS; round++) {
    it(`merge and upserts of the one merged away: one record holds everything (${round})`, async () => {
      const business = await service.business();
      const a = await made(business, { name: 'Ann', email: EMAIL });
      const b = await made(business, { name: 'Anna', phone: MOBILE });
      const upserts = times(
        62,
        (i): Request => ['PUT', '/customers', { phone: MOBILE, added_tags: [`t${i}`] }],
      );
      const answers = await atOnce(
        business,
        among(upserts, ['POST', `/customers/${a.id}/merge`, { from: b.id }]),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(63).fill(200));
      expect(await holders(business, MOBILE)).toEqual([a.id]);
      const { body } = await business.send('GET', `/customers/${b.id}`);
      expect([body.id, body.tags.length, body.email]).toEqual([a.id, 62, EMAIL]);
    });

    it(`merge and updates of the survivor: no update is lost (${round})`, async () => {
      const business = await service.business();
      const a = await made(business, { name: 'Ann', email: EMAIL });
      const b = await made(business, { name: 'Anna', phone: MOBILE, tags: ['b'] });
      const updates = times(63, (i): Request => ['PATCH', `/customers/${a.id}`, { added_tags: [`t${i}`] }]);
      const answers = await atOnce(
        business,
        among(updates, ['POST', `/customers/${a.id}/merge`, { from: b.id }]),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(200));
      const { body } = await business.send('GET', `/customers/${a.id}`);
      expect([body.tags.length, body.phone]).toEqual([64, MOBILE]);
    });

    it(`delete and upserts: the contact is held by one live record, and nobody is told of another (${round})`, async () => {
      const business = await service.business();
      const a = await made(business, { name: 'Ann', phone: MOBILE });
      const upserts = times(63, (): Request => ['PUT', '/customers', { phone: MOBILE }]);
      const answers = await atOnce(business, among(upserts, ['DELETE', `/customers/${a.id}`]));
      expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(200));
      const [holder, ...others] = await holders(business, MOBILE);
      expect(others).toEqual([]);
      const created = answers
        .filter(({ body }) => body.upsert?.outcome === 'created')
        .map(({ body }) => body.id);
      expect(created).toEqual(holder ? [holder] : []);
    });

    it(`restore and creates: one holder; the others are told who (${round})`, async () => {
      const business = await service.business();
      const a = await made(business, { name: 'Ann', phone: MOBILE });
      await business.send('DELETE', `/customers/${a.id}`);
      const creates = times(63, (i): Request => ['POST', '/customers', { name: `N${i}`, phone: MOBILE }]);
      const answers = await atOnce(business, among(creates, ['POST', `/customers/${a.id}/restore`]));
      const [holder, ...others] = await holders(business, MOBILE);
      expect(others).toEqual([]);
      const restored = answers.find(({ body }) => body.contacts_taken)!;
      expect(restored.status).toBe(200);
      const created = answers.filter(({ status }) => status === 201).map(({ body }) => body.id);
      if (holder === a.id) expect([restored.body.contacts_taken, created]).toEqual([[], []]);
      else {
        expect(restored.body.contacts_taken).toEqual([{ type: 'phone', value: MOBILE, customer_id: holder }]);
        expect(created).toEqual([holder]);
      }
      for (const { body } of answers.filter(({ status }) => status === 409))
        expect([body.code, body.customer_id]).toEqual(['customer_exists', holder]);
    });

    it(`merges in both directions: one survivor, never a circle (${round})`, async () => {
      const business = await service.business();
      const [a, b] = [
        await made(business, { name: 'Ann', phone: MOBILE }),
        await made(business, { name: 'Bea' }),
      ];
      const merges = times(64, (i): Request => {
        const [into, from] = i % 2 ? [a.id, b.id] : [b.id, a.id];
        return ['POST', `/customers/${into}/merge`, { from }];
      });
      const answers = await atOnce(business, merges);
      const { items } = (await business.send('GET', '/customers')).body;
      expect(items).toHaveLength(1);
      const survivor = items[0]!.id;
      for (const { status, body } of answers) {
        if (status === 200) expect(body.id).toBe(survivor);
        else expect([status, body.code, body.customer_id]).toEqual([409, 'customer_merged', survivor]);
      }
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(32);
    });

    it(`a ring of merges: never a circle, everybody is somebody (${round})`, async () => {
      const business = await service.business();
      const ids = await Promise.all(times(8, async (i) => (await made(business, { name: `N${i}` })).id));
      await atOnce(
        business,
        times(64, (i): Request => ['POST', `/customers/${ids[i % 8]}/merge`, { from: ids[(i + 1) % 8] }]),
      );
      const { items } = (await business.send('GET', '/customers')).body;
      expect(items.length).toBeGreaterThanOrEqual(1);
      expect(items.length).toBeLessThan(8);
      const live = items.map(({ id }) => id);
      for (const id of ids) expect(live).toContain((await business.send('GET', `/customers/${id}`)).body.id);
    });

    it(`erase and upserts of the person: what is erased stays empty (${round})`, async () => {
      const business = await service.business();
      const a = await made(business, { name: 'Zyxwvut', phone: MOBILE });
      const upserts = times(
        63,
        (i): Request => ['PUT', '/customers', { phone: MOBILE, name: `Other ${i % 3}` }],
      );
      await atOnce(business, among(upserts, ['POST', `/customers/${a.id}/erase`]));
      const [row] = await service.sql`
        select name, tags, (select count(*)::int from contacts k where k.customer_id = c.id) as contacts,
          (select count(*)::int from events e where e.customer_id = c.id and e.changes <> '{}') as events
        from customers c where business_id = ${business.id} and id = ${a.id}`;
      expect(row).toEqual({ name: null, tags: [], contacts: 0, events: 0 });
      expect((await holders(business, MOBILE)).length).toBeLessThanOrEqual(1);
    });

    it(`an erase among merges: whoever was merged into it is erased with it (${round})`, async () => {
      const business = await service.business();
      const a = await made(business, { name: 'Ann', phone: MOBILE });
      const others = await Promise.all(
        times(16, async (i) => (await made(business, { email: `bob${i}@clientele.test` })).id),
      );
      const merges = others.map((from): Request => ['POST', `/customers/${a.id}/merge`, { from }]);
      await atOnce(business, merges.toSpliced(8, 0, ['POST', `/customers/${a.id}/erase`]));
      const rows = await service.sql`
        select id from customers
        where business_id = ${business.id} and (merged_into = ${a.id} or id = ${a.id}) and erased_at is null`;
      expect(rows).toEqual([]);
      const live = (await business.send('GET', '/customers?page_size=100')).body.items;
      for (const { contacts } of live) expect(contacts).toHaveLength(1);
    });

    it(`an erase among unmerges: whoever is its own again is left alone (${round})`, async () => {
      const business = await service.business();
      const a = await made(business, { name: 'Ann', phone: MOBILE });
      const others: string[] = [];
      for (let i = 0; i < 12; i++) {
        const { id } = await made(business, { email: `bob${i}@clientele.test` });
        await business.send('POST', `/customers/${a.id}/merge`, { from: id });
        others.push(id);
      }
      const unmerges = others.map((from): Request => ['POST', `/customers/${a.id}/unmerge`, { from }]);
      const answers = await atOnce(business, unmerges.toSpliced(6, 0, ['POST', `/customers/${a.id}/erase`]));
      for (const [i, { status, text }] of answers.toSpliced(6, 1).entries()) {
        const { status: now } = await business.send('GET', `/customers/${others[i]}`);
        expect(now, text).toBe(status);
      }
    });

    it(`a reference and a delete: never a deleted record with something open (${round})`, async () => {
      const business = await service.business();
      const a = await made(business, { name: 'Ann' });
      const references = times(
        20,
        (i): Request => ['PUT', `/customers/${a.id}/references/booking/${i}`, { state: 'open' }],
      );
      const answers = await atOnce(business, among(references, ['DELETE', `/customers/${a.id}`]));
      const isDeleted = (await business.send('GET', `/customers/${a.id}`)).status === 404;
      const put = answers.filter(({ body }) => body.state === 'open').length;
      if (isDeleted) expect(put).toBe(0);
      else expect(put).toBe(20);
    });
  }

  it('upserts of one key after a merge and its undoing still make one record', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', email: EMAIL });
    const b = await made(business, { name: 'Anna', phone: MOBILE });
    const turns = times(32, (i): Request[] => [
      ['POST', `/customers/${a.id}/${i % 2 ? 'unmerge' : 'merge'}`, { from: b.id }],
      ['PUT', '/customers', { phone: MOBILE, email: EMAIL }],
    ]).flat();
    await atOnce(business, turns);
    for (const value of [MOBILE, EMAIL]) expect((await holders(business, value)).length).toBe(1);
    expect((await upsert(business, { phone: MOBILE })).upsert.outcome).toBe('unchanged');
  });
});
