/** The background work that no row of the contract names. */
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openService, type Service } from '../src/customers/service.ts';
import { connect } from '../src/database/connect.ts';
import { keepHouse } from '../src/housekeeping.ts';
import { stored } from './contract/stored.ts';
import { type TestBusiness, useService } from './harness.ts';

const service = useService();
const DAY_MS = 86_400_000;

beforeEach(async () => {
  await service.sql`delete from leases`;
});

/** A service on connections of its own, whose statements the test hears of. */
async function keeperHeard(onStatement: (text: string) => void): Promise<Service> {
  const sql = connect(service.databaseUrl, { max: 2, onStatement });
  onTestFinished(() => sql.end({ timeout: 1 }));
  return await openService(sql);
}

/** A business with so many customers whose retention is over. */
async function withDeleted(n: number): Promise<TestBusiness> {
  const business = await service.business();
  for (let i = 0; i < n; i++) {
    const { id } = (await business.send('POST', '/customers', { name: `Gone ${i}` })).body;
    await business.send('DELETE', `/customers/${id}`);
  }
  await service.sql`
    update customers set deleted_at = now() - interval '31 days' where business_id = ${business.id}`;
  return business;
}

const left = async ({ id }: TestBusiness) => (await stored(service.sql, id)).customers;

it('looks at a table anew when it has grown, and not again', { timeout: 60_000 }, async () => {
  const business = await service.business();
  const sql = connect(service.databaseUrl, { max: 1, statementTimeout: 0 });
  const looks = async () => {
    const [row] = await sql`
      select analyze_count::int as n, n_mod_since_analyze::int as changed
      from pg_stat_user_tables
      where relname = 'name_words'`;
    return row as unknown as { n: number; changed: number };
  };
  // The database's own turn would hide that this one works.
  await sql`alter table name_words set (autovacuum_enabled = off)`;
  const before = await looks();
  await sql`
    insert into name_words (business_id, key, word)
    select ${business.id}::uuid, 'word' || n, 'word' || n from generate_series(1, 11000) n`;
  await expect.poll(async () => (await looks()).changed, { timeout: 20_000 }).toBeGreaterThan(10_000);

  const keeper = await openService(service.sql);
  await keepHouse(keeper, 'keeper');
  await expect.poll(async () => (await looks()).n, { timeout: 20_000 }).toBe(before.n + 1);
  await keepHouse(keeper, 'keeper');
  expect((await looks()).n).toBe(before.n + 1);
  await sql.end();
});

it('says when a round came to its end: not one that was put off, cut short or left to another', async () => {
  const keeper = await openService(service.sql);
  expect(keeper.house.finishedAt).toBe(0);
  await keepHouse(keeper, 'keeper', { isStopping: () => true });
  expect(keeper.house.finishedAt).toBe(0);

  const business = await service.business();
  await business.send('PUT', '/customers', { name: 'Ann Lee', email: 'ann@clientele.test' });
  await service.sql`
    insert into leases values ('housekeeping', 'another', now() + interval '1 minute')
    on conflict (name) do update set holder = excluded.holder, until = excluded.until`;
  expect(await keepHouse(keeper, 'keeper')).toBeNull();
  expect(keeper.house.finishedAt).toBe(0);

  await service.sql`delete from leases`;
  const before = Date.now();
  await keepHouse(keeper, 'keeper');
  expect(keeper.house.finishedAt).toBeGreaterThanOrEqual(before);
});

describe('a business', () => {
  it('that fails is told by its id and keeps no other waiting; the round has not come to its end then', async () => {
    const [first, second] = [await withDeleted(1), await withDeleted(1)];
    await service.sql.unsafe(`
      create function refuse_purge() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
      create trigger refuse_purge before delete on customers for each row
      when (old.business_id = '${first.id}') execute function refuse_purge()`);
    const keeper = await openService(service.sql);
    const failures: string[] = [];
    const onFailure = (businessId: string) => failures.push(businessId);
    expect(await keepHouse(keeper, 'keeper', { onFailure })).toMatchObject({ purged: 1 });
    expect([await left(first), await left(second)]).toEqual([1, 0]);
    expect(failures).toEqual([first.id]);
    expect(keeper.house.finishedAt).toBe(0);

    await service.sql.unsafe('drop function refuse_purge cascade');
    expect(await keepHouse(keeper, 'keeper', { onFailure })).toMatchObject({ purged: 1 });
    expect(failures).toHaveLength(1);
    expect(keeper.house.finishedAt).toBeGreaterThan(0);
  });

  it('keeps an answer for its 24 hours', async () => {
    const business = await service.business();
    const send = (path: string) =>
      business.send('POST', path, { name: 'Ann' }, { headers: { 'idempotency-key': path } });
    const paths = ['/customers', '/locations'];
    const kept = await Promise.all(paths.map(send));
    await service.sql`
      update idempotency_keys set created_at = now() - interval '23 hours 59 minutes'
      where business_id = ${business.id}`;
    expect(await keepHouse(await openService(service.sql), 'keeper')).not.toBeNull();
    const again = await Promise.all(paths.map(send));
    expect(again.map(({ body }) => body)).toEqual(kept.map(({ body }) => body));
    expect(again.map(({ headers }) => headers.get('idempotent-replayed'))).toEqual(['true', 'true']);
  });

  it('with a million kept answers has them deleted a thousand at a time', async () => {
    const business = await service.business();
    await service.sql`
      insert into idempotency_keys (business_id, context, key, part, fingerprint, answer, customer_ids, created_at)
      select ${business.id}::uuid, ${business.id}::uuid, 'key ' || n, 0, '', '[]', '{}', now() - n % 3 * interval '1 day'
      from generate_series(1, 3300) n`;
    let statements = 0;
    const keeper = await keeperHeard((text) => {
      if (/delete from idempotency_keys/.test(text)) statements++;
    });
    await keepHouse(keeper, 'keeper');
    const [row] = await service.sql`
      select count(*)::int as n from idempotency_keys where business_id = ${business.id}`;
    expect([row!.n, statements]).toEqual([1100, 3]);
  });

  it('with much to look at has its turn, and goes on in the next round', async () => {
    const [large, small] = [await service.business(), await service.business()];
    const customers = Array.from({ length: 250 }, (_, n) => ({ email: `scanned${n}@clientele.test` }));
    await large.send('PUT', '/customers/batch', { customers });
    await small.send('PUT', '/customers/batch', { customers: customers.slice(0, 2) });
    const seen = async ({ id }: TestBusiness) =>
      (await service.sql`select seq::int as seq from duplicate_scans where business_id = ${id}`)[0]?.seq;
    const keeper = await openService(service.sql);
    expect(await keepHouse(keeper, 'keeper', { turnMs: 0 })).toMatchObject({ isLeft: true });
    expect([await seen(large), await seen(small)]).toEqual([100, 2]);
    expect(await keepHouse(keeper, 'keeper')).toMatchObject({ isLeft: false });
    expect(await seen(large)).toBe(250);
  });
});

describe('the purge of a round', () => {
  it('leaves who was merged away to the survivor, without a write', async () => {
    const business = await service.business();
    const made = async (name: string) => (await business.send('POST', '/customers', { name })).body.id;
    const [survivor, away, orphan] = [await made('Ann'), await made('Annie'), await made('Anna')];
    for (const from of [away, orphan]) await business.send('POST', `/customers/${survivor}/merge`, { from });
    await service.sql`
      update customers set deleted_at = now() - interval '31 days'
      where business_id = ${business.id} and merged_into is not null`;
    const keeper = await openService(service.sql);
    await keepHouse(keeper, 'keeper');
    expect([await left(business), keeper.writes.stats.writes]).toEqual([3, 0]);

    // Nobody is left to take this one along.
    await service.sql`
      update customers set merged_into = ${business.id} where business_id = ${business.id} and id = ${orphan}`;
    expect(await keepHouse(keeper, 'keeper')).toMatchObject({ purged: 1 });
    await business.send('DELETE', `/customers/${survivor}`);
    await service.sql`
      update customers set deleted_at = now() - interval '31 days'
      where business_id = ${business.id} and id = ${survivor}`;
    expect(await keepHouse(keeper, 'keeper')).toMatchObject({ purged: 2 });
    expect(await left(business)).toBe(0);
  });

  it('ends at a stop after the one it is at', async () => {
    const business = await withDeleted(3);
    const keeper = await openService(service.sql);
    await keepHouse(keeper, 'keeper', { isStopping: () => keeper.writes.stats.writes > 0 });
    expect(await left(business)).toBe(2);
    expect(await keepHouse(keeper, 'keeper')).toMatchObject({ purged: 2 });
  });

  it('renews its lease, and ends when another has it', async () => {
    const business = await withDeleted(3);
    await service.sql.unsafe(`
      create function take_lease() returns trigger language plpgsql as $$ begin
        if (select count(*) from customers where business_id = '${business.id}') = 1 then
          update leases set holder = 'another';
        end if;
        return null;
      end $$;
      create trigger take_lease after delete on customers for each row execute function take_lease()`);
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    onTestFinished(() => void vi.restoreAllMocks());
    let leases = 0;
    const keeper = await keeperHeard((text) => {
      if (/insert into leases/.test(text)) leases++;
      if (/delete from customers/.test(text)) now += 25_000;
    });
    expect(await keepHouse(keeper, 'keeper', { turnMs: 1_000_000 })).toBeNull();
    await service.sql.unsafe('drop function take_lease cascade');
    expect(leases).toBeGreaterThanOrEqual(3);
    expect(await left(business)).toBe(1);
  });
});

describe('a process whose clock is wrong', () => {
  const jump = (millis: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + millis });
  beforeEach(() => () => void vi.useRealTimers());

  it('deletes nothing too early', async () => {
    const business = await service.business();
    const { id } = (
      await business.send('POST', '/customers', { name: 'Ann' }, { headers: { 'idempotency-key': 'one' } })
    ).body;
    await business.send('DELETE', `/customers/${id}`);
    await business.send(
      'POST',
      '/session',
      { key: business.key },
      { headers: { 'x-clientele-console': '1' } },
    );
    const kept = async () => {
      const [row] = await service.sql`
        select
          (select count(*)::int from customers where business_id = ${business.id}) as customers,
          (select count(*)::int from idempotency_keys where business_id = ${business.id}) as answers,
          (select count(*)::int from sessions where business_id = ${business.id}) as sessions`;
      return row;
    };
    const before = await kept();
    expect(before).toEqual({ customers: 1, answers: 1, sessions: 1 });
    jump(31 * DAY_MS);
    await keepHouse(await openService(service.sql), 'keeper');
    expect(await kept()).toEqual(before);
  });

  it('that is behind keeps what it deleted for as long as any', async () => {
    const business = await service.business();
    jump(-31 * DAY_MS);
    const { id } = (await business.send('POST', '/customers', { name: 'Ann' })).body;
    await service.sql`
      update customers set deleted_at = ${new Date().toISOString()} where business_id = ${business.id} and id = ${id}`;
    await keepHouse(await openService(service.sql), 'keeper');
    expect(await left(business)).toBe(1);
  });
});
