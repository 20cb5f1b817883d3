/** The console's reader of files, run here as its worker runs it in a browser: the same module, the same messages. */
import type { CsvRow, CsvShape } from '../src/imports/csv-shape.ts';

/** What a reader makes of a file: its headings and rows, or why it can't be read. */
export type Read = { headers: string[]; rows: CsvRow[] } | { why: string };

type Told =
  | { type: 'shape'; shape: CsvShape | null }
  | { type: 'rows'; rows: CsvRow[] }
  | { type: 'end' }
  | { type: 'unreadable'; why: string };

/** Loads the worker and answers what reads a file with it, one at a time. */
export async function openConsoleReader(): Promise<(bytes: Buffer) => Promise<Read>> {
  let listener!: (event: { data: File }) => void;
  let hear: (told: Told) => void = () => {};
  Object.assign(globalThis, {
    addEventListener: (_type: string, one: typeof listener) => {
      listener = one;
    },
    postMessage: (told: Told) => hear(told),
  });
  await import(new URL('../console/src/import/read-worker.ts', import.meta.url).href);
  return (bytes) =>
    new Promise((done) => {
      let headers: string[] = [];
      let rows: CsvRow[] = [];
      hear = (told) => {
        // Read anew in another way: what came before is void.
        if (told.type === 'shape') {
          headers = told.shape?.headers ?? [];
          rows = [];
        } else if (told.type === 'rows') rows.push(...told.rows);
        else done(told.type === 'end' ? { headers, rows } : { why: told.why });
      };
      listener({ data: new File([new Uint8Array(bytes)], 'customers.csv') });
    });
}
