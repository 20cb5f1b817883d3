/** A connection that is lost at a bad moment leaves nothing behind for the one that takes its place. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, isUnavailable, type Sql } from '../../src/database/connect.ts';
import { until } from '../../trust/processes.ts';
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
