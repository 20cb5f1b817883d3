/**
 * What this browser keeps of an import until it is done with: the file as it came, what was chosen, and what became of
 * each row so far. A reload, a crash or an empty battery then loses nothing. It goes with signing out.
 */
import type { Field } from '../../../src/imports/headers.ts';
import type { RowVerdict } from './row-verdict.ts';
import type { UndoAccount } from './undo-account.ts';

const NAME = 'clientele-import';

export interface Kept {
  /** Whose it is: the business and the key. */
  owner: string;
  file: File;
  step: 'match' | 'run' | 'result';
  fields: Field[];
  locationId: string | null;
  tag: string;
  allowNoContact: boolean;
  /** Rows repaired by hand, by their index. */
  mended: [number, string[]][];
  leftOut: number[];
  importId: string;
  /** The index of the first row that is not accounted for. */
  reached: number;
  /** When that was: milliseconds since 1970. */
  keptAt: number;
  undone: UndoAccount | null;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('import');
      request.result.createObjectStore('verdicts');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Does the work in one transaction: all of it is kept, or nothing. */
async function withStores(
  mode: IDBTransactionMode,
  work: (one: IDBObjectStore, verdicts: IDBObjectStore) => void,
): Promise<void> {
  const database = await open();
  try {
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction(['import', 'verdicts'], mode);
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore('import'), transaction.objectStore('verdicts'));
    });
  } finally {
    database.close();
  }
}

/** Keeps where the import stands, with what became of the rows from `start` on. */
export const keep = (kept: Kept, group?: { start: number; verdicts: RowVerdict[] }): Promise<void> =>
  withStores('readwrite', (one, verdicts) => {
    const { file, ...rest } = kept;
    one.put(rest, 'progress');
    // The file alone may be large: it is written once.
    const known = one.getKey('file');
    known.onsuccess = () => {
      if (known.result === undefined) one.put(file, 'file');
    };
    if (group) verdicts.put(group.verdicts, group.start);
  });

export async function readKept(): Promise<{ kept: Kept; verdicts: [number, RowVerdict[]][] } | null> {
  let kept: Kept | null = null;
  const verdicts: [number, RowVerdict[]][] = [];
  await withStores('readonly', (one, groups) => {
    const progress = one.get('progress');
    const file = one.get('file');
    file.onsuccess = () => {
      if (progress.result && file.result) kept = { ...progress.result, file: file.result };
    };
    const cursor = groups.openCursor();
    cursor.onsuccess = () => {
      if (!cursor.result) return;
      verdicts.push([cursor.result.key as number, cursor.result.value]);
      cursor.result.continue();
    };
  });
  return kept && { kept, verdicts };
}

export const forget = (): Promise<void> =>
  withStores('readwrite', (one, verdicts) => {
    one.clear();
    verdicts.clear();
  });
