/** The privacy erase and what is kept to be answered again: nothing of the person is left there, and nothing is said to be. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../trust/processes.ts';
import { type Answer, type TestBusiness, useService } from '../harness.ts';
import { done, erase, made, merge, unmerge } from './life-case.ts';
import { PERSON, PERSON_TRACES, tracesInTables } from './person.ts';
import { stored } from './stored.ts';
import { MOBILE } from './upsert-case.ts';

const service = useService();

const TRACES = [...PERSON_TRACES, 'momerath'];
const traces = () => tracesInTables(service.sql, TRACES);
const keyed = { headers: { 'idempotency-key': 'one' } };

/** How many kept answers of a business still say what was asked. */
async function fingerprints(business: TestBusiness): Promise<number> {
  const [row] = await service.sql`
    select count(*)::int as n
    from idempotency_keys
    where business_id = ${business.id} and fingerprint <> ''`;
  return row!.n as number;
}

/** Writes whose kept answers show the person under the id of the one they were merged into. */
const TO_THE_SURVIVOR: Record<string, (a: string) => [method: string, path: string, body: object]> = {
  update: (a) => ['PATCH', `/customers/${a}`, { added_tags: ['kept'] }],
  upsert: () => ['PUT', '/customers', { phone: MOBILE, added_tags: ['kept'] }],
  'upsert that changes nothing': () => ['PUT', '/customers', { phone: MOBILE }],
  reference: (a) => ['PUT', `/customers/${a}/references/booking/zyxwvut-1`, { state: 'closed' }],
};

describe('erase, in answers that are kept', () => {
  it('finds them in the kept answer of the merge', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, PERSON);
    const send = () => business.send('POST', `/customers/${a.id}/merge`, { from: b.id }, keyed);
    await done(send());
    await done(unmerge(business, a.id, b.id));
    await erase(business, b.id);
    expect(await traces()).toEqual([]);
    expect(await fingerprints(business)).toBe(0);
    expect(await send()).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
  });

  for (const [what, request] of Object.entries(TO_THE_SURVIVOR)) {
    it(`finds them in the kept answer of a write to whom they were merged into: ${what}`, async () => {
      const business = await service.business();
      const a = await made(business, { name: 'Ann', phone: MOBILE });
      const b = await made(business, PERSON);
      await done(business.send('PUT', `/customers/${b.id}/references/booking/zyxwvut-1`, { state: 'open' }));
      await done(merge(business, a.id, b.id));
      const [method, path, body] = request(a.id);
      await done(business.send(method, path, body, keyed));
      await done(unmerge(business, a.id, b.id));
      await erase(business, b.id);
      expect(await traces()).toEqual([]);
      expect(await fingerprints(business)).toBe(0);
      const before = await stored(service.sql, business.id);
      const again = await business.send(method, path, body, keyed);
      expect(again).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
      expect(await stored(service.sql, business.id)).toEqual(before);
    });
  }

  it('empties the answer of a whole batch: nothing under its key is written, and nothing is said to be', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, PERSON);
    const own = { phone: MOBILE, added_tags: ['before'] };
    await done(business.send('PUT', '/customers', own, { headers: { 'idempotency-key': 'before' } }));
    await done(merge(business, a.id, b.id));
    const others = [
      { email: 'other@clientele.test', company_name: 'Rail' },
      { email: 'third@clientele.test' },
    ];
    const batch = { customers: [{ phone: MOBILE }, ...others] };
    await done(business.send('PUT', '/customers/batch', batch, keyed));
    await done(unmerge(business, a.id, b.id));
    await erase(business, b.id);
    expect(await traces()).toEqual([]);
    const again = await business.send('PUT', '/customers/batch', batch, keyed);
    expect(again.body.items.map(({ status }) => status)).toEqual([404, 404, 404]);
    // What was kept of a write before the merge is the survivor's own.
    const first = await business.send('PUT', '/customers', own, { headers: { 'idempotency-key': 'before' } });
    expect(first).toMatchObject({ status: 200, body: { id: a.id, tags: ['before'] } });
    const before = await stored(service.sql, business.id);
    const another = { customers: [{ email: 'fourth@clientele.test' }] };
    const { body } = await business.send('PUT', '/customers/batch', another, keyed);
    expect(body.items.map(({ status }) => status)).toEqual([404]);
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('finds them in kept answers along a chain of merges', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, { email: 'bea@clientele.test' });
    const c = await made(business, PERSON);
    const sendKeyed = (id: string, what: string, from: string) =>
      done(
        business.send(
          'POST',
          `/customers/${id}/${what}`,
          { from },
          { headers: { 'idempotency-key': `${what}-${id}` } },
        ),
      );
    await sendKeyed(b.id, 'merge', c.id);
    await sendKeyed(a.id, 'merge', b.id);
    await sendKeyed(a.id, 'unmerge', b.id);
    await sendKeyed(b.id, 'unmerge', c.id);
    await erase(business, c.id);
    expect(await traces()).toEqual([]);
    expect(await fingerprints(business)).toBe(0);
  });

  it('takes whoever is merged along a chain with the survivor, from kept answers too', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, { email: 'bea@clientele.test' });
    const c = await made(business, PERSON);
    await done(business.send('POST', `/customers/${b.id}/merge`, { from: c.id }, keyed));
    await done(merge(business, a.id, b.id));
    await erase(business, a.id);
    expect(await traces()).toEqual([]);
    expect(await fingerprints(business)).toBe(0);
  });

  it('finds what is answered to others in the commit of its own', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, PERSON);
    await done(merge(business, a.id, b.id));
    await done(unmerge(business, a.id, b.id));
    const all: Promise<Answer>[] = [];
    await service.sql.begin(async (lock) => {
      await lock`select at from feeds where business_id = ${business.id} for update`;
      // One is at work and one gets ready; the others wait, and go together.
      for (const email of ['first@clientele.test', 'second@clientele.test']) {
        all.push(business.send('PUT', '/customers', { email }));
        await until('it is under way', 5_000, () => service.room.held === all.length);
        await sleep(100);
      }
      const write = business.send('PATCH', `/customers/${b.id}`, { added_tags: ['kept'] }, keyed);
      await until('a write waits', 5_000, () => service.writes.waiting === 1);
      all.push(write, business.send('POST', `/customers/${b.id}/erase`));
      await until('the erase waits', 5_000, () => service.writes.waiting === 2);
    });
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await traces()).toEqual([]);
    expect(await fingerprints(business)).toBe(0);
  });

  it('finds the contacts that somebody else could not take back', async () => {
    const business = await service.business();
    const x = await made(business, { name: 'Xena', email: 'xena@clientele.test', phone: PERSON.phone });
    await done(business.send('DELETE', `/customers/${x.id}`));
    const y = await made(business, PERSON);
    const { contacts_taken: taken } = await done(
      business.send('POST', `/customers/${x.id}/restore`, undefined, keyed),
    );
    expect(taken).toMatchObject([{ customer_id: y.id }]);
    await erase(business, y.id);
    expect(await fingerprints(business)).toBe(0);
    await erase(business, x.id);
    expect(await traces()).toEqual([]);
  });

  it('leaves nothing of what was asked: a repetition writes nothing, nor does another request under its key', async () => {
    const business = await service.business();
    const { body } = await business.send('PUT', '/customers', PERSON, keyed);
    await done(
      business.send(
        'PUT',
        `/customers/${body.id}/references/booking/zyxwvut-1`,
        { state: 'open' },
        {
          headers: { 'idempotency-key': 'reference' },
        },
      ),
    );
    expect(await fingerprints(business)).toBe(2);
    await erase(business, body.id);
    expect(await traces()).toEqual([]);
    expect(await fingerprints(business)).toBe(0);
    const before = await stored(service.sql, business.id);
    for (const request of [PERSON, { email: 'other@clientele.test' }]) {
      const answer = await business.send('PUT', '/customers', request, keyed);
      expect(answer).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
    }
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('nor of requests that named their contacts beside those of another', async () => {
    const business = await service.business();
    await made(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, PERSON);
    const both = { phone: MOBILE, email: PERSON.email };
    await done(business.send('PUT', '/customers', both, keyed));
    const customers = [{ ...both, on_conflict: 'fail' }, { email: 'other@clientele.test' }];
    const headers = { 'idempotency-key': 'batch' };
    const { items } = await done(business.send('PUT', '/customers/batch', { customers }, { headers }));
    expect(items.map(({ status }) => status)).toEqual([409, 200]);
    await erase(business, b.id);
    expect(await traces()).toEqual([]);
    expect(await fingerprints(business)).toBe(0);
  });
});
