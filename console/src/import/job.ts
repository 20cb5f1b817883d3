/**
 * The import at hand, from the file that was dropped to its undo: which step it is at and what leads to the next. It lives
 * beside the pages: somebody may look at a customer while it runs.
 */
import { useSyncExternalStore } from 'react';
import { v7 as newId } from 'uuid';
import { ANSWER_LIFE_MS } from '../../../src/database/answer-life.ts';
import { asField, type Column, planColumns } from '../../../src/imports/columns.ts';
import type { CsvRow, CsvShape } from '../../../src/imports/csv-shape.ts';
import type { Field } from '../../../src/imports/headers.ts';
import { refusalIn } from '../../../src/imports/verdict.ts';
import { whenSignedOut } from '../session.ts';
import { strings } from '../strings/index.ts';
import { forget, type Kept, keep, readKept } from './kept.ts';
import { People } from './people.ts';
import { readFile } from './read-file.ts';
import { problem, type RowVerdict, verdictOf, type WrittenItem } from './row-verdict.ts';
import {
  countStates,
  countTouched,
  failuresOf,
  faultOf,
  nextGroup,
  type State,
  stateOf,
  toUpsert,
} from './rows.ts';
import { sendRows } from './send.ts';
import { takeBack, type UndoAccount } from './undo-account.ts';
import { Trouble, Work } from './work.ts';

export type Step = 'choose' | 'match' | 'check' | 'run' | 'result';

const MAX_BYTES = 500 * 1024 * 1024;

class ImportJob extends Work {
  owner = '';
  /** False until it is known what this browser has kept for the owner. */
  isReady = false;
  step: Step = 'choose';
  /** Nothing could be kept in this browser: a reload would lose it. */
  isUnkept = false;
  /** An import of before a reload. */
  offer: Kept | null = null;
  /** A file that was chosen while an unfinished import is kept: it waits for somebody to say what becomes of that. */
  asking: { file: File; locationId: string | null } | null = null;

  file: File | null = null;
  bytesRead = 0;
  shape: CsvShape | null = null;
  rows: CsvRow[] = [];
  columns: Column[] = [];
  locationId: string | null = null;
  tag = '';
  /** Rows that nobody could be found by are taken as new people. */
  allowNoContact = false;
  readonly mended = new Map<number, string[]>();
  readonly leftOut = new Set<number>();
  /** What the check said of each row, then what the import did with it. */
  verdicts: (RowVerdict | undefined)[] = [];
  /** The index of the first row that the check or the import has not come to. */
  reached = 0;
  importId = '';
  undone: UndoAccount | null = null;

  #keptAt = 0;
  #offered: [number, RowVerdict[]][] = [];
  readonly #people = new People();
  #counted = { version: -1, states: countStates({ rows: [], leftOut: new Set(), verdicts: [] }) };

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
    this.changed();
  }

  #reset(): void {
    this.giveUp();
    Object.assign(this, {
      step: 'choose',
      trouble: null,
      isSessionOver: false,
      offer: null,
      asking: null,
      file: null,
      shape: null,
      rows: [],
      columns: [],
      locationId: null,
      tag: '',
      allowNoContact: false,
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

  /** Somebody else may come now. What this browser kept is gone already. */
  leave(): void {
    this.#reset();
    this.owner = '';
    this.changed();
  }

  /** Throws everything away: the file, what was chosen, what is kept. Customers stay as they are. */
  throwAway(): void {
    this.#reset();
    this.changed();
    forget().catch(() => {});
  }

  /** Takes a file, at once where no unfinished import would be lost by it. */
  async choose(file: File, locationId: string | null): Promise<void> {
    if (this.offer && this.offer.step !== 'result') {
      this.asking = { file, locationId };
      return this.changed();
    }
    await this.#begin(file, locationId);
  }

  /** What becomes of the unfinished import: it is thrown away for the new file, or it stays. */
  async answer(isThrownAway: boolean): Promise<void> {
    const { asking } = this;
    this.asking = null;
    this.changed();
    if (asking && isThrownAway) await this.#begin(asking.file, asking.locationId);
  }

  async #begin(file: File, locationId: string | null): Promise<void> {
    this.#reset();
    this.locationId = locationId;
    await forget().catch(() => {});
    await this.#read(file);
    if (!this.trouble && this.rows.length > 0) {
      this.step = 'match';
      this.#keep();
      this.changed();
    }
  }

  async #read(file: File): Promise<void> {
    this.file = file;
    await this.doing('reading', async ({ signal }) => {
      if (file.size > MAX_BYTES) throw new Trouble(strings.import.choose.tooLarge);
      const reader = {
        onShape: (shape: CsvShape | null) => {
          this.shape = shape;
          this.rows = [];
          this.columns = shape ? planColumns(shape.headers) : [];
        },
        onRows: (rows: CsvRow[], bytes: number) => {
          for (const row of rows) this.rows.push(row);
          this.bytesRead = bytes;
          this.changed();
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
    const { locationId, tag, allowNoContact, importId, reached, undone, step } = offer;
    this.#keptAt = offer.keptAt;
    Object.assign(this, { locationId, tag, allowNoContact, importId, reached, undone, step });
    for (const [start, group] of verdicts)
      for (const [i, verdict] of group.entries()) this.verdicts[start + i] = verdict ?? undefined;
    this.changed();
    if (step === 'run') await this.run();
  }

  #keep(group?: { start: number; verdicts: RowVerdict[] }): void {
    const { owner, file, locationId, tag, allowNoContact, importId, reached, undone } = this;
    this.#keptAt = Date.now();
    const kept: Kept = {
      owner,
      file: file!,
      step: this.step === 'run' || this.step === 'result' ? this.step : 'match',
      fields: this.columns.map(({ field }) => field),
      locationId,
      tag,
      allowNoContact,
      mended: [...this.mended],
      leftOut: [...this.leftOut],
      importId,
      reached,
      keptAt: this.#keptAt,
      undone,
    };
    keep(kept, group).catch(() => {
      this.isUnkept = true;
      this.changed();
    });
  }

  /** A column is what somebody says it is. */
  match(index: number, field: Field): void {
    const recognised = planColumns(this.shape!.headers)[index]!;
    this.columns = this.columns.with(index, columnAs(recognised, field));
    this.#keep();
    this.changed();
  }

  set(part: { locationId?: string | null; tag?: string; allowNoContact?: boolean }): void {
    Object.assign(this, part);
    this.#keep();
    this.changed();
  }

  backToMatch(): void {
    this.giveUp();
    this.step = 'match';
    this.trouble = null;
    this.changed();
  }

  /** Asks the service what would happen to every row. */
  async check(): Promise<void> {
    Object.assign(this, { step: 'check', verdicts: [], reached: 0 });
    this.#people.clear();
    await this.doing('checking', async (going) => {
      const ask = (from: number) => {
        const group = nextGroup(this, this, from);
        const items = sendRows(group.sent, null, this.allowNoContact, going);
        // Looked at below, unless the group before fails first.
        items.catch(() => {});
        return { ...group, items };
      };
      // Nothing is written: the next group is asked about while this one is read.
      for (let next = ask(0); this.reached < this.rows.length; ) {
        const { end, sent, faults, items: answer } = next;
        if (end < this.rows.length) next = ask(end);
        const items = await answer;
        if (!going.isCurrent()) return;
        for (const [index, verdict] of faults) this.verdicts[index] = verdict;
        for (const [i, { index }] of sent.entries()) this.verdicts[index] = this.#tried(items[i]!, index);
        this.reached = end;
        this.progressed(end);
      }
    });
  }

  #tried(item: WrittenItem, index: number): RowVerdict {
    return this.#people.verdictOn(answered(item), index, (one) => this.rows[one]!.number);
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
    const fault = faultOf(this, row);
    if (fault) this.verdicts[index] = problem(fault);
    else {
      await this.doing('checking', async (going) => {
        const sent = [{ index, body: toUpsert(this, row) }];
        const [item] = await sendRows(sent, null, this.allowNoContact, going);
        if (going.isCurrent()) this.verdicts[index] = this.#tried(item!, index);
      });
    }
    this.changed();
    return this.trouble ? null : (this.verdicts[index] ?? null);
  }

  leaveOut(indexes: number[], isOut: boolean): void {
    for (const index of indexes) {
      if (isOut) this.leftOut.add(index);
      else this.leftOut.delete(index);
    }
    this.#keep();
    this.changed();
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
    await this.doing('running', async (going) => {
      this.progressed(this.reached);
      // What was sent and not accounted for is known to the service no longer.
      let isLate = Date.now() - this.#keptAt >= ANSWER_LIFE_MS;
      while (this.reached < this.rows.length) {
        const start = this.reached;
        const { end, sent, faults } = nextGroup(this, this, start);
        const way = { importId: this.importId, start, isLate };
        const items = await sendRows(sent, way, this.allowNoContact, going);
        if (!going.isCurrent()) return;
        isLate = false;
        for (const [index, verdict] of faults) this.verdicts[index] = verdict;
        for (const [i, { index }] of sent.entries()) this.verdicts[index] = verdictOf(answered(items[i]!));
        this.reached = end;
        if (end === this.rows.length) this.step = 'result';
        this.progressed(end);
        this.#keep({ start, verdicts: this.verdicts.slice(start, end) as RowVerdict[] });
        going.signal.throwIfAborted();
      }
    });
  }

  /** Rows a second of late, and the seconds that are left at that pace; null until it is known. */
  pace(): { perSecond: number; secondsLeft: number } | null {
    const perSecond = this.perSecond();
    if (perSecond === null) return null;
    return { perSecond, secondsLeft: (this.rows.length - this.reached) / perSecond };
  }

  /** Leaves it at what is done. */
  finish(): void {
    this.giveUp();
    this.step = 'result';
    this.trouble = null;
    this.#keep();
    this.changed();
  }

  /** Takes the import back, some hundred records at a time. */
  async undo(): Promise<void> {
    await this.doing('undoing', async (going) => {
      await takeBack(this.importId, going, (account) => {
        if (!going.isCurrent()) return;
        this.undone = account;
        this.changed();
      });
      if (going.isCurrent()) this.#keep();
    });
  }

  stateOf = (index: number): State => stateOf(this, index);
  /** Counted once for all who show them. */
  counts = (): Record<State, number> => {
    if (this.#counted.version !== this.version)
      this.#counted = { version: this.version, states: countStates(this) };
    return this.#counted.states;
  };
  touched = (): number => countTouched(this);
  failures = (): string => failuresOf(this, this);
}

/** The answer about a row. Throws where it is about the import as a whole. */
function answered(item: WrittenItem): WrittenItem {
  const refusal = refusalIn(item);
  if (refusal) throw new Trouble(refusal);
  return item;
}

/** A column as it was chosen: as it was recognised where that is the same, also after a reload. */
const columnAs = (recognised: Column, field: Field): Column =>
  field === recognised.field ? recognised : asField(recognised, field);

const job = new ImportJob();
whenSignedOut(() => job.leave());

/** The import; whoever uses it is drawn again when it changes. */
export function useImport(): ImportJob {
  useSyncExternalStore(job.subscribe, () => job.version);
  return job;
}
export type { ImportJob };
