/**
 * The import at hand, from the file that was dropped to its undo. It lives beside the pages: somebody may look at a
 * customer while it runs. Big lists are changed in place; `version` says that something has changed.
 */
import { useSyncExternalStore } from 'react';
import { v7 as newId } from 'uuid';
import { asField, type Column, faultInCells, planColumns, toUpsert } from '../../../src/imports/columns.ts';
import type { CsvRow, CsvShape } from '../../../src/imports/csv-shape.ts';
import { csvFailures } from '../../../src/imports/failure-format.ts';
import type { Field } from '../../../src/imports/headers.ts';
import { refusalIn } from '../../../src/imports/verdict.ts';
import { Failure, messageOf } from '../api.ts';
import { whenSignedOut } from '../session.ts';
import { strings } from '../strings/index.ts';
import { forget, type Kept, keep, readKept } from './kept.ts';
import { readFile } from './read-file.ts';
import { type Kind, keysOf, problem, type RowVerdict, verdictOf } from './row-verdict.ts';
import { type Patience, tryRows, type Upsert, undoSome, writeRows } from './send.ts';
import { newUndoAccount, type UndoAccount, withAnswer } from './undo-account.ts';

export type Step = 'choose' | 'match' | 'check' | 'run' | 'result';
/** What is going on by itself. */
export type Activity = 'reading' | 'checking' | 'running' | 'undoing';
/** What became of a row: what the service said, or why it was not asked. */
export type State = Kind | 'left_out' | 'waiting';

const GROUP_ROWS = 500;
/** A quarter of what the service takes in one body. */
const GROUP_CHARACTERS = 4 * 1024 * 1024;
/** The pace is that of the last seconds. */
const PACE_MS = 10_000;
const MAX_BYTES = 500 * 1024 * 1024;

interface Going extends Patience {
  /** False when something else has begun meanwhile: the answer is nobody's any more. */
  isCurrent(): boolean;
}

type Batch = Awaited<ReturnType<typeof tryRows>>;

class ImportJob {
  version = 0;
  owner = '';
  /** False until it is known what this browser has kept for the owner. */
  isReady = false;
  step: Step = 'choose';
  activity: Activity | null = null;
  /** Why it does not go on; null while it does. */
  trouble: string | null = null;
  /** The session is over: whoever shows this leads to another. */
  isSessionOver = false;
  /** Ends with the request that is under way, so that what it does is known. */
  isStopping = false;
  /** Why a request is being tried again. */
  waiting: string | null = null;
  /** Nothing could be kept in this browser: a reload would lose it. */
  isUnkept = false;
  /** An import of before a reload. */
  offer: Kept | null = null;

  file: File | null = null;
  bytesRead = 0;
  shape: CsvShape | null = null;
  rows: CsvRow[] = [];
  columns: Column[] = [];
  locationId: string | null = null;
  tag = '';
  readonly mended = new Map<number, string[]>();
  readonly leftOut = new Set<number>();
  /** What the check said of each row, then what the import did with it. */
  verdicts: (RowVerdict | undefined)[] = [];
  /** The index of the first row that the check or the import has not come to. */
  reached = 0;
  importId = '';
  undone: UndoAccount | null = null;

  #offered: [number, RowVerdict[]][] = [];
  #work: AbortController | null = null;
  #pace: { at: number; done: number }[] = [];
  /** Who is new with which row, by what they are found by. */
  #people = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #changed(): void {
    this.version++;
    for (const listener of this.#listeners) listener();
  }

  /** Another key begins at nothing; the same one finds what it left. */
  async enter(owner: string): Promise<void> {
    if (this.owner === owner) return;
    this.#reset();
    Object.assign(this, { owner, isReady: false });
    const found = await readKept().catch(() => null);
    if (this.owner !== owner) return;
    this.isReady = true;
    if (found?.kept.owner === owner) {
      this.offer = found.kept;
      this.#offered = found.verdicts;
    }
    this.#changed();
  }

  #reset(): void {
    this.#giveUp();
    Object.assign(this, {
      step: 'choose',
      trouble: null,
      isSessionOver: false,
      offer: null,
      file: null,
      shape: null,
      rows: [],
      columns: [],
      locationId: null,
      tag: '',
      verdicts: [],
      reached: 0,
      importId: '',
      undone: null,
    });
    this.mended.clear();
    this.leftOut.clear();
    this.#people.clear();
    this.#offered = [];
  }

  /** Nothing of what is under way counts any longer. */
  #giveUp(): void {
    this.#work?.abort();
    this.#work = null;
    Object.assign(this, { activity: null, waiting: null, isStopping: false });
  }

  /** Somebody else may come now. What this browser kept is gone already. */
  leave(): void {
    this.#reset();
    this.owner = '';
    this.#changed();
  }

  /** Throws everything away: the file, what was chosen, what is kept. Customers stay as they are. */
  throwAway(): void {
    this.#reset();
    this.#changed();
    forget().catch(() => {});
  }

  /** Does something that takes its time; an error is told, not thrown. */
  async #do(activity: Activity, work: (going: Going) => Promise<void>): Promise<void> {
    this.#giveUp();
    const controller = new AbortController();
    this.#work = controller;
    Object.assign(this, { activity, trouble: null, waiting: null, isSessionOver: false });
    this.#pace = [];
    this.#changed();
    const isCurrent = () => this.#work === controller;
    const onRetry = (reason: string | null) => {
      if (reason === this.waiting || !isCurrent()) return;
      this.waiting = reason;
      this.#changed();
    };
    try {
      await work({ signal: controller.signal, onRetry, isCurrent });
    } catch (error) {
      if (!controller.signal.aborted) {
        this.trouble = error instanceof Trouble ? error.message : messageOf(error);
        this.isSessionOver = error instanceof Failure && error.status === 401;
      }
    } finally {
      if (isCurrent()) this.#giveUp();
      this.#changed();
    }
  }

  /** Stops the import as soon as it is known what the last request did; it can go on from there. */
  stop(): void {
    this.isStopping = true;
    this.#work?.abort();
    this.#changed();
  }

  async choose(file: File, locationId: string | null): Promise<void> {
    this.#reset();
    this.locationId = locationId;
    await forget().catch(() => {});
    await this.#read(file);
    if (!this.trouble && this.rows.length > 0) {
      this.step = 'match';
      this.#keep();
      this.#changed();
    }
  }

  async #read(file: File): Promise<void> {
    this.file = file;
    await this.#do('reading', async ({ signal }) => {
      if (file.size > MAX_BYTES) throw new Trouble(strings.import.choose.tooLarge);
      const reader = {
        onShape: (shape: CsvShape) => {
          this.shape = shape;
          this.rows = [];
          this.columns = planColumns(shape.headers);
        },
        onRows: (rows: CsvRow[], bytes: number) => {
          for (const row of rows) this.rows.push(row);
          this.bytesRead = bytes;
          this.#changed();
        },
      };
      await readFile(file, reader, signal).catch((error: Error) => {
        signal.throwIfAborted();
        throw new Trouble(strings.import.choose.unreadable(file.name, error.message));
      });
      if (this.rows.length === 0) throw new Trouble(strings.import.choose.empty(file.name));
    });
  }

  /** Takes up what was left by a reload. */
  async goOn(): Promise<void> {
    const { offer } = this;
    const verdicts = this.#offered;
    if (!offer) return;
    this.offer = null;
    await this.#read(offer.file);
    if (this.trouble || this.rows.length === 0) return;
    this.columns = this.columns.map((column, i) => columnAs(column, offer.fields[i] ?? column.field));
    for (const [i, cells] of offer.mended) this.#mend(i, cells);
    for (const i of offer.leftOut) this.leftOut.add(i);
    const { locationId, tag, importId, reached, undone, step } = offer;
    Object.assign(this, { locationId, tag, importId, reached, undone, step });
    for (const [start, group] of verdicts)
      for (const [i, verdict] of group.entries()) this.verdicts[start + i] = verdict ?? undefined;
    this.#changed();
    if (step === 'run') await this.run();
  }

  #keep(group?: { start: number; verdicts: RowVerdict[] }): void {
    const { owner, file, locationId, tag, importId, reached, undone } = this;
    const kept: Kept = {
      owner,
      file: file!,
      step: this.step === 'run' || this.step === 'result' ? this.step : 'match',
      fields: this.columns.map(({ field }) => field),
      locationId,
      tag,
      mended: [...this.mended],
      leftOut: [...this.leftOut],
      importId,
      reached,
      undone,
    };
    keep(kept, group).catch(() => {
      this.isUnkept = true;
      this.#changed();
    });
  }

  /** A column is what somebody says it is. */
  match(index: number, field: Field): void {
    const recognised = planColumns(this.shape!.headers)[index]!;
    this.columns = this.columns.with(index, columnAs(recognised, field));
    this.#keep();
    this.#changed();
  }

  set(part: { locationId?: string | null; tag?: string }): void {
    Object.assign(this, part);
    this.#keep();
    this.#changed();
  }

  backToMatch(): void {
    this.#giveUp();
    this.step = 'match';
    this.trouble = null;
    this.#changed();
  }

  /** Why a row is not sent; null when it is. */
  #faultOf(row: CsvRow): string | null {
    return row.fault ?? faultInCells(this.columns, row.cells);
  }

  #toUpsert(row: CsvRow): Upsert {
    const { tag, locationId } = this;
    const defaults = { tags: tag.trim() ? [tag.trim()] : [], locationId: locationId ?? undefined };
    return toUpsert(this.columns, row.cells, defaults);
  }

  /** The next rows for one request, and those of them that are sent. */
  #nextGroup(): { end: number; sent: { index: number; body: Upsert }[] } {
    const sent: { index: number; body: Upsert }[] = [];
    let end = this.reached;
    let size = 0;
    for (; end < this.rows.length && end - this.reached < GROUP_ROWS && size < GROUP_CHARACTERS; end++) {
      const row = this.rows[end]!;
      const fault = this.leftOut.has(end) ? null : this.#faultOf(row);
      if (fault) this.verdicts[end] = problem(fault);
      if (fault || this.leftOut.has(end)) continue;
      const body = this.#toUpsert(row);
      size += row.cells.reduce((sum, cell) => sum + cell.length, 0);
      sent.push({ index: end, body });
    }
    return { end, sent };
  }

  /** Asks the service what would happen to every row. */
  async check(): Promise<void> {
    Object.assign(this, { step: 'check', verdicts: [], reached: 0 });
    this.#people.clear();
    await this.#do('checking', async (going) => {
      while (this.reached < this.rows.length) {
        const { end, sent } = this.#nextGroup();
        if (sent.length > 0) {
          const bodies = sent.map(({ body }) => body);
          const { items } = await tryRows(bodies, going);
          if (!going.isCurrent()) return;
          for (const [i, { index }] of sent.entries()) this.verdicts[index] = this.#tried(items[i]!, index);
        }
        this.#advance(end);
      }
    });
  }

  /** The verdict on a row of a dry run, which by itself knows nothing of rows in the groups before. */
  #tried(item: Batch['items'][number], index: number): RowVerdict {
    const refusal = 'code' in item && refusalIn(item);
    if (refusal) throw new Trouble(refusal);
    const verdict = verdictOf(item);
    if (!('customer' in item)) return verdict;
    const keys = [`id ${item.customer.id}`, ...keysOf(item.customer)];
    // Who is there already is that person, whatever new details the rows share.
    const telling = verdict.kind === 'created' ? keys : keys.slice(0, 1);
    const first = telling
      .map((key) => this.#people.get(key))
      .find((row) => row !== undefined && row !== index);
    if (first === undefined && verdict.kind !== 'created') return verdict;
    for (const key of keys) if (!this.#people.has(key)) this.#people.set(key, first ?? index);
    if (first === undefined) return verdict;
    const text = strings.import.rows.again(this.rows[first]!.number);
    // The id of somebody who is not there yet leads nowhere.
    return { ...verdict, kind: 'again', text };
  }

  #advance(end: number): void {
    this.reached = end;
    const at = Date.now();
    this.#pace = [...this.#pace.filter((one) => at - one.at < PACE_MS), { at, done: end }];
    this.#changed();
  }

  /** Rows a second of late, and the seconds that are left at that pace; null until it is known. */
  pace(): { perSecond: number; secondsLeft: number } | null {
    const [first, last] = [this.#pace[0], this.#pace.at(-1)];
    if (!first || !last || last.at === first.at) return null;
    const perSecond = (1000 * (last.done - first.done)) / (last.at - first.at);
    return { perSecond, secondsLeft: (this.rows.length - this.reached) / perSecond };
  }

  #mend(index: number, cells: string[]): void {
    this.mended.set(index, cells);
    this.rows[index] = { number: this.rows[index]!.number, cells, fault: null };
  }

  /** A row with other cells, checked again. Answers what is said of it now; null when it could not be asked. */
  async mend(index: number, cells: string[]): Promise<RowVerdict | null> {
    this.#mend(index, cells);
    this.#keep();
    const row = this.rows[index]!;
    const fault = this.#faultOf(row);
    if (fault) this.verdicts[index] = problem(fault);
    else {
      await this.#do('checking', async (going) => {
        const { items } = await tryRows([this.#toUpsert(row)], going);
        if (!going.isCurrent()) return;
        this.verdicts[index] = this.#tried(items[0]!, index);
      });
    }
    this.#changed();
    return this.trouble ? null : (this.verdicts[index] ?? null);
  }

  leaveOut(indexes: number[], isOut: boolean): void {
    for (const index of indexes) {
      if (isOut) this.leftOut.add(index);
      else this.leftOut.delete(index);
    }
    this.#keep();
    this.#changed();
  }

  /** The import itself. */
  async begin(): Promise<void> {
    Object.assign(this, { step: 'run', verdicts: [], reached: 0, importId: newId() });
    this.#keep();
    await this.run();
  }

  /** Goes on with the import from the first row that is not accounted for. */
  async run(): Promise<void> {
    this.step = 'run';
    await this.#do('running', async (going) => {
      this.#pace = [{ at: Date.now(), done: this.reached }];
      while (this.reached < this.rows.length) {
        const start = this.reached;
        const { end, sent } = this.#nextGroup();
        if (sent.length > 0) {
          const way = { importId: this.importId, key: `import-${this.importId}-${start}` };
          const bodies = sent.map(({ body }) => body);
          const { items } = await writeRows(bodies, way, going);
          if (!going.isCurrent()) return;
          for (const [i, { index }] of sent.entries()) {
            const item = items[i]!;
            const refusal = 'code' in item && refusalIn(item);
            if (refusal) throw new Trouble(refusal);
            this.verdicts[index] = verdictOf(item);
          }
        }
        this.#advance(end);
        if (end === this.rows.length) this.step = 'result';
        this.#keep({ start, verdicts: this.verdicts.slice(start, end) as RowVerdict[] });
        going.signal.throwIfAborted();
      }
    });
  }

  /** Leaves it at what is done. */
  finish(): void {
    this.#giveUp();
    this.step = 'result';
    this.trouble = null;
    this.#keep();
    this.#changed();
  }

  /** Takes the import back, some hundred records at a time. */
  async undo(): Promise<void> {
    await this.#do('undoing', async (going) => {
      let account = newUndoAccount();
      for (let cursor: string | null = null; !account.isComplete; ) {
        const answer: Awaited<ReturnType<typeof undoSome>> = await undoSome(this.importId, cursor, going);
        if (!going.isCurrent()) return;
        cursor = answer.next_cursor;
        account = withAnswer(account, answer);
        this.undone = account;
        this.#changed();
      }
      this.#keep();
    });
  }

  stateOf(index: number): State {
    if (this.leftOut.has(index)) return 'left_out';
    return this.verdicts[index]?.kind ?? 'waiting';
  }

  /** How many rows are in each state; they add up to all rows. */
  counts(): Record<State, number> {
    const counts = { created: 0, updated: 0, unchanged: 0, again: 0, problem: 0, left_out: 0, waiting: 0 };
    for (let i = 0; i < this.rows.length; i++) counts[this.stateOf(i)]++;
    return counts;
  }

  /** How many records the import has changed: several rows may be about one. */
  touched(): number {
    const ids = this.verdicts.map((verdict) =>
      verdict?.kind === 'created' || verdict?.kind === 'updated' ? verdict.customerId : null,
    );
    return new Set(ids.filter((id) => id !== null)).size;
  }

  /** The rows that did not get in, with the reasons, as a file to mend and import. */
  failures(): string {
    const format = csvFailures(this.shape!.headers, this.shape!.delimiter);
    const failed = this.rows.flatMap(({ number, cells }, i) => {
      const state = this.stateOf(i);
      if (state !== 'problem' && state !== 'left_out') return [];
      const reason = state === 'left_out' ? strings.import.rows.leftOutReason : this.verdicts[i]!.reason;
      return [{ row: number, reason: reason ?? '', original: cells }];
    });
    return format.head + format.lines(failed);
  }
}

/** A column as it was chosen: as it was recognised where that is the same, also after a reload. */
const columnAs = (recognised: Column, field: Field): Column =>
  field === recognised.field ? recognised : asField(recognised, field);

/** What a person is told in place of the import going on. */
class Trouble extends Error {}

const job = new ImportJob();
whenSignedOut(() => job.leave());

/** The import; whoever uses it is drawn again when it changes. */
export function useImport(): ImportJob {
  useSyncExternalStore(job.subscribe, () => job.version);
  return job;
}
export type { ImportJob };
