/** Reads a file beside the page, so that nothing stands still while 100,000 rows come in. */
import { parse } from 'csv-parse/browser/esm';
import {
  asGiven,
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
} from '../../../src/imports/csv-shape.ts';
import { isNdjson, type JsonLine, LineReader } from '../../../src/imports/json-lines.ts';

/** What the worker tells. A `shape` begins the file, or begins it anew when it is read in another way. */
export type Told =
  | { type: 'shape'; shape: CsvShape | null }
  | { type: 'rows'; rows: CsvRow[]; bytes: number }
  | { type: 'end' }
  | { type: 'unreadable'; why: string };

const ROWS_AT_ONCE = 2_000;
const tell = (told: Told) => postMessage(told);

addEventListener('message', ({ data }: MessageEvent<File>) => void read(data));

async function read(file: File): Promise<void> {
  try {
    if (isNdjson(file.name)) return await readLines(file);
    let shape = shapeOf(new Uint8Array(await file.slice(0, SAMPLE_BYTES).arrayBuffer()));
    for (;;) {
      try {
        return await readAs(file, shape);
      } catch (error) {
        const next = milder(shape, error);
        if (!next) throw error;
        shape = next;
      }
    }
  } catch (error) {
    tell({ type: 'unreadable', why: whyUnreadable(error) });
  }
}

async function readAs(file: File, shape: CsvShape): Promise<void> {
  const parser = parse(parserOptions(shape));
  let rows: CsvRow[] = [];
  let bytes = 0;
  let number = 0;
  let toCells: ((cells: string[]) => string[]) | null = null;
  const flush = () => {
    tell({ type: 'rows', rows, bytes });
    rows = [];
  };
  const begin = (headers: string[]) => {
    shape.headers = headers;
    toCells = asGiven(shape);
    tell({ type: 'shape', shape: { ...shape, headers: toCells(headers) } });
  };
  parser.on('data', (cells: string[]) => {
    number++;
    if (!hasContent(cells)) return;
    if (!toCells) return begin(cells);
    rows.push({ number, cells: toCells(cells), fault: faultOf(shape, cells) });
    if (rows.length >= ROWS_AT_ONCE) flush();
  });
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
  });
  // Looked at below, unless the decoder fails first.
  ended.catch(() => {});
  const count = (more: number) => {
    bytes += more;
  };
  for await (const text of decode(chunksOf(file, count), shape)) {
    if (parser.write(text)) continue;
    const drained = new Promise((resolve) => parser.once('drain', resolve));
    await Promise.race([drained, ended]);
  }
  parser.end();
  await ended;
  if (!toCells) throw new Error('it is empty');
  flush();
  tell({ type: 'end' });
}

/** JSON lines are rows of one cell each. */
async function readLines(file: File): Promise<void> {
  tell({ type: 'shape', shape: null });
  const reader = new LineReader();
  let rows: CsvRow[] = [];
  let bytes = 0;
  const take = (lines: JsonLine[]) => {
    for (const { number, text, fault } of lines) rows.push({ number, cells: [text], fault });
    if (rows.length < ROWS_AT_ONCE) return;
    tell({ type: 'rows', rows, bytes });
    rows = [];
  };
  const count = (more: number) => {
    bytes += more;
  };
  for await (const text of decode(chunksOf(file, count), { encoding: 'utf-8' })) take(reader.read(text));
  take(reader.end());
  tell({ type: 'rows', rows, bytes });
  tell({ type: 'end' });
}

async function* chunksOf(file: File, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    count(value.length);
    yield value;
  }
}
