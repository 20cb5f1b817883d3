/** A customer as stored, the details on it, and what one write changes. The shapes that load, plans and commit share. */
import type { Actor } from '../tenancy/scope.ts';
import type { Contact, Customer } from './schema.ts';

export interface StoredContact extends Contact {
  /** The match key (contacts.key). */
  key: string;
}

/** The row with its contacts, as loaded; deleted and merged rows included. */
export interface StoredCustomer extends Omit<Customer, 'email' | 'phone' | 'contacts'> {
  contacts: StoredContact[];
  deleted_at: string | null;
  merged_into: string | null;
}

/** The clock and the ids of one write, handed to the plans so that they stay pure. */
export interface Moment {
  now: string;
  newId(): string;
}

export type EventType = 'created' | 'updated' | 'deleted';

/** What happened, as history keeps it. */
export interface ChangeEvent {
  id: string;
  type: EventType;
  actor: Actor;
  at: string;
  changes: Record<string, { before: unknown; after: unknown }>;
  context: Record<string, unknown> | null;
}

/** One write to one customer: from nothing or a version to the next version, with its event. */
export interface Change {
  before: StoredCustomer | null;
  after: StoredCustomer;
  event: ChangeEvent;
}

const primary = (contacts: Contact[], type: 'email' | 'phone') =>
  contacts.find((contact) => contact.type === type && contact.is_primary)?.value ?? null;

/** The record as the API answers it (contract section 2). */
export function toCustomer(stored: StoredCustomer): Customer {
  return {
    id: stored.id,
    location_id: stored.location_id,
    name: stored.name,
    company_name: stored.company_name,
    address: stored.address,
    avatar: stored.avatar,
    status: stored.status,
    email: primary(stored.contacts, 'email'),
    phone: primary(stored.contacts, 'phone'),
    contacts: stored.contacts.map(toContact),
    tags: stored.tags,
    source: stored.source,
    source_metadata: stored.source_metadata,
    custom_fields: stored.custom_fields,
    version: stored.version,
    created_at: stored.created_at,
    updated_at: stored.updated_at,
  };
}

const toContact = ({ id, type, value, raw, extension, label, is_primary, matchable }: Contact): Contact => ({
  id,
  type,
  value,
  raw,
  extension,
  label,
  is_primary,
  matchable,
});

const FIELDS = [
  'name',
  'company_name',
  'address',
  'avatar',
  'status',
  'source',
  'source_metadata',
  'custom_fields',
  'tags',
  'contacts',
  'deleted_at',
] as const;
type Field = (typeof FIELDS)[number];

/** The fields in which two states of a record differ, before and after; the order of object keys does not count. */
export function difference(before: StoredCustomer | null, after: StoredCustomer): ChangeEvent['changes'] {
  const changes: ChangeEvent['changes'] = {};
  for (const field of FIELDS) {
    const from = before ? fieldOf(before, field) : null;
    const to = fieldOf(after, field);
    if (!before && isEmpty(to)) continue;
    if (!isSame(from, to)) changes[field] = { before: from, after: to };
  }
  return changes;
}

const fieldOf = (stored: StoredCustomer, field: Field): unknown =>
  field === 'contacts' ? stored.contacts.map(toContact) : stored[field];

const isEmpty = (value: unknown) =>
  value === null || (typeof value === 'object' && Object.keys(value as object).length === 0);

/** Deep equality of JSON values. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(b, key) &&
      isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}

/**
 * The change from one state to another, or null when nothing differs: then there is no version step, no
 * `updated_at` and no event (contract: upsert 13).
 */
export function changeOf(
  before: StoredCustomer | null,
  after: StoredCustomer,
  type: EventType,
  actor: Actor,
  moment: Moment,
  context: Record<string, unknown> | null = null,
): Change | null {
  const changes = difference(before, after);
  if (before && Object.keys(changes).length === 0) return null;
  const version = before ? before.version + 1 : 1;
  return {
    before,
    after: { ...after, version, updated_at: moment.now },
    event: { id: moment.newId(), type, actor, at: moment.now, changes, context },
  };
}
