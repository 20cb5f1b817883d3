/** A connection that is lost at a bad moment leaves nobody waiting, and nothing behind for the one that takes its place. */
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, isUnavailable, patient, type Sql } from '../../src/database/connect.ts';
import { until } from '../../trust/processes.ts';
import { Wire } from '../../trust/wire.ts';
import { createDatabase } from '../harness.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let admin: Sql;
let sql: Sql;
beforeAll(async () => {
  database = await createDatabase();
  admin = connect(database.url, { max: 1, applicationName: 'test' });
  // One connection: what takes the place of the lost one is certain.
  sql = connect(database.url, { max: 1 });
});
afterAll(async () => {
  await sql?.end({ timeout: 1 });
  await admin?.end({ timeout: 1 });
  await database?.drop();
});

/** Ends the connection while a statement that contains the text is at work on it. */
async function loseDuring(text: string): Promise<void> {
  await until('the statement is at work', 10_000, async () => {
    const ended = await admin`
      select pg_terminate_backend(pid)
      from pg_stat_activity
      where application_name = 'clientele' and datname = current_database() and state = 'active'
        and query like ${`%${text}%`} and now() - query_start > interval '150 milliseconds'`;
    return ended.length > 0;
  });
}

const lossOf = async (work: Promise<unknown>): Promise<boolean> =>
  await work.then(
    () => false,
    (error) => isUnavailable(error),
  );

/** The next answer of the pool, once it has a connection again. */
const nextAnswer = () =>
  until('the pool answers', 5_000, () => sql`select ${7}::int as n, ${'x'}::text as t`.catch(() => null));

describe('a lost connection', () => {
  it('within a transaction: the transaction fails, the pool goes on', async () => {
    for (let round = 0; round < 3; round++) {
      const [isLost] = await Promise.all([
        lossOf(
          sql.begin(async (tx) => {
            await tx`select ${round}::int`;
            await Promise.all([tx`select pg_sleep(5) as asleep`, tx`select ${'a'}::text, ${round}::int`]);
          }),
        ),
        loseDuring('asleep'),
      ]);
      expect(isLost).toBe(true);
      expect(await nextAnswer()).toEqual([{ n: 7, t: 'x' }]);
    }
  });

  it('in the middle of a result: the next result begins at its first row', async () => {
    const rows = sql`
      select repeat('x', 20000) as wide, pg_sleep(case when n > 3 then 5 else 0 end)::text
      from generate_series(1, 5) n`;
    const [isLost] = await Promise.all([lossOf(rows), loseDuring('wide')]);
    expect(isLost).toBe(true);
    const answer = await nextAnswer();
    expect(answer.length).toBe(1);
    expect(answer[0]).toEqual({ n: 7, t: 'x' });
  });
});

describe('a bad wire to the database', () => {
  let wire: Wire;
  let pool: Sql;
  const SILENCE_MS = 500;
  beforeAll(async () => {
    wire = await Wire.open(database.url);
    pool = connect(wire.before(database.url), { max: 3, silence: SILENCE_MS });
  });
  afterAll(async () => {
    await pool?.end({ timeout: 1 });
    await wire?.close();
  });

  it('reset under load, again and again: every statement gets an answer or a refusal', async () => {
    let isOver = false;
    let refused = 0;
    const asking = Array.from({ length: 12 }, async () => {
      while (!isOver) {
        const isRefused = await lossOf(pool.begin((tx) => Promise.all([tx`select 1`, tx`select 2`])));
        if (isRefused) refused++;
      }
    });
    for (let round = 0; round < 40; round++) {
      await sleep(20);
      wire.resetAll();
    }
    isOver = true;
    await Promise.all(asking);
    expect(refused).toBeGreaterThan(10);
  });

  it.each(['up', 'down'] as const)(
    'silent (%s): who waits is refused soon, others are served afterwards',
    async (way) => {
      await pool`select 1`;
      wire.vanishing = [way];
      const asked = performance.now();
      expect(await lossOf(pool`select 1`)).toBe(true);
      expect(performance.now() - asked).toBeLessThan(SILENCE_MS + 2_000);
      wire.vanishing = [];
      await until('the pool answers', 5_000, () => pool`select 1`.catch(() => null));
    },
  );

  it('silent while others ask on: nobody waits for the last of them', async () => {
    await Promise.all(Array.from({ length: 3 }, () => pool`select pg_sleep(0.05)`));
    wire.vanishing = ['down'];
    const waits = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        await sleep(n * 50);
        const asked = performance.now();
        await lossOf(pool`select 1`);
        return performance.now() - asked;
      }),
    );
    wire.vanishing = [];
    expect(Math.max(...waits.slice(0, 10))).toBeLessThan(SILENCE_MS + 500);
    await until('the pool answers', 10_000, () => pool`select 1`.catch(() => null));
  });

  it('silent within a transaction: what it held is free again', async () => {
    await admin`create table held (id int primary key)`;
    await admin`insert into held values (1)`;
    const lost = lossOf(
      pool.begin(async (tx) => {
        await tx`select * from held where id = 1 for update`;
        wire.vanishing = ['up'];
        await tx`select 2`;
      }),
    );
    expect(await lost).toBe(true);
    wire.vanishing = [];
    const asked = performance.now();
    await admin`update held set id = 2`;
    expect(performance.now() - asked).toBeLessThan(SILENCE_MS + 2_000);
  });

  it('a patient statement may be silent for longer', async () => {
    expect(await lossOf(patient(pool`select pg_sleep(${(2 * SILENCE_MS) / 1000})`))).toBe(false);
    expect(await lossOf(pool`select pg_sleep(${(2 * SILENCE_MS) / 1000})`)).toBe(true);
  });
});

it('a statement that fails after some of its rows leaves none of them to the next one', async () => {
  const failing = sql`select 1 / (500 - n) as id from generate_series(1, 1000) n`;
  await expect(failing).rejects.toThrow('division by zero');
  const rows = await sql<{ id: number }[]>`select n as id from generate_series(1, 3) n`;
  expect([...rows]).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

it('rows that are refused once all of them were sent are not waited for', async () => {
  const refused = sql.begin(async (tx) => {
    await tx`create temp table numbers (n int)`;
    const copy = await tx`copy numbers from stdin`.writable();
    copy.end('one\n');
    await finished(copy);
  });
  await expect(refused).rejects.toThrow('invalid input syntax for type integer: "one"');
});
