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
  /** When it was deleted, merged away or erased. */
  deleted_at: string | null;
  merged_into: string | null;
  /** Why it must be kept. */
  legal_hold: string | null;
  /** Its last absence, when it was restored since. */
  away_from: string | null;
  away_until: string | null;
  erased_at: string | null;
}

/** What another system has about a customer. */
export interface Reference {
  kind: string;
  ref: string;
  state: 'open' | 'closed';
}

/** One reference that comes, changes or (after: null) goes. */
export interface ReferenceChange {
  kind: string;
  ref: string;
  before: Reference['state'] | null;
  after: Reference['state'] | null;
}

/** What history calls a reference among the fields of a change. */
export const referenceField = ({ kind, ref }: Pick<Reference, 'kind' | 'ref'>): string =>
  `references/${kind}/${ref}`;
export const isReferenceField = (field: string): boolean => field.startsWith('references/');

/** The clock and the ids of one write, handed to the plans so that they stay pure. */
export interface Moment {
  now: string;
  newId(): string;
}

export const EVENT_TYPES = [
  'created',
  'updated',
  'deleted',
  'restored',
  'merged',
  'merged_away',
  'unmerged',
  'erased',
  'purged',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What happened, as history keeps it. */
export interface ChangeEvent {
  id: string;
  type: EventType;
  actor: Actor;
  at: string;
  changes: Record<string, { before: unknown; after: unknown }>;
  context: Record<string, unknown> | null;
  import_id: string | null;
}

/** One write to one customer: from nothing or a version to the next version, with its event. */
export interface Change {
  before: StoredCustomer | null;
  after: StoredCustomer;
  event: ChangeEvent;
  references?: ReferenceChange[];
  /** What becomes of its personal data: `erased` leaves the bare row, `purged` nothing but events without content. */
  fate?: 'erased' | 'purged';
}

/** Two customers who may be one person. */
export interface PossibleDuplicate {
  locationId: string;
  ids: [string, string];
  /** How likely the two are one person, 0 to 1. */
  score: number;
  reasons: string[];
  /** True when a request named both; false for a finding of the scan. */
  byRequest: boolean;
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

export const toContact = ({
  id,
  type,
  value,
  raw,
  extension,
  label,
  is_primary,
  matchable,
}: Contact): Contact => ({
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
  'legal_hold',
  'deleted_at',
  'merged_into',
] as const;
export type Field = (typeof FIELDS)[number];

/** The fields in which two states of a record differ, before and after; the order of object keys does not count. */
export function difference(
  before: StoredCustomer | null,
  after: StoredCustomer,
  references: ReferenceChange[] = [],
): ChangeEvent['changes'] {
  const changes: ChangeEvent['changes'] = {};
  for (const field of FIELDS) {
    const from = before ? fieldOf(before, field) : null;
    const to = fieldOf(after, field);
    if (!before && isEmpty(to)) continue;
    if (!isSame(from, to)) changes[field] = { before: from, after: to };
  }
  for (const { before: from, after: to, ...reference } of references)
    changes[referenceField(reference)] = { before: from, after: to };
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

export interface Circumstances {
  type: EventType;
  actor: Actor;
  moment: Moment;
  /** What came with the write and is kept in history only. */
  context?: Record<string, unknown> | null;
  importId?: string | null;
  references?: ReferenceChange[];
}

/**
 * The change from one state to another, or null when nothing differs: then there is no version step, no
 * `updated_at` and no event (contract: upsert 13).
 */
export function changeOf(
  before: StoredCustomer | null,
  after: StoredCustomer,
  { type, actor, moment, context = null, importId = null, references = [] }: Circumstances,
): Change | null {
  const changes = difference(before, after, references);
  if (before && Object.keys(changes).length === 0) return null;
  const version = before ? before.version + 1 : 1;
  return {
    before,
    after: { ...after, version, updated_at: moment.now },
    event: { id: moment.newId(), type, actor, at: moment.now, changes, context, import_id: importId },
    ...(references.length > 0 && { references }),
  };
}
