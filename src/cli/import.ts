/** `clientele import`: customers from a file of CSV or of JSON lines, through the service that runs. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Account, describeAccount } from '../imports/account.ts';
import { Checkpoint } from '../imports/checkpoint.ts';
import { type Column, describeColumns, MappingError, planColumns } from '../imports/columns.ts';
import { type CsvFile, inspectCsv } from '../imports/csv.ts';
import { asGiven } from '../imports/csv-shape.ts';
import { csvFailures, type FailureFormat, jsonFailures } from '../imports/failure-format.ts';
import { FailuresFile } from '../imports/failures.ts';
import { FIELDS } from '../imports/headers.ts';
import { csvRows, ImportStopped, importFile, ndjsonRows, type Row } from '../imports/import.ts';
import { isNdjson } from '../imports/json-lines.ts';
import { readNdjson } from '../imports/ndjson.ts';
import { idArgument, repeated } from './arguments.ts';
import { startProgress } from './progress.ts';
import { type ServiceOptions, serviceOf, withService } from './service.ts';
import { type CommandContext, type Terminal, table, UsageError } from './terminal.ts';

interface ImportCommandOptions extends ServiceOptions {
  location?: string;
  map: string[];
  dryRun?: boolean;
  allowNoContact?: boolean;
  source?: string;
  tag: string[];
  failures?: string;
}

const SOME_ROWS_FAILED = 3;

const MORE = `
The usual headings are recognised, whatever their case, spaces and underscores; every other column becomes a custom
field under its own heading. Before it starts, the import prints what it makes of each column. The fields of --map:
${FIELDS.join(', ')}.

Each row finds its customer by e-mail address or phone number, or makes one. Importing a file again is safe: what has
not changed stays as it is. Phone numbers without a country code are read with the country of the location, not of the
row; a number that is not possible there is kept as it is written, with a warning.

A row without an e-mail address or phone number fails. With --allow-no-contact it is created when it has a name or a
company; nothing identifies it later, so importing the file again creates it again.

JSON lines hold one body of an upsert each, or a record as "clientele export" writes it. An exported file imports again
without a change.

An import that is cut off goes on where it was when the same command is run again: it notes how far it is in
FILE.import.json, and takes the note away at its end. More than a day later it does not go on where rows without contact
details may have been created already: it would create them again.

Rows that failed are written beside the file, as NAME.failures.csv, with their numbers and reasons. Mend them there and
import that file. The key is better set as CLIENTELE_KEY than given here: the history of the shell keeps what is typed.`;

export function addImport(program: Command, context: CommandContext): void {
  withService(program.command('import'))
    .description('import customers from a CSV or NDJSON file through the running service')
    .argument('<file>', 'a CSV file with a header, or JSON lines (.ndjson, .jsonl)')
    .option('--location <id>', 'the location, when the key covers several', idArgument)
    .option('--map <header=field>', 'what a column is, against its heading; may be repeated', repeated, [])
    .option('--dry-run', 'say what would happen and write nothing')
    .option('--allow-no-contact', 'create rows that have neither e-mail address nor phone number')
    .option('--source <name>', 'the source of customers whose row names none')
    .option('--tag <tag>', 'a tag for every row; may be repeated', repeated, [])
    .option('--failures <file>', 'where the rows that failed go (default: beside the file)')
    .addHelpText('after', MORE)
    .action((file: string, options: ImportCommandOptions) => importRows(context, file, options));
}

async function importRows(
  context: CommandContext,
  file: string,
  options: ImportCommandOptions,
): Promise<void> {
  const { terminal } = context;
  const service = serviceOf(context, options);
  const path = resolve(file);
  const isDryRun = options.dryRun ?? false;
  const { rows, count, format } = isNdjson(path)
    ? await openNdjson(terminal, path, options)
    : await openCsv(terminal, path, options);
  const { key: _key, url: _url, failures: _failures, ...way } = options;
  const checkpoint = isDryRun ? null : await Checkpoint.open(path, way, randomUUID());
  const id = checkpoint?.importId ?? randomUUID();
  const failures = await openFailures(format, options.failures ?? failuresPath(path));
  if (checkpoint && checkpoint.row > 0) {
    terminal.tell(`An import of this file was cut off: it goes on after row ${checkpoint.row}.`);
    await failures.resume(checkpoint.failures);
  }
  const progress = startProgress(terminal, count, checkpoint?.account.read ?? 0);
  const started = Date.now();
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  let account: Account;
  let stopped: ImportStopped | null = null;
  try {
    account = await importFile({
      id,
      rows,
      service: { ...service, signal: interruption.signal },
      failures,
      checkpoint,
      isDryRun,
      allowNoContact: options.allowNoContact ?? false,
      onProgress: ({ read }) => progress.show(read),
    });
    await checkpoint?.remove();
  } catch (error) {
    if (!(error instanceof ImportStopped)) throw error;
    stopped = error;
    account = error.account;
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt);
    await failures.close();
  }
  printAccount(terminal, account, failures, Date.now() - started, isDryRun);
  const { created, updated } = account.outcomes;
  if (!isDryRun && created + updated > 0) terminal.print(`To take it back: clientele undo ${id}`);
  if (stopped) throw new Error(howToGoOn(stopped));
  if (account.outcomes.failed > 0) context.exitCode = SOME_ROWS_FAILED;
}

/** A file that was looked through once: its rows, how many there are, and how those that fail are written. */
interface OpenFile {
  rows: AsyncIterable<Row>;
  count: number;
  format: FailureFormat;
}

const defaultsOf = ({ source, tag, location }: ImportCommandOptions) => ({
  source,
  tags: tag,
  locationId: location,
});

async function openCsv(terminal: Terminal, path: string, options: ImportCommandOptions): Promise<OpenFile> {
  const shape = await inspectCsv(path);
  const columns = plan(shape, options.map);
  printPlan(terminal, shape, columns);
  return {
    rows: csvRows(shape, columns, defaultsOf(options)),
    count: shape.rows,
    format: csvFailures(shape.headers, shape.delimiter),
  };
}

async function openNdjson(
  terminal: Terminal,
  path: string,
  options: ImportCommandOptions,
): Promise<OpenFile> {
  if (options.map.length > 0) throw new UsageError('--map is for CSV files: JSON lines name their fields.');
  let count = 0;
  try {
    for await (const _line of readNdjson(path)) count++;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${code}.`);
  }
  terminal.print(`${count} lines of JSON.`);
  return { rows: ndjsonRows(path, defaultsOf(options)), count, format: jsonFailures };
}

const howToGoOn = ({ row, message, mayGoOn }: ImportStopped) =>
  `The import stopped at row ${row}. ${message} The rows before it are accounted for above.` +
  (mayGoOn ? ' Run the same command again to go on from there.' : '');

function plan(shape: CsvFile, overrides: string[]): Column[] {
  try {
    return planColumns(asGiven(shape)(shape.headers), overrides);
  } catch (error) {
    throw error instanceof MappingError ? new UsageError(error.message) : error;
  }
}

function printPlan(terminal: Terminal, shape: CsvFile, columns: Column[]): void {
  const { encoding, isStrict, rows } = shape;
  if (encoding !== 'utf-8') terminal.tell(`The file is not UTF-8: it is read as ${encoding}.`);
  if (!isStrict)
    terminal.tell('Quotes in the file do not follow the rules of CSV: they are read as they come.');
  terminal.print(`${rows} rows, read like this:`);
  terminal.print(
    table(
      ['COLUMN', 'FIELD'],
      describeColumns(columns).map(({ header, field }) => [header, `→ ${field}`]),
    ),
  );
  if (!columns.some(({ field }) => field === 'email' || field === 'phone'))
    terminal.tell(
      'No column is recognised as an e-mail address or phone number; --map "Header=email" says which is.',
    );
}

function failuresPath(path: string): string {
  const [, name, extension] = /^(.*?)(\.(?:csv|tsv|txt|ndjson|jsonl))?$/is.exec(path)!;
  return `${name}.failures${isNdjson(path) ? extension : '.csv'}`;
}

async function openFailures(format: FailureFormat, path: string): Promise<FailuresFile> {
  await access(dirname(resolve(path)), constants.W_OK).catch(() => {
    throw new UsageError(`Rows that fail could not be written to ${path}: say where with --failures FILE.`);
  });
  return new FailuresFile(path, format);
}

function printAccount(
  terminal: Terminal,
  account: Account,
  failures: FailuresFile,
  milliseconds: number,
  isDryRun: boolean,
): void {
  terminal.print(
    `\n${isDryRun ? 'A dry run, nothing was written. ' : ''}In ${(milliseconds / 1000).toFixed(1)} s:`,
  );
  for (const line of describeAccount(account)) terminal.print(line);
  if (failures.size > 0) terminal.print(`The rows that failed, with reasons: ${failures.path}`);
  if (isDryRun)
    terminal.print('A customer who stands in several rows may count as created more than once in a dry run.');
}
