/** Whether the schema is the one of this build, and every index of it is there and valid. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageDir } from '../config.ts';
import { compareMigrations } from '../database/migrate.ts';
import { statementsOf } from '../database/statements.ts';
import { type Check, type Finding, named, RUN_FIX } from './finding.ts';

const MIGRATE = 'Start the service or run "clientele migrate".';

export const migrations: Check = {
  name: 'migrations',
  async run({ sql }) {
    const { missing, unknown, changed } = await compareMigrations(sql);
    const findings: Finding[] = [];
    if (missing.length > 0)
      findings.push({
        what: `The database lacks ${named(missing.length, 'migration', missing)}.`,
        remedy: MIGRATE,
      });
    if (unknown.length > 0)
      findings.push({
        what: `The database was made by a newer Clientele (it has ${unknown.join(', ')}).`,
        remedy: 'Run the version that made it; an older one would not start.',
      });
    for (const name of changed)
      findings.push({
        what: `${name} is not the file that was applied.`,
        remedy: 'Install this version again, or put the file back.',
      });
    return findings;
  },
};

export interface Declared {
  tables: Set<string>;
  /** The statement that makes each index. */
  indexes: Map<string, string>;
}

/** The tables and indexes that the migrations leave behind. Pure. */
export function declaredBy(files: string[]): Declared {
  const tables = new Set<string>();
  const indexes = new Map<string, string>();
  for (const statement of files.flatMap(statementsOf)) {
    const text = statement.replace(/^(\s|--[^\n]*\n)+/, '');
    const table = /^create (?:unlogged )?table (\w+)/.exec(text)?.[1];
    if (table) tables.add(table);
    const index = /^create (?:unique )?index (\w+)/.exec(text)?.[1];
    if (index) indexes.set(index, text);
    const dropped = /^drop index (\w+)/.exec(text)?.[1];
    if (dropped) indexes.delete(dropped);
  }
  return { tables, indexes };
}

async function declared(): Promise<Declared> {
  const dir = join(packageDir, 'migrations');
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  return declaredBy(await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8'))));
}

interface IndexRow {
  name: string;
  table_name: string;
  is_valid: boolean;
  is_primary: boolean;
}

export const indexes: Check = {
  name: 'indexes',
  async run({ sql }) {
    const wanted = await declared();
    const rows = await sql<IndexRow[]>`
      select i.relname as name, t.relname as table_name, x.indisvalid and x.indisready as is_valid,
        x.indisprimary as is_primary
      from pg_catalog.pg_index x
      join pg_catalog.pg_class i on i.oid = x.indexrelid
      join pg_catalog.pg_class t on t.oid = x.indrelid
      where t.relnamespace = current_schema()::regnamespace`;
    const there = new Set(rows.map(({ name }) => name));
    const findings: Finding[] = rows
      .filter((row) => !row.is_valid && wanted.tables.has(row.table_name))
      .map(({ name, is_primary }) =>
        is_primary || wanted.indexes.has(name)
          ? {
              what: `The index ${name} is invalid: it is kept up and never read.`,
              remedy: `${RUN_FIX} Writes go on meanwhile.`,
              repair: async (sql) => {
                await sql`reindex index concurrently ${sql(name)}`;
              },
            }
          : {
              what: `The index ${name}, which is none of Clientele's, is invalid.`,
              remedy: `If nobody is building it just now: drop index ${name};`,
            },
      );
    for (const [name, statement] of wanted.indexes) {
      if (there.has(name)) continue;
      findings.push({
        what: `The index ${name} is missing.`,
        remedy: `${RUN_FIX} Writes go on while it is built.`,
        repair: async (sql) => {
          await sql.unsafe(statement.replace(/ index /, ' index concurrently '));
        },
      });
    }
    const keyed = new Set(rows.filter((row) => row.is_primary).map((row) => row.table_name));
    const keyless = [...wanted.tables].filter((table) => !keyed.has(table));
    if (keyless.length > 0)
      findings.push({
        what: `${named(keyless.length, 'table', keyless)} without a primary key, or missing.`,
        remedy: 'Somebody changed the schema by hand: restore a backup, or put the table back.',
      });
    return findings;
  },
};

/** Tables that have grown to more than this without the planner having looked. */
const UNSEEN_ROWS = 10_000;

export const statistics: Check = {
  name: 'statistics',
  async run({ sql }) {
    const rows = await sql<{ name: string }[]>`
      select relname as name
      from pg_catalog.pg_stat_user_tables
      where schemaname = current_schema() and n_mod_since_analyze > greatest(${UNSEEN_ROWS}, n_live_tup)
      order by relname`;
    if (rows.length === 0) return [];
    const names = rows.map(({ name }) => name);
    return [
      {
        what: `${named(names.length, 'table', names)} changed wholly since the planner looked at it.`,
        remedy: RUN_FIX,
        repair: async (sql) => {
          for (const name of names) await sql`analyze ${sql(name)}`;
        },
      },
    ];
  },
};
