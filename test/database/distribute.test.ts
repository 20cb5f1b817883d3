/** A database that has Citus has its tables spread by business; any other is left as it is. Citus is stood in for. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, type Sql } from '../../src/database/connect.ts';
import { distribute, parentsFirst, type Table } from '../../src/database/distribute.ts';
import { clientele } from '../cli/session.ts';
import { createDatabase } from '../harness.ts';
import { TENANT_TABLES } from '../statement-watch.ts';
import { callsOf, installStandIn } from './citus-stand-in.ts';

const TENANTS = [...TENANT_TABLES.keys()].sort();

/** A migrated database, with the stand-in unless told otherwise. */
async function database({ hasCitus = true } = {}): Promise<{ sql: Sql; url: string }> {
  const { url, drop } = await createDatabase();
  const sql = connect(url, { max: 4 });
  onTestFinished(async () => {
    await sql.end();
    await drop();
  });
  if (hasCitus) await installStandIn(sql);
  return { sql, url };
}

const unlogged = async (sql: Sql): Promise<string[]> => {
  const rows =
    await sql`select relname from pg_class where relkind = 'r' and relpersistence = 'u' order by relname`;
  return rows.map((row) => row.relname as string);
};

describe('distribute', () => {
  it('spreads every table of businesses, each where its business is, and leaves the others', async () => {
    const { sql } = await database();
    const names = await distribute(sql);
    expect([...names].sort()).toEqual(TENANTS);
    const calls = (await callsOf(sql)).filter(({ what }) => what === 'distribute');
    expect(calls.map(({ table }) => table)).toEqual(names);
    expect(calls[0]).toMatchObject({ table: 'businesses', column: 'id', together: 'none' });
    for (const call of calls.slice(1))
      expect(call).toMatchObject({ column: 'business_id', together: 'businesses' });
  });

  it('takes what is referred to before what refers to it', async () => {
    const { sql } = await database();
    const names = await distribute(sql);
    const keys = await sql<{ from: string; to: string }[]>`
      select conrelid::regclass::text as from, confrelid::regclass::text as to from pg_constraint where contype = 'f'`;
    expect(keys.length).toBeGreaterThan(5);
    for (const { from, to } of keys)
      expect(names.indexOf(from), `${from} after ${to}`).toBeGreaterThan(names.indexOf(to));
  });

  it('makes unlogged tables of businesses logged before, and no other', async () => {
    const { sql } = await database();
    expect(await unlogged(sql)).toEqual(['duplicate_keys', 'duplicate_scans', 'request_counts']);
    await distribute(sql);
    expect(await unlogged(sql)).toEqual(['request_counts']);
    for (const { persistence } of await callsOf(sql)) expect(persistence).toBe('p');
  });

  it('drops what it copied once all are distributed, and no sooner', async () => {
    const { sql } = await database();
    const names = await distribute(sql);
    const calls = await callsOf(sql);
    expect(calls.slice(names.length).map(({ what, table }) => `${what} ${table}`)).toEqual(
      names.map((name) => `truncate ${name}`),
    );
  });

  it('does it once, however often and by however many it is asked', async () => {
    const { sql, url } = await database();
    const others = [connect(url, { max: 1 }), connect(url, { max: 1 })];
    const told = await Promise.all([sql, ...others].map(distribute));
    expect(told.map((names) => names.length).sort((a, b) => a - b)).toEqual([0, 0, TENANTS.length]);
    expect(await distribute(sql)).toEqual([]);
    expect(await callsOf(sql)).toHaveLength(2 * TENANTS.length);
    for (const other of others) await other.end();
  });

  it('finds a table that a later migration adds, and no piece of a distributed one', async () => {
    const { sql } = await database();
    await distribute(sql);
    await sql.unsafe(`
      create table notes (
        business_id uuid, customer_id uuid, primary key (business_id, customer_id),
        foreign key (business_id, customer_id) references customers (business_id, id));
      create table customers_102008 (business_id uuid primary key);
      create table holidays (day date primary key)`);
    expect(await distribute(sql)).toEqual(['notes']);
    expect((await callsOf(sql)).at(-2)).toMatchObject({ table: 'notes', together: 'businesses' });
  });

  it('does all of it or nothing', async () => {
    const { sql } = await database();
    await sql`create table notes (business_id uuid, id uuid primary key)`;
    await expect(distribute(sql)).rejects.toThrow(/cannot create constraint on "notes"/);
    expect(await sql`select 1 from pg_dist_partition`).toHaveLength(0);
    expect(await unlogged(sql)).toContain('duplicate_keys');
  });

  it('leaves a database without Citus as it is', async () => {
    const { sql } = await database({ hasCitus: false });
    expect(await distribute(sql)).toEqual([]);
    expect(await unlogged(sql)).toContain('duplicate_keys');
  });

  it('is what clientele migrate does, which says what it spread', async () => {
    const { sql, url } = await database();
    const first = await clientele(['migrate'], { DATABASE_URL: url });
    expect(first).toMatchObject({ code: 0, err: '' });
    const names = (await callsOf(sql)).flatMap(({ what, table }) => (what === 'distribute' ? [table] : []));
    expect(first.out).toBe(names.map((name) => `Distributed ${name}`).join('\n'));
    expect((await clientele(['migrate'], { DATABASE_URL: url })).out).toBe('The schema is up to date.');
  });
});

describe('the order', () => {
  const table = (name: string, ...parents: string[]): Table => ({ name, is_unlogged: false, parents });
  const order = (...tables: Table[]) => parentsFirst(tables).map(({ name }) => name);

  it('keeps to the given one where nothing speaks against it', () => {
    expect(order(table('z'), table('a'), table('m'))).toEqual(['z', 'a', 'm']);
  });

  it('counts a parent that is distributed already as there', () => {
    expect(order(table('notes', 'customers'))).toEqual(['notes']);
  });

  it('puts a chain behind each other', () => {
    expect(order(table('c', 'b', 'a'), table('b', 'a'), table('a'))).toEqual(['a', 'b', 'c']);
  });

  it('says so when there is none', () => {
    expect(() => order(table('x'), table('a', 'b'), table('b', 'a'))).toThrow(/of a, b go in a circle/);
  });
});
