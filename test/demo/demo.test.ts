/** Demo customers: enough to try everything with, the same each time, and gone again without a trace among one's own. */
import { beforeAll, describe, expect, it } from 'vitest';
import { addDemoAtStart, DEMO_IMPORT } from '../../src/demo/load.ts';
import { DEMO_COUNT, DEMO_TAG } from '../../src/demo/people.ts';
import { stored } from '../contract/stored.ts';
import { type TestBusiness, useService } from '../harness.ts';

const service = useService();
let business: TestBusiness;
let own: string;
const load = (one: TestBusiness) => one.send('POST', '/demo-customers');
const total = async (one: TestBusiness, query = '') =>
  (await one.send('GET', `/customers?page_size=1${query}`)).body.total;
const undo = async (one: TestBusiness) => {
  const done = { deleted: 0, skipped: 0 };
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await one.send('POST', `/imports/${DEMO_IMPORT}/undo${cursor && `?cursor=${cursor}`}`);
    done.deleted += body.deleted;
    done.skipped += body.skipped.length;
    cursor = body.next_cursor;
  }
  return done;
};

beforeAll(async () => {
  business = await service.business();
  own = (await business.send('POST', '/customers', { name: 'Ann Lee', phone: '0412 345 678' })).body.id;
});

describe('demo customers', { timeout: 120_000 }, () => {
  it('are added in seconds, tagged, with duplicates, history and references', async () => {
    const started = performance.now();
    expect(await load(business)).toMatchObject({
      status: 200,
      message: 'Demo customers added!',
      body: { import_id: DEMO_IMPORT, tag: DEMO_TAG, created: DEMO_COUNT, found: 0 },
    });
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(await total(business)).toBe(DEMO_COUNT + 1);
    expect(await total(business, `&tag=${encodeURIComponent(DEMO_TAG)}`)).toBe(DEMO_COUNT);
    for (const source of ['website', 'phone', 'referral', 'walk-in', 'booking tool'])
      expect(await total(business, `&source=${encodeURIComponent(source)}`), source).toBeGreaterThan(100);
    const pairs = (await business.send('GET', '/duplicates?limit=100')).body.items;
    expect(pairs.length).toBeGreaterThan(30);
    const [counts] = await service.sql`
      select
        (select count(*)::int from events where business_id = ${business.id} and type = 'updated') as updates,
        (select count(*)::int from customer_references where business_id = ${business.id} and state = 'open') as open,
        (select count(*)::int from customer_references where business_id = ${business.id} and state = 'closed') as closed`;
    expect(counts!.updates).toBeGreaterThan(2_000);
    expect(counts!.open).toBeGreaterThan(200);
    expect(counts!.closed).toBeGreaterThan(500);
  });

  it('a second run changes nothing, and neither does a start with --demo', async () => {
    const before = await stored(service.sql, business.id);
    expect((await load(business)).body).toMatchObject({ created: 0, found: DEMO_COUNT });
    expect(await addDemoAtStart(service.sql)).toMatchObject({ created: 0, found: DEMO_COUNT });
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('the undo of their import takes all of them away, with what is open on them, and nobody else', async () => {
    expect(await undo(business)).toEqual({ deleted: DEMO_COUNT, skipped: 0 });
    expect(await total(business)).toBe(1);
    expect((await business.send('GET', `/customers/${own}`)).status).toBe(200);
    expect((await business.send('GET', '/duplicates')).body.items).toEqual([]);
  });

  // The scan goes through all that happened since the first time.
  it('come back when they are asked for again, and leave alone whom they meet', {
    timeout: 90_000,
  }, async () => {
    const one = await service.business();
    const met = { name: 'Real Person', phone: '0491 570 157' };
    const { id } = (await one.send('POST', '/customers', met)).body;
    expect((await load(one)).body).toMatchObject({ created: DEMO_COUNT - 1, found: 1 });
    expect((await undo(one)).deleted).toBe(DEMO_COUNT - 1);
    expect((await load(one)).body).toMatchObject({ created: DEMO_COUNT - 1, found: 1 });
    expect((await one.send('GET', `/customers/${id}`)).body).toMatchObject({ name: met.name, version: 1 });
  });

  it('under an Idempotency-Key are answered as the first time', async () => {
    const one = await service.business();
    const headers = { 'idempotency-key': 'demo' };
    const first = await one.send('POST', '/demo-customers', undefined, { headers });
    const again = await one.send('POST', '/demo-customers', undefined, { headers });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('need a location where there are several, and the scope admin', async () => {
    const one = await service.business();
    await one.addLocation();
    expect((await load(one)).body.code).toBe('location_required');
    const { send } = await one.addKey({ scopes: ['customers:write'] });
    expect((await send('POST', '/demo-customers')).status).toBe(403);
  });
});
