/** Merge and unmerge (contract section 5): one person's two records become one, and two again. */
import { describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { content, done, events, made, merge, unmerge } from './life-case.ts';
import { stored } from './stored.ts';
import { fetched, LANDLINE, MOBILE, OTHER_MOBILE, primaries, upsert, values } from './upsert-case.ts';

const service = useService();

const ANN = {
  name: 'Ann Lee',
  phone: MOBILE,
  tags: ['vip', 'Trade'],
  custom_fields: { size: 'M', colour: 'red' },
  source: 'website',
};
const ANNA = {
  name: 'Anna Lee',
  company_name: 'Lee Pty Ltd',
  address: '1 High St',
  email: 'anna@clientele.test',
  phone: OTHER_MOBILE,
  tags: ['trade', 'new'],
  custom_fields: { size: 'L', pet: 'dog' },
  status: 'lead',
};

async function two(): Promise<{ business: TestBusiness; a: string; b: string }> {
  const business = await service.business();
  const [a, b] = [await made(business, ANN), await made(business, ANNA)];
  return { business, a: a.id, b: b.id };
}

describe('merge', () => {
  it("the survivor's values win, its blanks are filled, the rest is united, and what gave way is named", async () => {
    const { business, a, b } = await two();
    const answer = await merge(business, a, b);
    expect(answer).toMatchObject({ status: 200, message: 'Customers merged!', body: { id: a, merged: b } });
    expect(answer.body).toMatchObject({
      name: 'Ann Lee',
      company_name: 'Lee Pty Ltd',
      address: '1 High St',
      status: 'active',
      source: 'website',
      tags: ['vip', 'Trade', 'new'],
      custom_fields: { size: 'M', colour: 'red', pet: 'dog' },
      version: 2,
    });
    expect(values(answer.body)).toEqual([MOBILE, OTHER_MOBILE, 'anna@clientele.test']);
    // The survivor keeps its primary phone; of the type it lacked, the other's is primary.
    expect(primaries(answer.body)).toEqual([MOBILE, 'anna@clientele.test']);
    expect(answer.body.gave_way).toEqual([
      { field: 'name', kept: 'Ann Lee', gave_way: 'Anna Lee' },
      { field: 'status', kept: 'active', gave_way: 'lead' },
      { field: 'custom_fields/size', kept: 'M', gave_way: 'L' },
    ]);
    expect(answer.headers.get('etag')).toBe('"2"');
    expect(content(await fetched(business, a))).toEqual({
      ...content(answer.body),
      merged: undefined,
      gave_way: undefined,
    });
    expect(await stored(service.sql, business.id)).toMatchObject({ customers: 2, live: 1, events: 4 });
  });

  it('dry_run answers the same and writes nothing', async () => {
    const { business, a, b } = await two();
    const before = await stored(service.sql, business.id);
    const preview = await done(merge(business, a, b, '?dry_run=true'));
    expect(await stored(service.sql, business.id)).toEqual(before);
    const real = await done(merge(business, a, b));
    expect(content(preview)).toEqual(content(real));
  });

  it('the merged id answers with the survivor and a canonical link', async () => {
    const { business, a, b } = await two();
    await merge(business, a, b);
    const answer = await business.send('GET', `/customers/${b}`);
    expect(answer).toMatchObject({ status: 200, body: { id: a } });
    expect(answer.headers.get('link')).toBe(`</api/v2/customers/${a}>; rel="canonical"`);
    expect((await business.send('GET', `/customers/${a}`)).headers.get('link')).toBeNull();
  });

  it("the merged id's history and references are the survivor's", async () => {
    const { business, a, b } = await two();
    for (const [id, ref] of [
      [a, 'A-1'],
      [b, 'B-1'],
    ] as const)
      await done(business.send('PUT', `/customers/${id}/references/booking/${ref}`, { state: 'open' }));
    await done(merge(business, a, b));
    for (const what of ['events', 'references']) {
      const [own, others] = await Promise.all(
        [a, b].map((id) => done(business.send('GET', `/customers/${id}/${what}`))),
      );
      expect(own!.items.length).toBeGreaterThan(1);
      expect(others).toEqual(own);
    }
    const { items } = await done(business.send('GET', `/customers/${b}/references`));
    expect(items).toEqual(['A-1', 'B-1'].map((ref) => ({ kind: 'booking', ref, state: 'open' })));
    const of = new Set((await events(business, b)).map(({ customer_id }) => customer_id));
    expect(of).toEqual(new Set([a, b]));
  });

  it('writes to the merged id are 409 with the survivor, a delete is blocked by the rule merged', async () => {
    const { business, a, b } = await two();
    const c = await made(business, { name: 'Cem' });
    await merge(business, a, b);
    const writes: [string, string, unknown?][] = [
      ['PATCH', `/customers/${b}`, { name: 'x' }],
      ['PUT', `/customers/${b}`, { name: 'x' }],
      ['POST', `/customers/${b}/restore`],
      ['POST', `/customers/${b}/erase`],
      ['POST', `/customers/${b}/merge`, { from: c.id }],
      ['POST', `/customers/${c.id}/merge`, { from: b }],
      ['PUT', `/customers/${b}/references/booking/1`, { state: 'open' }],
      ['PUT', `/customers/${b}/legal-hold`, { reason: 'x' }],
    ];
    for (const [method, path, body] of writes) {
      const answer = await business.send(method, path, body);
      expect(answer, `${method} ${path}`).toMatchObject({
        status: 409,
        body: { code: 'customer_merged', customer_id: a },
      });
    }
    expect(await business.send('DELETE', `/customers/${b}`)).toMatchObject({
      status: 409,
      body: { code: 'delete_blocked', blockers: [{ rule: 'merged' }] },
    });
  });

  it('with itself is 422, with an unknown or deleted one 404, across locations 422', async () => {
    const { business, a, b } = await two();
    expect(await merge(business, a, a)).toMatchObject({ status: 422, body: { errors: [{ field: 'from' }] } });
    const unknown = await merge(business, a, '00000000-0000-7000-8000-000000000000');
    expect(unknown).toMatchObject({
      status: 404,
      body: { code: 'customer_not_found', errors: [{ field: 'from' }] },
    });
    const location_id = await business.addLocation();
    const far = await made(business, { name: 'Far', location_id });
    expect(await merge(business, a, far.id)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'from', code: 'another_location' }] },
    });
    await business.send('DELETE', `/customers/${b}`);
    expect((await merge(business, a, b)).status).toBe(404);
    expect((await merge(business, b, a)).status).toBe(404);
  });

  it('again changes nothing; chains lead to the last survivor', async () => {
    const { business, a, b } = await two();
    const c = await made(business, { name: 'Cem', email: 'cem@clientele.test' });
    await merge(business, a, b);
    const before = await stored(service.sql, business.id);
    expect(await merge(business, a, b)).toMatchObject({ status: 200, body: { id: a, version: 2 } });
    expect(await stored(service.sql, business.id)).toEqual(before);
    await done(merge(business, c.id, a));
    for (const id of [a, b]) {
      const answer = await business.send('GET', `/customers/${id}`);
      expect(answer).toMatchObject({ status: 200, body: { id: c.id } });
      expect(answer.headers.get('link')).toContain(c.id);
    }
    expect(await business.send('PATCH', `/customers/${b}`, { name: 'x' })).toMatchObject({
      body: { code: 'customer_merged', customer_id: c.id },
    });
  });

  it('what does not fit the limits refuses the merge with every reason, and writes nothing', async () => {
    const { business, a, b } = await two();
    const contacts = (letter: string) =>
      Array.from({ length: 12 }, (_, i) => ({ type: 'email', value: `${letter}${i}@clientele.test` }));
    for (const [id, letter] of [
      [a, 'a'],
      [b, 'b'],
    ] as const) {
      const tags = Array.from({ length: 60 }, (_, i) => `${letter}${i}`);
      const custom_fields = { [letter]: 'x'.repeat(9_000) };
      await done(
        business.send('PATCH', `/customers/${id}`, { contacts: contacts(letter), tags, custom_fields }),
      );
    }
    const before = await stored(service.sql, business.id);
    const answer = await merge(business, a, b);
    expect(answer).toMatchObject({ status: 409, body: { code: 'merge_blocked' } });
    expect(answer.body.errors.map(({ field }) => field)).toEqual(['contacts', 'tags', 'custom_fields']);
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('takes If-Match for the survivor', async () => {
    const { business, a, b } = await two();
    const stale = await business.send(
      'POST',
      `/customers/${a}/merge`,
      { from: b },
      { headers: { 'if-match': '"7"' } },
    );
    expect(stale).toMatchObject({ status: 412, body: { code: 'version_conflict', current: { id: a } } });
  });

  it('is one event of each record, and the history of the survivor holds that of the other', async () => {
    const { business, a, b } = await two();
    await merge(business, a, b);
    const history = await events(business, a);
    expect(history.map(({ type, customer_id }) => [type, customer_id])).toEqual(
      expect.arrayContaining([
        ['created', a],
        ['created', b],
        ['merged_away', b],
        ['merged', a],
      ]),
    );
    expect(history.find(({ type }) => type === 'merged')).toMatchObject({
      context: { from: b },
      changes: { company_name: { before: null, after: 'Lee Pty Ltd' } },
    });
  });

  it('references of both are those of the survivor', async () => {
    const { business, a, b } = await two();
    await business.send('PUT', `/customers/${a}/references/booking/1`, { state: 'closed' });
    await business.send('PUT', `/customers/${b}/references/booking/1`, { state: 'open' });
    await business.send('PUT', `/customers/${b}/references/invoice/7`, { state: 'closed' });
    await merge(business, a, b);
    const { items } = await done(business.send('GET', `/customers/${a}/references`));
    expect(items).toEqual([
      { kind: 'booking', ref: '1', state: 'open' },
      { kind: 'invoice', ref: '7', state: 'closed' },
    ]);
  });
});

describe('unmerge', () => {
  it('restores both records as they were', async () => {
    const { business, a, b } = await two();
    const [before, other] = [await fetched(business, a), await fetched(business, b)];
    await business.send('PUT', `/customers/${b}/references/invoice/7`, { state: 'open' });
    await merge(business, a, b);
    const answer = await unmerge(business, a, b);
    expect(answer).toMatchObject({
      status: 200,
      message: 'Customers unmerged!',
      body: { id: a, kept: [], contacts_taken: [] },
    });
    expect(content(await fetched(business, a))).toEqual(content(before));
    expect(content(await fetched(business, b))).toEqual(content(other));
    expect(content(answer.body.restored)).toEqual(content(other));
    const found = await upsert(business, { phone: OTHER_MOBILE });
    expect([found.id, found.upsert.outcome]).toEqual([b, 'unchanged']);
    const references = await Promise.all(
      [a, b].map(
        async (id) => (await done(business.send('GET', `/customers/${id}/references`))).items.length,
      ),
    );
    expect(references).toEqual([0, 1]);
  });

  it('leaves what was edited since, and says so', async () => {
    const { business, a, b } = await two();
    await merge(business, a, b);
    await business.send('PATCH', `/customers/${a}`, {
      company_name: 'Lee & Co',
      added_tags: ['later'],
      custom_fields: { pet: 'cat' },
    });
    const answer = await done(unmerge(business, a, b));
    expect(answer).toMatchObject({
      company_name: 'Lee & Co',
      address: null,
      tags: ['vip', 'Trade', 'later'],
      custom_fields: { size: 'M', colour: 'red', pet: 'cat' },
    });
    expect(answer.kept.map(({ field }) => field).sort()).toEqual(['company_name', 'custom_fields/pet']);
    expect(await fetched(business, b)).toMatchObject({
      company_name: 'Lee Pty Ltd',
      custom_fields: { pet: 'dog' },
    });
  });

  it('names contacts that somebody else has by now', async () => {
    const { business, a, b } = await two();
    await merge(business, a, b);
    const { contacts } = await fetched(business, a);
    await done(
      business.send('PATCH', `/customers/${a}`, {
        contacts: contacts.filter(({ value }) => value !== OTHER_MOBILE),
      }),
    );
    const c = await upsert(business, { phone: OTHER_MOBILE, name: 'Cem' });
    const answer = await done(unmerge(business, a, b));
    expect(answer.contacts_taken).toEqual([{ type: 'phone', value: OTHER_MOBILE, customer_id: c.id }]);
    expect(values(await fetched(business, b))).toEqual(['anna@clientele.test']);
  });

  it('what is not merged here is 409, a chain is unmerged from its end', async () => {
    const { business, a, b } = await two();
    const c = await made(business, { name: 'Cem' });
    expect(await unmerge(business, a, b)).toMatchObject({ status: 409, body: { code: 'not_merged' } });
    await merge(business, a, b);
    await merge(business, c.id, a);
    expect(await unmerge(business, c.id, b)).toMatchObject({
      status: 409,
      body: { code: 'not_merged', customer_id: a },
    });
    await done(unmerge(business, c.id, a));
    await done(unmerge(business, a, b));
    for (const id of [a, b, c.id]) expect((await fetched(business, id)).id).toBe(id);
    expect((await unmerge(business, a, a)).status).toBe(422);
  });

  it('dry_run answers the same and writes nothing; merging again works', async () => {
    const { business, a, b } = await two();
    await merge(business, a, b);
    const before = await stored(service.sql, business.id);
    const preview = await done(unmerge(business, a, b, '?dry_run=true'));
    expect(await stored(service.sql, business.id)).toEqual(before);
    expect(content(preview).name).toBe('Ann Lee');
    await done(unmerge(business, a, b));
    await done(merge(business, b, a));
    expect((await fetched(business, a)).id).toBe(b);
    await done(unmerge(business, b, a));
    expect((await fetched(business, a)).name).toBe('Ann Lee');
  });
});

describe('a merged customer who is written to by its contacts', () => {
  it('shared contacts find the survivor by the name of either', async () => {
    const business = await service.business();
    const a = await upsert(business, { name: 'Ann Lee', phone: '1300 123 456' });
    const b = await upsert(business, { name: 'Anna Lee', phone: '1300 123 456' });
    expect(b.id).not.toBe(a.id);
    await merge(business, a.id, b.id);
    for (const name of ['Ann Lee', 'Anna Lee'])
      expect((await upsert(business, { name, phone: '1300 123 456', do_not_update: true })).id).toBe(a.id);
  });

  it('a contact that the survivor has lost is nobody’s, and no sign of a deleted customer', async () => {
    const business = await service.business();
    const [a, b] = [await upsert(business, { phone: MOBILE }), await upsert(business, { phone: LANDLINE })];
    await merge(business, a.id, b.id);
    await done(
      business.send('PATCH', `/customers/${a.id}`, { contacts: [{ type: 'phone', value: MOBILE }] }),
    );
    const fresh = await upsert(business, { phone: LANDLINE });
    expect([fresh.upsert.outcome, fresh.previously_deleted]).toEqual(['created', undefined]);
  });
});

describe('after a merge, an edit and an unmerge', () => {
  it('contacts that two records have under one id are told apart', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'A' });
    const b = await made(business, { phone: MOBILE, email: 'b@clientele.test' });
    await done(merge(business, a.id, b.id));
    await done(business.send('PATCH', `/customers/${a.id}`, { phone: OTHER_MOBILE }));
    await done(unmerge(business, a.id, b.id));
    expect(values(await fetched(business, a.id))).toEqual([OTHER_MOBILE]);
    expect(values(await fetched(business, b.id))).toEqual([MOBILE, 'b@clientele.test']);
    await done(merge(business, a.id, b.id));
    expect(values(await fetched(business, a.id))).toEqual([MOBILE, OTHER_MOBILE, 'b@clientele.test']);
    await done(unmerge(business, a.id, b.id));
    expect(values(await fetched(business, b.id))).toEqual([MOBILE, 'b@clientele.test']);
  });

  it('a record that would come back with nothing to be known by stays merged, and the answer says who has its contact', async () => {
    const business = await service.business();
    const [a, b] = [await made(business, { name: 'A' }), await made(business, { phone: MOBILE })];
    await done(merge(business, a.id, b.id));
    await done(business.send('PATCH', `/customers/${a.id}`, { phone: null }));
    const c = await made(business, { name: 'C', phone: MOBILE });
    expect(await unmerge(business, a.id, b.id)).toMatchObject({
      status: 409,
      body: { code: 'contact_in_use', customer_id: c.id },
    });
    expect((await fetched(business, b.id)).id).toBe(a.id);
  });

  it('each has its own state of a reference that both had', async () => {
    const business = await service.business();
    const [a, b] = [await made(business, { name: 'A' }), await made(business, { name: 'B' })];
    await done(business.send('PUT', `/customers/${a.id}/references/booking/1`, { state: 'open' }));
    await done(business.send('PUT', `/customers/${b.id}/references/booking/1`, { state: 'closed' }));
    await done(merge(business, a.id, b.id));
    await done(unmerge(business, a.id, b.id));
    const states = await Promise.all(
      [a, b].map(
        async ({ id }) => (await business.send('GET', `/customers/${id}/references`)).body.items[0]!.state,
      ),
    );
    expect(states).toEqual(['open', 'closed']);
  });
});
