/** From the rows of a file to what is sent, and from what was said of them to figures and a file. Pure. */
import { type Column, faultInCells, toUpsert as rowToUpsert } from '../../../src/imports/columns.ts';
import type { CsvRow, CsvShape } from '../../../src/imports/csv-shape.ts';
import { csvFailures, jsonFailures } from '../../../src/imports/failure-format.ts';
import { lineToUpsert, readLine } from '../../../src/imports/json-lines.ts';
import { strings } from '../strings/index.ts';
import { type Kind, problem, type RowVerdict } from './row-verdict.ts';
import type { Upsert } from './send.ts';

/** What became of a row: what the service said, or why it was not asked. */
export type State = Kind | 'left_out' | 'waiting';

/** The file and what was chosen for it. */
export interface Plan {
  /** How a CSV file is read; null for JSON lines, whose rows have one cell, the line. */
  shape: CsvShape | null;
  columns: Column[];
  locationId: string | null;
  /** For everybody. */
  tag: string;
}

/** The rows and what is known of each. */
export interface Standing {
  rows: CsvRow[];
  leftOut: ReadonlySet<number>;
  verdicts: (RowVerdict | undefined)[];
}

const GROUP_ROWS = 500;
/** A quarter of what the service takes in one body. */
const GROUP_CHARACTERS = 4 * 1024 * 1024;

/** Why a row is not sent; null when it is. */
export function faultOf({ shape, columns }: Plan, { fault, cells }: CsvRow): string | null {
  if (fault !== null) return fault;
  return shape ? faultInCells(columns, cells) : readLine(cells[0]!).fault;
}

export function toUpsert({ shape, columns, tag, locationId }: Plan, { cells }: CsvRow): Upsert {
  const defaults = { tags: tag.trim() ? [tag.trim()] : [], locationId: locationId ?? undefined };
  return shape
    ? rowToUpsert(columns, cells, defaults)
    : lineToUpsert(JSON.parse(cells[0]!) as Record<string, unknown>, defaults);
}

/** A row on its way. */
export interface Sent {
  index: number;
  body: Upsert;
}

/** The next rows for one request: where they end, those that are sent, and what is wrong with the others. */
export function nextGroup(plan: Plan, { rows, leftOut }: Standing, from: number) {
  const sent: Sent[] = [];
  const faults: [index: number, verdict: RowVerdict][] = [];
  let end = from;
  for (let size = 0; end < rows.length && end - from < GROUP_ROWS && size < GROUP_CHARACTERS; end++) {
    if (leftOut.has(end)) continue;
    const row = rows[end]!;
    const fault = faultOf(plan, row);
    if (fault) {
      faults.push([end, problem(fault)]);
      continue;
    }
    sent.push({ index: end, body: toUpsert(plan, row) });
    size += row.cells.reduce((sum, cell) => sum + cell.length, 0);
  }
  return { end, sent, faults };
}

export const stateOf = ({ leftOut, verdicts }: Standing, index: number): State =>
  leftOut.has(index) ? 'left_out' : (verdicts[index]?.kind ?? 'waiting');

/** How many rows are in each state; they add up to all rows. */
export function countStates(standing: Standing): Record<State, number> {
  const counts = { created: 0, updated: 0, unchanged: 0, again: 0, problem: 0, left_out: 0, waiting: 0 };
  for (let i = 0; i < standing.rows.length; i++) counts[stateOf(standing, i)]++;
  return counts;
}

/** How many records the import has changed: several rows may be about one. */
export function countTouched({ verdicts }: Standing): number {
  const ids = new Set<string>();
  for (const verdict of verdicts)
    if (verdict?.customerId && (verdict.kind === 'created' || verdict.kind === 'updated'))
      ids.add(verdict.customerId);
  return ids.size;
}

/** The rows that did not get in, with the reasons, as a file to mend and import. */
export function failuresOf({ shape }: Plan, standing: Standing): string {
  const format = shape ? csvFailures(shape.headers, shape.delimiter) : jsonFailures;
  const failed = standing.rows.flatMap(({ number, cells }, i) => {
    const state = stateOf(standing, i);
    if (state !== 'problem' && state !== 'left_out') return [];
    const reason = state === 'left_out' ? strings.import.rows.leftOutReason : standing.verdicts[i]!.reason;
    return [{ row: number, reason: reason ?? '', original: shape ? cells : cells[0]! }];
  });
  return format.head + format.lines(failed);
}
