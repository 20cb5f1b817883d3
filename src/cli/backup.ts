/** `clientele backup` and `clientele restore`: everything in one file, and a database made from it. */
import type { Command } from 'commander';
import { restoreBackup } from '../backup/restore.ts';
import { writeBackup } from '../backup/write.ts';
import type { Config } from '../config.ts';
import { connect, isUnavailable } from '../database/connect.ts';
import { openDatabase, unreachable } from './database.ts';
import { printFindings } from './doctor.ts';
import { type CommandContext, version } from './terminal.ts';

const MORE_BACKUP = `
One consistent file (tar.gz) of all businesses, while the service runs and writes. It holds personal data and is readable by
you alone; keep it as safe as the database. Restore it with "clientele restore", also into a newer version.`;

const MORE_RESTORE = `
Makes the embedded database of CLIENTELE_DATA, where there is none yet, or fills the one of DATABASE_URL, which must have no
tables; brings it to this version, compares it with the backup and examines it. What was erased, revoked or deleted after the backup is back: see docs/operations.md.`;

export function addBackup(program: Command, context: CommandContext): void {
  program
    .command('backup')
    .description('write everything into one file, while the service runs')
    .argument('<path>', 'a file that is not there yet, or a directory for one named by the time')
    .addHelpText('after', MORE_BACKUP)
    .action((path: string) => backup(context, path));
  program
    .command('restore')
    .description('make a database from a backup')
    .argument('<file>', 'the file that "clientele backup" wrote')
    .addHelpText('after', MORE_RESTORE)
    .action((file: string) => restore(context, file));
}

/** Where it is now, without the password. */
function placeOf({ databaseUrl, dataDir }: Config): string {
  if (!databaseUrl) return dataDir;
  // The driver takes a list of hosts, which is no URL.
  if (!URL.canParse(databaseUrl)) return 'the database of DATABASE_URL';
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

async function backup({ config: read, terminal }: CommandContext, path: string): Promise<void> {
  const config = read();
  const started = Date.now();
  const { url, stop } = await openDatabase(config);
  const sql = connect(url, { max: 1, applicationName: 'clientele backup', isPooled: config.isPooled });
  try {
    const tell = (line: string) => terminal.tell(line);
    const { file, rows, bytes } = await writeBackup(sql, path, { clientele: version(), tell });
    terminal.print(`${rows} rows, ${(bytes / 1024 ** 2).toFixed(1)} MiB in ${seconds(started)}: ${file}`);
  } finally {
    await sql.end({ timeout: 1 });
    await stop();
  }
}

async function restore(context: CommandContext, file: string): Promise<void> {
  const { terminal } = context;
  const config = context.config();
  const started = Date.now();
  const tell = (line: string) => terminal.tell(line);
  const { head, rows, applied, findings } = await restoreBackup(config, file, tell).catch((error) => {
    throw isUnavailable(error) ? new Error(unreachable(config, error)) : error;
  });
  for (const name of applied) terminal.print(`Applied ${name}`);
  terminal.print(`${rows} rows as of ${head.made_at} in ${seconds(started)}: ${placeOf(config)}`);
  printFindings(context, findings);
}
