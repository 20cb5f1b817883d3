/** Files that are broken or hostile, through the importer of the command line and the reader of the console. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { run } from '../src/cli/main.ts';
import { inspectCsv, readCsv } from '../src/imports/csv.ts';
import { asGiven } from '../src/imports/csv-shape.ts';
import { makeBusiness, type TestBusiness } from '../test/business.ts';
import { importInProcess, type Ran } from './cli.ts';
import { openConsoleReader, type Read } from './console-reader.ts';
import { claimAmount } from './evidence.ts';
import { type HostileFile, hostileFiles } from './hostile-files.ts';
import { Memory } from './memory.ts';
import { milliseconds, number } from './report.ts';
import { Stand } from './stand.ts';
import type { Section, Theme } from './theme.ts';

/** Each so-many-th file. */
const EVERY = { smoke: 13, small: 3, full: 1 };
/** Of those, each so-many-th once more as a process of its own. */
const AS_PROCESS = { smoke: 20, small: 15, full: 10 };
const PATIENCE_MS = 60_000;
const MOST_MIB = 400;
const LEAST_FILES = 150;
/** A spreadsheet runs a cell that begins like this, unless it is a phone number. */
const FORMULA = /^[=+\-@\t\r]/;
const PHONE = /^\+\d[\d ]*$/;
const STOPPED = /^clientele: The import stopped at row \d+\. ./m;
const INSIDE = /\n\s+at |node_modules|\.ts:\d|\bTypeError\b|\bRangeError\b|undefined/;

export const files: Theme = {
  name: 'files',
  title: 'Hostile files',
  what: ({ scale }) =>
    `${scale === 'full' ? 'all' : `each ${EVERY[scale]}th`} of some two hundred hostile files`,
  estimate: ({ scale }) => 10 + 120 / EVERY[scale],
  async run(section) {
    const stand = await Stand.open(section, {});
    const dir = await mkdtemp(join(tmpdir(), 'clientele-files-'));
    const [service, importer] = [Memory.of(stand.service.pid), Memory.of(process.pid)];
    try {
      await importAll(section, stand, dir);
      const [{ most }, own] = [service.told(), importer.told()];
      section.kept.raw.memory = { service: service.samples, importer: importer.samples };
      section.claim(
        'resident memory of the service under hostile files',
        `≤ ${MOST_MIB} MiB`,
        `at most ${number(most)} MiB`,
        most <= MOST_MIB,
      );
      section.found(
        `The process of the campaign, which makes the files, imports them and reads each once more as a whole to compare, grew to ${number(own.most)} MiB at most; what a command takes is in bench/RESULTS.md.`,
      );
    } finally {
      service.stop();
      importer.stop();
      await rm(dir, { recursive: true, force: true });
      await stand.close();
    }
  },
};

/** What all files came to. */
class Outcome {
  files = 0;
  processes = 0;
  rows = 0;
  created = 0;
  failed = 0;
  refused = 0;
  roundTrips = 0;
  slowest = { millis: 0, name: '' };
  /** By what was wrong. */
  readonly faults = { account: 0, crash: 0, reader: 0, roundTrip: 0, formula: 0 };
}

async function importAll(section: Section, stand: Stand, dir: string): Promise<void> {
  const place = { url: stand.service.url, sql: stand.sql };
  const other = await makeBusiness(place);
  const customer = (await other.send('POST', '/customers', { name: 'Other' })).body.id;
  const all = hostileFiles({ customer, location: other.locationId }, section.chance);
  const chosen = all.filter((_, i) => i % section.size(EVERY) === 0);
  const outcome = new Outcome();
  const readInConsole = await openConsoleReader();
  // What escapes an import is a crash of the command.
  const escaped = (error: unknown) => {
    outcome.faults.crash++;
    section.failed('an import', `an error escaped: ${String(error)}`);
  };
  process.on('uncaughtException', escaped).on('unhandledRejection', escaped);
  try {
    for (const [i, file] of chosen.entries()) {
      const path = join(dir, `file-${i}.${file.extension}`);
      await writeFile(path, file.bytes);
      const one = new FileRun(section, stand, outcome, file, path, await makeBusiness(place));
      await one.import();
      if (file.extension === 'csv') await one.compareReaders(readInConsole);
      if (i % section.size(AS_PROCESS) === 0) await one.importAsProcess(await makeBusiness(place));
    }
  } finally {
    process.off('uncaughtException', escaped).off('unhandledRejection', escaped);
  }
  section.kept.raw.files = outcome;
  // One at least for each command; how many batches an import sent is its own affair.
  section.tally.requests += outcome.files + outcome.processes + 2 * outcome.roundTrips;
  describe(section, outcome);
}

/** One file on its way. */
class FileRun {
  readonly #section: Section;
  readonly #stand: Stand;
  readonly #outcome: Outcome;
  readonly #file: HostileFile;
  readonly #path: string;
  readonly #business: TestBusiness;

  constructor(
    section: Section,
    stand: Stand,
    outcome: Outcome,
    file: HostileFile,
    path: string,
    business: TestBusiness,
  ) {
    this.#section = section;
    this.#stand = stand;
    this.#outcome = outcome;
    this.#file = file;
    this.#path = path;
    this.#business = business;
  }

  #fault(kind: keyof Outcome['faults'], problem: string): void {
    this.#outcome.faults[kind]++;
    this.#section.failed(`file “${this.#file.name}”`, problem);
  }

  async import(): Promise<void> {
    const outcome = this.#outcome;
    outcome.files++;
    const start = performance.now();
    const ran = await this.#run('import', this.#path);
    const millis = performance.now() - start;
    if (millis > outcome.slowest.millis) outcome.slowest = { millis, name: this.#file.name };
    if (millis > PATIENCE_MS) this.#fault('crash', `took ${milliseconds(millis)}`);
    const created = await this.#checkAccount(ran, this.#business);
    await this.#checkFailures(ran);
    if (created > 0) for (const format of ['csv', 'ndjson'] as const) await this.#roundTrip(format, created);
  }

  #run = async (...args: string[]): Promise<Ran> => {
    const lines: Record<'out' | 'err', string[]> = { out: [], err: [] };
    const terminal = {
      print: (line: string) => void lines.out.push(line),
      tell: (line: string) => void lines.err.push(line),
      screen: null,
    };
    const environment = { CLIENTELE_KEY: this.#business.key, CLIENTELE_URL: this.#stand.service.url };
    const code = await run(args, terminal, environment);
    return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
  };

  /**
   * Rows in are rows created, updated, unchanged or failed; the customers that are there are the ones it told of. Unless the
   * service refuses the import as a whole, every row of the file is read.
   */
  async #checkAccount({ code, out, err }: Ran, business: TestBusiness): Promise<number> {
    const outcome = this.#outcome;
    const [count] = await this.#stand.sql`
      select count(*)::int as n from customers where business_id = ${business.id}`;
    const told = figuresIn(out);
    const { created = 0, failed = 0 } = told;
    if (INSIDE.test(err)) this.#fault('crash', `tells of the inside: ${err.slice(0, 300)}`);
    if (/(?![\n\t])\p{Cc}/u.test(out + err)) this.#fault('account', 'prints control characters');
    if (told['rows read'] === undefined) {
      outcome.refused++;
      if (code !== 1 || !/^clientele: ./m.test(err))
        this.#fault('account', `code ${code} without an account: ${err.slice(0, 300)}`);
    } else {
      const sum = ['created', 'updated', 'unchanged', 'found', 'failed'].reduce(
        (all, name) => all + told[name]!,
        0,
      );
      const announced = Number(/^(\d+) (?:rows, read|lines of JSON)/m.exec(out)?.[1]);
      const isStopped = code === 1 && this.#file.mayStop === true;
      if (sum !== told['rows read'] || (!isStopped && announced !== sum))
        this.#fault(
          'account',
          `${announced} rows announced, ${told['rows read']} read, ${sum} accounted for`,
        );
      if (isStopped ? !STOPPED.test(err) : code !== (failed > 0 ? 3 : 0))
        this.#fault('account', `exit code ${code}: ${err.slice(0, 300)}`);
      outcome.rows += told['rows read'];
    }
    if (count!.n !== created) this.#fault('account', `${created} created by the account, ${count!.n} there`);
    if (this.#file.creates !== undefined && created !== this.#file.creates)
      this.#fault(
        'account',
        `${created} created instead of ${this.#file.creates}: ${out.slice(-300)} ${err.slice(0, 300)}`,
      );
    outcome.created += created;
    outcome.failed += failed;
    return created;
  }

  /** Every row that failed stands in the file of failures, and none of its cells begins a formula. */
  async #checkFailures({ out }: Ran): Promise<void> {
    const { failed = 0 } = figuresIn(out);
    const path = /^The rows that failed, with reasons: (.+)$/m.exec(out)?.[1];
    if (failed === 0) return;
    const text = await readFile(path ?? '', 'utf8').catch(() => null);
    if (text === null) return this.#fault('account', `${failed} rows failed, and there is no file of them`);
    if (this.#file.extension === 'ndjson') {
      const lines = text.split('\n').filter((line) => line !== '');
      if (lines.length !== failed)
        this.#fault('account', `${lines.length} lines of failures instead of ${failed}`);
      return;
    }
    const rows = cellsIn(text);
    if (rows.length - 1 !== failed)
      this.#fault('account', `${rows.length - 1} rows of failures instead of ${failed}`);
    this.#checkFormulas(rows, 'the file of failures');
  }

  /** What came in goes out, starts no formula, and comes in again without a change. */
  async #roundTrip(format: 'csv' | 'ndjson', created: number): Promise<void> {
    const path = `${this.#path}.export.${format}`;
    this.#outcome.roundTrips++;
    const exported = await this.#run('export', path);
    if (exported.code !== 0) return this.#fault('roundTrip', `export: ${exported.err.slice(0, 300)}`);
    if (format === 'csv') this.#checkFormulas(cellsIn(await readFile(path, 'utf8')), 'the export');
    const { out, err } = await this.#run('import', path);
    const told = figuresIn(out);
    if (told['rows read'] !== created || told.unchanged !== created)
      this.#fault(
        'roundTrip',
        `${format}: ${created} customers, imported again: ${JSON.stringify(told)} ${err.slice(0, 200)}`,
      );
  }

  #checkFormulas(rows: string[][], where: string): void {
    const armed = rows.flat().find((cell) => FORMULA.test(cell) && !PHONE.test(cell));
    if (armed !== undefined)
      this.#fault('formula', `${where} has the cell ${JSON.stringify(armed.slice(0, 100))}`);
  }

  /** The console reads the rows that the command line reads. */
  async compareReaders(readInConsole: (bytes: Buffer) => Promise<Read>): Promise<void> {
    const shown = await readInConsole(this.#file.bytes);
    const read = await rowsOfCommandLine(this.#path);
    const [console_, command] = [shown, read].map(printOf);
    if (console_ !== command)
      this.#fault(
        'reader',
        `the console reads ${console_!.slice(0, 200)}, the command line ${command!.slice(0, 200)}`,
      );
  }

  async importAsProcess(business: TestBusiness): Promise<void> {
    this.#outcome.processes++;
    const isBuilt = this.#section.options.scale !== 'smoke';
    const ran = await importInProcess(this.#path, {
      url: this.#stand.service.url,
      key: business.key,
      isBuilt,
    });
    await this.#checkAccount(ran, business);
  }
}

/** The figures of the closing account, by name. */
const figuresIn = (out: string): Record<string, number> =>
  Object.fromEntries(
    [...out.matchAll(/^([a-z ]+): +(\d+)$/gm)].map(([, name, count]) => [name!, Number(count)]),
  );

/** The cells of a file that we wrote; one of failures has the separator of the file it is about. */
function cellsIn(text: string): string[][] {
  const delimiter = /^\uFEFF?import_row(.)/.exec(text)?.[1] ?? ',';
  return parse(text, { bom: true, delimiter, relax_column_count: true, max_record_size: 0 });
}

async function rowsOfCommandLine(path: string): Promise<Read> {
  try {
    const shape = await inspectCsv(path);
    const toCells = asGiven(shape);
    const rows = [];
    for await (const row of readCsv(shape)) rows.push({ ...row, cells: toCells(row.cells) });
    return { headers: toCells(shape.headers), rows };
  } catch (error) {
    return { why: (error as Error).message };
  }
}

/** Headings, and of each row its number, whether it has a fault, and its cells; what fields make of them follows from that. */
const printOf = (read: Read): string =>
  'why' in read
    ? 'nothing'
    : [
        JSON.stringify(read.headers),
        ...read.rows.map(
          ({ number: at, cells, fault }) =>
            `${at}${fault === null ? '' : ' with a fault'} ${JSON.stringify(cells)}`,
        ),
      ].join('\n');

function describe(section: Section, outcome: Outcome): void {
  const { files: count, processes, rows, created, failed, refused, roundTrips, slowest, faults } = outcome;
  section.done(
    `${number(count)} files: the same people in 5 encodings × 4 separators × 4 ends of lines, broken quotes and rows, formulas, ` +
      'prototypes, ids of others, cells of megabytes, ten thousand columns, binary files and noise, JSON lines of every wrong kind; ' +
      `through \`clientele import\`, ${number(processes)} of them as a process of its own, and through the reader of the console.`,
  );
  section.checked(
    'Each ends with an account in which rows read are rows created, updated, unchanged or failed, which is true of the database and ' +
      'of the file of failures; or with one sentence, and nothing written. What came in is exported, as CSV and NDJSON, and imported ' +
      'again without a change. No cell of any file that is written begins a formula. The console reads the rows that the command ' +
      'line reads.',
  );
  section.found(
    `${number(rows)} rows, ${number(created)} customers made, ${number(failed)} rows failed, ${number(refused)} files refused as a ` +
      `whole; the slowest took ${milliseconds(slowest.millis)} (${slowest.name}).`,
  );
  const of = `of ${number(count)} files`;
  claimAmount(section, 'hostile files imported', LEAST_FILES, count);
  section.claim('hostile files without a true account', '0', `${faults.account} ${of}`, faults.account === 0);
  section.claim('crashes or hangs by a file', '0', `${faults.crash} ${of}`, faults.crash === 0);
  section.claim('files that the console reads otherwise', '0', `${faults.reader} ${of}`, faults.reader === 0);
  section.claim(
    'exports that do not come back unchanged',
    '0',
    `${faults.roundTrip} of ${roundTrips}`,
    faults.roundTrip === 0,
  );
  section.claim('cells written that begin a formula', '0', `${faults.formula} ${of}`, faults.formula === 0);
}
