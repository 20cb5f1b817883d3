/** The totals of lists (contract section 2): exact at any size unfiltered, exact up to 10,000 filtered. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Body, type TestBusiness, useService } from '../harness.ts';

const service = useService();

const LIMIT = 10_000;
const HERE = LIMIT + 3;
const ALL = HERE + 5;
let business: TestBusiness;
let there: string;

const add = async (from: number, n: number, location_id: string) => {
  const customers = Array.from({ length: n }, (_, i) => ({
    name: 'Person',
    email: `person${from + i}@example.com`,
    tags: from + i < LIMIT ? ['early'] : [],
    location_id,
  }));
  const { body } = await business.send('PUT', '/customers/batch', { customers });
  expect(body.created).toBe(n);
};
const list = async (query: string): Promise<Body> => (await business.send('GET', `/customers?${query}`)).body;

beforeAll(async () => {
  business = await service.business();
  there = await business.addLocation();
  for (let from = 0; from < LIMIT; from += 1000) await add(from, 1000, business.locationId);
  await add(LIMIT, 3, business.locationId);
  await add(HERE, 5, there);
});

describe('the total', () => {
  for (const [query, total] of [
    ['', ALL],
    ['sort=name', ALL],
    ['page=100&page_size=100', ALL],
  ] as const) {
    it(`is exact for an unfiltered list at any size: "${query}"`, async () => {
      expect(await list(query)).toMatchObject({ total, total_is_lower_bound: false });
    });
  }

  it('is exact for a location', async () => {
    expect(await list(`location_id=${business.locationId}`)).toMatchObject({ total: HERE });
    expect(await list(`location_id=${there}`)).toMatchObject({ total: 5, total_pages: 1 });
  });

  it('is exact for a key of one location, beyond 10,000 too', async () => {
    for (const [location_id, total] of [
      [business.locationId, HERE],
      [there, 5],
    ] as const) {
      const { send } = await business.addKey({ location_id });
      for (const query of ['', 'sort=name'])
        expect((await send('GET', `/customers?${query}`)).body).toMatchObject({
          total,
          total_is_lower_bound: false,
        });
    }
  });

  it('is exact at 10,000 filtered', async () => {
    const body = await list('tag=early&page_size=100');
    expect(body).toMatchObject({ total: LIMIT, total_pages: 100, total_is_lower_bound: false });
  });

  for (const query of ['status=active', 'q=person', 'q=person&status=active']) {
    it(`is a lower bound of 10,000 beyond that: ${query}`, async () => {
      const body = await list(`${query}&page_size=100`);
      expect(body).toMatchObject({ total: LIMIT, total_pages: 100, total_is_lower_bound: true });
    });
  }

  it('pages beyond the lower bound are still there', async () => {
    expect((await list('status=active&page=101&page_size=100')).items).toHaveLength(8);
  });

  it('is exact after deletions, by as_of too', async () => {
    const { items, as_of } = await list(`location_id=${there}`);
    while (Date.now() <= Date.parse(as_of)) await new Promise(setImmediate);
    await business.send('DELETE', `/customers/${items[0]!.id}`);
    await add(ALL, 2, there);
    expect(await list(`location_id=${there}`)).toMatchObject({ total: 6 });
    expect(await list('')).toMatchObject({ total: ALL + 1, total_is_lower_bound: false });
    expect(await list(`location_id=${there}&as_of=${as_of}`)).toMatchObject({ total: 5 });
    expect(await list(`as_of=${as_of}`)).toMatchObject({ total: ALL });
  });
});
