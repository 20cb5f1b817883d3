/** Imports and the customers they touched: who is found by `import_id`, and the list of imports itself. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.ts';
import { type Body, type TestBusiness, useService } from '../harness.ts';
import { done, made, merge } from './life-case.ts';

const service = useService();

const batch = async ({ send }: Pick<TestBusiness, 'send'>, import_id: string, customers: object[]) =>
  await done(send('PUT', `/customers/batch?import_id=${import_id}`, { customers }));
const people = (n: number, name = 'person') =>
  Array.from({ length: n }, (_, i) => ({ name: `${name} ${i}`, email: `${name}${i}@clientele.test` }));
const list = async ({ send }: Pick<TestBusiness, 'send'>, query: string): Promise<Body> =>
  await done(send('GET', `/customers?${query}`));
const names = ({ items }: Body) => items.map(({ name }) => name);
const imports = async ({ send }: Pick<TestBusiness, 'send'>, query = ''): Promise<Body> =>
  await done(send('GET', `/imports${query}`));

describe('the customers of an import', () => {
  let business: TestBusiness;
  const [id, other] = [randomUUID(), randomUUID()];
  beforeAll(async () => {
    business = await service.business();
    for (const name of ['Ann', 'Bea', 'Cat'])
      await made(business, { name, email: `${name}@clientele.test`, tags: name === 'Ann' ? ['vip'] : [] });
    await batch(business, id, [
      { email: 'ann@clientele.test', address: '1 High St' },
      { email: 'dan@clientele.test', name: 'Dan', status: 'lead' },
      { email: 'dan@clientele.test', name: 'Dan', address: '2 High St' },
      // Nothing changes, so nothing was touched.
      { email: 'bea@clientele.test', name: 'Bea' },
    ]);
    await batch(business, other, people(3));
  });

  it('are those it made or changed, each once, in every order', async () => {
    for (const [sort, expected] of [
      ['-created_at', ['Dan', 'Ann']],
      ['created_at', ['Ann', 'Dan']],
      ['name', ['Ann', 'Dan']],
      ['-name', ['Dan', 'Ann']],
      ['-updated_at', ['Dan', 'Ann']],
    ] as const) {
      const body = await list(business, `import_id=${id}&sort=${sort}`);
      expect([sort, names(body)]).toEqual([sort, expected]);
      expect(body).toMatchObject({ total: 2, total_is_lower_bound: false, next_cursor: null });
    }
  });

  it('are narrowed by every other filter', async () => {
    for (const [query, expected] of [
      ['q=dan', ['Dan']],
      ['q=bea', []],
      ['q=high', []],
      ['tag=vip', ['Ann']],
      ['status=lead', ['Dan']],
      ['q=ann&tag=vip', ['Ann']],
      ['q=ann&status=lead', []],
      ['created_before=2020-01-01T00:00:00Z', []],
      [`location_id=${business.locationId}`, ['Dan', 'Ann']],
    ] as const) {
      const body = await list(business, `import_id=${id}&${query}`);
      expect([query, names(body), body.total]).toEqual([query, expected, expected.length]);
    }
  });

  it('are found by an id in capital letters, and an id of nobody finds nobody', async () => {
    expect((await list(business, `import_id=${id.toUpperCase()}`)).total).toBe(2);
    const body = await list(business, `import_id=${randomUUID()}`);
    expect(body).toMatchObject({ items: [], total: 0, total_pages: 0, next_cursor: null });
    expect(await business.send('GET', '/customers?import_id=x')).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ field: 'import_id' }] },
    });
  });

  it('are exported alike', async () => {
    const { text } = await business.send('GET', `/customers/export?import_id=${id}`);
    const [, ...lines] = text.trim().split('\n');
    expect(lines.map((line) => line.split(',')[2])).toEqual(['Ann', 'Dan']);
  });

  it('leave with a deletion or a merge like from any list', async () => {
    const business = await service.business();
    const id = randomUUID();
    const { items } = await batch(business, id, people(4));
    const [deleted, merged, into] = items.map(({ customer }) => customer.id);
    await business.send('DELETE', `/customers/${deleted}`);
    await done(merge(business, into!, merged!));
    expect(names(await list(business, `import_id=${id}`))).toEqual(['person 3', 'person 2']);
    expect(names(await list(business, `import_id=${id}&deleted=true`))).toEqual(['person 0']);
  });

  it('are walked each exactly once by cursor, while the import goes on', async () => {
    const business = await service.business();
    const id = randomUUID();
    await batch(business, randomUUID(), people(30, 'other'));
    await batch(business, id, people(25));
    for (const [sort, expected] of [
      ['-created_at', 25],
      ['created_at', 28],
      ['name', 31],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = `import_id=${id}&page_size=4&sort=${sort}${cursor && `&cursor=${cursor}`}`;
        const page: Body = await list(business, query);
        seen.push(...page.items.map((item) => item.id));
        if (cursor === '') await batch(business, id, people(3, `after${expected}`));
        cursor = page.next_cursor;
      }
      expect([sort, seen.length, new Set(seen).size]).toEqual([sort, expected, expected]);
    }
  });

  it('are walked beyond what is counted', { timeout: 120_000 }, async () => {
    const business = await service.business();
    const id = randomUUID();
    await batch(business, randomUUID(), people(500, 'before'));
    for (let n = 0; n < 11; n++) await batch(business, id, people(1000, `n${n}x`));
    await batch(business, randomUUID(), people(500, 'after'));
    expect(await list(business, `import_id=${id}&page_size=1`)).toMatchObject({
      total: 10_000,
      total_is_lower_bound: true,
    });
    for (const sort of ['-created_at', 'name']) {
      const seen = new Set<string>();
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = `import_id=${id}&page_size=100&sort=${sort}${cursor && `&cursor=${cursor}`}`;
        const page: Body = await list(business, query);
        for (const item of page.items) seen.add(item.id);
        cursor = page.next_cursor;
      }
      expect([sort, seen.size]).toEqual([sort, 11_000]);
    }
    const { text } = await business.send('GET', `/customers/export?import_id=${id}`);
    expect(text.trim().split('\n')).toHaveLength(1 + 11_000);
  });

  it('of other locations are nobody for a key of one', async () => {
    const business = await service.business();
    const there = await business.addLocation();
    const key = await business.addKey({ location_id: there });
    const id = randomUUID();
    const here = people(2, 'here').map((one) => ({ ...one, location_id: business.locationId }));
    await batch(business, id, [...here, { ...people(1, 'there')[0], location_id: there }]);
    expect(names(await list(key, `import_id=${id}`))).toEqual(['there 0']);
    expect((await list(business, `import_id=${id}`)).total).toBe(3);
    expect((await list(business, `import_id=${id}&location_id=${business.locationId}`)).total).toBe(2);
  });
});

describe('the list of imports', () => {
  it('is empty before the first, and without one that changed nothing', async () => {
    const business = await service.business();
    await made(business, { name: 'Ann', email: 'ann@clientele.test' });
    await batch(business, randomUUID(), [{ email: 'ann@clientele.test', name: 'Ann' }]);
    await done(
      business.send('PUT', `/customers/batch?dry_run=true&import_id=${randomUUID()}`, {
        customers: people(1),
      }),
    );
    expect(await imports(business)).toEqual({ items: [], next_cursor: null });
  });

  it('says what each made and changed, when, by whom, and what was put back', async () => {
    const business = await service.business();
    const desk = await business.addKey({ name: 'Front desk' });
    await made(business, { name: 'Ann', email: 'ann@clientele.test' });
    const id = randomUUID();
    await batch(desk, id, people(2));
    await batch(business, id, [
      { email: 'ann@clientele.test', address: '1 High St' },
      { email: 'person0@clientele.test', address: '2 High St' },
    ]);
    const before = (await imports(business)).items[0] as unknown as Record<string, string>;
    expect(before).toEqual({
      id,
      started_at: expect.any(String),
      ended_at: expect.any(String),
      actor: { type: 'api_key', id: desk.id, name: 'Front desk' },
      created: 2,
      updated: 2,
      undone: 0,
      undone_at: null,
    });
    expect(Date.parse(before.ended_at!)).toBeGreaterThan(Date.parse(before.started_at!));

    await done(business.send('POST', `/imports/${id}/undo`));
    const [after] = (await imports(business)).items;
    expect(after).toEqual({ ...before, undone: 3, undone_at: expect.any(String) });
    await done(business.send('POST', `/imports/${id}/undo`));
    expect((await imports(business)).items).toEqual([after]);
  });

  it('comes newest first, in pages that hold each once', async () => {
    const business = await service.business();
    const ids = Array.from({ length: 7 }, () => randomUUID());
    for (const [i, id] of ids.entries()) await batch(business, id, people(1, `p${i}`));
    // An import that goes on stays where it began.
    await batch(business, ids[0]!, people(1, 'more'));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Body = await imports(business, `?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(ids.toReversed());
    expect((await business.send('GET', '/imports?cursor=x')).body.code).toBe('invalid_cursor');
    expect((await business.send('GET', '/imports?limit=0')).status).toBe(422);
  });

  it('adds up locations for a key of all, and shows a key of one only its own', async () => {
    const business = await service.business();
    const there = await business.addLocation();
    const key = await business.addKey({ location_id: there });
    const [both, here] = [randomUUID(), randomUUID()];
    await batch(business, both, [
      ...people(2, 'a').map((one) => ({ ...one, location_id: business.locationId })),
      ...people(3, 'b').map((one) => ({ ...one, location_id: there })),
    ]);
    await batch(business, here, [{ ...people(1, 'c')[0], location_id: business.locationId }]);
    await batch(business, both, [{ ...people(1, 'd')[0], location_id: there }]);
    const shown = async (by: Pick<TestBusiness, 'send'>, query = '') =>
      (await imports(by, query)).items.map(({ id, created }) => [id, created]);
    expect(await shown(business)).toEqual([
      [here, 1],
      [both, 6],
    ]);
    expect(await shown(business, `?location_id=${there}`)).toEqual([[both, 4]]);
    expect(await shown(key)).toEqual([[both, 4]]);
    expect(await shown(business, '?limit=1')).toEqual([[here, 1]]);
    expect((await key.send('GET', `/imports?location_id=${business.locationId}`)).body.code).toBe(
      'location_forbidden',
    );
    expect((await business.send('GET', `/imports?location_id=${randomUUID()}`)).body.code).toBe(
      'location_not_found',
    );
  });

  it('says the same of what was imported before there was such a list', async () => {
    const business = await service.business();
    const there = await business.addLocation();
    const [id, undone] = [randomUUID(), randomUUID()];
    await batch(business, id, [
      ...people(2, 'a').map((one) => ({ ...one, location_id: business.locationId })),
      ...people(1, 'b').map((one) => ({ ...one, location_id: there })),
      { ...people(1, 'b')[0], address: '1 High St', location_id: there },
    ]);
    await batch(business, undone, [{ ...people(1, 'c')[0], location_id: there }]);
    await done(business.send('POST', `/imports/${undone}/undo`));
    const before = await imports(business);
    const migration = await readFile(join(packageDir, 'migrations/0010_imports.sql'), 'utf8');
    await service.sql`delete from imports where business_id = ${business.id}`;
    const since = migration.slice(migration.indexOf('insert into imports'));
    await service.sql.unsafe(since.replace('group by', `and business_id = '${business.id}' group by`));
    expect(await imports(business)).toEqual(before);
  });
});
