/**
 * The rules of erase and purge (contract section 4): a person's data goes, from the record and everybody merged into
 * it. Erase leaves a bare row until the purge; purge leaves only that something happened. Pure.
 */
import { ApiError, notFound } from '../http/errors.ts';
import { NO_RULES } from '../tenancy/delete-rules.ts';
import type { Actor } from '../tenancy/scope.ts';
import type { Found } from './found.ts';
import { type Blocker, deleteBlockers } from './plan-delete.ts';
import type { Change, Moment, StoredCustomer } from './record.ts';
import { merged, requireVersion, type Target } from './target.ts';

export interface EraseRequest extends Target {
  actor: Actor;
}

/** Decides one erase; an erased record is done. Throws 404, 409 `customer_merged` and `delete_blocked`, and 412. */
export function planErase(
  found: Found,
  { id, locationId, ifMatch, actor }: EraseRequest,
  moment: Moment,
): { changes: Change[]; customer: StoredCustomer } {
  const current = found.customer(id, locationId);
  if (!current) throw notFound('customer');
  if (current.erased_at !== null) return { changes: [], customer: current };
  const survivor = found.survivorOf(current);
  if (survivor && survivor !== current) throw merged(survivor.id);
  requireVersion(current, ifMatch);
  const blockers = deleteBlockers(
    { record: current, references: [], survivorId: null, force: true },
    NO_RULES,
  );
  if (blockers.length > 0) throw held(blockers);
  const changes = [current, ...found.mergedAway(current)]
    .filter((record) => record.erased_at === null)
    .map((record) => gone(found, record, 'erased', actor, moment));
  return { changes, customer: changes[0]!.after };
}

const held = (blockers: Blocker[]) =>
  new ApiError(
    'delete_blocked',
    `The customer can't be erased: ${blockers.map(({ message }) => message).join(' ')}`,
    {
      blockers,
    },
  );

export interface PurgeRequest {
  id: string;
  /** Records deleted before this time go. */
  cutoff: string;
  actor: Actor;
}

/** Decides one purge: nothing when the record was restored, is on hold, or another process was faster. */
export function planPurge(found: Found, { id, cutoff, actor }: PurgeRequest, moment: Moment): Change[] {
  const current = found.customer(id, null);
  if (!current?.deleted_at || current.deleted_at > cutoff || current.legal_hold !== null) return [];
  // Whoever was merged away goes with the survivor, unless the survivor is gone.
  if (current.merged_into !== null && found.customer(current.merged_into, null)) return [];
  return [...found.mergedAway(current), current].map((record) =>
    gone(found, record, 'purged', actor, moment),
  );
}

/** The bare record, and an event that says nothing but that it is bare. */
function gone(
  found: Found,
  record: StoredCustomer,
  fate: 'erased' | 'purged',
  actor: Actor,
  moment: Moment,
): Change {
  return {
    before: record,
    after: {
      ...record,
      name: null,
      company_name: null,
      address: null,
      avatar: null,
      source: null,
      source_metadata: {},
      custom_fields: {},
      tags: [],
      contacts: [],
      // That of somebody merged away: the survivor's, which counted for both, was lifted.
      legal_hold: null,
      version: record.version + 1,
      updated_at: moment.now,
      deleted_at: record.deleted_at ?? moment.now,
      erased_at: moment.now,
    },
    event: {
      id: moment.newId(),
      type: fate,
      actor,
      at: moment.now,
      changes: {},
      context: null,
      import_id: null,
    },
    references: found
      .referencesOf(record.id)
      .map(({ kind, ref, state }) => ({ kind, ref, before: state, after: null })),
    fate,
  };
}
