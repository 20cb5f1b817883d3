/** The delete rules (contract section 4) as one pure function: what keeps a record, and what to do about it. */
import { ApiError, notFound } from '../http/errors.ts';
import type { Actor } from '../tenancy/scope.ts';
import type { Found } from './found.ts';
import { requireVersion } from './plan-update.ts';
import { type Change, changeOf, type Moment, type StoredCustomer } from './record.ts';

/** The rules as data of the business (businesses.settings.delete_rules). */
export interface DeleteRules {
  protected_statuses: string[];
  protected_tags: string[];
}

export interface Blocker {
  rule: 'protected_status' | 'protected_tag';
  message: string;
  count: number;
  references: unknown[];
  resolution: string;
}

/** Every reason not to delete this record, all at once; empty when it may go. */
export function deleteBlockers(record: StoredCustomer, rules: DeleteRules): Blocker[] {
  const blockers: Blocker[] = [];
  if (rules.protected_statuses.includes(record.status)) {
    blockers.push({
      rule: 'protected_status',
      message: `Customers with the status ${record.status} are kept.`,
      count: 1,
      references: [],
      resolution: 'Change the status of the customer, then delete.',
    });
  }
  const protectedTags = new Set(rules.protected_tags.map((tag) => tag.toLowerCase()));
  const tags = record.tags.filter((tag) => protectedTags.has(tag.toLowerCase()));
  if (tags.length > 0) {
    blockers.push({
      rule: 'protected_tag',
      message: `Customers tagged ${tags.map((tag) => `"${tag}"`).join(', ')} are kept.`,
      count: tags.length,
      references: [],
      resolution: `Remove the ${tags.length === 1 ? 'tag' : 'tags'}, then delete.`,
    });
  }
  return blockers;
}

export interface DeleteRequest {
  id: string;
  locationId: string | null;
  rules: DeleteRules;
  ifMatch: number | null;
  actor: Actor;
}

/** Decides one delete; a record that is deleted already is done. Throws 404, 409 `delete_blocked` and 412. */
export function planDelete(
  found: Found,
  request: DeleteRequest,
  moment: Moment,
): { change: Change | null; customer: StoredCustomer } {
  const current = found.customer(request.id, request.locationId);
  if (!current) throw notFound('customer');
  if (current.deleted_at !== null) return { change: null, customer: current };
  requireVersion(current, request.ifMatch);
  const blockers = deleteBlockers(current, request.rules);
  if (blockers.length > 0) {
    throw new ApiError(
      'delete_blocked',
      `The customer can't be deleted: ${blockers.map((blocker) => blocker.message).join(' ')}`,
      { blockers },
    );
  }
  const change = changeOf(current, { ...current, deleted_at: moment.now }, 'deleted', request.actor, moment)!;
  return { change, customer: change.after };
}
