/**
 * The rules of undoing an import: a record is put back as it was, unless it was edited since; then it is left alone
 * and named. Pure.
 */
import type { HistoryEvent } from '../events/history.ts';
import type { DeleteRules } from '../tenancy/delete-rules.ts';
import type { Actor } from '../tenancy/scope.ts';
import type { Found } from './found.ts';
import { deleteBlockers } from './plan-delete.ts';
import { type Change, changeOf, type Moment } from './record.ts';
import { reverted } from './revert.ts';

/** Why a record was left as it is. */
export type UndoObstacle = 'edited_since' | 'deleted_since' | 'merged_since' | 'delete_blocked';

export type Undone =
  | { outcome: 'deleted' | 'restored' | 'undone_before' }
  | { outcome: 'skipped'; reason: UndoObstacle };

export interface UndoRequest {
  id: string;
  importId: string;
  /** What the import did to the record, oldest first; an earlier undo is part of it. */
  events: Pick<HistoryEvent, 'type' | 'version' | 'changes' | 'context'>[];
  rules: DeleteRules;
  actor: Actor;
}

/** Decides the undo of one record. */
export function planUndo(
  found: Found,
  { id, importId, events, rules, actor }: UndoRequest,
  moment: Moment,
): { change: Change | null; undone: Undone } {
  const skip = (reason: UndoObstacle) => ({ change: null, undone: { outcome: 'skipped' as const, reason } });
  const current = found.customer(id, null);
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last || last.context?.undo_of === importId)
    return { change: null, undone: { outcome: 'undone_before' } };
  if (!current || current.erased_at !== null) return skip('deleted_since');
  if (current.merged_into !== null) return skip('merged_since');
  if (current.deleted_at !== null) return skip('deleted_since');
  const isUntouched = current.version === last.version && last.version - first.version === events.length - 1;
  if (!isUntouched) return skip('edited_since');

  const because = { actor, moment, importId, context: { undo_of: importId } };
  if (first.type === 'created') {
    // Nobody touched it since: what is open on it came with the import, and goes with it.
    const subject = { record: current, references: [], survivorId: null, force: false };
    if (deleteBlockers(subject, rules).length > 0) return skip('delete_blocked');
    const change = changeOf(current, { ...current, deleted_at: moment.now }, { type: 'deleted', ...because });
    return { change, undone: { outcome: 'deleted' } };
  }
  const record = events.toReversed().reduce((state, event) => reverted(state, event.changes).record, current);
  const change = changeOf(current, record, { type: 'updated', ...because });
  return { change, undone: { outcome: 'restored' } };
}
