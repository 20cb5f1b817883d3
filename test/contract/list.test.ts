/** The list (contract section 2): pages, every filter, every order, and totals. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Body, type TestBusiness, useService } from '../harness.ts';
import { upsert } from './upsert-case.ts';

const service = useService();

const list = async ({ send }: TestBusiness, query = ''): Promise<Body> => {
  const answer = await send('GET', `/customers${query}`);
  expect(answer, answer.text.slice(0, 300)).toMatchObject({ status: 200, message: 'Customers fetched!' });
  return answer.body;
};
const names = (body: Body) => body.items.map((item) => item.name);

/** Makes customers of these names, in this order, each in a millisecond of its own. */
async function made(business: TestBusiness, given: string[], body: object = {}): Promise<Body[]> {
  const records: Body[] = [];
  for (const name of given) {
    const record = await upsert(business, { name, email: `${name}@example.com`, ...body });
    records.push(record);
    while (Date.now() <= Date.parse(record.created_at)) await new Promise(setImmediate);
  }
  return records;
}
const LETTERS = 'ada bea cat dan eva fay gus'.split(' ');

describe('pages', () => {
  let business: TestBusiness;
  beforeAll(async () => {
    business = await service.business();
    await made(business, LETTERS);
  });

  it('default to the first twenty, newest first', async () => {
    const body = await list(business);
    expect(Object.keys(body).sort()).toEqual(
      [
        'items',
        'page',
        'page_size',
        'total',
        'total_pages',
        'total_is_lower_bound',
        'next_cursor',
        'as_of',
      ].sort(),
    );
    expect(body).toMatchObject({ page: 1, page_size: 20, total: 7, total_pages: 1, next_cursor: null });
    expect(body.total_is_lower_bound).toBe(false);
    expect(names(body)).toEqual([...LETTERS].reverse());
  });

  it('by number hold every record once', async () => {
    const pages = [];
    for (const page of [1, 2, 3]) pages.push(await list(business, `?page=${page}&page_size=3`));
    expect(pages.map(names)).toEqual([['gus', 'fay', 'eva'], ['dan', 'cat', 'bea'], ['ada']]);
    for (const [i, body] of pages.entries()) {
      expect(body).toMatchObject({ page: i + 1, page_size: 3, total: 7, total_pages: 3 });
    }
    expect(pages[2]!.next_cursor).toBeNull();
  });

  it('beyond the last are empty', async () => {
    const body = await list(business, '?page=9&page_size=3');
    expect(body).toMatchObject({ items: [], page: 9, total: 7, total_pages: 3, next_cursor: null });
  });

  it('page_size may be 1 to 100', async () => {
    expect((await list(business, '?page_size=1')).items).toHaveLength(1);
    expect((await list(business, '?page_size=100')).items).toHaveLength(7);
  });

  for (const query of [
    'page=0',
    'page=-1',
    'page=1.5',
    'page=x',
    'page=',
    'page=1&page=2',
    'page_size=0',
    'page_size=101',
    'sort=email',
    'status=gone',
    'created_after=yesterday',
    'updated_after=2026-13-01T00:00:00Z',
    'as_of=now',
    'deleted=maybe',
    'q=a&q=b',
  ]) {
    it(`${query} is 422 naming the parameter`, async () => {
      const answer = await business.send('GET', `/customers?${query}`);
      expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
      expect(answer.body.errors[0]!.field).toContain(query.split('=')[0]);
    });
  }

  it('several wrong parameters are reported at once', async () => {
    const { body } = await business.send('GET', '/customers?page=0&page_size=101&sort=x&pag=1');
    expect(body.errors.map((error) => error.field).sort()).toEqual(['pag', 'page', 'page_size', 'sort']);
  });

  for (const time of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59-10:00']) {
    for (const parameter of ['created_after', 'created_before', 'updated_after', 'as_of']) {
      it(`${parameter}=${time} is an answer, not a fault`, async () => {
        const { status } = await business.send('GET', `/customers?${parameter}=${encodeURIComponent(time)}`);
        expect([200, 422]).toContain(status);
      });
    }
  }

  it('an empty business is one empty page', async () => {
    const body = await list(await service.business());
    expect(body).toMatchObject({ items: [], page: 1, total: 0, total_pages: 0, next_cursor: null });
  });
});

describe('orders', () => {
  for (const [sort, expected] of [
    ['-created_at', ['Älva', 'cat', 'Bea', 'ada']],
    ['created_at', ['ada', 'Bea', 'cat', 'Älva']],
    ['-updated_at', ['ada', 'Älva', 'cat', 'Bea']],
    ['updated_at', ['Bea', 'cat', 'Älva', 'ada']],
    ['name', ['ada', 'Älva', 'Bea', 'cat']],
    ['-name', ['cat', 'Bea', 'Älva', 'ada']],
  ] as const) {
    it(`sort=${sort}`, async () => {
      const business = await service.business();
      const [ada] = await made(business, ['ada', 'Bea', 'cat']);
      await upsert(business, { name: 'Älva', phone: '0412 345 678' });
      await made(business, ['ada'], { address: '1 High St' });
      expect(names(await list(business, `?sort=${sort}`))).toEqual(expected);
      const walked: (string | null)[] = [];
      for (let page = 1; page <= 4; page++)
        walked.push(...names(await list(business, `?sort=${sort}&page=${page}&page_size=1`)));
      expect(walked).toEqual(expected);
      expect((await list(business, `?sort=${sort}`)).items.some((item) => item.id === ada!.id)).toBe(true);
    });
  }

  it('by name, a company stands at its own name', async () => {
    const business = await service.business();
    await made(business, ['Zoe', 'Ann']);
    await upsert(business, { company_name: 'Harbour Clinic', phone: '0412 345 678' });
    expect(names(await list(business, '?sort=name'))).toEqual(['Ann', null, 'Zoe']);
  });
});

describe('filters', () => {
  let business: TestBusiness;
  let records: Body[];
  beforeAll(async () => {
    business = await service.business();
    records = [
      ...(await made(business, ['ada'], { status: 'lead', source: 'Website', tags: ['vip', 'trade'] })),
      ...(await made(business, ['bea'], { status: 'active', source: 'phone', tags: ['VIP'] })),
      ...(await made(business, ['cat'], { status: 'lead', source: 'phone', tags: ['vip list'] })),
      ...(await made(business, ['dan'], { status: 'blocked', source: 'a%_b' })),
    ];
  });

  for (const [query, expected] of [
    ['status=lead', ['cat', 'ada']],
    ['status=blocked', ['dan']],
    ['status=inactive', []],
    ['source=phone', ['cat', 'bea']],
    ['source=website', ['ada']],
    ['source=pho', []],
    ['source=a%25_b', ['dan']],
    ['tag=vip', ['bea', 'ada']],
    ['tag=Trade', ['ada']],
    ['tag=vip&tag=trade', ['ada']],
    ['tag=trade&tag=none', []],
    ['status=lead&source=phone', ['cat']],
    ['status=lead&tag=vip&q=ada', ['ada']],
    ['q=ada&status=blocked', []],
  ] as const) {
    it(`?${query} lists ${expected.join(', ') || 'none'}`, async () => {
      const body = await list(business, `?${query}`);
      expect(names(body)).toEqual(expected);
      expect(body).toMatchObject({ total: expected.length, total_is_lower_bound: false });
    });
  }

  it('created_after, created_before and updated_after split at a moment', async () => {
    const at = records[1]!.created_at;
    expect(names(await list(business, `?created_after=${at}`))).toEqual(['dan', 'cat']);
    expect(names(await list(business, `?created_before=${at}`))).toEqual(['ada']);
    const between = `?created_after=${records[0]!.created_at}&created_before=${records[3]!.created_at}`;
    expect(names(await list(business, between))).toEqual(['cat', 'bea']);
    const { updated_at } = (await list(business)).items.find((item) => item.name === 'cat')!;
    expect(names(await list(business, `?updated_after=${updated_at}`))).toEqual(['dan']);
  });

  it('a time may be in another zone', async () => {
    const at = new Date(Date.parse(records[1]!.created_at) + 10 * 3_600_000)
      .toISOString()
      .replace('Z', '+10:00');
    expect(names(await list(business, `?created_after=${encodeURIComponent(at)}`))).toEqual(['dan', 'cat']);
  });

  it('deleted=true lists deleted customers instead of live ones, with when', async () => {
    const own = await service.business();
    const [ada] = await made(own, ['ada', 'bea']);
    const { body } = await own.send('DELETE', `/customers/${ada!.id}`);
    const deleted = await list(own, '?deleted=true');
    expect(deleted).toMatchObject({ total: 1, items: [{ name: 'ada', deleted_at: body.deleted_at }] });
    expect(names(await list(own))).toEqual(['bea']);
    expect(names(await list(own, '?deleted=false'))).toEqual(['bea']);
    expect((await list(own, '?deleted=true&q=bea')).total).toBe(0);
    expect((await list(own, '?deleted=true&q=ada')).total).toBe(1);
  });
});
