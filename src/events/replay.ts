/** The events of one customer, followed from the first: what they lead to, and whether each begins where the one before ended. Pure. */
import { isSame } from '../customers/record.ts';
import type { HistoryEvent } from './history.ts';

/** An event as far as it says what changed. */
export type Step = Pick<HistoryEvent, 'type' | 'version' | 'changes'>;

/** All of a record that events tell of, beside its references, as it is when nothing was said of it. */
export const BLANK: Readonly<Record<string, unknown>> = {
  name: null,
  company_name: null,
  address: null,
  avatar: null,
  status: null,
  source: null,
  source_metadata: {},
  custom_fields: {},
  tags: [],
  contacts: [],
  legal_hold: null,
  deleted_at: null,
  merged_into: null,
};

/** A history of any length needs the memory of one record. */
export class Replay {
  readonly fields: Record<string, unknown> = { ...BLANK };
  /** The state of each, by the name events give it: `references/kind/ref`. */
  readonly references: Record<string, unknown> = {};
  version = 0;
  /** The first that is not as it should be, without a value of the record; nothing is followed after it. */
  fault: string | null = null;
  /** True when the record has gone since. */
  isPurged = false;

  /** The next event. */
  step({ type, version, changes }: Step): void {
    this.isPurged ||= type === 'purged';
    if (this.fault) return;
    if (version !== this.version + 1) {
      this.fault = `its event of version ${this.version + 1} is missing`;
      return;
    }
    this.version = version;
    for (const [field, { before, after }] of Object.entries(changes)) {
      const isReference = field.startsWith('references/');
      if (!isReference && !(field in BLANK)) continue;
      const state = isReference ? this.references : this.fields;
      // Before the first event there was nothing, whatever is blank later.
      const was = version === 1 ? null : (state[field] ?? null);
      if (!agrees(before, was)) this.fault ??= `${field} before version ${version} is not what it was after`;
      if (isReference && after === null) delete state[field];
      else state[field] = after;
    }
  }
}

/** Deep equality; contacts in any order. */
export const agrees = (told: unknown, is: unknown): boolean => isSame(sorted(told), sorted(is));

const sorted = (value: unknown): unknown =>
  Array.isArray(value) && value.every((item) => item?.id)
    ? value.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    : value;
