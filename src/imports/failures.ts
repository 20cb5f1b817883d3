/** The rows that failed, as a file beside the one imported. */
import { type FileHandle, open, truncate } from 'node:fs/promises';
import type { Failure, FailureFormat } from './failure-format.ts';

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
