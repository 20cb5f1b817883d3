/** A record as it was at a moment: what happened since, taken back. Pure. */
import type { HistoryEvent } from '../events/history.ts';
import { isReferenceField, type StoredCustomer } from './record.ts';

/**
 * The state of a record before the events that came after a moment (`after`, newest first); `last` is the one before
 * them. Null when it did not exist yet.
 */
export function asItWas(
  current: StoredCustomer,
  after: HistoryEvent[],
  last: HistoryEvent | null,
): StoredCustomer | null {
  if (!last) return null;
  const state: Record<string, unknown> = { ...current };
  for (const { changes } of after) {
    for (const [field, { before }] of Object.entries(changes))
      if (!isReferenceField(field)) state[field] = before;
  }
  return { ...(state as unknown as StoredCustomer), version: last.version, updated_at: last.at };
}
