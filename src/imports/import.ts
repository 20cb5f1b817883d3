/** An import: rows of a file in order, in batches, through the upsert of the service; an account of each row. */
import { randomUUID } from 'node:crypto';
import type { UpsertInput, UpsertReport } from '../customers/schema.ts';
import { type Account, enter, newAccount } from './account.ts';
import { type Column, type RowDefaults, toUpsert } from './columns.ts';
import { type CsvRow, type CsvShape, readCsv } from './csv.ts';
import { type Failure, type FailuresFile, isFailuresFile, rearm } from './failures.ts';
import { type ServiceAddress, type ServiceAnswer, ServiceError, send } from './service.ts';

export interface ImportOptions {
  /** The import_id of its writes: what undoes it. */
  id: string;
  shape: CsvShape;
  columns: Column[];
  defaults: RowDefaults;
  service: ServiceAddress;
  failures: FailuresFile;
  isDryRun: boolean;
  /** Rows without a usable e-mail or phone are created, when they have a name or a company. */
  allowNoContact: boolean;
  onProgress(account: Account): void;
}

/** The import ended before the file did; the rows before `row` are accounted for. */
export class ImportStopped extends Error {
  readonly account: Account;
  readonly row: number;
  constructor(message: string, account: Account, row: number) {
    super(message);
    this.account = account;
    this.row = row;
  }
}

const BATCH_ROWS = 500;
/** A quarter of what the service takes in one body. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** Creates that go side by side: the service commits those that meet together. */
const CREATES_AT_ONCE = 25;
/** What is wrong with the import, not with the row. */
const REFUSALS = new Set(['location_required', 'location_forbidden', 'location_not_found']);

/** A row on its way; `json` is null when it has a fault and is not sent. */
interface Prepared extends CsvRow {
  input: UpsertInput | null;
  json: string | null;
}

/** Imports the file and answers the account of its rows. Throws ImportStopped when it can't go on. */
export async function importFile(options: ImportOptions): Promise<Account> {
  const account = newAccount();
  for await (const batch of batches(prepare(options))) {
    await settle(options, batch, account);
    options.onProgress(account);
  }
  return account;
}

/** Cells (or headers) of a file as they once were: those of a file of failures were disarmed. */
export const asGiven = ({ headers }: CsvShape, cells: string[]): string[] =>
  isFailuresFile(headers) ? cells.map(rearm) : cells;

async function* prepare({ shape, columns, defaults }: ImportOptions): AsyncGenerator<Prepared> {
  for await (const row of readCsv(shape)) {
    const cells = asGiven(shape, row.cells);
    const input = row.fault ? null : toUpsert(columns, cells, defaults);
    yield { ...row, cells, input, json: input && JSON.stringify(input) };
  }
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

/** What the service said of one row. */
type Verdict =
  | { outcome: UpsertReport['outcome']; report: Partial<UpsertReport> }
  | { code: string; reason: string };

/** Sends a batch and enters each of its rows in the account; the failed ones go to the file of failures. */
async function settle(options: ImportOptions, batch: Prepared[], account: Account): Promise<void> {
  const failures: Failure[] = [];
  let first = batch[0]!;
  try {
    const verdicts = await upsertAll(options, batch);
    for (let start = 0; start < batch.length; start += CREATES_AT_ONCE) {
      const group = batch.slice(start, start + CREATES_AT_ONCE);
      first = group[0]!;
      const final = await Promise.all(
        group.map((row, i) => withoutContact(options, row, verdicts[start + i]!)),
      );
      for (const [i, verdict] of final.entries()) note(account, failures, group[i]!, verdict);
    }
  } catch (error) {
    throw error instanceof ServiceError ? new ImportStopped(error.message, account, first.number) : error;
  } finally {
    await options.failures.add(failures);
  }
}

function note(account: Account, failures: Failure[], { number, cells }: Prepared, verdict: Verdict): void {
  if ('outcome' in verdict) {
    enter(account, verdict.outcome, verdict.report);
  } else {
    enter(account, 'failed');
    failures.push({ row: number, reason: verdict.reason, cells });
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
  return items.map(toVerdict);
}

interface BatchItem {
  code?: string;
  message?: string;
  errors?: { field: string; message: string }[];
  customer?: { upsert: UpsertReport };
}

function toVerdict({ customer, code = 'failed', message = 'It failed.', errors }: BatchItem): Verdict {
  if (customer) return { outcome: customer.upsert.outcome, report: customer.upsert };
  if (REFUSALS.has(code)) throw new ServiceError(`${message} Use --location, or a key of one location.`);
  const reason = code === 'contact_details_required' || !errors ? message : reasonsOf(errors);
  return { code, reason: `${code}: ${reason}` };
}

const reasonsOf = (errors: { message: string }[]) => errors.map((error) => error.message).join(' ');

/** Creates a row that upsert can't find anybody by, when that is wanted and the row says who it is. */
async function withoutContact(
  { service, isDryRun, allowNoContact, id }: ImportOptions,
  { input }: Prepared,
  verdict: Verdict,
): Promise<Verdict> {
  const isLackingContact = 'code' in verdict && verdict.code === 'contact_details_required';
  if (!allowNoContact || !isLackingContact || !(input?.name || input?.company_name)) return verdict;
  const { added_tags: tags, ...rest } = input;
  const path = `/api/v2/customers?${query(isDryRun, id)}`;
  const body = JSON.stringify({ ...rest, ...(tags && { tags }) });
  // A create is not safe to repeat by itself; under one key the repeated one is the same.
  const answer = await send(service, 'POST', path, body, { 'idempotency-key': randomUUID() });
  if (answer.status < 300) return { outcome: 'created', report: answer.body as Partial<UpsertReport> };
  if (answer.status !== 409 && answer.status !== 422) throw refused(answer);
  return toVerdict({ ...answer.body, message: answer.message });
}

const refused = ({ status, message }: ServiceAnswer) =>
  new ServiceError(`The service refuses the import (${status}): ${message}`);
