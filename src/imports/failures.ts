/**
 * The rows that failed, as a file beside the one imported: row number, reason, and the row as it was, so that it
 * can be mended and imported as it is.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { FAILURE_COLUMNS } from './headers.ts';

export interface Failure {
  row: number;
  reason: string;
  cells: string[];
}

/** A file that is made when the first failure comes, and replaces one of an earlier import then. */
export class FailuresFile {
  readonly path: string;
  readonly #headers: string[];
  readonly #delimiter: string;
  #file: FileHandle | null = null;

  constructor(path: string, headers: string[], delimiter: string) {
    this.path = path;
    this.#headers = headers;
    this.#delimiter = delimiter;
  }

  get isWritten(): boolean {
    return this.#file !== null;
  }

  async add(failures: Failure[]): Promise<void> {
    if (failures.length === 0) return;
    const rows = failures.map(({ row, reason, cells }) => [String(row), reason, ...this.#own(cells)]);
    // Spreadsheets take a file without the mark for one of the local code page.
    const head = `\uFEFF${this.#toCsv([[...FAILURE_COLUMNS, ...this.#own(this.#headers)]])}`;
    const text = this.#toCsv(rows);
    if (this.#file) return await this.#file.appendFile(text);
    // It holds personal data: nobody but its owner reads it.
    this.#file = await open(this.path, 'w', 0o600);
    await this.#file.appendFile(head + text);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  /** The cells of the row alone: a file of failures that fails again has its own two columns in front already. */
  #own(cells: string[]): string[] {
    return isFailuresFile(this.#headers) ? cells.slice(FAILURE_COLUMNS.length) : cells;
  }

  #toCsv(rows: string[][]): string {
    const harmless = rows.map((row) => row.map(disarm));
    return stringify(harmless, { delimiter: this.#delimiter, quoted_match: /[\r\n]/ });
  }
}

/** True for a file that an import wrote: its cells are disarmed. */
export const isFailuresFile = (headers: string[]): boolean =>
  FAILURE_COLUMNS.every((name, i) => headers[i] === name);

/** A spreadsheet runs a cell that starts like this; an apostrophe before it makes it text. */
const FORMULA = /^'*[=+\-@\t\r\n]/;
const PHONE = /^\+\d[\d ]*$/;

/** A cell that no spreadsheet runs as a formula; a phone number such as +61 412 345 678 stays as it is. */
export const disarm = (cell: string): string => (FORMULA.test(cell) && !PHONE.test(cell) ? `'${cell}` : cell);

/** The cell as it was before `disarm`. */
export const rearm = (cell: string): string => (/^'+[=+\-@\t\r\n]/.test(cell) ? cell.slice(1) : cell);
