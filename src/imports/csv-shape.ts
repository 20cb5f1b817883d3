/**
 * How a CSV file is to be read: its encoding, its separator, whether its quotes keep the rules; what is wrong with one
 * of its rows. Pure: the command line reads files by it, the console what was dropped on it.
 */
import type { Options } from 'csv-parse';
import { rearm } from '../customers/spreadsheet.ts';
import { isExportFile, isFailuresFile } from './headers.ts';

export interface CsvShape {
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  delimiter: string;
  /** False when its quotes do not follow the rules: they are then read as they come. */
  isStrict: boolean;
  headers: string[];
}

export interface CsvRow {
  /** Its number in a spreadsheet: blank rows count, and the header is row 1 where it comes first. */
  number: number;
  cells: string[];
  /** Why the row can't be taken as it is; null when it can. */
  fault: string | null;
}

/** So much of a file tells its shape. */
export const SAMPLE_BYTES = 64 * 1024;
/** Longer than any row with a meaning; a quote that is never closed would otherwise swallow the file. */
const MAX_ROW_BYTES = 8 * 1024 * 1024;
const DELIMITERS = [',', ';', '\t'];

/** The bytes are not those of the encoding. */
export class EncodingError extends Error {}

/** The shape that the beginning of a file suggests; its headers are not read yet. */
export function shapeOf(sample: Uint8Array): CsvShape {
  const encoding = encodingOf(sample);
  const delimiter = delimiterOf(new TextDecoder(encoding).decode(sample));
  return { encoding, delimiter, isStrict: true, headers: [] };
}

function encodingOf(sample: Uint8Array): CsvShape['encoding'] {
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

/** What csv-parse is told. */
export const parserOptions = ({ delimiter, isStrict }: CsvShape): Options => ({
  delimiter,
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  relax_quotes: !isStrict,
  max_record_size: MAX_ROW_BYTES,
});

/** The text of the bytes. Throws EncodingError where they are not of the encoding. */
export async function* decode(
  source: AsyncIterable<Uint8Array>,
  { encoding }: Pick<CsvShape, 'encoding'>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const read = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new EncodingError(`it is not ${encoding}`);
    }
  };
  for await (const chunk of source) yield read(chunk);
  yield read();
}

/** True for a row that counts: blank ones have a number and nothing else. */
export const hasContent = (cells: string[]): boolean => cells.some((cell) => cell.trim() !== '');

/** How to try again after an error: as what Windows writes when it is not UTF-8, or without rules for quotes. */
export function milder(shape: CsvShape, error: unknown): CsvShape | null {
  if (error instanceof EncodingError && shape.encoding === 'utf-8')
    return { ...shape, encoding: 'windows-1252' };
  const code = codeOf(error);
  if (code && code !== 'CSV_MAX_RECORD_SIZE' && shape.isStrict) return { ...shape, isStrict: false };
  return null;
}

/** Why a file can't be read, as the end of a sentence. */
export function whyUnreadable(error: unknown): string {
  if (codeOf(error)) {
    const { lines } = error as { lines?: number };
    return `cannot be read as CSV: a quote that opens before line ${lines} is never closed`;
  }
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

/** The code of an error of csv-parse, told by its name: a browser has another build of it. */
function codeOf(error: unknown): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(CSV_|INVALID_OPENING_QUOTE)/.test(code) ? code : null;
}

/** Why the row can't be taken as it is; null when it can. */
export function faultOf({ isStrict, headers }: CsvShape, cells: string[]): string | null {
  if (cells.length !== headers.length)
    return `The row has ${cells.length} cells, the header ${headers.length}.`;
  // Read as they come, quotes that are not closed draw the rows below into the cell.
  if (!isStrict && cells.some((cell) => cell.startsWith('"') && /[\r\n]/.test(cell)))
    return 'A quote in the row is not closed where the cell ends.';
  return null;
}

/** Cells (or headers) of a file as they once were: those of files that we wrote were disarmed. */
export function asGiven({ headers }: Pick<CsvShape, 'headers'>): (cells: string[]) => string[] {
  const isOurs = isFailuresFile(headers) || isExportFile(headers);
  return (cells) => (isOurs ? cells.map(rearm) : cells);
}
