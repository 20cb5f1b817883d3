/**
 * Writes a backup: every table as COPY gives it, in one snapshot, so that it is consistent whoever writes meanwhile. Text, not
 * files of the server: another major version reads it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, chmod, link, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Sql, Transaction } from '../database/connect.ts';
import { type Content, countLines, FOOT, FORMAT, HEAD, type Head, partName } from './manifest.ts';
import { END, member } from './tar.ts';

const PART = 4 * 1024 * 1024;
/** Small enough, and several times as fast as the usual 6. */
const GZIP_LEVEL = 1;
/** How a file is called that is named by the time. */
const TIMED = /^clientele-\d{8}T\d{6}Z\.tar\.gz$/;
/** An unfinished file that nobody has written to for so long is nobody's. */
const ABANDONED_MS = 3_600_000;
/** Who is signed in and who keeps house are of the process, not of the data; the schema stands in the head. */
const LEFT_OUT = ['sessions', 'leases', 'migrations'];

export interface Written {
  file: string;
  rows: number;
  bytes: number;
}

/**
 * Writes to the file, or to one named by the time in this directory. Under its name it is whole, or it is not there. Throws
 * when there is a file of this name.
 */
export async function writeBackup(
  sql: Sql,
  path: string,
  { clientele, tell }: { clientele: string; tell: (line: string) => void },
): Promise<Written> {
  const file = await fileFor(path);
  await dropAbandoned(file);
  // Of this run alone: two that write to one name would take turns with each other's file.
  const partial = `${file}.${randomBytes(4).toString('hex')}.partial`;
  try {
    let rows = 0;
    await sql.begin('isolation level repeatable read read only', async (tx) => {
      await tx`set local statement_timeout = 0`;
      const archive = archiveOf(tx, clientele, (table, n) => {
        rows += n;
        tell(`${table}: ${n} rows`);
      });
      // It holds personal data.
      const out = createWriteStream(partial, { mode: 0o600, flags: 'wx' });
      await pipeline(Readable.from(archive, { objectMode: true }), createGzip({ level: GZIP_LEVEL }), out);
    });
    await chmod(partial, 0o600);
    await flush(partial);
    // A link, unlike a rename, never replaces a file that came meanwhile.
    await link(partial, file).catch((error) => {
      throw error.code === 'EEXIST' ? isThereAlready(file) : error;
    });
    await rm(partial);
    await flush(dirname(file));
    return { file, rows, bytes: (await stat(file)).size };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * What a run that was killed left of this file, or in its directory of one that is named by the time. Another run may be at
 * work, on another machine too, but none writes nothing for an hour; should it, it fails when its own file is gone.
 */
async function dropAbandoned(file: string): Promise<void> {
  const dir = dirname(file);
  const now = Date.now();
  for (const name of await readdir(dir)) {
    const of = /^(.+?)(\.[\da-f]{8})?\.partial$/.exec(name)?.[1];
    if (of === undefined || (of !== basename(file) && !TIMED.test(of))) continue;
    const path = join(dir, name);
    // One that ends meanwhile takes its own away.
    const written = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => now,
    );
    if (now - written > ABANDONED_MS) await rm(path, { force: true });
  }
}

async function fileFor(path: string): Promise<string> {
  const isDirectory = await stat(path).then(
    (is) => is.isDirectory(),
    () => false,
  );
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const file = resolve(isDirectory ? join(path, `clientele-${time}.tar.gz`) : path);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw isThereAlready(file);
  return file;
}

const isThereAlready = (file: string) =>
  new Error(`There is a file ${file} already: a backup never overwrites one.`);

/** To the disk itself. Windows flushes no directories. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function* archiveOf(
  tx: Transaction,
  clientele: string,
  onTable: (table: string, rows: number) => void,
): AsyncGenerator<Buffer> {
  const head = await headOf(tx, clientele);
  yield* json(HEAD, head);
  const tables: Record<string, Content> = {};
  for (const { name, columns } of head.tables) {
    const hash = createHash('sha256');
    const content = { rows: 0, bytes: 0, sha256: '' };
    let n = 0;
    for await (const part of partsOf(tx, name, columns)) {
      hash.update(part);
      content.rows += countLines(part);
      content.bytes += part.length;
      yield* member({ name: partName(name, ++n), body: part });
    }
    content.sha256 = hash.digest('hex');
    tables[name] = content;
    onTable(name, content.rows);
  }
  yield* json(FOOT, { tables });
  yield END;
}

const json = (name: string, value: object) =>
  member({ name, body: Buffer.from(`${JSON.stringify(value, null, 2)}\n`) });

async function headOf(tx: Transaction, clientele: string): Promise<Head> {
  const [server] = await tx`select current_setting('server_version') as version`;
  const migrations = await tx<Head['migrations']>`select name, checksum from migrations order by name`;
  // What is not logged follows from the rest.
  const tables = await tx<Head['tables']>`
    select c.relname as name,
      array(
        select a.attname::text
        from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        order by a.attnum
      ) as columns
    from pg_catalog.pg_class c
    where c.relkind in ('r', 'p')
      and c.relpersistence = 'p'
      and c.relnamespace = current_schema()::regnamespace
      and c.relname <> all(${LEFT_OUT})
    order by c.relname`;
  return {
    format: FORMAT,
    clientele,
    postgres: server!.version,
    made_at: new Date().toISOString(),
    migrations: [...migrations],
    tables: [...tables],
  };
}

/** The rows of a table as text, in pieces of some megabytes. */
async function* partsOf(tx: Transaction, table: string, columns: string[]): AsyncGenerator<Buffer> {
  const rows = await tx.unsafe(`copy ${table} (${columns.join(', ')}) to stdout`).readable();
  let chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of rows as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length < PART) continue;
    yield Buffer.concat(chunks);
    chunks = [];
    length = 0;
  }
  // The driver lets the socket rest when the last rows fill the stream, and nobody reads a stream that has ended: without
  // this the next statement would wait for ever.
  rows._read(0);
  if (length > 0) yield Buffer.concat(chunks);
}
