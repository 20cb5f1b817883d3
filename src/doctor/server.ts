/** Whether the server under the data is as it must be: version, encoding, durability, extensions, room on the disk. */
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, errorCode } from '../database/connect.ts';
import type { Check, Finding } from './finding.ts';

const OLDEST = 150_000;
const EXTENSIONS = ['pg_trgm', 'btree_gin'];
const GIB = 1024 ** 3;
/** Recovery, an index built anew and a burst of writes need room beside the data. */
const LEAST_FREE = GIB;
const LEAST_SHARE = 0.1;

interface Settings {
  version: number;
  version_name: string;
  encoding: string;
  fsync: string;
  synchronous_commit: string;
  full_page_writes: string;
  extensions: string[];
}

export const server: Check = {
  name: 'server',
  async run({ sql }) {
    const [is] = await sql<Settings[]>`
      select current_setting('server_version_num')::int as version, current_setting('server_version') as version_name,
        current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
        current_setting('synchronous_commit') as synchronous_commit,
        current_setting('full_page_writes') as full_page_writes,
        array(select extname::text from pg_catalog.pg_extension) as extensions`;
    return findingsOf(is!);
  },
};

/** What of the server's settings is not as it must be. Pure. */
export function findingsOf(is: Settings): Finding[] {
  const findings: Finding[] = [];
  if (is.version < OLDEST)
    findings.push({
      what: `The server is PostgreSQL ${is.version_name}.`,
      remedy: 'Upgrade it to PostgreSQL 15 or later.',
    });
  if (is.encoding !== 'UTF8')
    findings.push({
      what: `The database is encoded in ${is.encoding}, which cannot hold every name.`,
      remedy: 'Make a database with encoding UTF8 and move the data there with backup and restore.',
    });
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'] as const) {
    if (is[setting] !== 'off') continue;
    findings.push({
      what: `The server runs with ${setting} = off: writes that were answered can be lost in a crash.`,
      remedy: `Set ${setting} = on in postgresql.conf, for the role and for the database.`,
    });
  }
  for (const name of EXTENSIONS.filter((extension) => !is.extensions.includes(extension)))
    findings.push({
      what: `The extension ${name} is missing.`,
      remedy: `As a role that may: create extension ${name};`,
    });
  return findings;
}

export const replica: Check = {
  name: 'replica',
  async run({ config }) {
    if (!config.replicaUrl) return [];
    const sql = connect(config.replicaUrl, { max: 1, isPooled: config.isPooled });
    try {
      const [is] = await sql`select pg_catalog.pg_is_in_recovery() as follows`;
      if (is!.follows) return [];
      return [
        {
          what: 'The server at DATABASE_REPLICA_URL is no replica: it follows nobody.',
          remedy: 'Check the URL; lists it answers may be of other data.',
        },
      ];
    } catch (error) {
      return [
        {
          what: `The replica cannot be reached (${errorCode(error) ?? 'no answer'}). The primary answers meanwhile.`,
          remedy: 'Check DATABASE_REPLICA_URL and the server behind it.',
        },
      ];
    } finally {
      await sql.end({ timeout: 1 });
    }
  },
};

/** The disk of the embedded database; what a server elsewhere has left cannot be asked by SQL. */
export const disk: Check = {
  name: 'disk',
  async run({ sql, config }) {
    if (config.databaseUrl) return [];
    const [is] = await sql<{ size: number }[]>`
      select pg_catalog.pg_database_size(current_database())::float8 as size`;
    const { bavail, bsize } = await statfs(config.dataDir);
    const secret = join(config.dataDir, 'postgres.password');
    const findings = roomFindings(config.dataDir, bavail * bsize, is!.size);
    if (process.platform !== 'win32' && (await stat(secret)).mode & 0o077)
      findings.push({
        what: `Others on this machine may read ${secret}.`,
        remedy: `chmod 600 ${secret}`,
      });
    return findings;
  },
};

/** Too little room on the disk of the data. Pure. */
export function roomFindings(dir: string, free: number, size: number): Finding[] {
  const needed = Math.max(LEAST_FREE, size * LEAST_SHARE);
  if (free >= needed) return [];
  const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
  return [
    {
      what: `Only ${gib(free)} are free where ${dir} lies; the database has ${gib(size)}.`,
      remedy: `Make room for at least ${gib(needed)}: a full disk refuses writes.`,
    },
  ];
}
