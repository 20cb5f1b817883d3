/** Possible duplicates (contract section 5): met by upserts, found by the scan, dismissed, reopened, or resolved by a merge. */
import { describe, expect, it } from 'vitest';
import { scanDuplicates } from '../../src/customers/duplicate-scan.ts';
import { type TestBusiness, useService } from '../harness.ts';
import { done, made, merge, unmerge } from './life-case.ts';
import { MOBILE, upsert } from './upsert-case.ts';

const service = useService();

const list = async (business: TestBusiness, query = '') => done(business.send('GET', `/duplicates${query}`));
const scan = (business: TestBusiness) => scanDuplicates(service.sql, business.id);

const ADDRESS = '12 Jacaranda Avenue, Figtree NSW 2525';
const TWINS = [
  { name: 'Mikayla Malloney', address: ADDRESS },
  { name: 'Mikaela Maloney', address: '12 Jacaranda Ave, Figtree 2525' },
];

describe('possible duplicates', () => {
  it('an upsert whose details belong to two remembers the pair, with the reason in words', async () => {
    const business = await service.business();
    const a = await upsert(business, { name: 'Ann', phone: MOBILE });
    const b = await upsert(business, { name: 'Bea', email: 'bea@clientele.test' });
    await upsert(business, { phone: MOBILE, email: 'bea@clientele.test' });
    const { items, next_cursor } = await list(business);
    expect(next_cursor).toBeNull();
    expect(items).toHaveLength(1);
    expect(items[0]!.customer_ids.toSorted()).toEqual([a.id, b.id].toSorted());
    expect(items[0]!.score).toBeGreaterThanOrEqual(0.5);
    expect(items[0]!.reasons[0]).toBe('one request named the phone of one and the email of the other');
  });

  it('the scan finds those who look alike, and goes on where it stopped', async () => {
    const business = await service.business();
    await made(business, { name: 'Somebody Else', address: '3 Other Road, Perth WA 6000' });
    const [a, b] = [await made(business, TWINS[0]!), await made(business, TWINS[1]!)];
    expect(await scan(business)).toMatchObject({ customers: 3, pairs: 1 });
    const { items } = await list(business);
    expect(items).toMatchObject([{ customer_ids: [a.id, b.id] }]);
    expect(items[0]!.reasons).toEqual(['names alike', 'same address']);
    expect(items[0]!.score).toBeGreaterThan(0.9);
    expect(await scan(business)).toMatchObject({ customers: 0, pairs: 0 });
    await made(business, { ...TWINS[0]!, name: 'M Malloney' });
    expect(await scan(business)).toMatchObject({ customers: 1 });
  });

  it('a pair that no longer looks alike is gone, one that a request met stays', async () => {
    const business = await service.business();
    const [a, b] = [await made(business, TWINS[0]!), await made(business, TWINS[1]!)];
    await scan(business);
    await business.send('PATCH', `/customers/${b.id}`, {
      name: 'Otto Zander',
      address: '9 Far Street, Cairns QLD 4870',
    });
    await scan(business);
    expect((await list(business)).items).toEqual([]);
    await business.send('PATCH', `/customers/${a.id}`, { phone: MOBILE });
    await business.send('PATCH', `/customers/${b.id}`, { email: 'b@clientele.test' });
    await upsert(business, { phone: MOBILE, email: 'b@clientele.test' });
    await scan(business);
    expect((await list(business)).items).toHaveLength(1);
  });

  it('a merge resolves the pair, an unmerge brings it back', async () => {
    const business = await service.business();
    const [a, b] = [await made(business, TWINS[0]!), await made(business, TWINS[1]!)];
    await scan(business);
    await done(merge(business, a.id, b.id));
    await scan(business);
    expect((await list(business)).items).toEqual([]);
    await done(unmerge(business, a.id, b.id));
    await scan(business);
    expect((await list(business)).items).toHaveLength(1);
  });

  it('a dismissed pair is not shown again, whatever is found later', async () => {
    const business = await service.business();
    await made(business, TWINS[0]!);
    const b = await made(business, TWINS[1]!);
    await scan(business);
    const { id } = (await list(business)).items[0]!;
    const answer = await business.send('POST', `/duplicates/${id}/dismiss`);
    expect(answer).toMatchObject({ status: 200, message: 'Possible duplicate dismissed.', body: { id } });
    expect((await done(business.send('POST', `/duplicates/${id}/dismiss`))).dismissed_at).toBe(
      answer.body.dismissed_at,
    );
    await business.send('PATCH', `/customers/${b.id}`, { name: 'Mikayla Malloney' });
    await scan(business);
    expect((await list(business)).items).toEqual([]);
  });

  it('a dismissed pair is reopened as it was, and again changes nothing', async () => {
    const business = await service.business();
    await made(business, TWINS[0]!);
    await made(business, TWINS[1]!);
    await scan(business);
    const [pair] = (await list(business)).items;
    const open = async () => (await list(business)).items;
    const reopen = () => business.send('POST', `/duplicates/${pair!.id}/reopen`);
    await done(business.send('POST', `/duplicates/${pair!.id}/dismiss`));
    expect(await open()).toEqual([]);
    for (const _time of [1, 2]) {
      expect(await reopen()).toMatchObject({
        status: 200,
        message: 'Possible duplicate reopened.',
        body: { id: pair!.id, dismissed_at: null },
      });
      expect(await open()).toEqual([pair]);
    }
    expect((await list(business, '?dismissed=true')).items).toEqual([]);
  });

  it('a reopening that is repeated with its Idempotency-Key does not undo a later dismissal', async () => {
    const business = await service.business();
    await made(business, TWINS[0]!);
    await made(business, TWINS[1]!);
    await scan(business);
    const { id } = (await list(business)).items[0]!;
    const headers = { 'idempotency-key': 'reopen-1' };
    const reopen = () => business.send('POST', `/duplicates/${id}/reopen`, undefined, { headers });
    await done(business.send('POST', `/duplicates/${id}/dismiss`));
    await done(reopen());
    await done(business.send('POST', `/duplicates/${id}/dismiss`));
    expect((await reopen()).body).toEqual({ id, dismissed_at: null });
    expect((await list(business)).items).toEqual([]);
  });

  it('dismissed pairs are listed the last one first, page by page, until one of the two is gone', async () => {
    const business = await service.business();
    const met: string[] = [];
    for (let n = 0; n < 3; n++) {
      const [phone, email] = [`041234560${n}`, `met${n}@clientele.test`];
      met.push((await upsert(business, { name: `Ann ${n}`, phone })).id);
      await upsert(business, { name: `Bea ${n}`, email });
      await upsert(business, { phone, email });
    }
    const pairs = (await list(business)).items;
    expect(pairs).toHaveLength(3);
    const dismissed: { id: string; dismissed_at: string }[] = [];
    for (const { id } of pairs)
      dismissed.push(await done(business.send('POST', `/duplicates/${id}/dismiss`)));
    const seen: { id: string; dismissed_at: string }[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof list>> = await list(
        business,
        `?dismissed=true&limit=1${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ id, dismissed_at }) => ({ id, dismissed_at })));
      cursor = page.next_cursor;
    }
    const last = (a: { dismissed_at: string; id: string }, b: typeof a) =>
      b.dismissed_at.localeCompare(a.dismissed_at) || b.id.localeCompare(a.id);
    expect(seen).toEqual(dismissed.toSorted(last));
    const own = await list(business, `?dismissed=true&customer_id=${met[0]}`);
    expect(own.items.map(({ customer_ids: ids }) => ids.includes(met[0]!))).toEqual([true]);
    const open = await list(business, '?limit=1');
    expect(open).toEqual({ items: [], next_cursor: null });
    await done(business.send('DELETE', `/customers/${met[0]}`));
    expect((await list(business, '?dismissed=true')).items).toHaveLength(2);
  });

  it('the likeliest come first, page by page, each once; customer_id narrows', async () => {
    const business = await service.business();
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) {
      const name = `${'BCDFGHJKLMNP'[i]}ertram ${'QRSTVWXZQRST'[i]}elkonian${i % 3 ? '' : ' junior'}`;
      ids.push(
        (
          await made(business, {
            name,
            address: `${i + 1} ${'ABCDEFGHIJKL'[i]}corn Lane, Figtree NSW 25${10 + i}`,
          })
        ).id,
      );
      await made(business, {
        name: name.replace('elk', 'elc'),
        address: `${i + 1} ${'ABCDEFGHIJKL'[i]}corn Ln, Figtree 25${10 + i}`,
      });
    }
    await scan(business);
    const seen: { id: string; score: number }[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof list>> = await list(
        business,
        `?limit=5${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ id, score }) => ({ id, score })));
      cursor = page.next_cursor;
    }
    expect(seen.length).toBeGreaterThanOrEqual(12);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen.map(({ score }) => score)).toEqual(seen.map(({ score }) => score).sort((x, y) => y - x));
    const own = await list(business, `?customer_id=${ids[0]}`);
    expect(own.items.length).toBeGreaterThanOrEqual(1);
    for (const item of own.items) expect(item.customer_ids).toContain(ids[0]);
  });

  it('locations are kept apart: in the scan, in the lists, in dismissing and reopening', async () => {
    const business = await service.business();
    const location_id = await business.addLocation();
    const here = business.locationId;
    await made(business, { ...TWINS[0]!, location_id: here });
    await made(business, { ...TWINS[1]!, location_id });
    await scan(business);
    expect((await list(business)).items).toEqual([]);
    await made(business, { ...TWINS[1]!, location_id: here });
    await scan(business);
    const [pair] = (await list(business)).items;
    expect((await list(business, `?location_id=${here}`)).items).toEqual([pair]);
    expect((await list(business, `?location_id=${location_id}`)).items).toEqual([]);
    const { send } = await business.addKey({ location_id, scopes: ['customers:read', 'customers:write'] });
    expect((await done(send('GET', '/duplicates'))).items).toEqual([]);
    for (const decision of ['dismiss', 'reopen'])
      expect((await send('POST', `/duplicates/${pair!.id}/${decision}`)).status).toBe(404);
    await done(business.send('POST', `/duplicates/${pair!.id}/dismiss`));
    expect((await done(send('GET', '/duplicates?dismissed=true'))).items).toEqual([]);
    expect((await send('POST', `/duplicates/${pair!.id}/reopen`)).status).toBe(404);
    expect((await list(business, `?dismissed=true&location_id=${here}`)).items).toHaveLength(1);
  });
});
