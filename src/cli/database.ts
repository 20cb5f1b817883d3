/** The database of a command: the one of DATABASE_URL, that of the running service, or one started for a moment. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { bringUpToDate, type Renewal } from '../customers/derived.ts';
import { connect, errorCode, isUnavailable, type Sql } from '../database/connect.ts';
import { findEmbedded, startEmbedded } from '../database/embedded.ts';

/**
 * Opens the database, brings its schema up to date, does the work and closes what it opened.
 * `mayMake` lets the command make a data directory that does not exist yet; others say where they looked.
 * The work also receives what was done to it just now.
 */
export async function withDatabase<T>(
  config: Config,
  work: (sql: Sql, renewal: Renewal) => Promise<T>,
  { mayMake = false } = {},
): Promise<T> {
  const { url, stop } = await openDatabase(config, mayMake);
  const sql = connect(url, {
    max: 2,
    applicationName: 'clientele command line',
    isPooled: config.isPooled,
  });
  try {
    return await work(sql, await bringUpToDate(sql));
  } catch (error) {
    throw isUnavailable(error) ? new Error(unreachable(config, error)) : error;
  } finally {
    await sql.end({ timeout: 1 });
    await stop();
  }
}

/**
 * The database as it is, for commands that must not change it: nothing is migrated. Answers its URL and how to let it go.
 */
export async function openDatabase(
  config: Config,
  mayMake = false,
): Promise<{ url: string; stop(): Promise<void> }> {
  const running = config.databaseUrl ?? (await findEmbedded(config.dataDir));
  if (running) return { url: running, stop: async () => {} };
  const isThere = await access(join(config.dataDir, 'postgres')).then(
    () => true,
    () => false,
  );
  if (!isThere && !mayMake) {
    throw new Error(
      `There is no Clientele data in ${config.dataDir}. Go to the directory where the service runs, or set CLIENTELE_DATA or DATABASE_URL.`,
    );
  }
  return await startEmbedded(config.dataDir, `process ${process.pid} (clientele command line)`);
}

/** In a sentence: nothing answers, and where to look. */
export const unreachable = (config: Config, error: unknown) =>
  `The database cannot be reached (${errorCode(error)}). ` +
  (config.databaseUrl ? 'Check DATABASE_URL.' : 'It may be starting or stopping: try again.');
