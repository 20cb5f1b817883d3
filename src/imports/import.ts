/** An import: rows of a file in order, in batches, through the upsert of the service; an account of each row. */
import type { UpsertInput, UpsertReport } from '../customers/schema.ts';
import { ANSWER_LIFE_MS } from '../database/answer-life.ts';
import { type Account, enter, newAccount } from './account.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type Column, faultInCells, type RowDefaults, toUpsert } from './columns.ts';
import { type CsvFile, readCsv } from './csv.ts';
import { asGiven } from './csv-shape.ts';
import type { Failure } from './failure-format.ts';
import type { FailuresFile } from './failures.ts';
import { lineToUpsert } from './json-lines.ts';
import { readNdjson } from './ndjson.ts';
import { type ServiceAddress, type ServiceAnswer, ServiceError, send } from './service.ts';
import { type BatchItem, refusalIn, toVerdict, type Verdict } from './verdict.ts';

export interface ImportOptions {
  /** The import_id of its writes: what undoes it. */
  id: string;
  rows: AsyncIterable<Row>;
  service: ServiceAddress;
  failures: FailuresFile;
  /** Where it notes how far it is; null for a dry run. */
  checkpoint: Checkpoint | null;
  isDryRun: boolean;
  /** Rows without a usable e-mail or phone are created, when they have a name or a company. */
  allowNoContact: boolean;
  onProgress(account: Account): void;
}

/** The import ended before the file did; the rows before `row` are accounted for. */
export class ImportStopped extends Error {
  readonly account: Account;
  readonly row: number;
  /** False where it must not go on from there. */
  readonly mayGoOn: boolean;
  constructor({ message, mayGoOn }: ServiceError, account: Account, row: number) {
    super(message);
    this.account = account;
    this.row = row;
    this.mayGoOn = mayGoOn;
  }
}

const BATCH_ROWS = 500;
/** A quarter of what the service takes in one body. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** Creates that go side by side: the service commits those that meet together. */
const CREATES_AT_ONCE = 25;

/** A row of a file, read. */
export interface Row {
  /** Its number in a spreadsheet, or of its line. */
  number: number;
  /** Why the row can't be taken as it is; null when it can. */
  fault: string | null;
  /** Null when it has a fault: it is not sent. */
  input: UpsertInput | null;
  /** As it stood in the file. */
  original: string[] | string;
}

/** A row on its way. */
interface Prepared extends Row {
  json: string | null;
}

/** Imports the rows and answers the account of them. Throws ImportStopped when it can't go on. */
export async function importFile(options: ImportOptions): Promise<Account> {
  const { checkpoint, failures } = options;
  const account = checkpoint?.account ?? newAccount();
  // Whoever is created before the first note must be known by the same id when the import begins again.
  if (options.allowNoContact && checkpoint?.age === null) await checkpoint.note(0, account, failures.size);
  let isInDoubt = (checkpoint?.age ?? 0) >= ANSWER_LIFE_MS;
  const source = batches(prepare(options.rows, checkpoint?.row ?? 0));
  let next = source.next();
  try {
    for (;;) {
      const { value: batch, done } = await next;
      if (done) return account;
      // Read while the service is at work on the batch before.
      next = source.next();
      // Looked at above, unless this batch stops the import.
      next.catch(() => {});
      await settle(options, batch, account, isInDoubt);
      // What was created since the note stood in the batch that was cut off.
      isInDoubt = false;
      await checkpoint?.note(batch.at(-1)!.number, account, failures.size);
      options.onProgress(account);
    }
  } finally {
    // Closes the file, also where the import stops in its midst.
    await source.return(undefined);
  }
}

export async function* csvRows(file: CsvFile, columns: Column[], defaults: RowDefaults): AsyncGenerator<Row> {
  const toCells = asGiven(file);
  for await (const { number, fault: ownFault, cells: given } of readCsv(file)) {
    const cells = toCells(given);
    const fault = ownFault ?? faultInCells(columns, cells);
    yield { number, fault, input: fault ? null : toUpsert(columns, cells, defaults), original: cells };
  }
}

export async function* ndjsonRows(path: string, defaults: RowDefaults): AsyncGenerator<Row> {
  for await (const { number, fault, value, text } of readNdjson(path))
    yield { number, fault, input: value && lineToUpsert(value, defaults), original: text };
}

/** The rows after `done`, ready to be sent. */
async function* prepare(rows: AsyncIterable<Row>, done: number): AsyncGenerator<Prepared> {
  for await (const row of rows)
    if (row.number > done) yield { ...row, json: row.input && JSON.stringify(row.input) };
}

/** Rows gathered to what one request takes. */
async function* batches(rows: AsyncIterable<Prepared>): AsyncGenerator<Prepared[]> {
  let batch: Prepared[] = [];
  let bytes = 0;
  for await (const row of rows) {
    const size = row.json ? Buffer.byteLength(row.json) : 0;
    if (batch.length === BATCH_ROWS || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Sends a batch and enters each of its rows in the account; the failed ones go to the file of failures. `isInDoubt`: rows
 * of it may have been created so long ago that the service would create them again.
 */
async function settle(
  options: ImportOptions,
  batch: Prepared[],
  account: Account,
  isInDoubt: boolean,
): Promise<void> {
  const failures: Failure[] = [];
  let first = batch[0]!;
  try {
    const verdicts = await upsertAll(options, batch);
    for (let start = 0; start < batch.length; start += CREATES_AT_ONCE) {
      const group = batch.slice(start, start + CREATES_AT_ONCE);
      first = group[0]!;
      const creates = group.map((row, i) => isCreate(options, row, verdicts[start + i]!));
      const isCreating = creates.includes(true);
      if (isCreating && isInDoubt) throw new ServiceError(tooLate(options), false);
      const final = await Promise.all(
        group.map((row, i) => (creates[i] ? create(options, row) : verdicts[start + i]!)),
      );
      for (const [i, verdict] of final.entries()) note(account, failures, group[i]!, verdict);
      if (isCreating) {
        await options.failures.add(failures.splice(0));
        await options.checkpoint?.note(group.at(-1)!.number, account, options.failures.size);
      }
    }
  } catch (error) {
    throw error instanceof ServiceError ? new ImportStopped(error, account, first.number) : error;
  } finally {
    await options.failures.add(failures);
  }
}

function note(account: Account, failures: Failure[], { number, original }: Prepared, verdict: Verdict): void {
  if ('outcome' in verdict) {
    enter(account, verdict.outcome, verdict.report);
  } else {
    enter(account, 'failed');
    failures.push({ row: number, reason: verdict.reason, original });
  }
}

/** The verdicts on the rows of a batch; those with a fault are not sent. */
async function upsertAll(options: ImportOptions, batch: Prepared[]): Promise<Verdict[]> {
  const sound = batch.filter(({ fault }) => fault === null);
  const answered = (await upsertSent(options, sound)).values();
  return batch.map(({ fault }) =>
    fault ? { code: 'malformed_row', reason: fault } : answered.next().value!,
  );
}

/** A dry run leaves nothing to take back. */
const query = (isDryRun: boolean, id: string) => (isDryRun ? 'dry_run=true' : `import_id=${id}`);

async function upsertSent({ service, isDryRun, id }: ImportOptions, rows: Prepared[]): Promise<Verdict[]> {
  if (rows.length === 0) return [];
  const body = `{"customers":[${rows.map(({ json }) => json).join(',')}]}`;
  const answer = await send(service, 'PUT', `/api/v2/customers/batch?${query(isDryRun, id)}`, body);
  if (answer.status !== 200) throw refused(answer);
  const { items } = answer.body as { items?: BatchItem[] };
  if (items?.length !== rows.length)
    throw new ServiceError(`The service answered ${items?.length} rows where ${rows.length} were sent.`);
  return items.map(judge);
}

/** Throws where the row's answer is about the import as a whole. */
function judge(item: BatchItem): Verdict {
  const refusal = refusalIn(item);
  if (refusal) throw new ServiceError(`${refusal} Use --location, or a key of one location.`);
  return toVerdict(item);
}

/** True for a row that upsert can't find anybody by, when such are wanted and it says who it is. */
function isCreate({ allowNoContact }: ImportOptions, { input }: Prepared, verdict: Verdict): boolean {
  const isLackingContact = 'code' in verdict && verdict.code === 'contact_details_required';
  return allowNoContact && isLackingContact && Boolean(input?.name || input?.company_name);
}

async function create(
  { service, isDryRun, id }: ImportOptions,
  { input, number }: Prepared,
): Promise<Verdict> {
  const { added_tags: tags, ...rest } = input!;
  const path = `/api/v2/customers?${query(isDryRun, id)}`;
  const body = JSON.stringify({ ...rest, ...(tags && { tags }) });
  // A create is not safe to repeat by itself; under one key the repeated one is the same, also after a crash.
  const answer = await send(service, 'POST', path, body, { 'idempotency-key': `import-${id}-${number}` });
  if (answer.status < 300) return { outcome: 'created', report: answer.body as Partial<UpsertReport> };
  if (answer.status !== 409 && answer.status !== 422) throw refused(answer);
  return judge({ ...answer.body, message: answer.message });
}

const refused = ({ status, message }: ServiceAnswer) =>
  new ServiceError(`The service refuses the import (${status}): ${message}`);

const tooLate = ({ id }: ImportOptions) =>
  `The import was cut off more than 24 hours ago: up to ${CREATES_AT_ONCE} rows from here on that have no e-mail address or phone number ` +
  `may have been created by then, and would be created again. GET /customers?import_id=${id} lists whom it made: import ` +
  'the rows that are missing as a file of their own.';
