/**
 * What the contract says of one location's customers, as simply as it can be said: lists, loops and no database. The
 * service is compared with it command by command.
 */
import { isDeepStrictEqual } from 'node:util';

export interface ModelContact {
  type: 'email' | 'phone';
  value: string;
  primary: boolean;
}

export interface ModelRecord {
  id: string;
  name: string | null;
  tags: string[];
  contacts: ModelContact[];
  version: number;
  deleted: boolean;
  mergedInto: string | null;
  erased: boolean;
  references: Map<string, 'open' | 'closed'>;
}

/** What a request comes to. */
export interface Expected {
  status: number;
  code?: string;
  /** The record that is answered; `new` when one is made. */
  id?: string | 'new' | undefined;
  outcome?: string;
  /** What changes; called with the id of a new record. */
  apply?: (id: string) => void;
}

export interface Details {
  name?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
  added_tags?: string[] | undefined;
}

type Content = Pick<ModelRecord, 'name' | 'tags' | 'contacts'>;
type Whole = Content & Pick<ModelRecord, 'references'>;
const wholeOf = (record: ModelRecord): Whole => ({
  ...contentOf(record),
  references: new Map(record.references),
});
const isOpen = ({ references }: ModelRecord) => [...references.values()].includes('open');
const contentOf = ({ name, tags, contacts }: Content): Content => structuredClone({ name, tags, contacts });
const refused = (status: number, code: string): Expected => ({ status, code });
const NOT_FOUND = refused(404, 'customer_not_found');

interface Touch {
  first: number;
  last: number;
  count: number;
  before: Content | null;
  undone: boolean;
}

export class Model {
  readonly records = new Map<string, ModelRecord>();
  readonly imports = new Map<string, Map<string, Touch>>();
  /** For each record merged away: both as they were, and the survivor's version since. */
  readonly merges = new Map<string, { survivor: Whole; other: Whole; version: number }>();

  live = () => [...this.records.values()].filter(({ deleted }) => !deleted);
  #holder = (value: string | undefined) =>
    value === undefined
      ? undefined
      : this.live().find(({ contacts }) => contacts.some((contact) => contact.value === value));

  survivor(record: ModelRecord): ModelRecord {
    return record.mergedInto ? this.survivor(this.records.get(record.mergedInto)!) : record;
  }

  #make(id: string, { name, phone, email, added_tags = [] }: Details): void {
    const contacts: ModelContact[] = [];
    if (email) contacts.push({ type: 'email', value: email, primary: true });
    if (phone) contacts.push({ type: 'phone', value: phone, primary: true });
    this.records.set(id, {
      id,
      name: name ?? null,
      tags: [...new Set(added_tags)],
      contacts,
      version: 1,
      deleted: false,
      mergedInto: null,
      erased: false,
      references: new Map(),
    });
  }

  #change(record: ModelRecord, change: () => void): void {
    change();
    record.version++;
  }

  /** Why a write to this id is refused; null for a live record. */
  #blocked(record: ModelRecord): Expected | null {
    if (record.erased) return NOT_FOUND;
    const survivor = this.survivor(record);
    if (survivor !== record && !survivor.deleted) return refused(409, 'customer_merged');
    return record.deleted ? NOT_FOUND : null;
  }

  create(details: Details): Expected {
    if (this.#holder(details.email) ?? this.#holder(details.phone)) return refused(409, 'customer_exists');
    if (!details.name && !details.email && !details.phone) return refused(422, 'validation_failed');
    return { status: 201, id: 'new', apply: (id) => this.#make(id, details) };
  }

  upsert(details: Details, { keep = false, fail = false, importId = '' } = {}): Expected {
    const { phone, email } = details;
    if (!phone && !email) return refused(422, 'contact_details_required');
    const [byPhone, byEmail] = [this.#holder(phone), this.#holder(email)];
    const found = byPhone ?? byEmail;
    if (!found) {
      return {
        status: 200,
        id: 'new',
        outcome: 'created',
        apply: (id) => {
          this.#make(id, details);
          this.#touch(importId, this.records.get(id)!, null);
        },
      };
    }
    const isConflict = byPhone !== undefined && byEmail !== undefined && byPhone !== byEmail;
    if (isConflict && fail) return refused(409, 'identity_conflict');
    if (keep) return { status: 200, id: found.id, outcome: 'found' };
    const next = contentOf(found);
    next.name = details.name ?? next.name;
    next.tags = [...new Set([...next.tags, ...(details.added_tags ?? [])])];
    if (email && !byEmail) addContact(next, 'email', email);
    if (phone && !byPhone) addContact(next, 'phone', phone);
    if (isDeepStrictEqual(next, contentOf(found))) return { status: 200, id: found.id, outcome: 'unchanged' };
    return {
      status: 200,
      id: found.id,
      outcome: 'updated',
      apply: () => {
        const before = contentOf(found);
        this.#change(found, () => Object.assign(found, next));
        this.#touch(importId, found, before);
      },
    };
  }

  #touch(importId: string, record: ModelRecord, before: Content | null): void {
    if (!importId) return;
    const touches = this.imports.get(importId) ?? new Map<string, Touch>();
    this.imports.set(importId, touches);
    const touch = touches.get(record.id);
    if (touch) Object.assign(touch, { last: record.version, count: touch.count + 1, undone: false });
    else
      touches.set(record.id, {
        first: record.version,
        last: record.version,
        count: 1,
        before,
        undone: false,
      });
  }

  update(
    id: string,
    change: { name?: string | null; phone?: string | null; email?: string | null },
  ): Expected {
    const record = this.records.get(id)!;
    const blocked = this.#blocked(record);
    if (blocked) return blocked;
    const next = contentOf(record);
    if (change.name !== undefined) next.name = change.name;
    for (const type of ['email', 'phone'] as const) {
      const value = change[type];
      if (value === undefined) continue;
      const primary = next.contacts.find((contact) => contact.type === type && contact.primary);
      const own = next.contacts.find((contact) => contact.value === value);
      if (value === null) next.contacts = next.contacts.filter((contact) => contact !== primary);
      else if (own)
        for (const one of next.contacts.filter((contact) => contact.type === type)) one.primary = one === own;
      else if (primary) primary.value = value;
      else next.contacts.push({ type, value, primary: true });
    }
    const taken = next.contacts.some(({ value }) => {
      const holder = this.#holder(value);
      return holder && holder !== record;
    });
    if (taken) return refused(409, 'contact_in_use');
    if (next.name === null && next.contacts.length === 0) return refused(422, 'validation_failed');
    if (isDeepStrictEqual(next, contentOf(record))) return { status: 200, id };
    return { status: 200, id, apply: () => this.#change(record, () => Object.assign(record, next)) };
  }

  delete(id: string): Expected {
    const record = this.records.get(id)!;
    if (record.erased) return NOT_FOUND;
    const survivor = this.survivor(record);
    if (survivor !== record) return survivor.deleted ? NOT_FOUND : refused(409, 'delete_blocked');
    if (record.deleted) return { status: 200, id };
    if (isOpen(record)) return refused(409, 'delete_blocked');
    return {
      status: 200,
      id,
      apply: () => this.#change(record, () => Object.assign(record, { deleted: true })),
    };
  }

  restore(id: string): Expected {
    const record = this.records.get(id)!;
    if (record.erased) return NOT_FOUND;
    const survivor = this.survivor(record);
    if (survivor !== record) return survivor.deleted ? NOT_FOUND : refused(409, 'customer_merged');
    if (!record.deleted) return { status: 200, id };
    const contacts = record.contacts.filter(({ value }) => !this.#holder(value));
    if (contacts.length === 0 && record.name === null) return refused(409, 'contact_in_use');
    return {
      status: 200,
      id,
      apply: () => this.#change(record, () => Object.assign(record, { deleted: false, contacts })),
    };
  }

  merge(id: string, from: string): Expected {
    const [record, other] = [this.records.get(id)!, this.records.get(from)!];
    if (record.erased || other.erased) return NOT_FOUND;
    if (record === other) return refused(422, 'validation_failed');
    const blocked = this.#blocked(record);
    if (blocked) return blocked;
    const survivor = this.survivor(other);
    if (survivor === record) return { status: 200, id };
    const blockedFrom = this.#blocked(other);
    if (blockedFrom) return blockedFrom;
    return {
      status: 200,
      id,
      apply: () => {
        const before = { survivor: wholeOf(record), other: wholeOf(other) };
        this.#change(record, () => {
          record.name ??= other.name;
          record.tags = [...new Set([...record.tags, ...other.tags])];
          for (const { type, value, primary } of other.contacts) {
            const hasPrimary = before.survivor.contacts.some((one) => one.type === type && one.primary);
            record.contacts.push({ type, value, primary: primary && !hasPrimary });
          }
          for (const [ref, state] of other.references)
            if (record.references.get(ref) !== 'open') record.references.set(ref, state);
        });
        this.#change(other, () =>
          Object.assign(other, { deleted: true, mergedInto: id, references: new Map() }),
        );
        this.merges.set(from, { ...before, version: record.version });
      },
    };
  }

  /** Exact when nobody edited the survivor since; else `apply` is left to what the service answers. */
  unmerge(id: string, from: string): Expected & { isExact?: boolean } {
    const [record, other] = [this.records.get(id)!, this.records.get(from)!];
    if (record.erased || other.erased) return NOT_FOUND;
    if (record === other) return refused(422, 'validation_failed');
    const blocked = this.#blocked(record);
    if (blocked) return blocked;
    if (other.mergedInto !== id) return refused(409, 'not_merged');
    const merge = this.merges.get(from)!;
    const isExact = merge.version === record.version;
    return {
      status: 200,
      id,
      isExact,
      apply: () => {
        Object.assign(other, { deleted: false, mergedInto: null });
        if (!isExact) return;
        if (!isDeepStrictEqual(wholeOf(record), merge.survivor))
          this.#change(record, () => Object.assign(record, merge.survivor));
        this.#change(other, () => Object.assign(other, merge.other));
      },
    };
  }

  erase(id: string): Expected {
    const record = this.records.get(id)!;
    if (record.erased) return { status: 200, id };
    if (this.survivor(record) !== record) return refused(409, 'customer_merged');
    return {
      status: 200,
      id,
      apply: () => {
        for (const one of this.records.values()) {
          if (one.erased || this.survivor(one) !== record) continue;
          this.#change(one, () =>
            Object.assign(one, {
              name: null,
              tags: [],
              contacts: [],
              deleted: true,
              erased: true,
              references: new Map(),
            }),
          );
        }
      },
    };
  }

  reference(id: string, ref: string, state: 'open' | 'closed'): Expected {
    const record = this.records.get(id)!;
    const blocked = this.#blocked(record);
    if (blocked) return blocked;
    if (record.references.get(ref) === state) return { status: 200 };
    return { status: 200, apply: () => this.#change(record, () => record.references.set(ref, state)) };
  }

  /** How many are put back and deleted; changes at once. */
  undo(importId: string): { restored: number; deleted: number; skipped: number; undone_before: number } {
    const counts = { restored: 0, deleted: 0, skipped: 0, undone_before: 0 };
    for (const [id, touch] of this.imports.get(importId) ?? []) {
      const record = this.records.get(id)!;
      const isUntouched = record.version === touch.last && touch.last - touch.first === touch.count - 1;
      // An erase leaves no word of why a write was made.
      if (record.erased) counts.skipped++;
      else if (touch.undone) counts.undone_before++;
      else if (record.deleted || !isUntouched || (touch.before === null && isOpen(record))) counts.skipped++;
      else {
        touch.undone = true;
        if (touch.before === null) this.#change(record, () => Object.assign(record, { deleted: true }));
        else this.#change(record, () => Object.assign(record, touch.before));
        Object.assign(touch, { last: record.version, count: touch.count + 1 });
        if (touch.before === null) counts.deleted++;
        else counts.restored++;
      }
    }
    return counts;
  }
}

function addContact(content: Content, type: ModelContact['type'], value: string): void {
  const primary = !content.contacts.some((contact) => contact.type === type);
  content.contacts.push({ type, value, primary });
}
