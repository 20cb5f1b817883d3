/** The feed of a business and the record as it was (contract section 5, "history"). */
import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../../src/customers/cursor.ts';
import { connect, type Sql } from '../../src/database/connect.ts';
import {
  type Body,
  type Send,
  sender,
  serve,
  type TestBusiness,
  useSecondServer,
  useService,
} from '../harness.ts';
import { content, done, events, made, merge, unmerge } from './life-case.ts';
import { fetched, MOBILE, upsert } from './upsert-case.ts';

const service = useService();
const elsewhere = useSecondServer(service);

const follow = async (send: Send, cursor: string | null, more = ''): Promise<Body> =>
  done(send('GET', `/events?${cursor ? `after=${cursor}` : ''}${more}`));

/** Follows from the beginning to the end; the ids of the events. */
async function readAll(send: Send, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = null; ; ) {
    const { items, next_cursor } = await follow(send, cursor, `&limit=${limit}`);
    ids.push(...items.map(({ id }) => id));
    if (items.length === 0) return ids;
    cursor = next_cursor;
  }
}

const eventIds = async (business: TestBusiness): Promise<string[]> => {
  const rows = await service.sql`select id from events where business_id = ${business.id} order by seq`;
  return rows.map(({ id }) => id);
};

describe('the feed', () => {
  it('holds every event once in the order of commits, page by page', async () => {
    const business = await service.business();
    const a = await upsert(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, { name: 'Bea' });
    await done(merge(business, a.id, b.id));
    await business.send('DELETE', `/customers/${a.id}`);
    const { items, next_cursor } = await follow(business.send, null);
    expect(items.map(({ type }) => type)).toEqual(['created', 'created', 'merged_away', 'merged', 'deleted']);
    expect(items[0]).toMatchObject({ customer_id: a.id, actor: { type: 'api_key' }, version: 1 });
    expect(await readAll(business.send, 2)).toEqual(items.map(({ id }) => id));
    expect((await follow(business.send, next_cursor)).items).toEqual([]);
  });

  it('a reader who follows misses nothing while twelve writers commit through two processes', async () => {
    const business = await service.business();
    const sends = [business.send, sender(elsewhere.url, business.key)];
    let writing = true;
    const writers = Array.from({ length: 12 }, async (_, w) => {
      for (let i = 0; i < 25; i++)
        await done(
          sends[w % 2]!('PUT', '/customers', { email: `w${w}-${i % 7}@clientele.test`, name: `N${i}` }),
        );
    });
    const read = async (send: Send): Promise<string[]> => {
      const ids: string[] = [];
      for (let cursor: string | null = null, rest = 2; rest > 0; ) {
        const { items, next_cursor } = await follow(send, cursor, '&limit=7');
        ids.push(...items.map(({ id }) => id));
        cursor = next_cursor;
        if (items.length === 0 && !writing) rest--;
      }
      return ids;
    };
    const readers = Promise.all(sends.map(read));
    await Promise.all(writers);
    writing = false;
    const all = await eventIds(business);
    expect(all.length).toBeGreaterThan(100);
    for (const seen of await readers) expect(seen).toEqual(all);
    const rows = await service.sql<{ seq: number; at: string }[]>`
      select seq, at from events where business_id = ${business.id} order by seq`;
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
    expect(rows.every(({ at }, i) => i === 0 || at >= rows[i - 1]!.at)).toBe(true);
  });

  it('wait holds the request until something is committed, by this process or another', async () => {
    const business = await service.business();
    for (const send of [business.send, sender(elsewhere.url, business.key)]) {
      const { next_cursor } = await follow(business.send, 'latest');
      const waiting = follow(business.send, next_cursor, '&wait=20');
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { id } = (await send('POST', '/customers', { name: 'Ann' })).body;
      expect((await waiting).items.map((event) => event.customer_id)).toEqual([id]);
    }
  });

  it('wait ends with an empty page when nothing happens', async () => {
    const business = await service.business();
    const start = performance.now();
    const { items, next_cursor } = await follow(business.send, 'latest', '&wait=1');
    expect(items).toEqual([]);
    expect(next_cursor).toBeTruthy();
    expect(performance.now() - start).toBeGreaterThan(900);
  });

  it('a service that stops lets go of those who wait', async () => {
    const business = await service.business();
    const sql: Sql = connect(service.databaseUrl, { max: 2 });
    const third = await serve(sql);
    const waiting = follow(sender(third.url, business.key), 'latest', '&wait=25');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await third.server.close();
    expect((await waiting).items).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5_000);
    await sql.end();
  });

  it('a key of one location follows its own events alone, past any number of others', async () => {
    const business = await service.business();
    const location_id = await business.addLocation();
    const { send } = await business.addKey({ location_id });
    const customers = Array.from({ length: 1_000 }, (_, i) => ({
      email: `other${i}@clientele.test`,
      location_id: business.locationId,
    }));
    for (let i = 0; i < 3; i++) {
      const named = customers.map((customer) => ({ ...customer, name: `Round ${i}` }));
      await done(business.send('PUT', '/customers/batch', { customers: named }));
    }
    const { id } = (await send('POST', '/customers', { name: 'Mine' })).body;
    const page = await follow(send, null);
    expect(page.items.map((event) => event.customer_id)).toEqual([]);
    const next = await follow(send, page.next_cursor);
    expect(next.items.map((event) => event.customer_id)).toEqual([id]);
    expect((await follow(send, null, '&wait=1')).items.map((event) => event.customer_id)).toEqual([id]);
  });

  for (const query of ['after=x', 'limit=0', 'limit=1001', 'wait=26', 'wait=-1', 'cursor=x']) {
    it(`${query} is refused`, async () => {
      const { send } = await service.business();
      expect((await send('GET', `/events?${query}`)).status).toBe(query === 'after=x' ? 400 : 422);
    });
  }

  it('a cursor of another business, or changed in one place, is 400', async () => {
    const [one, two] = [await service.business(), await service.business()];
    const { next_cursor } = await follow(one.send, null);
    expect((await two.send('GET', `/events?after=${next_cursor}`)).body.code).toBe('invalid_cursor');
    for (let i = 0; i < next_cursor!.length; i += 5) {
      const letter = next_cursor![i] === 'A' ? 'B' : 'A';
      const changed = next_cursor!.slice(0, i) + letter + next_cursor!.slice(i + 1);
      expect((await one.send('GET', `/events?after=${changed}`)).status, changed).toBe(400);
    }
  });
});

describe('a feed that was put back, as a restore of a backup does', () => {
  /** The business as it was after so many events. */
  const putBack = async ({ id }: TestBusiness, seq: number) => {
    await service.sql`delete from events where business_id = ${id} and seq > ${seq}`;
    await service.sql`update feeds set seq = ${seq} where business_id = ${id}`;
  };
  const more = async (business: TestBusiness, events: number) => {
    for (let i = 0; i < events; i++) await made(business, { name: `N${i}` });
  };

  it('refuses the cursors of what it lost, also when the numbers have caught up, and goes on from the others', async () => {
    const business = await service.business();
    const { send } = business;
    await more(business, 3);
    const kept = (await follow(send, 'latest')).next_cursor;
    await more(business, 3);
    const cursors = [(await follow(send, null)).next_cursor, (await follow(send, 'latest')).next_cursor];
    await putBack(business, 3);
    for (const events of [0, 2, 1, 5]) {
      await more(business, events);
      for (const cursor of cursors)
        for (const wait of ['', '&wait=1']) {
          expect(await send('GET', `/events?after=${cursor}${wait}`)).toMatchObject({
            status: 400,
            message: expect.stringMatching(/restored.*Read it from the beginning/),
            body: { code: 'invalid_cursor' },
          });
        }
    }
    expect(await readAll(send, 2)).toEqual(await eventIds(business));
    const { items } = await follow(send, kept);
    expect(items.map(({ id }) => id)).toEqual((await eventIds(business)).slice(3));
  });

  it('goes on from the cursors of an earlier version, which know the number alone, unless it is not there', async () => {
    const business = await service.business();
    await more(business, 3);
    const [instance] = await service.sql`select secret from instance`;
    const earlier = (seq: number) =>
      encodeCursor(instance!.secret, JSON.stringify(['feed', business.id, null]), seq);
    expect((await follow(business.send, earlier(2))).items).toHaveLength(1);
    expect((await follow(business.send, earlier(0))).items).toHaveLength(3);
    expect((await business.send('GET', `/events?after=${earlier(4)}`)).body.code).toBe('invalid_cursor');
  });
});

describe('the record as it was', () => {
  const at = (business: TestBusiness, id: string, time: string) =>
    business.send('GET', `/customers/${id}?at=${encodeURIComponent(time)}`);

  it('is answered for every moment of its life, byte for byte', async () => {
    const business = await service.business();
    const { id } = await made(business, { name: 'Ann', phone: MOBILE, tags: ['a'] });
    const states = [await fetched(business, id)];
    const changes = [
      { name: 'Ann Lee' },
      { email: 'ann@clientele.test', added_tags: ['b'] },
      { phone: null, custom_fields: { size: 'M' } },
      { contacts: [], name: 'Last', status: 'inactive' },
    ];
    for (const change of changes) {
      await done(business.send('PATCH', `/customers/${id}`, change));
      states.push(await fetched(business, id));
    }
    for (const state of states) expect((await at(business, id, state.updated_at)).body).toEqual(state);
    const before = new Date(Date.parse(states[0]!.created_at) - 1).toISOString();
    expect((await at(business, id, before)).status).toBe(404);
    expect((await at(business, id, '2099-01-01T00:00:00Z')).body).toEqual(states.at(-1));
  });

  it('a deleted record is answered for when it lived, and not for when it did not', async () => {
    const business = await service.business();
    const record = await made(business, { name: 'Ann' });
    const deleted = await done(business.send('DELETE', `/customers/${record.id}`));
    expect((await at(business, record.id, record.created_at)).body.name).toBe('Ann');
    expect((await at(business, record.id, deleted.deleted_at!)).status).toBe(404);
    const restored = await done(business.send('POST', `/customers/${record.id}/restore`));
    expect((await at(business, record.id, deleted.deleted_at!)).status).toBe(404);
    expect((await at(business, record.id, restored.updated_at)).body.name).toBe('Ann');
  });

  it('a merged one is itself before, the survivor while merged, and itself again after', async () => {
    const business = await service.business();
    const [a, b] = [
      await made(business, { name: 'Ann' }),
      await made(business, { name: 'Bea', phone: MOBILE }),
    ];
    const merged = await done(merge(business, a.id, b.id));
    const apart = await done(unmerge(business, a.id, b.id));
    expect((await at(business, b.id, b.created_at)).body).toEqual(await withoutWarnings(b));
    const then = await at(business, b.id, merged.updated_at);
    expect(then.body).toMatchObject({ id: a.id, name: 'Ann', phone: MOBILE });
    expect(then.headers.get('link')).toContain(a.id);
    expect((await at(business, b.id, apart.updated_at)).body.id).toBe(b.id);
    expect((await at(business, a.id, merged.updated_at)).body.phone).toBe(MOBILE);
    expect((await at(business, a.id, apart.updated_at)).body.phone).toBeNull();
  });

  it('is answered right after each event, also when several are of one millisecond', async () => {
    const business = await service.business();
    const customers = ['Ann', 'Ann Lee', 'Ann Ng'].map((name) => ({ name, phone: MOBILE }));
    const { items } = await done(business.send('PUT', '/customers/batch', { customers }));
    const { id } = items[0]!.customer;
    const past = (await events(business, id)).toReversed();
    expect(new Set(past.map((event) => event.at)).size).toBe(1);
    const names = past.map(async (event) => (await at(business, id, event.id)).body.name);
    expect(await Promise.all(names)).toEqual(['Ann', 'Ann Lee', 'Ann Ng']);
    expect((await at(business, id, past[0]!.at)).body.name).toBe('Ann Ng');
    expect((await at(business, id, past[0]!.id.toUpperCase())).body.name).toBe('Ann');
  });

  it('is answered for the events of a record merged away: itself until then, the survivor from the merge on', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann' });
    const b = await made(business, { name: 'Bea', phone: MOBILE });
    await done(business.send('PATCH', `/customers/${b.id}`, { name: 'Beatrice' }));
    await done(merge(business, a.id, b.id));
    await done(business.send('PATCH', `/customers/${a.id}`, { name: 'Anna' }));
    const seen: unknown[] = [];
    for (const { type, id, customer_id } of await events(business, a.id)) {
      const { body } = await at(business, customer_id, id);
      seen.push([type, body.id === a.id ? 'a' : 'b', body.name, body.phone]);
    }
    expect(seen).toEqual([
      ['updated', 'a', 'Anna', '+61412345678'],
      ['merged', 'a', 'Ann', '+61412345678'],
      ['merged_away', 'a', 'Ann', '+61412345678'],
      ['updated', 'b', 'Beatrice', '+61412345678'],
      ['created', 'b', 'Bea', '+61412345678'],
      ['created', 'a', 'Ann', null],
    ]);
  });

  it('what is neither a time nor the id of an event is 422', async () => {
    const business = await service.business();
    const { id } = await made(business, { name: 'Ann' });
    for (const not of ['yesterday', '6f1c2a5e-8a35-4b9c-9d5b-0f4f6f2f7a11', '2026-02-31T00:00:00Z'])
      expect((await at(business, id, not)).status, not).toBe(422);
  });

  const withoutWarnings = async ({ warnings: _warnings, ...record }: Body) => record;
  it('shows what a list of contents would', async () => {
    const business = await service.business();
    const record = await made(business, { name: 'Ann', tags: ['x'] });
    expect(content((await at(business, record.id, record.created_at)).body)).toEqual(content(record));
  });
});
