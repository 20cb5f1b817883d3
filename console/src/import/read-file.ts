/** A dropped file as rows, read by a worker. */
import type { CsvRow, CsvShape } from '../../../src/imports/csv-shape.ts';
import type { Told } from './read-worker.ts';

export interface Reader {
  /** Comes first (null for JSON lines), and again when the file must be read anew in another way: what came before is void then. */
  onShape(shape: CsvShape | null): void;
  onRows(rows: CsvRow[], bytes: number): void;
}

/** Rejects with the end of a sentence that says why the file can't be read; with AbortError when it is given up. */
export function readFile(file: File, reader: Reader, signal: AbortSignal): Promise<void> {
  const worker = new Worker(new URL('./read-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.type === 'shape') reader.onShape(data.shape);
      else if (data.type === 'rows') reader.onRows(data.rows, data.bytes);
      else if (data.type === 'end') resolve();
      else reject(new Error(data.why));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(file);
  }).finally(() => worker.terminate());
}
