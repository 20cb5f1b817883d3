/**
 * How far an import is, in a small file beside the one it reads: cut off by whatever it was, the same command goes on
 * from there, under the same import id. It holds numbers, no rows.
 */
import { createHash } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { type Account, newAccount } from './account.ts';

interface Note {
  import_id: string;
  /** Tells whether it is the same file, imported the same way. */
  of: string;
  /** The number of the last row that is accounted for. */
  row: number;
  read: number;
  outcomes: Account['outcomes'];
  conflicts: number;
  warnings: [string, number][];
  /** Bytes of the file of failures by then. */
  failures: number;
}

export class Checkpoint {
  readonly #path: string;
  readonly #of: string;
  readonly importId: string;
  readonly account: Account;
  /** Where the import that was cut off stood; 0 at a beginning. */
  readonly row: number;
  readonly failures: number;
  /** How long ago the note was made, in milliseconds; null at a beginning. */
  readonly age: number | null;

  private constructor(path: string, of: string, note: Note | null, age: number, newId: string) {
    this.#path = path;
    this.#of = of;
    this.age = note && age;
    this.importId = note?.import_id ?? newId;
    this.row = note?.row ?? 0;
    this.failures = note?.failures ?? 0;
    this.account = note
      ? {
          read: note.read,
          outcomes: note.outcomes,
          conflicts: note.conflicts,
          warnings: new Map(note.warnings),
        }
      : newAccount();
  }

  /** What was noted of an import of this file in this way, or a beginning. `way` is everything that shapes its writes. */
  static async open(file: string, way: unknown, newId: string): Promise<Checkpoint> {
    const path = `${file}.import.json`;
    const { size, mtimeMs } = await stat(file);
    const of = createHash('sha256')
      .update(JSON.stringify([size, mtimeMs, way]))
      .digest('hex');
    const note = await readNote(path, of);
    const age = note ? Date.now() - (await stat(path)).mtimeMs : 0;
    return new Checkpoint(path, of, note, age, newId);
  }

  async note(row: number, account: Account, failures: number): Promise<void> {
    const note: Note = {
      import_id: this.importId,
      of: this.#of,
      row,
      ...account,
      warnings: [...account.warnings],
      failures,
    };
    // Whole or not at all.
    await writeFile(`${this.#path}.new`, JSON.stringify(note), { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
  }

  /** The import came to its end. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

async function readNote(path: string, of: string): Promise<Note | null> {
  try {
    const note = JSON.parse(await readFile(path, 'utf8')) as Note;
    return note.of === of ? note : null;
  } catch {
    return null;
  }
}
