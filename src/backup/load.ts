/** Loads a backup into an empty database: its schema first, then the rows, then indexes and foreign keys over them. */
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Queryable, Sql, Transaction } from '../database/connect.ts';
import { migrate, takeStartLock } from '../database/migrate.ts';
import { type Content, countLines, FOOT, FORMAT, type Foot, HEAD, type Head, tableOf } from './manifest.ts';
import { type Member, members } from './tar.ts';

/** The file is no backup, not whole, or not as it was written. */
export class Damaged extends Error {}

/** What has been read of a table, and where its rows go. */
interface Loading {
  name: string;
  hash: Hash;
  content: Content;
  copy: Writable;
  copied: Promise<void>;
}

/**
 * Loads the file into a database without tables. All rows are there afterwards, compared with the sums and numbers in the
 * file, and every index and foreign key over them; the schema is that of the backup. Throws Damaged, and where the backup
 * is of a newer Clientele.
 */
export async function loadBackup(
  sql: Sql,
  file: string,
  tell: (line: string) => void,
): Promise<{ head: Head; rows: number }> {
  let loading: ReturnType<typeof load> | undefined;
  try {
    return await pipeline(createReadStream(file), createGunzip(), (source) => {
      loading = load(sql, members(source as AsyncIterable<Buffer>), tell);
      return loading;
    });
  } catch (error) {
    // The pipeline ends with its first error, such as a wrong sum at the end of the file; what was made is taken away after it.
    await loading?.catch(() => {});
    const { code, message } = error as NodeJS.ErrnoException;
    const isDamage = code?.startsWith('Z_') || /^(it ends too soon|a header is damaged)$/.test(message);
    if (isDamage)
      throw new Damaged(`${file} is not a whole backup (${message}). Take an older one, or a copy.`);
    // The server's words would hold what stands in the row.
    if (code?.startsWith('22')) throw new Damaged('The backup was altered: it has a row that cannot be.');
    throw error;
  }
}

async function load(sql: Sql, source: AsyncGenerator<Member>, tell: (line: string) => void) {
  const first = (await source.next()).value as Member | undefined;
  const head = readHead(first);
  if ((await tablesOf(sql)).length > 0)
    throw new Error('The database has tables already: a backup is loaded into an empty one.');
  let made: string[] | null = null;
  try {
    await migrate(sql, { only: head.migrations });
    made = await tablesOf(sql);
    return await fill(sql, head, source, tell);
  } catch (error) {
    await dropUnused(sql, made).catch(() => {});
    throw error;
  }
}

async function fill(sql: Sql, head: Head, source: AsyncGenerator<Member>, tell: (line: string) => void) {
  return await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    // A service that is started on this database meanwhile waits, and then finds its businesses.
    await takeStartLock(tx);
    const [{ applied }] = await tx<[{ applied: number }]>`select count(*)::int as applied from migrations`;
    if (applied !== head.migrations.length || (await isUsed(tx)))
      throw new Error('A service has begun to use the database. Nothing was loaded.');
    await tx`set local maintenance_work_mem = '256MB'`;
    const rebuild = await dropIndexes(tx);
    await emptied(tx, head);
    const loaded: Record<string, Content> = {};
    const foot = await loadTables(tx, head, source, loaded, tell);
    compare(loaded, foot);
    tell('indexes …');
    await rebuild();
    await recount(tx, foot);
    return { head, rows: Object.values(foot.tables).reduce((sum, { rows }) => sum + rows, 0) };
  });
}

const tablesOf = async (sql: Queryable): Promise<string[]> => {
  const rows = await sql`
    select c.oid::regclass::text as name
    from pg_catalog.pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')`;
  return rows.map(({ name }) => name as string);
};

const isUsed = async (tx: Transaction): Promise<boolean> =>
  (await tx`select 1 from businesses limit 1`).length > 0;

/** The tables that were made for a load that failed: there were none before it, and nothing is in them. */
async function dropUnused(sql: Sql, made: string[] | null): Promise<void> {
  await sql.begin(async (tx) => {
    await takeStartLock(tx);
    const tables = made ?? (await tablesOf(tx));
    if (tables.length === 0 || (tables.includes('businesses') && (await isUsed(tx)))) return;
    await tx.unsafe(`drop table ${tables.join(', ')}`);
  });
}

function readHead(first: Member | undefined): Head {
  if (first?.name !== HEAD) throw new Damaged('The file is no backup of Clientele.');
  const head = JSON.parse(first.body.toString()) as Head;
  if (head.format !== FORMAT)
    throw new Error(`The backup is of a newer Clientele (${head.clientele}). Restore it with that version.`);
  const isNamed = head.tables.every((table) => [table.name, ...table.columns].every((n) => /^\w+$/.test(n)));
  if (!isNamed) throw new Damaged('The backup names tables that cannot be.');
  return head;
}

/** Rows that the migrations made: those of the backup come in their place. */
async function emptied(tx: Transaction, { tables }: Head): Promise<void> {
  for (const { name } of tables) await tx`delete from ${tx(name)}`;
}

async function loadTables(
  tx: Transaction,
  head: Head,
  source: AsyncGenerator<Member>,
  loaded: Record<string, Content>,
  tell: (line: string) => void,
): Promise<Foot> {
  let loading: Loading | null = null;
  const end = async () => {
    if (!loading) return;
    const { name, hash, content, copy, copied } = loading;
    loading = null;
    copy.end();
    await copied;
    loaded[name] = { ...content, sha256: hash.digest('hex') };
    tell(`${name}: ${content.rows} rows`);
  };
  const take = async (name: string, body: Buffer) => {
    const table = head.tables.find((one) => one.name === tableOf(name));
    if (!table) throw new Damaged(`The backup holds ${name}, which it does not announce.`);
    if (loading?.name !== table.name) {
      await end();
      loading = await begin(tx, table);
    }
    loading.hash.update(body);
    loading.content.rows += countLines(body);
    loading.content.bytes += body.length;
    // A row that the server refuses ends the stream: nobody waits for it to drain then.
    if (!loading.copy.write(body)) await Promise.race([once(loading.copy, 'drain'), loading.copied]);
  };
  try {
    for await (const { name, body } of source) {
      if (name === FOOT) {
        await end();
        return JSON.parse(body.toString()) as Foot;
      }
      await take(name, body);
    }
    throw new Damaged('The backup ends without its list of contents: it was cut off.');
  } catch (error) {
    // The server is told that no more comes; only then does the connection take the rollback.
    (loading as Loading | null)?.copy.destroy(error as Error);
    throw error;
  }
}

async function begin(tx: Transaction, { name, columns }: Head['tables'][number]): Promise<Loading> {
  const copy = await tx.unsafe(`copy ${name} (${columns.join(', ')}) from stdin`).writable();
  const copied = finished(copy);
  copied.catch(() => {});
  return { name, hash: createHash('sha256'), content: { rows: 0, bytes: 0, sha256: '' }, copy, copied };
}

function compare(loaded: Record<string, Content>, { tables }: Foot): void {
  for (const [name, content] of Object.entries(tables)) {
    const is = loaded[name] ?? { rows: 0, sha256: createHash('sha256').digest('hex') };
    if (is.rows !== content.rows || is.sha256 !== content.sha256)
      throw new Damaged(
        `The backup was altered: ${name} is not what was written (${is.rows} rows, ${content.rows} were).`,
      );
  }
}

/** Every row that was read is there. */
async function recount(tx: Transaction, { tables }: Foot): Promise<void> {
  for (const [name, { rows }] of Object.entries(tables)) {
    const [is] = await tx`select count(*) as n from ${tx(name)}`;
    if (is!.n !== rows) throw new Error(`${name} has ${is!.n} rows of ${rows}.`);
  }
}

/** Takes away what is cheaper to build over all rows than to keep up with each. Answers how to put it back. */
async function dropIndexes(tx: Transaction): Promise<() => Promise<void>> {
  const keys = await tx<{ owner: string; name: string; definition: string }[]>`
    select conrelid::regclass::text as owner, conname as name, pg_catalog.pg_get_constraintdef(oid) as definition
    from pg_catalog.pg_constraint
    where contype = 'f' and connamespace = current_schema()::regnamespace
    order by conname`;
  const indexes = await tx<{ name: string; definition: string }[]>`
    select i.relname as name, pg_catalog.pg_get_indexdef(i.oid) as definition
    from pg_catalog.pg_index x
    join pg_catalog.pg_class i on i.oid = x.indexrelid
    where i.relnamespace = current_schema()::regnamespace
      and not exists (select 1 from pg_catalog.pg_constraint c where c.conindid = i.oid)
    order by i.relname`;
  for (const { owner, name } of keys) await tx.unsafe(`alter table ${owner} drop constraint ${name}`);
  for (const { name } of indexes) await tx.unsafe(`drop index ${name}`);
  return async () => {
    for (const { definition } of indexes) await tx.unsafe(definition);
    for (const { owner, name, definition } of keys)
      await tx.unsafe(`alter table ${owner} add constraint ${name} ${definition}`);
  };
}
