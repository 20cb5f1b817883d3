/** Whether the events of a customer lead to the record that is stored. Pure. */
import { isSame, type StoredCustomer, toContact } from '../customers/record.ts';

/** An event as far as it says what changed. */
export interface Step {
  type: string;
  version: number;
  changes: Record<string, { before: unknown; after: unknown }>;
}

const BLANK: Record<string, unknown> = {
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

/** Follows the events of one customer in their order; a record of any length needs the memory of one. */
export class Replay {
  readonly #state: Record<string, unknown> = { ...BLANK };
  #version = 0;
  #fault: string | null = null;
  /** True when the record has gone since. */
  isPurged = false;

  /** The next event. */
  step({ type, version, changes }: Step): void {
    this.isPurged ||= type === 'purged';
    if (this.#fault) return;
    if (version !== this.#version + 1) {
      this.#fault = `its event of version ${this.#version + 1} is missing`;
      return;
    }
    this.#version = version;
    for (const [field, { before, after }] of Object.entries(changes)) {
      if (!(field in BLANK)) continue;
      const was = version === 1 ? null : this.#state[field];
      if (!agrees(before, was)) this.#fault = `${field} before version ${version} is not what it was after`;
      this.#state[field] = after;
    }
  }

  /** What is wrong with the record that the events should have led to; null when nothing is. */
  faultOf(record: StoredCustomer): string | null {
    if (this.#fault) return this.#fault;
    if (this.#version !== record.version)
      return `it is at version ${record.version}, its history at ${this.#version}`;
    // An erase takes the values of all its events.
    if (record.erased_at !== null) return null;
    const stored: Record<string, unknown> = { ...record, contacts: record.contacts.map(toContact) };
    const field = Object.keys(BLANK).find((name) => !agrees(this.#state[name], stored[name]));
    return field ? `${field} is not what its history leads to` : null;
  }
}

const agrees = (told: unknown, is: unknown) => isSame(sorted(told), sorted(is));

/** Lists of contacts in the order of their ids. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value) && value.every((item) => item?.id)
    ? value.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    : value;
