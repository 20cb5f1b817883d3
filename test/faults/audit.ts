/** What the doctor finds, and what the campaign compares (`trust/audit.ts`), as expectations. */
import { expect } from 'vitest';
import type { Sql } from '../../src/database/connect.ts';
import { examineRecords } from '../../src/doctor/records.ts';
import { counters, feed, pairs } from '../../src/doctor/tables.ts';
import { audit } from '../../trust/audit.ts';
import type { Ledger } from '../../trust/ledger.ts';
import { lookInto } from '../../trust/processes.ts';

/** Records, contacts, counters, history and feed of every business agree with each other: the doctor finds nothing. */
export async function expectWhole(sql: Sql): Promise<void> {
  const wrong: string[] = [];
  for (const { id } of await sql`select id from businesses`) {
    const found = [await examineRecords(sql, id, () => {})];
    for (const check of [counters, feed, pairs]) found.push(await check(sql, id));
    wrong.push(...found.flat().map(({ what }) => what));
  }
  expect(wrong, 'what the doctor finds').toEqual([]);
}

/** And what the writers were told is there, once. */
export async function expectTold(sql: Sql, ledger: Ledger): Promise<void> {
  const findings = await audit(sql, ledger);
  expect(findings, 'what is not as it was told').toEqual({ lost: [], doubled: [], wrong: [] });
  await expectWhole(sql);
}

/** The same of the database of a data directory. */
export const expectToldIn = async (dataDir: string, ledger: Ledger): Promise<void> =>
  await lookInto(dataDir, (sql) => expectTold(sql, ledger));
