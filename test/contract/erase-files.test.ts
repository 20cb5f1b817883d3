/**
 * After an erase, down to the bytes: nothing in any table, in what is logged, and, once the steps of docs/privacy.md are done,
 * in any file of the data directory. A real process with the PostgreSQL of its own.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.ts';
import type { Sql } from '../../src/database/connect.ts';
import { lookInto, type RunningService } from '../../trust/processes.ts';
import { useProcesses } from '../faults/process.ts';
import { type Send, sender } from '../harness.ts';
import { done } from './life-case.ts';
import { PERSON, PERSON_TRACES, tracesIn, tracesInTables } from './person.ts';

const TRACES = [...PERSON_TRACES, 'tulgey', 'callooh', 'uffish', 'manxome', 'vorpal', 'galumph'];

const processes = useProcesses();
let dataDir: string;
let service: RunningService;
let send: Send;

beforeAll(async () => {
  dataDir = await processes.dataDir();
  service = await processes.start({ CLIENTELE_DATA: dataDir });
  send = sender(service.url, service.key!);
});

/** Whatever may copy a person, done to this one; the id of who is left of them. */
async function live(): Promise<string> {
  const headers = { 'idempotency-key': 'first' };
  const { id } = await done(send('PUT', '/customers', PERSON, { headers }));
  await done(send('PUT', '/customers', PERSON, { headers }));
  const file = [
    { email: PERSON.email, custom_fields: { from: 'tulgey' } },
    { email: 'other@clientele.test', name: 'Other' },
  ];
  const query = 'import_id=3f0e9a44-6f0e-4d59-9d6c-3f1a5b1c2d3e';
  const answers = { headers: { 'idempotency-key': 'file' } };
  await done(send('PUT', `/customers/batch?${query}`, { customers: file }, answers));
  await done(send('PATCH', `/customers/${id}`, { name: 'Quintessa Callooh', address: '1 Uffish Street' }));
  const twin = { name: 'Quintessa Manxome', email: 'q@manxome.test' };
  const other = await done(send('POST', '/customers', twin));
  await done(send('POST', `/customers/${id}/merge`, { from: other.id }));
  await done(send('PUT', `/customers/${id}/references/booking/vorpal-1`, { state: 'open' }));
  await done(send('PUT', `/customers/${id}/legal-hold`, { reason: 'Quarrel with Galumph' }));
  await done(send('DELETE', `/customers/${id}/legal-hold`));
  await done(send('GET', '/customers?q=quintesa%20zyxwvut'));
  // Refused, with the values in the request.
  expect((await send('POST', '/customers', PERSON)).status).toBe(409);
  expect((await send('PATCH', `/customers/${id}`, { ...PERSON, vorpal: 1 })).status).toBe(422);
  return id;
}

async function tracesInSamples(sql: Sql): Promise<string[]> {
  const rows = await sql<
    { line: string }[]
  >`select s::text as line from pg_stats s where schemaname = 'public'`;
  return tracesIn(rows.map(({ line }) => line).join('\n'), TRACES);
}

/** Files of the data directory below one of its folders, as `file: trace`. */
async function tracesInFiles(folder = ''): Promise<string[]> {
  const root = join(dataDir, folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    // One that the server has removed meanwhile has nothing.
    const text = await readFile(path, 'latin1').catch(() => '');
    found.push(...tracesIn(text, TRACES).map((trace) => `${path.slice(dataDir.length + 1)}: ${trace}`));
  }
  return found;
}

describe('an erased customer', () => {
  it('is in no table, no log and, after the steps that docs/privacy.md names, in no file', {
    timeout: 120_000,
  }, async () => {
    const id = await live();
    await lookInto(dataDir, async (sql) => {
      await sql`analyze`;
      await sql`checkpoint`;
      expect((await tracesInTables(sql, TRACES)).length, 'what is to be erased').toBeGreaterThan(20);
      expect(await tracesInSamples(sql), 'the planner takes samples').toContain(
        'quintessa callooh'.slice(0, 9),
      );
      const inFiles = [...new Set((await tracesInFiles('postgres/base')).map((one) => one.split(': ')[1]))];
      expect(inFiles.sort(), 'a look into the files finds what is there').toEqual([...TRACES].sort());

      await done(send('POST', `/customers/${id}/erase`));
      expect(await tracesInTables(sql, TRACES)).toEqual([]);
      expect((await send('GET', `/customers/${id}`)).status).toBe(404);

      // As docs/privacy.md has it.
      for (const step of await stepsOf('docs/privacy.md')) await sql.unsafe(step);
      expect(await tracesInTables(sql, TRACES)).toEqual([]);
      expect(await tracesInSamples(sql)).toEqual([]);
      expect(await tracesInFiles('postgres/base')).toEqual([]);
      expect(await tracesInFiles(), 'the write-ahead log and the logs too').toEqual([]);
    });
    expect(service.output().split('"msg":"request"').length, 'all was logged').toBeGreaterThan(10);
    expect(tracesIn(service.output(), TRACES)).toEqual([]);
  });
});

/** The SQL block of a page, a statement a line. */
async function stepsOf(page: string): Promise<string[]> {
  const [, block] = /```sql\n([\s\S]*?)```/.exec(await readFile(join(packageDir, page), 'utf8'))!;
  return block!.split('\n').flatMap((line) => /^([^;]+);/.exec(line)?.[1] ?? []);
}
