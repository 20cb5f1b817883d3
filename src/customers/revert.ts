/**
 * Takes back what one write changed, as far as no later write touched it: field by field, and within tags, contacts
 * and free-form fields piece by piece. Unmerge and the undo of an import stand on it. Pure.
 */
import type { FieldError } from '../http/errors.ts';
import {
  type ChangeEvent,
  isReferenceField,
  isSame,
  type StoredContact,
  type StoredCustomer,
  toContact,
} from './record.ts';
import type { Contact } from './schema.ts';

const edited = (field: string): FieldError => ({
  field,
  code: 'edited_since',
  message: `${field} was edited since and stays as it is.`,
});

type Changed = ChangeEvent['changes'][string];
interface Taken {
  value: unknown;
  kept: FieldError[];
}

/** The record with the changes taken back, and what was edited since and stays. */
export function reverted(
  record: StoredCustomer,
  changes: ChangeEvent['changes'],
): { record: StoredCustomer; kept: FieldError[] } {
  const next: Record<string, unknown> = { ...record };
  const kept: FieldError[] = [];
  for (const [field, change] of Object.entries(changes)) {
    if (isReferenceField(field)) continue;
    const taken = takeBack(field, record, change);
    next[field] = taken.value;
    kept.push(...taken.kept);
  }
  return { record: next as unknown as StoredCustomer, kept };
}

function takeBack(field: string, record: StoredCustomer, change: Changed): Taken {
  if (field === 'tags') return tags(record.tags, change);
  if (field === 'contacts') return contacts(record.contacts, change);
  if (field === 'custom_fields' || field === 'source_metadata') return freeForm(field, record[field], change);
  const current = record[field as 'name'];
  return isSame(current, change.after)
    ? { value: change.before, kept: [] }
    : { value: current, kept: [edited(field)] };
}

/** Tags that were added go, tags that were removed come back, where they were when nothing else moved. */
function tags(current: string[], { before, after }: Changed): Taken {
  const [old, added] = [(before ?? []) as string[], (after ?? []) as string[]];
  if (isSame(current, added)) return { value: old, kept: [] };
  const kept = current.filter((tag) => !added.includes(tag) || old.includes(tag));
  return { value: [...kept, ...old.filter((tag) => !added.includes(tag) && !kept.includes(tag))], kept: [] };
}

/** Contacts that were added go, those that took a label lose it, unless edited since. (Neither merge nor upsert removes one.) */
function contacts(current: StoredContact[], { before, after }: Changed): Taken {
  const [old, became] = [before, after].map(
    (list) => new Map(((list ?? []) as Contact[]).map((one) => [one.id, one])),
  );
  const kept: FieldError[] = [];
  const value = current.flatMap((contact) => {
    const [was, then] = [old!.get(contact.id), became!.get(contact.id)];
    if (!then || isSame(was, then)) return [contact];
    if (isSame(toContact(contact), then)) return was ? [{ ...contact, ...was }] : [];
    kept.push(edited(`contacts/${contact.id}`));
    return [contact];
  });
  return { value, kept };
}

function freeForm(field: string, current: Record<string, unknown>, { before, after }: Changed): Taken {
  const [old, added] = [(before ?? {}) as typeof current, (after ?? {}) as typeof current];
  const next = { ...current };
  const kept: FieldError[] = [];
  for (const key of new Set([...Object.keys(old), ...Object.keys(added)])) {
    if (isSame(old[key], added[key])) continue;
    if (!isSame(current[key], added[key])) kept.push(edited(`${field}/${key}`));
    else if (Object.hasOwn(old, key)) next[key] = old[key];
    else delete next[key];
  }
  return { value: next, kept };
}
