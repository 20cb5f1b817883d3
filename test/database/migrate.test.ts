/** Migrations one by one: each a transaction of its own, each once, and nothing when something is not as it should be. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, type Sql } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { until } from '../../trust/processes.ts';
import { createDatabase } from '../harness.ts';

async function emptyDatabase(): Promise<{ sql: Sql; another: () => Sql }> {
  const { url, drop } = await createDatabase({ isEmpty: true });
  const pools: Sql[] = [];
  const another = () => {
    const sql = connect(url, { max: 2, statementTimeout: 2_000 });
    pools.push(sql);
    return sql;
  };
  onTestFinished(async () => {
    for (const sql of pools) await sql.end();
    await drop();
  });
  return { sql: another(), another };
}

/** A directory of migrations; `write` puts more there, or others in their place. */
async function directory(files: Record<string, string>) {
  const dir = await mkdtemp(join(tmpdir(), 'clientele-migrations-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const write = async (more: Record<string, string>) => {
    for (const [name, text] of Object.entries(more)) await writeFile(join(dir, name), text);
  };
  await write(files);
  return { dir, write };
}

const FIRST = 'create table people (id int primary key); insert into people values (1);';
const SECOND = 'alter table people add column name text;';
const GATE = 77;
/** As long as the gate is held by another. */
const LONG = `create table notes (id int primary key); select pg_advisory_xact_lock(${GATE}); insert into notes select id from people;`;

const applied = async (sql: Sql) =>
  (await sql`select name from migrations order by name`).map(({ name }) => name as string);

describe('migrations', () => {
  it('hold no lock of an earlier one while a later one takes its time', async () => {
    const { sql, another } = await emptyDatabase();
    const { dir, write } = await directory({ '1.sql': FIRST });
    await migrate(sql, { dir });
    await write({ '2.sql': SECOND, '3.sql': LONG });
    const old = another();
    let rest: Promise<string[]>;
    await old.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${GATE})`;
      rest = migrate(sql, { dir });
      await until('the second is there', 5_000, async () => (await applied(old)).length === 2);
      // As a process of the version before does.
      await old`update people set id = 2`;
    });
    expect(await rest!).toEqual(['2.sql', '3.sql']);
    expect(await old`select id from notes`).toEqual([{ id: 2 }]);
  });

  it('are applied once each, however many processes start at the same time', async () => {
    const { another } = await emptyDatabase();
    const { dir } = await directory({ '1.sql': FIRST, '2.sql': SECOND, '3.sql': LONG });
    const told = await Promise.all(Array.from({ length: 6 }, () => migrate(another(), { dir })));
    expect(told.flat().sort()).toEqual(['1.sql', '2.sql', '3.sql']);
    expect(await another()`select id from notes`).toEqual([{ id: 1 }]);
  });

  it('go on where they stopped', async () => {
    const { sql } = await emptyDatabase();
    const { dir, write } = await directory({
      '1.sql': FIRST,
      '2.sql': `${SECOND} select 1 / 0;`,
      '3.sql': LONG,
    });
    await expect(migrate(sql, { dir })).rejects.toThrow('division by zero');
    expect(await applied(sql)).toEqual(['1.sql']);
    await write({ '2.sql': SECOND });
    expect(await migrate(sql, { dir })).toEqual(['2.sql', '3.sql']);
    expect(await migrate(sql, { dir })).toEqual([]);
  });

  it('change nothing where a file was changed, or the database knows a newer one', async () => {
    const { sql } = await emptyDatabase();
    const { dir, write } = await directory({ '2.sql': FIRST });
    await migrate(sql, { dir });
    await write({ '1.sql': 'create table early (id int);', '2.sql': `${FIRST} -- and more` });
    await expect(migrate(sql, { dir })).rejects.toThrow('2.sql was changed after it was applied');
    await write({ '2.sql': FIRST });
    await sql`insert into migrations values ('9.sql', 'x', now())`;
    await expect(migrate(sql, { dir })).rejects.toThrow('made by a newer Clientele (it has 9.sql)');
    expect((await sql`select to_regclass('early') as it`)[0]!.it).toBeNull();
  });

  it('leave a database that something refused without so much as their own table', async () => {
    const { sql } = await emptyDatabase();
    const { dir } = await directory({ '1.sql': FIRST });
    const only = [{ name: '1.sql', checksum: 'another' }];
    await expect(migrate(sql, { dir, only })).rejects.toThrow('of a newer Clientele (it has 1.sql)');
    expect((await sql`select to_regclass('migrations') as it`)[0]!.it).toBeNull();
  });
});
