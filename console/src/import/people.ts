/**
 * Who is new with which row of a file. A dry run knows nothing of rows in the groups before: somebody who stands in the
 * file twice would be new twice.
 */
import { strings } from '../strings/index.ts';
import { keysOf, type RowVerdict, verdictOf, type WrittenItem } from './row-verdict.ts';

export class People {
  /** The row of each person, by what they are found by. */
  readonly #rows = new Map<string, number>();

  clear(): void {
    this.#rows.clear();
  }

  /** The verdict of a dry run on a row; `numberOf` says which row of the file an index is. */
  verdictOn(item: WrittenItem, index: number, numberOf: (index: number) => number): RowVerdict {
    const verdict = verdictOf(item);
    if (!item.customer) return verdict;
    const keys = [`id ${item.customer.id}`, ...keysOf(item.customer)];
    // Who is there already is that person, whatever new details the rows share.
    const telling = verdict.kind === 'created' ? keys : keys.slice(0, 1);
    const first = telling.map((key) => this.#rows.get(key)).find((row) => row !== undefined && row !== index);
    if (first === undefined && verdict.kind !== 'created') return verdict;
    for (const key of keys) if (!this.#rows.has(key)) this.#rows.set(key, first ?? index);
    if (first === undefined) return verdict;
    // The id of somebody who is not there yet leads nowhere.
    return { ...verdict, kind: 'again', text: strings.import.rows.again(numberOf(first)) };
  }
}
