/** Which values are personal, and how they are taken out of what is kept about others. Pure. */
import { searchableDigits } from './contact.ts';
import {
  type ChangeEvent,
  isReferenceField,
  type Reference,
  referenceField,
  type StoredCustomer,
} from './record.ts';
import type { Contact } from './schema.ts';

/** What identifies a person in somebody else's history. */
export interface PersonalValues {
  /** Names, addresses, free-form texts. */
  texts: Set<string>;
  contactIds: Set<string>;
  /** Fields of references of other systems, as history names them: a booking tells who it is of. */
  references: Set<string>;
}

const TEXT_FIELDS = ['name', 'company_name', 'address', 'avatar', 'legal_hold'] as const;
const FREE_FIELDS = ['source_metadata', 'custom_fields'] as const;

/** Every personal value that the records have now or had in their history. */
export function valuesOf(records: StoredCustomer[], history: ChangeEvent['changes'][]): PersonalValues {
  const states = [
    ...records,
    ...history.flatMap((changes) =>
      (['before', 'after'] as const).map((side) =>
        Object.fromEntries(Object.entries(changes).map(([field, change]) => [field, change[side]])),
      ),
    ),
  ] as Partial<StoredCustomer>[];
  const texts = new Set<string>();
  const contactIds = new Set<string>();
  const references = new Set(history.flatMap((changes) => Object.keys(changes).filter(isReferenceField)));
  for (const state of states) {
    for (const field of TEXT_FIELDS) if (state[field]) texts.add(state[field]);
    for (const field of FREE_FIELDS) for (const text of textsIn(state[field])) texts.add(text);
    for (const contact of state.contacts ?? []) {
      contactIds.add(contact.id);
      for (const text of [contact.value, contact.raw, ...searchableDigits(contact)]) texts.add(text);
    }
  }
  return { texts, contactIds, references };
}

/** The values of one person that another does not have too. */
export const withoutValues = (values: PersonalValues, others: PersonalValues): PersonalValues => ({
  texts: new Set([...values.texts].filter((text) => !others.texts.has(text))),
  contactIds: new Set([...values.contactIds].filter((id) => !others.contactIds.has(id))),
  references: new Set([...values.references].filter((field) => !others.references.has(field))),
});

/** A number of so many digits names somebody as well as a name does (a member number); a shorter one counts something. */
const LEAST_NAMING = 100_000;

function textsIn(value: unknown): string[] {
  if (typeof value === 'number') return Math.abs(value) < LEAST_NAMING ? [] : [String(value)];
  if (typeof value === 'string') return value === '' ? [] : [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

/** The changes (or context) of an event without the person: texts become null, contacts and references go. */
export function redacted(fields: Record<string, unknown> | null, values: PersonalValues) {
  if (fields === null) return null;
  const personal: readonly string[] = [...TEXT_FIELDS, ...FREE_FIELDS, 'contacts'];
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([field]) => !values.references.has(field))
      .map(([field, value]) => [field, personal.includes(field) ? without(value, values) : value]),
  );
}

/** What a record says that tells of nobody: words of the business for many, and the service's own. */
const PLAIN: readonly string[] = [
  'id',
  'location_id',
  'status',
  'tags',
  'source',
  'version',
  'created_at',
  'updated_at',
  'deleted_at',
];

/** True when any of the values stands in an answer. */
export function holds(answer: unknown, values: PersonalValues): boolean {
  const { kind, ref } = answer as Partial<Reference>;
  if (kind !== undefined && ref !== undefined && values.references.has(referenceField({ kind, ref })))
    return true;
  const { restored = {}, ...own } = answer as Record<string, unknown>;
  return [own, restored as object].some((record) => {
    const told = Object.fromEntries(Object.entries(record).filter(([field]) => !PLAIN.includes(field)));
    return JSON.stringify(told) !== JSON.stringify(without(told, values));
  });
}

function without(value: unknown, values: PersonalValues): unknown {
  if (typeof value === 'string' || typeof value === 'number')
    return values.texts.has(String(value)) ? null : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    return value
      .filter((item) => !isContactOf(item as Partial<Contact> | null, values))
      .map((item) => without(item, values));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, without(inner, values)]));
}

/** By its value too: a merge gives a contact another id where both have the same. Its label goes with it. */
const isContactOf = (item: Partial<Contact> | null, { contactIds, texts }: PersonalValues): boolean =>
  contactIds.has(item?.id ?? '') || (item?.type !== undefined && texts.has(item.value ?? ''));
