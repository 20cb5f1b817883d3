/** A customer's events played from the first: they must lead to what is stored, by way of every answer given. */
import { createHash } from 'node:crypto';
import { agrees, BLANK, Replay, type Step } from '../src/events/replay.ts';

/** What an acknowledged write answered: the version, and a print of the record. */
export interface Answered {
  id: string;
  version: number;
  print: string;
}

const UNSEEN = new Set(['legal_hold', 'deleted_at', 'merged_into']);
const ANSWERED = Object.keys(BLANK).filter((field) => !UNSEEN.has(field));

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
  events: Step[],
  answers: Answered[],
): string[] {
  const replay = new Replay();
  const isAnswered = new Set(answers.map(({ version }) => version));
  const prints = new Map<number, string>();
  for (const event of events) {
    replay.step(event);
    if (isAnswered.has(event.version)) prints.set(event.version, printOf(replay.fields));
  }
  if (replay.fault) return [`${customer.id}: ${replay.fault}`];
  if (replay.version !== customer.version)
    return [`${customer.id} is at version ${customer.version} and has events up to ${replay.version}`];
  const faults: string[] = [];
  for (const { version, print } of answers)
    if (prints.get(version) !== print)
      faults.push(`${customer.id} was answered otherwise at version ${version} than its history says`);
  const led: Record<string, unknown> = { ...replay.fields, references: replay.references };
  for (const [field, value] of Object.entries(led))
    if (!agrees(value, customer[field]))
      faults.push(`${customer.id} ${field}: ${canonical(customer[field])}, replayed ${canonical(value)}`);
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
