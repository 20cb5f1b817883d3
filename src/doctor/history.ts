/** Whether the events of a customer lead to the record that is stored. Pure. */
import { type StoredCustomer, toContact } from '../customers/record.ts';
import { agrees, BLANK, type Replay } from '../events/replay.ts';

/** What is wrong with the record that these events should have led to; null when nothing is. */
export function faultOf({ fault, version, fields }: Replay, record: StoredCustomer): string | null {
  if (fault) return fault;
  if (version !== record.version) return `it is at version ${record.version}, its history at ${version}`;
  // An erase takes the values of all its events.
  if (record.erased_at !== null) return null;
  const stored: Record<string, unknown> = { ...record, contacts: record.contacts.map(toContact) };
  const field = Object.keys(BLANK).find((name) => !agrees(fields[name], stored[name]));
  return field ? `${field} is not what its history leads to` : null;
}
