/** Reads a CSV file of any size row by row: first to learn its shape and length, then for its rows. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';

/** How a file is to be read. */
export interface CsvShape {
  path: string;
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  delimiter: string;
  /** False when its quotes do not follow the rules: they are then read as they come. */
  isStrict: boolean;
  headers: string[];
  /** Rows below the header with anything in them. */
  rows: number;
}

export interface CsvRow {
  /** Its number in a spreadsheet: blank rows count, and the header is row 1 where it comes first. */
  number: number;
  cells: string[];
  /** Why the row can't be taken as it is; null when it can. */
  fault: string | null;
}

/** Longer than any row with a meaning; a quote that is never closed would otherwise swallow the file. */
const MAX_ROW_BYTES = 8 * 1024 * 1024;
const SAMPLE_BYTES = 64 * 1024;
const DELIMITERS = [',', ';', '\t'];

/**
 * Reads the whole file once and answers its shape. Throws one sentence when it can't be read as CSV, so that
 * nothing of it is imported.
 */
export async function inspectCsv(path: string): Promise<CsvShape> {
  const sample = await readSample(path);
  let shape: CsvShape = {
    path,
    encoding: encodingOf(sample),
    delimiter: ',',
    isStrict: true,
    headers: [],
    rows: 0,
  };
  shape.delimiter = delimiterOf(new TextDecoder(shape.encoding).decode(sample));
  for (;;) {
    try {
      return { ...shape, ...(await measure(shape)) };
    } catch (error) {
      const next = milder(shape, error);
      if (!next) throw unreadable(path, error);
      shape = next;
    }
  }
}

/** The rows below the header. A row of another length than the header has a fault and all its cells. */
export async function* readCsv(shape: CsvShape): AsyncGenerator<CsvRow> {
  let isHeader = true;
  for await (const { number, cells } of records(shape)) {
    if (!isHeader) yield { number, cells, fault: faultOf(shape, cells) };
    isHeader = false;
  }
}

function faultOf({ isStrict, headers }: CsvShape, cells: string[]): string | null {
  if (cells.length !== headers.length)
    return `The row has ${cells.length} cells, the header ${headers.length}.`;
  // Read as they come, quotes that are not closed draw the rows below into the cell.
  if (!isStrict && cells.some((cell) => cell.startsWith('"') && /[\r\n]/.test(cell)))
    return 'A quote in the row is not closed where the cell ends.';
  return null;
}

async function measure(shape: CsvShape): Promise<{ headers: string[]; rows: number }> {
  let headers: string[] | null = null;
  let rows = 0;
  for await (const { cells } of records(shape)) {
    if (headers) rows++;
    else headers = cells;
  }
  if (!headers) throw new Error('it is empty');
  return { headers, rows };
}

/** All rows with anything in them, the header among them. */
async function* records(shape: CsvShape): AsyncGenerator<{ number: number; cells: string[] }> {
  const { path, encoding, delimiter, isStrict } = shape;
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: !isStrict,
    max_record_size: MAX_ROW_BYTES,
  });
  // What goes wrong in any part comes out of the parser, where it is read.
  pipeline(
    createReadStream(path),
    (source: AsyncIterable<Buffer>) => decode(source, encoding),
    parser,
    () => {},
  );
  let number = 0;
  for await (const cells of parser as AsyncIterable<string[]>) {
    number++;
    if (cells.some((cell) => cell.trim() !== '')) yield { number, cells };
  }
}

async function* decode(source: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** How to try again after an error: as what Windows writes when it is not UTF-8, or without rules for quotes. */
function milder(shape: CsvShape, error: unknown): CsvShape | null {
  if (isEncodingError(error) && shape.encoding === 'utf-8') return { ...shape, encoding: 'windows-1252' };
  if (error instanceof CsvError && error.code !== 'CSV_MAX_RECORD_SIZE' && shape.isStrict)
    return { ...shape, isStrict: false };
  return null;
}

const isEncodingError = (error: unknown) =>
  error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA';

function unreadable(path: string, error: unknown): Error {
  if (error instanceof CsvError) {
    const line = (error as CsvError & { lines?: number }).lines;
    return new Error(
      `${path} cannot be read as CSV: a quote that opens before line ${line} is never closed. Nothing was imported.`,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`${path} cannot be read: ${reason}. Nothing was imported.`);
}

async function readSample(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${error.code}.`,
    );
  });
  try {
    if ((await file.stat()).isDirectory()) throw new Error(`${path} is a directory, not a CSV file.`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function encodingOf(sample: Buffer): CsvShape['encoding'] {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** The sign that stands most often in the header, outside quotes; the comma when none does. */
function delimiterOf(text: string): string {
  const header = /^\s*((?:"(?:[^"]|"")*"?|[^"\r\n])*)/.exec(text)![1]!.replace(/"(?:[^"]|"")*"?/g, '');
  const counts = DELIMITERS.map((sign) => header.split(sign).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}
