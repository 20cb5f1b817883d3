/** A customer's events played from the first: they must lead to what is stored, by way of every answer given. */
import { createHash } from 'node:crypto';

interface Event {
  version: number;
  changes: Record<string, { before: unknown; after: unknown }>;
}

/** What an acknowledged write answered: the version, and a print of the record. */
export interface Answered {
  id: string;
  version: number;
  print: string;
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
  deleted_at: null,
  merged_into: null,
};
const ANSWERED = Object.keys(BLANK).filter((field) => field !== 'deleted_at' && field !== 'merged_into');

/** What of a record is compared with its history, short enough to be kept by the hundred thousand. */
export const printOf = (record: Record<string, unknown>): string =>
  createHash('sha1')
    .update(canonical(ANSWERED.map((field) => record[field])))
    .digest('base64');

/**
 * One event for each version, each starting where the one before ended, the last ending at what is stored; and each
 * answer is what its version was.
 */
export function historyFaults(
  customer: Record<string, unknown> & { id: string; version: number },
  events: Event[],
  answers: Answered[],
): string[] {
  const versions = events.map((event) => event.version);
  const all = Array.from({ length: customer.version }, (_, i) => i + 1);
  if (versions.join() !== all.join())
    return [`${customer.id} is at version ${customer.version} and has events of ${versions}`];
  const faults: string[] = [];
  const isAnswered = new Set(answers.map(({ version }) => version));
  const prints = new Map<number, string>();
  const replayed: Record<string, unknown> = { ...BLANK };
  const references: Record<string, unknown> = {};
  for (const { changes, version } of events) {
    for (const [field, { before, after }] of Object.entries(changes)) {
      const isReference = field.startsWith('references/');
      const state = isReference ? references : replayed;
      // What was not there before the first event was nothing, whatever is blank later.
      const was = isReference || version > 1 ? (state[field] ?? null) : null;
      if (canonical(before) !== canonical(was))
        return [
          `${customer.id} version ${version}: ${field} was ${canonical(was)}, not ${canonical(before)}`,
        ];
      if (isReference && after === null) delete references[field];
      else state[field] = after;
    }
    if (isAnswered.has(version)) prints.set(version, printOf(replayed));
  }
  for (const { version, print } of answers)
    if (prints.get(version) !== print)
      faults.push(`${customer.id} was answered otherwise at version ${version} than its history says`);
  for (const field of Object.keys(BLANK))
    if (canonical(replayed[field]) !== canonical(customer[field]))
      faults.push(
        `${customer.id} ${field}: ${canonical(customer[field])}, replayed ${canonical(replayed[field])}`,
      );
  if (customer.references !== undefined && canonical(references) !== canonical(customer.references))
    faults.push(
      `${customer.id} references: ${canonical(customer.references)}, replayed ${canonical(references)}`,
    );
  return faults;
}

/** JSON in which the order of object keys does not count, nor that of contacts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item) => {
    if (Array.isArray(item) && item.length > 0 && item.every((one) => one?.id))
      return item.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
