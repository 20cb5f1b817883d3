/** Walking a list (contract section 2): by cursor and by page number, each record exactly once while others write. */
import { describe, expect, it } from 'vitest';
import { type Body, sender, type TestBusiness, useSecondServer, useService } from '../harness.ts';
import { done, erase, merge, unmerge } from './life-case.ts';

type Eight = [string, string, string, string, string, string, string, string, ...string[]];

const service = useService();
const elsewhere = useSecondServer(service);

const list = async ({ send }: TestBusiness, query: string): Promise<Body> => {
  const answer = await send('GET', `/customers?${query}`);
  expect(answer.status, answer.text.slice(0, 300)).toBe(200);
  return answer.body;
};
const ids = (pages: Body[]) => pages.flatMap((page) => page.items.map((item) => item.id));

/** A business with n customers, their ids in the order of creation. */
async function crowd(n: number): Promise<{ business: TestBusiness; all: string[] }> {
  const business = await service.business();
  const customers = Array.from({ length: n }, (_, i) => ({
    name: `Person ${i}`,
    email: `person${i}@example.com`,
  }));
  const { body } = await business.send('PUT', '/customers/batch', { customers });
  return { business, all: body.items.map((item) => item.customer.id) };
}

async function walkByCursor(business: TestBusiness, query: string, between?: (page: Body) => Promise<void>) {
  const pages: Body[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    pages.push(await list(business, `${query}${cursor && `&cursor=${cursor}`}`));
    cursor = pages.at(-1)!.next_cursor;
    await between?.(pages.at(-1)!);
  }
  return pages;
}

async function walkByNumber(business: TestBusiness, query: string, between?: (page: Body) => Promise<void>) {
  const pages = [await list(business, `${query}&page=1`)];
  const { as_of } = pages[0]!;
  await between?.(pages[0]!);
  while (pages.at(-1)!.items.length > 0) {
    pages.push(await list(business, `${query}&page=${pages.length + 1}&as_of=${as_of}`));
    await between?.(pages.at(-1)!);
  }
  return pages;
}

describe('a walk by cursor', () => {
  it('of a search with a letter wrong goes on as it began, though exact hits are enough by now', async () => {
    const business = await service.business();
    const names = [...Array(19).fill('Mikayla'), ...Array(5).fill('Mikaela')];
    const customers = names.map((name, i) => ({ name, email: `m${i}@clientele.test` }));
    const { body } = await business.send('PUT', '/customers/batch', { customers });
    const last = body.items.at(-1)!.customer.id;
    let isFirst = true;
    const pages = await walkByCursor(business, 'q=mikayla&page_size=10', async (page) => {
      if (!isFirst || page.page !== 2) return;
      isFirst = false;
      // Seen on this page as one with a letter wrong; the twentieth exact hit from now on.
      expect(page.items[9]!.id).toBe(last);
      await business.send('PATCH', `/customers/${body.items[19]!.customer.id}`, { company_name: 'Mikayla' });
    });
    const seen = ids(pages);
    expect(new Set(seen).size, 'nobody twice').toBe(seen.length);
    expect(new Set(seen).size).toBeGreaterThanOrEqual(23);
  });

  for (const sort of ['-created_at', 'created_at', '-updated_at', 'updated_at', 'name', '-name']) {
    it(`sees every record once, sort=${sort}`, async () => {
      const { business, all } = await crowd(25);
      const pages = await walkByCursor(business, `page_size=4&sort=${sort}`);
      expect(ids(pages).sort()).toEqual([...all].sort());
      expect(pages.map((page) => page.page)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(pages.map((page) => page.total)).toEqual(Array(7).fill(25));
      expect(new Set(pages.map((page) => page.as_of)).size).toBe(1);
      expect(ids(pages)).toEqual(ids([await list(business, `page_size=100&sort=${sort}`)]));
    });
  }

  for (const query of [
    'q=person',
    'q=persom',
    'status=active',
    'q=person&sort=name',
    'q=persom&sort=-updated_at',
  ]) {
    it(`sees every record once, ${query}`, async () => {
      const { business, all } = await crowd(15);
      expect(ids(await walkByCursor(business, `page_size=4&${query}`)).sort()).toEqual([...all].sort());
    });
  }

  it('with exact and mistyped hits sees the exact ones first, and each once', async () => {
    const business = await service.business();
    const names = ['Mikayla', 'Mikaela', 'Mikayla', 'Mikaela', 'Mikayla'];
    const customers = names.map((name, i) => ({ name: `${name} ${i}`, email: `m${i}@example.com` }));
    await business.send('PUT', '/customers/batch', { customers });
    const pages = await walkByCursor(business, 'q=mikaela&page_size=3');
    expect(pages.flatMap((page) => page.items.map((item) => item.name))).toEqual([
      'Mikaela 3',
      'Mikaela 1',
      'Mikayla 4',
      'Mikayla 2',
      'Mikayla 0',
    ]);
  });

  it('leaves out what was created after the first page, and still shows what was deleted since', async () => {
    const { business, all } = await crowd(12);
    const pages = await walkByCursor(business, 'page_size=5', async () => {
      await business.send('PUT', '/customers', { email: `late${Math.random()}@example.com` });
      await business.send('DELETE', `/customers/${all[0]}`);
    });
    expect(ids(pages).sort()).toEqual([...all].sort());
  });
});

describe('cursors', () => {
  it('that were changed are 400 invalid_cursor', async () => {
    const { business } = await crowd(3);
    const { next_cursor } = await list(business, 'page_size=1');
    const cursor = next_cursor!;
    const swapped = cursor[20] === 'A' ? 'B' : 'A';
    for (const wrong of [
      'AAAA',
      'x',
      cursor.slice(0, -2),
      cursor.slice(4),
      cursor.slice(0, 20) + swapped + cursor.slice(21),
    ]) {
      const answer = await business.send('GET', `/customers?page_size=1&cursor=${wrong}`);
      expect(answer, wrong).toMatchObject({ status: 400, success: false, body: { code: 'invalid_cursor' } });
    }
  });

  it('of another filter, order, location or business are 400 invalid_cursor', async () => {
    const { business } = await crowd(3);
    const { next_cursor } = await list(business, 'page_size=1');
    for (const other of ['q=person', 'sort=name', 'status=active', `location_id=${business.locationId}`]) {
      const answer = await business.send('GET', `/customers?page_size=1&${other}&cursor=${next_cursor}`);
      expect(answer, other).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
    }
    const stranger = await service.business();
    const answer = await stranger.send('GET', `/customers?page_size=1&cursor=${next_cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
  });

  it('work with another page_size', async () => {
    const { business, all } = await crowd(5);
    const first = await list(business, 'page_size=2');
    const rest = await list(business, `page_size=10&cursor=${first.next_cursor}`);
    expect(ids([first, rest]).sort()).toEqual([...all].sort());
  });
});

describe('a walk by page number with the as_of of the first page', () => {
  for (const query of [
    'page_size=4',
    'page_size=4&sort=created_at',
    'page_size=4&sort=name',
    'page_size=4&q=person',
    'page_size=4&status=active',
  ]) {
    it(`leaves out what is created later and shows what is deleted later: ${query}`, async () => {
      const { business, all } = await crowd(14);
      let next = 0;
      const pages = await walkByNumber(business, query, async (page) => {
        // The as_of is a moment of whole milliseconds: what comes later must come in a later one.
        while (Date.now() <= Date.parse(page.as_of)) await new Promise(setImmediate);
        await business.send('PUT', '/customers', { name: 'Person new', email: `late${next}@example.com` });
        await business.send('DELETE', `/customers/${all[next++]}`);
        await business.send('DELETE', `/customers/${all[all.length - next]}`);
      });
      expect(ids(pages).sort()).toEqual([...all].sort());
      expect(pages.map((page) => page.total)).toEqual(Array(pages.length).fill(14));
      expect(pages[0]!.total_pages).toBe(4);
    });
  }

  it('sees every record exactly once while twenty writers insert, update and delete through two processes', async () => {
    const { business, all } = await crowd(200);
    const sends = [business.send, sender(elsewhere.url, business.key)];
    const doomed = [...all.slice(0, 20), ...all.slice(-20)];
    const kept = all.slice(20, -20);
    let writing = true;
    const writers = Array.from({ length: 20 }, async (_, w) => {
      const send = sends[w % 2]!;
      for (let i = 0; writing; i++) {
        await send('PUT', '/customers', { email: `writer${w}-${i}@example.com` });
        await send('PATCH', `/customers/${kept[(w * 31 + i) % kept.length]}`, { address: `${w} ${i}` });
        const id = doomed.pop();
        if (id) await send('DELETE', `/customers/${id}`);
      }
    });
    const walks: { seen: string[]; totals: number[] }[] = [];
    try {
      for (let i = 0; i < 8; i++) {
        const pages = await (i % 2 === 0 ? walkByNumber : walkByCursor)(business, 'page_size=37');
        walks.push({ seen: ids(pages), totals: pages.map(({ total }) => total) });
      }
    } finally {
      writing = false;
      await Promise.all(writers);
    }
    for (const { seen, totals } of walks) {
      expect(seen.length, 'no record twice').toBe(new Set(seen).size);
      expect(
        kept.filter((id) => !seen.includes(id)),
        'no record missing',
      ).toEqual([]);
      expect(new Set([...totals, seen.length]).size, 'the total is that of the walk, on every page').toBe(1);
    }
  });

  it('shows each as many times as it was there, once, while others merge, unmerge and erase', async () => {
    for (const walk of [walkByNumber, walkByCursor]) {
      const { business, all } = await crowd(16);
      const [apart, into, survivor, gone, joined, back, erased, erasedLate, ...others] = all as Eight;
      const merging = (id: string, from: string) => done(merge(business, id, from));
      const unmerging = (id: string, from: string) => done(unmerge(business, id, from));
      await merging(into, apart);
      const pages = await walk(business, 'page_size=5', async (page) => {
        if (page.page > 1) return;
        while (Date.now() <= Date.parse(page.as_of)) await new Promise(setImmediate);
        // Merged before and apart since; merged since; merged since and apart again; erased since, one after a merge.
        await unmerging(into, apart);
        await merging(survivor, gone);
        await merging(joined, back);
        await unmerging(joined, back);
        await erase(business, erased);
        await merging(others[0]!, erasedLate);
        await erase(business, others[0]!);
      });
      expect(ids(pages)).toEqual(all.slice(1).reverse());
      expect(pages.map(({ total }) => total)).toEqual(Array(pages.length).fill(15));
      // Nothing of an erased one is left but the place: it counts, so that the pages do not move.
      const items = pages.flatMap((page) => page.items);
      for (const id of [erased, erasedLate, others[0]!]) {
        const item = items.find((one) => one.id === id)!;
        expect(item).toMatchObject({ name: null, email: null, phone: null, address: null, contacts: [] });
        expect(JSON.stringify(item)).not.toMatch(/person/i);
      }
      expect(items.find(({ id }) => id === gone)).toMatchObject({ name: expect.stringMatching(/^Person/) });
      // Who asks anew sees those who are there now.
      expect((await list(business, '')).total).toBe(16 - 4);
    }
  });

  it('leaves out what was deleted before and comes back later', async () => {
    const { business, all } = await crowd(12);
    await business.send('DELETE', `/customers/${all[11]}`);
    const pages = await walkByNumber(business, 'page_size=4', async (page) => {
      if (page.page === 1) await business.send('POST', `/customers/${all[11]}/restore`);
    });
    expect(ids(pages).sort()).toEqual(all.slice(0, 11).sort());
    expect(pages.map(({ total }) => total)).toEqual(Array(pages.length).fill(11));
  });
});
