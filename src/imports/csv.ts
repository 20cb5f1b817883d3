/** Reads a CSV file of any size row by row: first to learn its shape and length, then for its rows. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import {
  type CsvRow,
  type CsvShape,
  decode,
  faultOf,
  hasContent,
  milder,
  parserOptions,
  SAMPLE_BYTES,
  shapeOf,
  whyUnreadable,
} from './csv-shape.ts';

/** A file that was looked through once. */
export interface CsvFile extends CsvShape {
  path: string;
  /** Rows below the header with anything in them. */
  rows: number;
}

/**
 * Reads the whole file once and answers its shape. Throws one sentence when it can't be read as CSV, so that
 * nothing of it is imported.
 */
export async function inspectCsv(path: string): Promise<CsvFile> {
  let shape = shapeOf(await readSample(path));
  for (;;) {
    try {
      return { ...shape, path, ...(await measure(path, shape)) };
    } catch (error) {
      const next = milder(shape, error);
      if (!next) throw new Error(`${path} ${whyUnreadable(error)}. Nothing was imported.`);
      shape = next;
    }
  }
}

/** The rows below the header. A row of another length than the header has a fault and all its cells. */
export async function* readCsv(file: CsvFile): AsyncGenerator<CsvRow> {
  let isHeader = true;
  for await (const { number, cells } of records(file.path, file)) {
    if (!isHeader) yield { number, cells, fault: faultOf(file, cells) };
    isHeader = false;
  }
}

async function measure(path: string, shape: CsvShape): Promise<{ headers: string[]; rows: number }> {
  let headers: string[] | null = null;
  let rows = 0;
  for await (const { cells } of records(path, shape)) {
    if (headers) rows++;
    else headers = cells;
  }
  if (!headers) throw new Error('it is empty');
  return { headers, rows };
}

/** All rows with anything in them, the header among them. */
async function* records(path: string, shape: CsvShape): AsyncGenerator<{ number: number; cells: string[] }> {
  const parser = parse(parserOptions(shape));
  // What goes wrong in any part comes out of the parser, where it is read.
  pipeline(
    createReadStream(path),
    (source: AsyncIterable<Buffer>) => decode(source, shape),
    parser,
    () => {},
  );
  let number = 0;
  for await (const cells of parser as AsyncIterable<string[]>) {
    number++;
    if (hasContent(cells)) yield { number, cells };
  }
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
