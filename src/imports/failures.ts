/**
 * The rows that failed, as a file beside the one imported: row number, reason, and the row as it was, so that it
 * can be mended and imported as it is.
 */
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { disarm } from '../customers/spreadsheet.ts';
import { FAILURE_COLUMNS, isFailuresFile } from './headers.ts';

export interface Failure {
  row: number;
  reason: string;
  /** The cells of the row, or the text of its line. */
  original: string[] | string;
}

/** How failures are written: what comes first, and the lines of some. */
export interface FailureFormat {
  head: string;
  lines(failures: Failure[]): string;
}

/** A file that is made when the first failure comes, and replaces one of an earlier import then. */
export class FailuresFile {
  readonly path: string;
  readonly #format: FailureFormat;
  #file: FileHandle | null = null;
  /** Bytes of it; 0 until there is a failure. */
  size = 0;

  constructor(path: string, format: FailureFormat) {
    this.path = path;
    this.#format = format;
  }

  /** Goes on with the file of an import that was cut off: what it had written by its last note stays. */
  async resume(size: number): Promise<void> {
    if (size === 0) return;
    await truncate(this.path, size);
    this.#file = await open(this.path, 'a');
    this.size = size;
  }

  async add(failures: Failure[]): Promise<void> {
    if (failures.length === 0) return;
    const text = (this.#file ? '' : this.#format.head) + this.#format.lines(failures);
    // It holds personal data: nobody but its owner reads it.
    this.#file ??= await open(this.path, 'w', 0o600);
    await this.#file.appendFile(text);
    this.size += Buffer.byteLength(text);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** Failures of a CSV file, with its own header and delimiter. */
export function csvFailures(headers: string[], delimiter: string): FailureFormat {
  // A file of failures that fails again has its own two columns in front already.
  const own = (cells: string[]) => (isFailuresFile(headers) ? cells.slice(FAILURE_COLUMNS.length) : cells);
  const toCsv = (rows: string[][]) =>
    stringify(
      rows.map((row) => row.map(disarm)),
      { delimiter, quoted_match: /[\r\n]/ },
    );
  return {
    // Spreadsheets take a file without the mark for one of the local code page.
    head: `\uFEFF${toCsv([[...FAILURE_COLUMNS, ...own(headers)]])}`,
    lines: (failures) =>
      toCsv(failures.map(({ row, reason, original }) => [String(row), reason, ...own([original].flat())])),
  };
}

/** Failures of a file of JSON lines; a line that is no object stands as text beside its reason. */
export const jsonFailures: FailureFormat = {
  head: '',
  lines: (failures) => failures.map((failure) => `${jsonLine(failure)}\n`).join(''),
};

function jsonLine({ row, reason, original }: Failure): string {
  const [rowName, reasonName] = FAILURE_COLUMNS;
  const text = String(original);
  const said = { [rowName]: row, [reasonName]: reason };
  try {
    return JSON.stringify({ ...said, ...JSON.parse(text), ...said });
  } catch {
    return JSON.stringify({ ...said, import_line: text });
  }
}
