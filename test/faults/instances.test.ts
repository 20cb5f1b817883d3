/** Two instances on one database: the unique index and the version guard decide between them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/connect.ts';
import { type Answer, createDatabase, type Send, sender, serve, useService } from '../harness.ts';
import { expectWhole } from './audit.ts';
import { useProcesses } from './process.ts';

const CALLS = 64;
const MOBILE = '+61412345678';

/** Sends all at once, spread over the instances. */
const spread = (sends: Send[], bodies: object[]): Promise<Answer[]> =>
  Promise.all(bodies.map((body, i) => sends[i % sends.length]!('PUT', '/customers', body)));

const statuses = (answers: Answer[]) => [...new Set(answers.map((answer) => answer.status))];

describe('two processes on one database', () => {
  const processes = useProcesses();
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let sql: Sql;
  let sends: Send[];
  beforeAll(async () => {
    database = await createDatabase();
    sql = connect(database.url, { max: 2 });
    // As a server of one's own has it; the embedded one says nothing of errors.
    const name = sql(new URL(database.url).pathname.slice(1));
    await sql`alter database ${name} set log_min_messages = 'error'`;
    await sql`alter database ${name} set log_error_verbosity = 'default'`;
    const instances = await Promise.all(
      Array.from({ length: 2 }, () => processes.start({ DATABASE_URL: database.url })),
    );
    const keys = instances.flatMap(({ key }) => key ?? []);
    expect(keys, 'of two first starts at once, one makes the business').toHaveLength(1);
    sends = instances.map(({ url }) => sender(url, keys[0]!));
  });
  afterAll(async () => {
    await sql?.end();
    await database?.drop();
  });

  it('sixty-four identical upserts: one created, sixty-three unchanged, one row, one event', async () => {
    const body = { name: 'Ann Lee', phone: MOBILE, email: 'ann@clientele.test', tags: ['vip'] };
    const answers = await spread(sends, Array(CALLS).fill(body));
    expect(statuses(answers)).toEqual([200]);
    const outcomes = answers.map((answer) => answer.body.upsert.outcome).sort();
    expect(outcomes).toEqual(['created', ...Array(CALLS - 1).fill('unchanged')]);
    const [rows] = await sql`
      select (select count(*)::int from customers) as customers, (select count(*)::int from events) as events`;
    expect(rows).toEqual({ customers: 1, events: 1 });
  });

  it('the same from both again and again: never a second record, tables that agree', async () => {
    for (let round = 0; round < 10; round++) {
      const body = { name: `Round ${round}`, phone: `041200${String(round).padStart(4, '0')}` };
      const answers = await spread(sends, Array(8).fill(body));
      expect(statuses(answers)).toEqual([200]);
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    }
    await expectWhole(sql);
  });

  it('the log of a server that tells of errors says nothing of whom they made', async () => {
    const other = connect(database.url, { max: 1 });
    await other`select 1 / 0`.catch(() => {});
    await other.end();
    const [{ path }] = await sql<[{ path: string }]>`select current_setting('data_directory') as path`;
    const log = await readFile(join(path, '..', 'postgres.log'), 'utf8');
    expect(log, 'errors in this database are logged').toContain('division by zero');
    expect(log).not.toMatch(/contacts|@clientele|\+61/);
  });
});

describe('two servers on one database', () => {
  const service = useService();
  let pool: Sql;
  let second: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    pool = connect(service.databaseUrl, { max: 8 });
    second = await serve(pool);
  });
  afterAll(async () => {
    await second?.server.close();
    await pool?.end();
  });

  it('one phone with sixty-four e-mails and names: one customer with twenty contacts, no 5xx', async () => {
    const business = await service.business();
    const bodies = Array.from({ length: CALLS }, (_, i) => ({
      name: `Ann ${i}`,
      phone: MOBILE,
      email: `ann${i}@clientele.test`,
    }));
    const answers = await spread([business.send, sender(second.url, business.key)], bodies);
    expect(statuses(answers)).toEqual([200]);
    const ids = [...new Set(answers.map((answer) => answer.body.id))];
    expect(ids).toHaveLength(1);
    const { body } = await business.send('GET', `/customers/${ids[0]}`);
    expect(body.contacts).toHaveLength(20);
    expect(body.version, 'every call changed the name').toBe(CALLS);
    // Those beyond the limit were told so.
    const refused = answers.flatMap((answer) => answer.body.upsert.warnings.map((warning) => warning.code));
    expect(refused).toEqual(Array(CALLS - 19).fill('contact_limit'));
    await expectWhole(service.sql);
  });

  it('crossing pairs of keys, in both orders: no deadlock is seen, no key is held twice', async () => {
    const business = await service.business();
    const bodies = Array.from({ length: CALLS }, (_, i) => {
      const [a, b] = [i % 8, (i * 3 + 1) % 8];
      return { phone: `041200000${a}`, email: `x${b}@clientele.test`, name: `Call ${i}` };
    });
    const answers = await spread([business.send, sender(second.url, business.key)], bodies);
    expect(statuses(answers)).toEqual([200]);
    const held = await service.sql`
      select key from contacts where business_id = ${business.id} and standing = 'holds' group by key having count(*) > 1`;
    expect(held).toEqual([]);
    await expectWhole(service.sql);
  });
});
