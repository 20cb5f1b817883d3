/**
 * Makes a database from a backup: an embedded one beside its place, put there when it was examined; or in an empty database of
 * one's own.
 */
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { bringUpToDate } from '../customers/derived.ts';
import { connect } from '../database/connect.ts';
import { findEmbedded, removeCluster, startEmbedded } from '../database/embedded.ts';
import { examine, type Found } from '../doctor/doctor.ts';
import { loadBackup } from './load.ts';
import type { Head } from './manifest.ts';

/** Within the data directory, as that may be a mount: nothing can be moved into its place. */
const BESIDE = 'restoring';

export interface Restored {
  head: Head;
  rows: number;
  /** Migrations of this version that the backup did not have. */
  applied: string[];
  /** What the doctor found that it could not repair. */
  findings: Found[];
}

/** Restores into the database of DATABASE_URL, which has no tables yet, or else into a data directory without one. */
export const restoreBackup = (
  config: Config,
  file: string,
  tell: (line: string) => void,
): Promise<Restored> =>
  config.databaseUrl ? fill(config, config.databaseUrl, file, tell) : restoreEmbedded(config, file, tell);

/**
 * Restores into a data directory that has no database. Until everything is loaded, compared, brought to this version and
 * examined nothing there looks like one; what fails leaves nothing behind. Throws where there is a database already.
 */
async function restoreEmbedded(
  config: Config,
  file: string,
  tell: (line: string) => void,
): Promise<Restored> {
  const { dataDir } = config;
  await requireEmpty(dataDir);
  const beside = join(dataDir, BESIDE);
  if (await findEmbedded(beside)) throw new Error(`A restore into ${dataDir} is under way.`);
  await removeCluster(beside);
  await mkdir(dataDir, { recursive: true });
  try {
    const restored = await build({ ...config, dataDir: beside }, file, tell);
    await requireEmpty(dataDir);
    await rename(join(beside, 'postgres.password'), join(dataDir, 'postgres.password'));
    await rename(join(beside, 'postgres'), join(dataDir, 'postgres'));
    await rm(beside, { recursive: true });
    return restored;
  } catch (error) {
    await removeCluster(beside);
    throw error;
  }
}

async function requireEmpty(dataDir: string): Promise<void> {
  const isThere = await lstat(join(dataDir, 'postgres')).then(
    () => true,
    () => false,
  );
  if (isThere)
    throw new Error(
      `There is a database in ${dataDir}, which is never overwritten: set CLIENTELE_DATA to another directory.`,
    );
}

async function build(config: Config, file: string, tell: (line: string) => void): Promise<Restored> {
  const embedded = await startEmbedded(config.dataDir, `process ${process.pid} (clientele restore)`);
  try {
    return await fill(config, embedded.url, file, tell);
  } finally {
    await embedded.stop();
  }
}

/** Loads the backup into a database without tables, brings it to this version and examines it. */
async function fill(
  config: Config,
  url: string,
  file: string,
  tell: (line: string) => void,
): Promise<Restored> {
  const sql = connect(url, {
    max: 2,
    applicationName: 'clientele restore',
    statementTimeout: 0,
    isPooled: config.isPooled,
  });
  try {
    const { head, rows } = await loadBackup(sql, file, tell);
    const { applied } = await bringUpToDate(sql);
    await sql`analyze`;
    // What was kept for a day or a session has run out since; the doctor drops it.
    const { findings } = await examine(config, url, { fix: true, tell });
    return { head, rows, applied, findings };
  } finally {
    await sql.end({ timeout: 1 });
  }
}
