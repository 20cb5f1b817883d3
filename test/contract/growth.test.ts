/** The growth of a business: who is there, by the month they came and where from, in the calendar of the place. */
import { describe, expect, it } from 'vitest';
import { lastMonths, startOfDay } from '../../src/customers/time-zone.ts';
import { newId } from '../../src/database/ids.ts';
import { type TestBusiness, useService } from '../harness.ts';

const service = useService();
const SYDNEY = 'Australia/Sydney';

interface Month {
  month: string;
  total: number;
  sources: { source: string | null; count: number }[];
  other: number;
}

/** Somebody made at a moment, as the service would have then. */
async function madeAt(business: TestBusiness, at: string, source: string | null, location_id?: string) {
  const { body } = await business.send('POST', '/customers', {
    name: `Ann ${source}`,
    source,
    location_id: location_id ?? business.locationId,
  });
  const id = newId(Date.parse(at));
  await service.sql`
    update customers set id = ${id}, created_at = ${at} where business_id = ${business.id} and id = ${body.id}`;
  return id;
}

const made = async (business: TestBusiness, count: number, source: string | null, location_id?: string) => {
  const customers = Array.from({ length: count }, (_, n) => ({
    name: `Ann ${source} ${n}`,
    email: `ann.${String(source).replaceAll(/\W/g, '')}.${n}@clientele.test`,
    source,
    location_id: location_id ?? business.locationId,
  }));
  expect((await business.send('PUT', '/customers/batch', { customers })).body.failed).toBe(0);
};

const months = async (send: TestBusiness['send'], query = ''): Promise<Month[]> => {
  const { status, body } = await send('GET', `/customers/growth${query}`);
  expect(status).toBe(200);
  return (body as unknown as { months: Month[] }).months;
};
const latest = async (send: TestBusiness['send'], query?: string) => (await months(send, query)).at(-1);

describe('the growth of a business', () => {
  it('has every month up to the present one, empty ones too: twelve, or as many as asked for', async () => {
    const business = await service.business();
    const names = async (query?: string) => (await months(business.send, query)).map(({ month }) => month);
    expect(await names()).toEqual(lastMonths(new Date(), SYDNEY, 12));
    for (const count of [1, 24]) {
      expect(await names(`?months=${count}`)).toEqual(lastMonths(new Date(), SYDNEY, count));
    }
    for (const wrong of [0, 25, 1.5, 'x']) {
      expect((await business.send('GET', `/customers/growth?months=${wrong}`)).status).toBe(422);
    }
    expect((await months(business.send)).every(({ total }) => total === 0)).toBe(true);
  });

  it('begins its months where the calendar of the location does, to the millisecond', async () => {
    const business = await service.business();
    const elsewhere = await business.addLocation();
    await service.sql`
      update locations set timezone = 'Australia/Perth' where business_id = ${business.id} and id = ${elsewhere}`;
    const [before, month] = lastMonths(new Date(), SYDNEY, 3) as [string, string];
    const start = Date.parse(startOfDay(`${month}-01`, SYDNEY));
    const at = (millis: number) => new Date(start + millis).toISOString();
    await madeAt(business, at(-1), 'last of the month before');
    await madeAt(business, at(0), 'first of the month');
    await madeAt(business, at(0), 'still the month before', elsewhere);
    const sourcesOf = async (query: string) =>
      (await months(business.send, query)).map(({ month: of, sources }) => [
        of,
        sources.map((one) => one.source),
      ]);
    expect(await sourcesOf('?months=3')).toEqual([
      [before, ['last of the month before']],
      [month, ['first of the month', 'still the month before']],
      [expect.anything(), []],
    ]);
    // Clocks there are behind those of Sydney by two hours or three.
    expect((await sourcesOf(`?months=3&location_id=${elsewhere}`))[0]).toEqual([
      before,
      ['still the month before'],
    ]);
    expect((await sourcesOf('?months=2'))[0]![1], 'what is older is not counted').toEqual([
      'first of the month',
      'still the month before',
    ]);
  });

  it('names the eight commonest sources of all its months, then those without; the rest is added up', async () => {
    const business = await service.business();
    const [before] = lastMonths(new Date(), SYDNEY, 2) as [string];
    for (let n = 1; n <= 10; n++) await made(business, 2 * n, `source ${n}`);
    await made(business, 3, null);
    await madeAt(business, startOfDay(`${before}-01`, SYDNEY), 'source 1');
    await madeAt(business, startOfDay(`${before}-01`, SYDNEY), 'source 3');
    expect(await months(business.send, '?months=2')).toEqual([
      { month: before, total: 2, sources: [{ source: 'source 3', count: 1 }], other: 1 },
      {
        month: expect.anything(),
        total: 113,
        sources: [
          ...[10, 9, 8, 7, 6, 5, 4, 3].map((n) => ({ source: `source ${n}`, count: 2 * n })),
          { source: null, count: 3 },
        ],
        other: 6,
      },
    ]);
  });

  it('takes for one source what the filter of lists takes for one, under its commonest spelling', async () => {
    const business = await service.business();
    await made(business, 2, 'Website');
    await madeAt(business, new Date().toISOString(), 'WEBSITE');
    await madeAt(business, new Date().toISOString(), 'other');
    const list = await business.send('GET', '/customers?source=website');
    expect(list.body.total).toBe(3);
    expect(await latest(business.send)).toMatchObject({
      total: 4,
      sources: [
        { source: 'Website', count: 3 },
        { source: 'other', count: 1 },
      ],
      other: 0,
    });
  });

  it('keeps apart a hundred spellings; beyond those all are other, whatever there are', async () => {
    const business = await service.business();
    const customers = Array.from({ length: 150 }, (_, n) => ({
      name: `Ann ${n}`,
      email: `ann${n}@clientele.test`,
      source: `source ${n}`,
      location_id: business.locationId,
    }));
    await business.send('PUT', '/customers/batch', { customers });
    const { total, sources, other } = (await latest(business.send))!;
    expect([total, sources.length, other]).toEqual([150, 8, 142]);
  });

  it('leaves out who is deleted or merged away, and who belongs to others', async () => {
    const business = await service.business();
    const stranger = await service.business();
    await made(stranger, 4, 'theirs');
    await made(business, 3, 'ours');
    const { items } = (await business.send('GET', '/customers')).body;
    await business.send('DELETE', `/customers/${items[0]!.id}`);
    await business.send('POST', `/customers/${items[1]!.id}/merge`, { from: items[2]!.id });
    expect(await latest(business.send)).toMatchObject({ total: 1, sources: [{ source: 'ours', count: 1 }] });
    expect(await latest(stranger.send)).toMatchObject({
      total: 4,
      sources: [{ source: 'theirs', count: 4 }],
    });
  });

  it('shows a key of one location only that location, and refuses others', async () => {
    const business = await service.business();
    const there = await business.addLocation();
    const stranger = await service.business();
    await made(business, 1, 'here');
    await made(business, 2, 'there', there);
    const { send } = await business.addKey({ location_id: there, scopes: ['customers:read'] });
    const own = { total: 2, sources: [{ source: 'there', count: 2 }] };
    expect(await latest(business.send)).toMatchObject({ total: 3 });
    expect(await latest(send)).toMatchObject(own);
    expect(await latest(send, `?location_id=${there.toUpperCase()}`)).toMatchObject(own);
    expect(await latest(business.send, `?location_id=${there}`)).toMatchObject(own);
    expect(await send('GET', `/customers/growth?location_id=${business.locationId}`)).toMatchObject({
      status: 403,
      body: { code: 'location_forbidden' },
    });
    expect(await business.send('GET', `/customers/growth?location_id=${stranger.locationId}`)).toMatchObject({
      status: 404,
      body: { code: 'location_not_found' },
    });
  });

  it('shows at once what a small business has written', async () => {
    const business = await service.business();
    for (const total of [0, 2]) {
      if (total > 0) await made(business, total, 'website');
      expect(await latest(business.send)).toMatchObject({ total });
    }
  });

  it('of 20,000 customers and more is counted once a minute, however many ask', async () => {
    const business = await service.business();
    const other = await business.addLocation();
    const month = lastMonths(new Date(), SYDNEY, 1)[0]!;
    const first = Date.parse(startOfDay(`${month}-01`, SYDNEY));
    await service.sql`
      insert into customers (
        business_id, id, location_id, name, status, source, source_metadata, custom_fields, tags, version,
        created_at, updated_at, name_key, search, facets, document)
      select ${business.id}::uuid, (lpad(to_hex(${first}::bigint), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
        ${business.locationId}::uuid, 'Ann', 'active', 'website', '{}', '{}', '{}', 1, now(), now(), 'ann', ' ann ', '{}', '{}'
      from generate_series(1, 20000) n`;
    const ask = async (query = '') => (await business.send('GET', `/customers/growth${query}`)).body.as_of;
    const asked = await Promise.all(Array.from({ length: 20 }, () => ask()));
    await made(business, 1, 'later', other);
    expect(new Set([...asked, await ask()]).size).toBe(1);
    expect(await latest(business.send)).toMatchObject({ total: 20_000 });
    expect(await latest(business.send, '?months=2')).toMatchObject({ total: 20_001 });
    expect(await latest(business.send, `?location_id=${other}`)).toMatchObject({ total: 1 });
  });
});
