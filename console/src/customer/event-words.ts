/** An event of the history in plain words: "changed the name from Ann Lee to Ann Ng". Pure. */
import type { HistoryEvent } from '../api.ts';
import { strings } from '../strings/index.ts';

const words = strings.timeline;
interface Known {
  id: string;
  type: string;
  value: string;
}
/** How a contact is written for whoever reads it. */
type Written = (contact: Known) => string;

const FOLLOWING = new Set(['email', 'phone', 'deleted_at', 'merged_into']);
const MOST_CHARACTERS = 80;

const isBlank = (value: unknown) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
const quoted = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `“${text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}”`;
};

/** What happened, one line for each thing; the first says what kind of write it was where nothing else does. */
export function linesOf({ type, changes }: HistoryEvent, written: Written): string[] {
  const lines = Object.entries(changes).flatMap(([field, { before, after }]) =>
    lineOf(field, before, after, written),
  );
  if (type === 'updated') return lines.length > 0 ? lines : [words.types.updated!];
  // Each value of a new record stands in the record itself.
  if (type === 'created') return [words.types.created!];
  return [words.types[type] ?? type, ...lines];
}

function lineOf(field: string, before: unknown, after: unknown, written: Written): string[] {
  if (field === 'tags') return tagLines(listOf(before), listOf(after));
  if (field === 'contacts') return contactLines(listOf(before), listOf(after), written);
  // Follow from what the first line or that of the contacts says.
  if (FOLLOWING.has(field)) return [];
  const [, kind, ...ref] = field.split('/');
  if (field.startsWith('references/') && kind) {
    const state = (after as { state?: string } | string | null) ?? null;
    const is = typeof state === 'object' ? (state?.state ?? null) : state;
    return [words.reference(kind, ref.join('/'), is)];
  }
  if (field === 'custom_fields') return customLines(recordOf(before), recordOf(after));
  const name = words.fields[field] ?? field;
  if (typeof (after ?? before) === 'object') return [words.touched(name)];
  if (isBlank(before)) return [words.set(name, quoted(statusWord(field, after)))];
  if (isBlank(after)) return [words.cleared(name, quoted(statusWord(field, before)))];
  return [words.changed(name, quoted(statusWord(field, before)), quoted(statusWord(field, after)))];
}

const statusWord = (field: string, value: unknown): unknown =>
  field === 'status' ? ((strings.status as Record<string, string>)[String(value)] ?? value) : value;

const recordOf = (value: unknown) => (value ?? {}) as Record<string, unknown>;

const customLines = (before: Record<string, unknown>, after: Record<string, unknown>): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .flatMap((name) => {
      if (isBlank(before[name])) return [words.set(name, quoted(after[name]))];
      if (isBlank(after[name])) return [words.cleared(name, quoted(before[name]))];
      return [words.changed(name, quoted(before[name]), quoted(after[name]))];
    });

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function tagLines(before: unknown[], after: unknown[]): string[] {
  const added = after.filter((tag) => !before.includes(tag));
  const removed = before.filter((tag) => !after.includes(tag));
  const named = (tags: unknown[]) => words.tagNames(tags.length, tags.map(quoted).join(', '));
  return [
    ...(added.length > 0 ? [words.tagged(named(added))] : []),
    ...(removed.length > 0 ? [words.untagged(named(removed))] : []),
  ];
}

function contactLines(before: unknown[], after: unknown[], written: Written): string[] {
  const [old, now] = [before as Known[], after as Known[]];
  const was = new Map(old.map((contact) => [contact.id, contact]));
  const is = new Set(now.map(({ id }) => id));
  return [
    ...now.flatMap((contact) => {
      const known = was.get(contact.id);
      if (!known) return [words.contactAdded(written(contact))];
      return JSON.stringify(known) === JSON.stringify(contact)
        ? []
        : [words.contactChanged(written(contact))];
    }),
    ...old.filter(({ id }) => !is.has(id)).map((contact) => words.contactRemoved(written(contact))),
  ];
}
