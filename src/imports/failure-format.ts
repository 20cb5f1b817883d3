/**
 * How rows that failed are written: row number, reason, and the row as it was, so that it can be mended and imported as
 * it is. Pure: the command line writes a file, the console offers one.
 */
import { csvLine } from '../customers/csv-line.ts';
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

/** Failures of a CSV file, with its own header and delimiter. */
export function csvFailures(headers: string[], delimiter: string): FailureFormat {
  // A file of failures that fails again has its own two columns in front already.
  const own = (cells: string[]) => (isFailuresFile(headers) ? cells.slice(FAILURE_COLUMNS.length) : cells);
  const toCsv = (rows: string[][]) => rows.map((row) => csvLine(row.map(disarm), delimiter)).join('');
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
