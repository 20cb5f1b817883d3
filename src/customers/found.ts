/**
 * What exists, as far as a group of writes needs to know it: the records asked for and who holds which match
 * key. Plans read it; after each plan its change is applied, so that the next write of the group sees it.
 */
import type { Change, Reference, StoredContact, StoredCustomer } from './record.ts';
import { nameKey } from './search-text.ts';

/** Another writer changed what was loaded, while it was loaded or since. Load and plan again. */
export class LostRace extends Error {}

/** What a write must know before it can be planned. */
export interface Needs {
  /** Records addressed by id. */
  ids: string[];
  /** Match keys, within one location. */
  keys: { locationId: string; key: string }[];
  /** Folded names, to find the namesake at a shared contact. */
  names: string[];
  /** Words of names to learn, should they be new. */
  words: string[];
  /** Customers whose references of other systems matter. */
  references?: string[];
  /** Customers of whom everybody merged into them is needed too, with their references. */
  mergedAway?: string[];
}

export type ReferenceRow = Reference & { customer_id: string };

export type Standing = 'holds' | 'shared' | 'released' | 'merged';
export interface KeyRow {
  location_id: string;
  key: string;
  standing: Standing;
  /** Null when only the standing matters. */
  customer_id: string | null;
}

/**
 * How a contact of a record stands: does it hold its key, share it, or has it let go? A shared contact of a record
 * that was merged away still finds it by name, and so its survivor (contract: upsert 8).
 */
export function standingOf(record: StoredCustomer, contact: StoredContact): Standing {
  if (record.merged_into !== null && record.erased_at === null)
    return contact.matchable ? 'merged' : 'shared';
  if (record.deleted_at !== null) return 'released';
  return contact.matchable ? 'holds' : 'shared';
}

export class Found {
  readonly #customers = new Map<string, StoredCustomer>();
  readonly #holders = new Map<string, string>();
  readonly #standings = new Set<string>();
  readonly #references = new Map<string, Reference[]>();
  /** Words already in the vocabulary. */
  readonly knownWords: Set<string>;

  constructor(
    keys: KeyRow[],
    customers: StoredCustomer[],
    knownWords: string[],
    references: ReferenceRow[] = [],
  ) {
    for (const row of keys) {
      this.#standings.add(slot(row.location_id, row.key, row.standing));
      if (row.standing === 'holds' && row.customer_id)
        this.#holders.set(slot(row.location_id, row.key), row.customer_id);
    }
    for (const customer of customers) this.#customers.set(customer.id, customer);
    this.knownWords = new Set(knownWords);
    for (const { customer_id, kind, ref, state } of references)
      this.#references.set(customer_id, [...this.referencesOf(customer_id), { kind, ref, state }]);
  }

  /** True when one of these customers was loaded, or made since. */
  knowsAny(ids: Set<string>): boolean {
    for (const id of ids) if (this.#customers.has(id)) return true;
    return false;
  }

  /** The references of a customer whose references were asked for. */
  referencesOf(id: string): Reference[] {
    return this.#references.get(id) ?? [];
  }

  /** Everybody who was merged into this record, as far as loaded. */
  mergedAway(record: StoredCustomer): StoredCustomer[] {
    return [...this.#customers.values()].filter((one) => one !== record && this.survivorOf(one) === record);
  }

  /** Where merges have led from this record: itself when it was not merged away; null when the trail is lost. */
  survivorOf(record: StoredCustomer): StoredCustomer | null {
    const seen = new Set<string>();
    for (let at: StoredCustomer | undefined = record; at && !seen.has(at.id); ) {
      if (at.merged_into === null) return at;
      seen.add(at.id);
      at = this.#customers.get(at.merged_into);
    }
    return null;
  }

  /** The record of this id in this location (null: any), deleted and merged ones included. */
  customer(id: string, locationId: string | null): StoredCustomer | null {
    const customer = this.#customers.get(id);
    return customer && (locationId === null || customer.location_id === locationId) ? customer : null;
  }

  /** The live customer who holds this match key in this location. */
  holder(locationId: string, key: string): StoredCustomer | null {
    const id = this.#holders.get(slot(locationId, key));
    return id ? this.customer(id, locationId) : null;
  }

  /** True when somebody in this location has marked this contact as shared: it identifies nobody alone. */
  isShared(locationId: string, key: string): boolean {
    return this.#standings.has(slot(locationId, key, 'shared'));
  }

  /** True when a deleted customer of this location had this contact. */
  wasReleased(locationId: string, key: string): boolean {
    return this.#standings.has(slot(locationId, key, 'released'));
  }

  /** The oldest live customer with this shared contact and this folded name, or the one it was merged into. */
  namesake(locationId: string, key: string, name: string): StoredCustomer | null {
    let oldest: StoredCustomer | null = null;
    for (const customer of this.#customers.values()) {
      if (customer.location_id !== locationId || nameKey(customer) !== name) continue;
      if (
        !customer.contacts.some(
          (contact) => contact.key === key && standingOf(customer, contact) === 'shared',
        )
      )
        continue;
      const survivor = this.survivorOf(customer);
      if (survivor?.deleted_at !== null) continue;
      if (!oldest || survivor.id < oldest.id) oldest = survivor;
    }
    return oldest;
  }

  /** Takes a planned change as done. */
  apply({ before, after, references = [], fate }: Change): void {
    for (const { kind, ref, after: state } of references) {
      const others = this.referencesOf(after.id).filter((one) => one.kind !== kind || one.ref !== ref);
      this.#references.set(after.id, state ? [...others, { kind, ref, state }] : others);
    }
    for (const contact of before?.contacts ?? []) {
      if (standingOf(before!, contact) === 'holds')
        this.#holders.delete(slot(after.location_id, contact.key));
    }
    for (const contact of after.contacts) {
      const standing = standingOf(after, contact);
      this.#standings.add(slot(after.location_id, contact.key, standing));
      if (standing === 'holds') this.#holders.set(slot(after.location_id, contact.key), after.id);
    }
    if (fate === 'purged') this.#customers.delete(after.id);
    else this.#customers.set(after.id, after);
  }
}

const slot = (locationId: string, key: string, standing = '') => `${locationId} ${standing} ${key}`;
