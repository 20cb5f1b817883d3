/** The business and location context of a key (contract section 1): what it sees, where it writes, what it never learns. */
import { describe, expect, it } from 'vitest';
import { type Body, type Send, type TestBusiness, useService } from '../harness.ts';
import { stored } from './stored.ts';
import { MOBILE, OTHER_MOBILE, upsert } from './upsert-case.ts';

const service = useService();

/** Two locations with a customer each, and a key bound to the first. */
async function twoLocations(): Promise<{
  business: TestBusiness;
  here: string;
  there: string;
  mine: Body;
  theirs: Body;
  send: Send;
}> {
  const business = await service.business();
  const here = business.locationId;
  const there = await business.addLocation();
  const mine = await upsert(business, { name: 'Mine', phone: MOBILE, location_id: here });
  const theirs = await upsert(business, { name: 'Theirs', phone: OTHER_MOBILE, location_id: there });
  const { send } = await business.addKey({
    location_id: here,
    scopes: ['customers:read', 'customers:write', 'customers:delete'],
  });
  return { business, here, there, mine, theirs, send };
}
const ids = (body: Body) => body.items.map((item) => item.id).sort();

describe('a key of one location', () => {
  it('needs no location_id: that location is the context', async () => {
    const { here, mine, send } = await twoLocations();
    expect(await send('PUT', '/customers', { phone: MOBILE })).toMatchObject({ body: { id: mine.id } });
    const made = await send('POST', '/customers', { name: 'New' });
    expect(made).toMatchObject({ status: 201, body: { location_id: here } });
  });

  it('may name its own location, in capitals too', async () => {
    const { here, send } = await twoLocations();
    for (const location_id of [here, here.toUpperCase()]) {
      expect((await send('POST', '/customers', { name: 'New', location_id })).status).toBe(201);
      expect((await send('GET', `/customers?location_id=${location_id}`)).status).toBe(200);
    }
  });

  it('naming another one is 403 location_forbidden, existing or not, and writes nothing', async () => {
    const { business, there, send } = await twoLocations();
    const before = await stored(service.sql, business.id);
    for (const location_id of [there, '00000000-0000-7000-8000-000000000000']) {
      for (const answer of [
        await send('GET', `/customers?location_id=${location_id}`),
        await send('PUT', '/customers', { phone: '0411 222 333', location_id }),
        await send('POST', '/customers', { name: 'New', location_id }),
      ]) {
        expect(answer).toMatchObject({ status: 403, success: false, body: { code: 'location_forbidden' } });
        expect(answer.body.errors).toMatchObject([{ field: 'location_id' }]);
      }
      const customers = [{ phone: '0411 222 333', location_id }];
      const { body } = await send('PUT', '/customers/batch', { customers });
      expect(body.items).toMatchObject([{ status: 403, code: 'location_forbidden' }]);
    }
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('records of other locations do not exist for it: the same 404 as an id that never was', async () => {
    const { business, theirs, send } = await twoLocations();
    const before = await stored(service.sql, business.id);
    const never = await send('GET', '/customers/00000000-0000-7000-8000-000000000000');
    for (const [method, suffix, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'x' }],
      ['PUT', '', { name: 'x' }],
      ['DELETE', '', undefined],
      ['GET', '/events', undefined],
    ] as const) {
      const answer = await send(method, `/customers/${theirs.id}${suffix}`, body);
      expect([answer.status, answer.text]).toEqual([404, never.text]);
    }
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('lists, counts and finds its own alone', async () => {
    const { mine, send } = await twoLocations();
    for (const query of ['', '?sort=name', '?status=active', '?deleted=false']) {
      const { body } = await send('GET', `/customers${query}`);
      expect([ids(body), body.total]).toEqual([[mine.id], 1]);
    }
    for (const q of ['theirs', 'theirz', '0498']) {
      expect((await send('GET', `/customers?q=${q}`)).body).toMatchObject({ items: [], total: 0 });
    }
  });

  it('never learns of others in a conflict', async () => {
    const { mine, theirs, send } = await twoLocations();
    const answers = [
      await send('PUT', '/customers', {
        phone: MOBILE,
        contacts: [{ type: 'phone', value: OTHER_MOBILE }],
        on_conflict: 'fail',
      }),
      await send('POST', '/customers', { name: 'New', email: 'new@example.com' }),
      await send('PATCH', `/customers/${mine.id}`, { contacts: [{ type: 'phone', value: OTHER_MOBILE }] }),
    ];
    for (const answer of answers) {
      expect(answer.success, answer.text).toBe(true);
      expect(answer.text).not.toContain(theirs.id);
    }
    const taken = await send('POST', '/customers', { phone: OTHER_MOBILE });
    expect(taken).toMatchObject({ status: 409, body: { customer_id: mine.id } });
  });
});

describe('a key for all locations', () => {
  it('reads cover the whole business unless location_id narrows them', async () => {
    const { business, here, there, mine, theirs } = await twoLocations();
    const list = async (query: string) => (await business.send('GET', `/customers${query}`)).body;
    expect(ids(await list(''))).toEqual([mine.id, theirs.id].sort());
    expect(await list('')).toMatchObject({ total: 2 });
    expect(ids(await list(`?location_id=${here}`))).toEqual([mine.id]);
    expect(await list(`?location_id=${there.toUpperCase()}`)).toMatchObject({
      total: 1,
      items: [{ id: theirs.id }],
    });
    expect(ids(await list(`?q=theirs&location_id=${here}`))).toEqual([]);
    for (const record of [mine, theirs]) {
      expect((await business.send('GET', `/customers/${record.id}`)).status).toBe(200);
    }
  });

  it('updates and deletes in every location', async () => {
    const { business, mine, theirs } = await twoLocations();
    for (const { id } of [mine, theirs]) {
      expect((await business.send('PATCH', `/customers/${id}`, { name: 'x' })).status).toBe(200);
      expect((await business.send('DELETE', `/customers/${id}`)).status).toBe(200);
    }
  });

  it('create and upsert need location_id when there are several: 422 location_required', async () => {
    const { business } = await twoLocations();
    const before = await stored(service.sql, business.id);
    for (const method of ['POST', 'PUT']) {
      for (const location_id of [undefined, null]) {
        const answer = await business.send(method, '/customers', { phone: '0411 222 333', location_id });
        expect(answer).toMatchObject({ status: 422, body: { code: 'location_required' } });
        expect(answer.body.errors).toMatchObject([{ field: 'location_id' }]);
      }
    }
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('create and upsert need none when the business has exactly one', async () => {
    const business = await service.business();
    for (const method of ['POST', 'PUT']) {
      const answer = await business.send(method, '/customers', { email: `${method}@example.com` });
      expect(answer.body.location_id).toBe(business.locationId);
    }
  });

  it('a location of another business is 404 location_not_found, as one that never was', async () => {
    const { business } = await twoLocations();
    const stranger = await service.business();
    const texts = new Set<string>();
    for (const location_id of [stranger.locationId, '00000000-0000-7000-8000-000000000000']) {
      for (const answer of [
        await business.send('GET', `/customers?location_id=${location_id}`),
        await business.send('PUT', '/customers', { phone: '0411 222 333', location_id }),
        await business.send('POST', '/customers', { phone: '0411 222 333', location_id }),
      ]) {
        expect(answer).toMatchObject({ status: 404, body: { code: 'location_not_found' } });
        texts.add(answer.text);
      }
    }
    expect(texts.size).toBe(1);
  });

  it('a location_id that is no UUID is 422', async () => {
    const { business } = await twoLocations();
    for (const answer of [
      await business.send('GET', '/customers?location_id=main'),
      await business.send('PUT', '/customers', { phone: MOBILE, location_id: 'main' }),
    ]) {
      expect(answer.status).toBe(422);
      expect(answer.body.errors[0]).toMatchObject({ code: 'invalid_uuid' });
    }
  });
});
