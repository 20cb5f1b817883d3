/** Rows that go to PostgreSQL as arrays come back as they were, whatever stands in them. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/connect.ts';
import { recordset } from '../../src/database/recordset.ts';
import { createDatabase } from '../harness.ts';

let sql: Sql;
let drop: () => Promise<void>;
beforeAll(async () => {
  const made = await createDatabase();
  drop = made.drop;
  sql = connect(made.url, { max: 1 });
});
afterAll(async () => {
  await sql?.end();
  await drop?.();
});

const table = recordset({
  a: 'text',
  n: 'integer',
  list: 'text[]',
  numbers: 'integer[]',
  flag: 'boolean',
  json: 'jsonb',
});
// PostgreSQL keeps no NUL, and UTF-8 no half of a pair: both are refused at the door.
const text = fc.string({ unit: 'binary' }).map((value) => value.toWellFormed().replaceAll('\0', ''));
const row = fc.record({
  a: fc.option(text),
  n: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  list: fc.array(
    fc.oneof(text, fc.constantFrom('null', 'NULL', '', '{}', '"', '\\', ',', '\n', '\\n', '\u2028')),
  ),
  numbers: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  flag: fc.option(fc.boolean()),
  json: fc.dictionary(
    text.map((name) => `k${name}`),
    fc.oneof(text, fc.boolean(), fc.constant(null)),
  ),
});

describe('a recordset', () => {
  it('brings every row as it was, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
        const back = await sql`select r.* from ${table(rows).in(sql)} r`;
        expect([...back]).toEqual(rows);
      }),
      { numRuns: 200 },
    );
  });

  it('takes an absent value for null', async () => {
    const back = await sql`select r.a, r.n from ${table([{ list: [], numbers: [], json: {} }]).in(sql)} r`;
    expect(back[0]).toEqual({ a: null, n: null });
  });
});
