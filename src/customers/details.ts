/**
 * The contact details that come with a write, read into normal form, and how they become contacts of a record.
 * Pure; shared by the plans.
 */

import type { Static } from 'typebox';
import { type Detail, digitsOf, normalizeContact } from './contact.ts';
import { textOrNull } from './fields.ts';
import type { Found } from './found.ts';
import type { Moment, StoredContact, StoredCustomer } from './record.ts';
import { type ContactInput, LIMITS, type Warning } from './schema.ts';

/** A detail as supplied: its normal form, and what the caller said about it. */
export interface Supplied extends Detail {
  /** Where it stood in the request: `email`, `phone`, `contacts/0`. */
  field: string;
  label: string | null;
  isPrimary: boolean;
  /** The caller's own word on whether it identifies its owner; undefined when not said. */
  declared: boolean | undefined;
}

export interface SuppliedDetails {
  /** Without doubles: each key once, where it stood first. */
  details: Supplied[];
  warnings: Warning[];
}

interface DetailInput {
  email?: string | null;
  phone?: string | null;
  contacts?: Static<typeof ContactInput>[] | null;
}

/**
 * Reads `email`, `phone` and `contacts` of a request; blanks and placeholders count as absent. What is said of one
 * detail in two places (`phone`, and again in `contacts` with its label) is said of it.
 */
export function readDetails(input: DetailInput, country: string): SuppliedDetails {
  const details = new Map<string, Supplied>();
  const warnings: Warning[] = [];
  const take = (field: string, item: Static<typeof ContactInput>) => {
    const read = normalizeContact(item.type, item.value, country);
    if ('absent' in read) {
      warnings.push({ ...read.absent, field });
      return;
    }
    if (read.warning) warnings.push({ ...read.warning, field });
    const before = details.get(read.key);
    details.set(read.key, {
      ...(before ?? { ...read, field }),
      label: before?.label ?? textOrNull(item.label),
      isPrimary: before?.isPrimary || (item.is_primary ?? false),
      // A line that many share is one, whoever else left it open.
      declared: item.matchable === false ? false : (before?.declared ?? item.matchable),
    });
  };
  if (input.email) take('email', { type: 'email', value: input.email, is_primary: true });
  if (input.phone) take('phone', { type: 'phone', value: input.phone, is_primary: true });
  for (const [i, item] of (input.contacts ?? []).entries()) take(`contacts/${i}`, item);
  return { details: [...details.values()], warnings };
}

/** A phone "number" without a digit is kept on a record that has more, but reaches nobody. */
export const isUsable = (detail: Detail): boolean => detail.type === 'email' || digitsOf(detail.value) !== '';

/**
 * Whether this detail may identify its owner here: not when its kind never does (a 1300 number), not when the
 * caller says so, not when somebody at this location marked it as shared and nobody holds it.
 */
export function isMatchable(found: Found, locationId: string, detail: Supplied): boolean {
  if (!detail.matchable || detail.declared === false) return false;
  return (
    detail.declared === true ||
    found.holder(locationId, detail.key) !== null ||
    !found.isShared(locationId, detail.key)
  );
}

/**
 * Adds details that the record does not have yet: the first of a type becomes primary when the record has none of its
 * type, a primary is never swapped (contract: upsert 4, 7). One that is there takes a label if it has none. What is beyond
 * the limit comes back as a warning.
 */
export function addDetails(
  found: Found,
  record: StoredCustomer,
  details: Supplied[],
  moment: Moment,
): { contacts: StoredContact[]; warnings: Warning[] } {
  const contacts = [...record.contacts];
  const warnings: Warning[] = [];
  // Those marked primary come first among equals, so that the mark decides who is primary of an empty type.
  const ordered = [
    ...details.filter((detail) => detail.isPrimary),
    ...details.filter((detail) => !detail.isPrimary),
  ];
  const primaries = new Set<Supplied>();
  for (const type of ['email', 'phone'] as const) {
    const first = ordered.find((detail) => detail.type === type);
    if (first && !contacts.some((contact) => contact.type === type)) primaries.add(first);
  }
  for (const detail of details) {
    const there = contacts.findIndex((contact) => contact.key === detail.key);
    if (there >= 0) {
      contacts[there] = { ...contacts[there]!, label: contacts[there]!.label ?? detail.label };
      continue;
    }
    if (contacts.length >= LIMITS.contacts) {
      warnings.push({
        code: 'contact_limit',
        field: detail.field,
        message: `The customer has ${LIMITS.contacts} contacts already; this one was not added.`,
      });
      continue;
    }
    contacts.push(
      toStored(detail, moment.newId(), primaries.has(detail), isMatchable(found, record.location_id, detail)),
    );
  }
  return { contacts, warnings };
}

export function toStored(
  detail: Supplied,
  id: string,
  isPrimary: boolean,
  matchable: boolean,
): StoredContact {
  const { type, key, value, raw, extension, label } = detail;
  return { id, type, key, value, raw, extension, label, is_primary: isPrimary, matchable };
}
