/** The background work that no row of the contract names. */
import { expect, it } from 'vitest';
import { openService } from '../src/customers/service.ts';
import { connect } from '../src/database/connect.ts';
import { keepHouse } from '../src/housekeeping.ts';
import { useService } from './harness.ts';

const service = useService();

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
  await keepHouse(keeper, 'keeper', () => true);
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
