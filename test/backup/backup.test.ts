/** A backup of a service that is written to, restored elsewhere: everything acknowledged before it is there, once and whole. */
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackup } from '../../src/backup/load.ts';
import { members } from '../../src/backup/tar.ts';
import { writeBackup } from '../../src/backup/write.ts';
import { connect, type Sql } from '../../src/database/connect.ts';
import { startEmbedded } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { Ledger } from '../../trust/ledger.ts';
import { lookInto, until } from '../../trust/processes.ts';
import { startWriting } from '../../trust/writers.ts';
import { clientele, scratch } from '../cli/session.ts';
import { expectTold, expectWhole } from '../faults/audit.ts';
import { useProcesses } from '../faults/process.ts';
import { createDatabase, sender } from '../harness.ts';

const processes = useProcesses();
let file: string;
let dataDir: string;
let key: string;
/** What the writers had been told when the backup began. */
let told: Map<string, string | null>;
/** Of a reader of the feed who had read no more than the backup has, and of one who had read further. */
let readers: { before: string; beyond: string };

beforeAll(async () => {
  dataDir = await processes.dataDir();
  const running = await processes.start({ CLIENTELE_DATA: dataDir });
  key = running.key!;
  const send = sender(running.url, key);
  const strange = {
    name: 'Ünï \\N "quoted"\n\ttab, 日本語 🙂',
    custom_fields: { a: ['\\', 'a\r\nb', null] },
  };
  expect((await send('POST', '/customers', strange)).status).toBe(201);
  const place = async () => (await send('GET', '/events?after=latest')).body.next_cursor as string;
  const before = await place();
  const ledger = new Ledger();
  const writing = startWriting(ledger, send, 6, { erases: false });
  await until('the writers are at work', 30_000, () => writing.acknowledged() > 150);
  told = new Map(
    ledger.customers.filter(({ id }) => id !== null).map(({ name, email }) => [name, email] as const),
  );
  file = join(dirname(dataDir), 'first.tar.gz');
  const ran = await clientele(['backup', file], { CLIENTELE_DATA: dataDir });
  expect(ran, ran.err).toMatchObject({ code: 0 });
  expect(ran.out).toMatch(/^\d+ rows, [\d.]+ MiB in [\d.]+ s: .*first\.tar\.gz$/);
  const after = writing.acknowledged();
  await until('writes went on', 20_000, () => writing.acknowledged() > after + 20);
  await writing.stop();
  readers = { before, beyond: await place() };
  expect(ledger.surprises).toEqual([]);
  // The source is whole, with what came since.
  await lookInto(dataDir, (sql) => expectTold(sql, ledger));
  running.signal('SIGTERM');
  await running.exited;
}, 120_000);

const restore = (path: string, dir: string) => clientele(['restore', path], { CLIENTELE_DATA: dir });

/** Every definition of an index and a constraint. */
const schemaOf = async (sql: Sql) => {
  const rows = await sql`
    select pg_get_indexdef(indexrelid) as line from pg_index
    where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
    union all
    select conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace
    order by 1`;
  return rows.map(({ line }) => line as string);
};

describe('a backup', () => {
  it('is readable by its owner alone, and any tar lists it', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readdir(dirname(file))).filter((name) => name.includes('partial'))).toEqual([]);
    const names: string[] = [];
    for await (const { name } of members(only(gunzipSync(await readFile(file))))) names.push(name);
    expect(names[0]).toBe('backup.json');
    expect(names.at(-1)).toBe('end.json');
    expect(names).toContain('tables/customers/000001.copy');
    expect(names.join()).not.toMatch(/sessions|leases/);
  });

  it('never overwrites a file, and is named by the time in a directory', async () => {
    const again = await clientele(['backup', file], { CLIENTELE_DATA: dataDir });
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('never overwrites') });
    const dir = await scratch();
    const ran = await clientele(['backup', dir], { CLIENTELE_DATA: dataDir });
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(await readdir(dir)).toEqual([expect.stringMatching(/^clientele-\d{8}T\d{6}Z\.tar\.gz$/)]);
  });

  it('restored, has everything acknowledged before it, once and whole, and serves', async () => {
    const other = await processes.dataDir();
    const ran = await restore(file, other);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(ran.out).toMatch(/^\d+ rows as of \S+ in [\d.]+ s: /m);
    expect((await readdir(other)).sort()).toEqual(['postgres', 'postgres.password']);

    // The doctor on a database that is stopped, and on one that runs.
    expect(await clientele(['doctor'], { CLIENTELE_DATA: other })).toMatchObject({
      code: 0,
      out: 'All is well.',
    });
    const running = await processes.start({ CLIENTELE_DATA: other });
    expect(await clientele(['doctor'], { CLIENTELE_DATA: other })).toMatchObject({
      code: 0,
      out: 'All is well.',
    });
    const restored = await lookInto(other, async (sql) => {
      await expectWhole(sql);
      const rows = await sql<{ name: string; n: number }[]>`
        select name, count(*)::int as n from customers where name is not null group by name`;
      const emails = await sql`select value from contacts where type = 'email'`;
      return {
        names: new Map(rows.map(({ name, n }) => [name, n])),
        emails: new Set(emails.map(({ value }) => value as string)),
        schema: await schemaOf(sql),
      };
    });
    const lost = [...told].filter(
      ([name, email]) => restored.names.get(name) !== 1 || (email && !restored.emails.has(email)),
    );
    expect(lost, 'acknowledged before the backup and not there').toEqual([]);
    const made = await createDatabase();
    const fresh = connect(made.url, { max: 1 });
    expect(restored.schema).toEqual(await schemaOf(fresh));
    await fresh.end();
    await made.drop();

    // The keys of then open it, and the strangest text is as it was.
    const send = sender(running.url, key);
    const { body } = await send('GET', '/customers?q=quoted');
    expect(body.items[0]).toMatchObject({
      name: 'Ünï \\N "quoted"\n\ttab, 日本語 🙂',
      custom_fields: { a: ['\\', 'a\r\nb', null] },
    });
    const written = await send('PUT', '/customers', { email: 'after@clientele.test' });
    expect(written).toMatchObject({ status: 200, body: { upsert: { outcome: 'created' } } });
    const follow = (cursor: string) => send('GET', `/events?after=${cursor}&limit=1000`);
    expect((await follow(readers.beyond)).body.code).toBe('invalid_cursor');
    const { items } = (await follow(readers.before)).body;
    expect(items.map(({ version }: { version: number }) => version)[0]).toBe(1);
    expect(items.length).toBeGreaterThan(100);
    running.signal('SIGTERM');
    await running.exited;

    const onto = await restore(file, other);
    expect(onto).toMatchObject({ code: 1, err: expect.stringContaining('is never overwritten') });
  }, 180_000);
});

describe('two backups to one file', () => {
  it('the one that ends first is there, whole, and the other says that there is a file', async () => {
    const made = await createDatabase();
    const pools = Array.from({ length: 4 }, () => connect(made.url, { max: 1, statementTimeout: 0 }));
    const [one, two, last, head] = pools as [Sql, Sql, Sql, Sql];
    const dir = await scratch();
    const path = join(dir, 'both.tar.gz');
    const write = (sql: Sql) => writeBackup(sql, path, { clientele: 'test', tell: () => {} });
    const waiting = async (table: string, n: number) =>
      await until(`${n} wait for ${table}`, 10_000, async () => {
        const [locks] = await look`
          select count(*)::int as n from pg_locks where not granted and relation = ${table}::regclass`;
        return locks!.n === n;
      });
    const look = connect(made.url, { max: 1 });

    const holdsLast = hold(last, 'possible_duplicates');
    await holdsLast.held;
    const first = write(one);
    await waiting('possible_duplicates', 1);
    // Behind the first, which has read it; and the second behind this, at its beginning.
    const holdsHead = hold(head, 'migrations');
    await waiting('migrations', 1);
    const second = write(two);
    second.catch(() => {});
    await waiting('migrations', 2);
    holdsLast.release();
    await first;
    const names: string[] = [];
    for await (const { name } of members(only(gunzipSync(await readFile(path))))) names.push(name);
    expect(names.at(-1)).toBe('end.json');
    await holdsHead.held;
    holdsHead.release();
    await expect(second).rejects.toThrow('already: a backup never overwrites one');
    expect(await readdir(dir)).toEqual(['both.tar.gz']);
    await Promise.all([...pools, look].map((sql) => sql.end()));
    await made.drop();
  });

  it('what a killed one left goes with the next, unless it was written to within the hour', async () => {
    const made = await createDatabase();
    const sql = connect(made.url, { max: 1 });
    const dir = await scratch();
    const timed = 'clientele-20261101T020000Z.tar.gz';
    const left = [`${timed}.partial`, `${timed}.00ff12aa.partial`, 'mine.tar.gz.00ff12aa.partial'];
    const others = ['notes.partial', 'mine.tar.gz.old.partial.txt', 'clientele-1.tar.gz.partial'];
    const old = new Date(Date.now() - 2 * 3_600_000);
    const leave = async (names: string[], at: Date) => {
      for (const name of names)
        await writeFile(join(dir, name), 'half').then(() => utimes(join(dir, name), at, at));
    };
    const write = (path: string) => writeBackup(sql, path, { clientele: 'test', tell: () => {} });
    await leave([...left, ...others], old);
    await write(dir);
    await write(join(dir, 'mine.tar.gz'));
    expect((await readdir(dir)).filter((name) => name.includes('partial'))).toEqual([...others].sort());
    await leave(left, new Date());
    await write(join(dir, timed));
    expect(await readdir(dir)).toEqual(expect.arrayContaining(left));
    await sql.end();
    await made.drop();
  });
});

describe('a file that is not what was written', () => {
  it('is refused with the reason, and nothing is left where it should have gone', async () => {
    const whole = await readFile(file);
    const plain = gunzipSync(whole);
    const inside = plain.indexOf('@clientele.test');
    const altered = Buffer.from(plain);
    altered.write('@Clientele.test', inside);
    // The last row of the customers: the server refuses it when all of them were sent.
    const impossible = Buffer.from(plain);
    impossible.write('x', lastRowOf(plain, 'customers'));
    const cut = gzipSync(plain.subarray(0, Math.floor(plain.length / 2 / 512) * 512));
    const flipped = Buffer.from(whole);
    flipped[Math.floor(whole.length / 2)]! ^= 0xff;
    const damages: [name: string, bytes: Buffer, says: RegExp][] = [
      ['cut off', whole.subarray(0, whole.length - 100), /is not a whole backup \(unexpected end of file\)/],
      ['cut off and packed again', cut, /is not a whole backup|was cut off/],
      ['without its end', gzipSync(withoutEnd(plain)), /ends without its list of contents/],
      ['a byte flipped', flipped, /is not a whole backup|was altered|invalid/],
      ['altered and packed again', gzipSync(altered), /The backup was altered: \w+ is not what was written/],
      ['a row that cannot be', gzipSync(impossible), /The backup was altered: it has a row that cannot be/],
      ['something else', Buffer.from('name,phone\n'), /is not a whole backup \(incorrect header check\)/],
    ];
    const dir = await scratch();
    const data = join(dir, 'data');
    for (const [name, bytes, says] of damages) {
      const path = join(dir, 'damaged.tar.gz');
      await writeFile(path, bytes);
      const ran = await restore(path, data);
      expect(ran.code, name).toBe(1);
      expect(ran.err.split('\n').at(-1), name).toMatch(says);
      expect(await readdir(data), name).toEqual([]);
    }
    await rm(data, { recursive: true });
  }, 240_000);

  it('and so is one of a newer Clientele', async () => {
    const plain = gunzipSync(await readFile(file)).toString('latin1');
    const newer = plain.replace('0001_tenancy.sql', '9001_tenancy.sql');
    const dir = await scratch();
    const path = join(dir, 'newer.tar.gz');
    await writeFile(path, gzipSync(Buffer.from(newer, 'latin1')));
    const ran = await restore(path, join(dir, 'data'));
    expect(ran.err).toMatch(/It is of a newer Clientele \(it has 9001_tenancy\.sql\)\. Upgrade this one\./);
  });
});

describe('a database of one’s own', () => {
  it('without tables is filled, and serves; what fails leaves no table there, and one with tables is not touched', async () => {
    const made = await createDatabase({ isEmpty: true });
    const env = { DATABASE_URL: made.url };
    const sql = connect(made.url, { max: 1 });
    const tables = async () =>
      (await sql`select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`)
        .length;
    const dir = await scratch();
    const damaged = join(dir, 'damaged.tar.gz');
    const whole = await readFile(file);
    const wrongSum = Buffer.from(whole);
    wrongSum[whole.length - 8]! ^= 0xff;
    const damages: [bytes: Buffer, says: string][] = [
      [gzipSync(withoutEnd(gunzipSync(whole))), 'ends without its list of contents'],
      // All that it holds has been loaded when it is seen.
      [wrongSum, 'is not a whole backup (incorrect data check)'],
    ];
    for (const [bytes, says] of damages) {
      await writeFile(damaged, bytes);
      const failed = await clientele(['restore', damaged], env);
      expect(failed).toMatchObject({ code: 1, err: expect.stringContaining(says) });
      expect(await tables(), says).toBe(0);
    }

    const ran = await clientele(['restore', file], env);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    const { host, pathname, password } = new URL(made.url);
    expect(ran.out).toMatch(/^\d+ rows as of \S+ in [\d.]+ s: /m);
    expect(ran.out).toContain(`: ${host}${pathname}`);
    expect(ran.out).not.toContain(password);
    const names = new Set((await sql`select name from customers`).map(({ name }) => name as string));
    expect([...told.keys()].filter((name) => !names.has(name))).toEqual([]);
    await expectWhole(sql);
    expect(await clientele(['doctor'], env)).toMatchObject({ code: 0, out: 'All is well.' });
    const running = await processes.start(env);
    expect(running.key, 'no business but those of the backup').toBeNull();
    expect((await sender(running.url, key)('GET', '/customers?q=quoted')).body.items).toHaveLength(1);
    running.signal('SIGTERM');
    await running.exited;

    const again = await clientele(['restore', file], env);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('has tables already') });
    expect((await sql`select name from customers`).length).toBe(names.size);
    const nowhere = await clientele(['restore', file], { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/x' });
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('Check DATABASE_URL.') });
    await sql.end();
    await made.drop();
  }, 180_000);

  it('which a service has begun to use meanwhile is left to it', async () => {
    const made = await createDatabase({ isEmpty: true });
    const sql = connect(made.url, { max: 3 });
    // As a service does that starts between the schema and the rows of the restore.
    await sql.unsafe(`
      create schema gate;
      create function gate.begin_to_use() returns event_trigger language plpgsql as $$
      begin
        if to_regclass('public.businesses') is null then return; end if;
        if exists (select from public.businesses) then return; end if;
        insert into public.businesses values (gen_random_uuid(), 'Mine', '{}', now());
      end $$;
      create event trigger begin_to_use on ddl_command_end execute function gate.begin_to_use()`);
    await expect(loadBackup(sql, file, () => {})).rejects.toThrow('A service has begun to use the database');
    expect((await sql`select name from businesses`).map(({ name }) => name)).toEqual(['Mine']);
    await sql.end();
    await made.drop();
  });
});

describe('a backup of an earlier schema', () => {
  it('is brought to this version, and its records are whole', async () => {
    const dir = await scratch();
    const [from, to] = [join(dir, 'old'), join(dir, 'new')];
    const path = join(dir, 'old.tar.gz');
    // As the first release had it: no documents, no fragments, no sessions.
    const early = ['0001_tenancy.sql', '0002_customers.sql', '0003_life.sql', '0004_rates.sql'];
    const checksums = await checksumsOf(early);
    const embedded = await startEmbedded(from, 'test');
    const sql = connect(embedded.url, { max: 1 });
    await migrate(sql, { only: checksums });
    await oldCustomer(sql);
    const ran = await clientele(['backup', path], { DATABASE_URL: embedded.url });
    expect(ran, ran.err).toMatchObject({ code: 0 });
    await sql.end();
    await embedded.stop();

    const restored = await restore(path, to);
    expect(restored, restored.err + restored.out).toMatchObject({ code: 0 });
    expect(restored.out).toContain('Applied 0005_speed.sql\n');
    const running = await startEmbedded(to, 'test');
    const look = connect(running.url, { max: 1 });
    await expectWhole(look);
    const [row] = await look`select document from customers`;
    expect(JSON.parse(row!.document)).toMatchObject({ name: 'Ann Lee', email: 'ann@clientele.test' });
    await look.end();
    await running.stop();
  }, 120_000);

  it('a database that has tables of its own is not loaded into', async () => {
    const made = await createDatabase();
    const sql = connect(made.url, { max: 1 });
    await expect(loadBackup(sql, file, () => {})).rejects.toThrow('has tables already');
    await sql.end();
    await made.drop();
  });
});

/** Holds a table against everybody, from when it is to be had until it is let go. */
function hold(sql: Sql, table: string): { held: Promise<void>; release: () => void } {
  let release = () => {};
  const over = new Promise<void>((done) => {
    release = done;
  });
  const held = new Promise<void>((done, fail) => {
    sql
      .begin(async (tx) => {
        await tx`lock table ${tx(table)} in access exclusive mode`;
        done();
        await over;
      })
      .catch(fail);
  });
  return { held, release };
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** The archive without its last member, ended as an archive ends. */
function withoutEnd(plain: Buffer): Buffer {
  const at = plain.lastIndexOf('end.json\0');
  return Buffer.concat([plain.subarray(0, at), Buffer.alloc(1024)]);
}

/** Where the last row of a table begins. */
function lastRowOf(plain: Buffer, table: string): number {
  const header = plain.lastIndexOf(`tables/${table}/`);
  const size = Number.parseInt(plain.toString('latin1', header + 124, header + 135), 8);
  const end = header + 512 + size;
  return plain.lastIndexOf('\n', end - 2) + 1;
}

async function checksumsOf(names: string[]): Promise<{ name: string; checksum: string }[]> {
  const made = await createDatabase();
  const sql = connect(made.url, { max: 1 });
  const rows = await sql<{ name: string; checksum: string }[]>`
    select name, checksum from migrations where name = any(${names}) order by name`;
  await sql.end();
  await made.drop();
  return [...rows];
}

/** A business with one customer, as the first release stored it. */
async function oldCustomer(sql: Sql): Promise<void> {
  const id = (n: number) => `01900000-0000-7000-8000-00000000000${n}`;
  const at = '2026-01-01T00:00:00.000Z';
  const contact = {
    id: id(4),
    type: 'email',
    value: 'ann@clientele.test',
    raw: 'ann@clientele.test',
    extension: null,
    label: null,
    is_primary: true,
    matchable: true,
  };
  const changes = {
    name: { before: null, after: 'Ann Lee' },
    status: { before: null, after: 'active' },
    contacts: { before: null, after: [contact] },
  };
  await sql`insert into businesses values (${id(1)}, 'Old', '{}', ${at})`;
  await sql`insert into feeds values (${id(1)}, 1, ${at})`;
  await sql`insert into locations values (${id(1)}, ${id(2)}, 'Main', 'AU', 'Australia/Sydney', ${at}, ${at})`;
  await sql`insert into customer_counts select ${id(1)}, ${id(2)}, n, (n = 0)::int from generate_series(0, 15) n`;
  await sql`
    insert into customers (business_id, id, location_id, name, status, source_metadata, custom_fields, tags, version,
      created_at, updated_at, name_key, search, facets)
    values (${id(1)}, ${id(3)}, ${id(2)}, 'Ann Lee', 'active', '{}', '{}', '{}', 1, ${at}, ${at}, 'ann lee', '', '{}')`;
  await sql`
    insert into contacts (business_id, customer_id, id, location_id, type, key, value, raw, is_primary, matchable, standing,
      holder_name)
    values (${id(1)}, ${id(3)}, ${id(4)}, ${id(2)}, 'email', 'ann@clientele.test', 'ann@clientele.test',
      'ann@clientele.test', true, true, 'holds', '')`;
  await sql`
    insert into events (business_id, customer_id, id, location_id, type, actor, at, version, changes, seq)
    values (${id(1)}, ${id(3)}, ${id(5)}, ${id(2)}, 'created', '{"type":"system"}', ${at}, 1, ${sql.json(changes)}, 1)`;
}
