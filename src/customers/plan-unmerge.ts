/**
 * The rules of unmerge (contract section 5): both records are as they were before the merge, as far as no later edit
 * touched them; what could not be put back is named. Pure.
 */
import type { HistoryEvent } from '../events/history.ts';
import { ApiError, type FieldError, invalid, notFound } from '../http/errors.ts';
import type { Actor } from '../tenancy/scope.ts';
import type { Found } from './found.ts';
import { freeContacts, requireKnown, type TakenContact } from './plan-restore.ts';
import { type Change, changeOf, type Moment, type ReferenceChange, type StoredCustomer } from './record.ts';
import { reverted } from './revert.ts';
import { liveTarget, type Target } from './target.ts';

/** The two events of a merge: that of the record merged away and that of the survivor. */
export interface MergeEvents {
  away: Pick<HistoryEvent, 'changes' | 'version'>;
  into: Pick<HistoryEvent, 'changes'>;
}

export interface UnmergeRequest extends Target {
  from: string;
  /** The last merge of `from`; null when none is on record. */
  merge: MergeEvents | null;
  actor: Actor;
}

export interface UnmergePlan {
  changes: Change[];
  customer: StoredCustomer;
  restored: StoredCustomer;
  /** Fields of the survivor that were edited since, and stay as they are. */
  kept: FieldError[];
  taken: TakenContact[];
}

/** Decides one unmerge. Throws 404, 409 `not_merged`, 412 and 422. */
export function planUnmerge(found: Found, request: UnmergeRequest, moment: Moment): UnmergePlan {
  const { from, locationId, actor, merge } = request;
  if (from === request.id)
    throw invalid([
      { field: 'from', code: 'same_customer', message: 'A customer cannot be unmerged from itself.' },
    ]);
  const survivor = liveTarget(found, request);
  const other = found.customer(from, locationId);
  if (!other || other.erased_at !== null) throw notFound('customer');
  if (other.merged_into !== survivor.id || !merge) {
    const via = other.merged_into && found.survivorOf(other)?.id === survivor.id ? other.merged_into : null;
    throw new ApiError(
      'not_merged',
      via
        ? `Customer ${from} was merged into ${via} first: unmerge ${via}, then ${from} from it.`
        : `Customer ${from} is not merged into this one.`,
      via ? { customer_id: via } : {},
    );
  }

  // Merged anew since the events were read: they are those of an older merge.
  if (other.version !== merge.away.version) {
    throw new ApiError(
      'write_conflict',
      'Others merged or unmerged the same customers. Nothing was written; try again.',
    );
  }

  const { record, kept } = reverted(survivor, merge.into.changes);
  const references = returnedReferences(found, survivor.id, merge);
  // A survivor is never left without anything to be known by: the last contact stays, and is told.
  const stripped = record.contacts.length === 0 && record.name === null && record.company_name === null;
  const base = stripped ? { ...record, contacts: survivor.contacts } : record;
  const context = { from: other.id };
  const into = changeOf(survivor, base, {
    type: 'unmerged',
    actor,
    moment,
    context,
    references: references.taken,
  });

  const stays = new Set(base.contacts.map(({ key }) => key));
  const letGo = new Set(survivor.contacts.map(({ key }) => key).filter((key) => !stays.has(key)));
  const { contacts, taken } = freeContacts(found, other, other.contacts, letGo);
  requireKnown(other, contacts, taken);
  const back = {
    ...other,
    contacts,
    deleted_at: null,
    merged_into: null,
    away_from: other.deleted_at,
    away_until: moment.now,
  };
  const away = changeOf(other, back, {
    type: 'unmerged',
    actor,
    moment,
    context: { into: survivor.id },
    references: references.returned,
  })!;
  return {
    changes: into ? [into, away] : [away],
    customer: into?.after ?? survivor,
    restored: away.after,
    kept: stripped
      ? [
          ...kept,
          {
            field: 'contacts',
            code: 'needed',
            message: 'The contacts stay: nothing else names the customer.',
          },
        ]
      : kept,
    taken,
  };
}

/** The references that the merge brought go back; what was closed, reopened or removed since is so for both. */
function returnedReferences(found: Found, survivorId: string, { away, into }: MergeEvents) {
  const current = found.referencesOf(survivorId);
  const taken: ReferenceChange[] = [];
  const returned: ReferenceChange[] = [];
  for (const [path, given] of Object.entries(away.changes)) {
    const [, kind, ref] = /^references\/([^/]+)\/(.*)$/s.exec(path) ?? [];
    if (kind === undefined || ref === undefined) continue;
    const state = current.find((one) => one.kind === kind && one.ref === ref)?.state;
    if (!state) continue;
    const gained = into.changes[path] as Pick<ReferenceChange, 'before' | 'after'> | undefined;
    if (gained) {
      returned.push({ kind, ref, before: null, after: state });
      taken.push({ kind, ref, before: state, after: gained.before });
    } else {
      // The survivor had it already, in a state that won: it keeps it, and the other has its own again.
      const own = given.before as ReferenceChange['before'];
      returned.push({ kind, ref, before: null, after: state === 'closed' ? 'closed' : own });
    }
  }
  return { taken, returned };
}
