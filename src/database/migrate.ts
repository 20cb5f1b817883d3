/** Brings a database to the schema in `migrations/`: numbered plain SQL, each file once, in a transaction of its own. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageDir } from '../config.ts';
import type { Queryable, Sql, Transaction } from './connect.ts';
import { statementsOf } from './statements.ts';

const LOCK = 0x636c7465; // any fixed number: "clte"

const MIGRATIONS = join(packageDir, 'migrations');

const filesIn = async (dir: string) => (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
const checksumOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** What was applied to a database, with the checksums of the files. */
async function appliedTo(sql: Queryable): Promise<Map<string, string>> {
  const rows = await sql<{ name: string; checksum: string }[]>`select name, checksum from migrations`;
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

/** How a database differs from the schema of this build; changes nothing. */
export async function compareMigrations(
  sql: Sql,
): Promise<{ missing: string[]; unknown: string[]; changed: string[] }> {
  const files = await filesIn(MIGRATIONS);
  const [is] = await sql`select to_regclass('migrations') is not null as there`;
  const applied = is!.there ? await appliedTo(sql) : new Map<string, string>();
  const changed: string[] = [];
  for (const name of files.filter((file) => applied.has(file)))
    if (applied.get(name) !== checksumOf(await readFile(join(MIGRATIONS, name), 'utf8'))) changed.push(name);
  return {
    missing: files.filter((name) => !applied.has(name)),
    unknown: [...applied.keys()].filter((name) => !files.includes(name)),
    changed,
  };
}

/** Held to the end of the transaction by one process at a time: what is done once for a database is done under it. */
export async function takeStartLock(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(${LOCK})`;
}

export interface MigrateOptions {
  dir?: string;
  /** Stops at the schema of another database: applies what was applied there, from the very same files. */
  only?: { name: string; checksum: string }[];
}

/**
 * The migrations of this version that the database does not have. One that has more is fine: a newer version was started
 * beside this one, and its changes are such that this one goes on.
 */
export async function missingMigrations(sql: Sql): Promise<string[]> {
  const [files, applied] = await Promise.all([filesIn(MIGRATIONS), appliedTo(sql)]);
  return files.filter((name) => !applied.has(name));
}

type Files = Map<string, { text: string; checksum: string }>;

/**
 * Applies what is missing and answers the names that it applied itself. Safe to run from several processes at once; one that
 * dies between two migrations leaves the rest to the next. Throws when a file that was applied has been changed since, and
 * when the database knows a newer one: nothing is changed then.
 */
export async function migrate(sql: Sql, { dir = MIGRATIONS, only }: MigrateOptions = {}): Promise<string[]> {
  const files: Files = new Map();
  for (const name of await filesIn(dir)) {
    if (only && !only.some((one) => one.name === name)) continue;
    const text = await readFile(join(dir, name), 'utf8');
    files.set(name, { text, checksum: checksumOf(text) });
  }
  for (const { name, checksum } of only ?? []) {
    if (files.get(name)?.checksum !== checksum)
      throw new Error(`It is of a newer Clientele (it has ${name}). Upgrade this one.`);
  }
  const done: string[] = [];
  // One transaction each: older processes that go on beside this one wait for the locks of one file at most.
  for (;;) {
    const name = await sql.begin((tx) => applyNext(tx, files));
    if (name === null) return done;
    done.push(name);
  }
}

/** Applies the first that is missing and answers its name; null when none is. What is not as it should be is seen before. */
async function applyNext(tx: Transaction, files: Files): Promise<string | null> {
  await tx`set local statement_timeout = 0`;
  await takeStartLock(tx);
  await tx`create table if not exists migrations (name text primary key, checksum text not null, at timestamptz not null)`;
  const applied = await appliedTo(tx);
  for (const [name, checksum] of applied) {
    const file = files.get(name);
    if (!file)
      throw new Error(`The database was made by a newer Clientele (it has ${name}). Upgrade this one.`);
    if (file.checksum !== checksum)
      throw new Error(`${name} was changed after it was applied. Put it back and add a new migration.`);
  }
  for (const [name, { text, checksum }] of files) {
    if (applied.has(name)) continue;
    // One at a time: Citus refuses a string of several changes to the schema.
    for (const statement of statementsOf(text)) await tx.unsafe(statement);
    await tx`insert into migrations values (${name}, ${checksum}, ${new Date().toISOString()})`;
    return name;
  }
  return null;
}
