/** The delete rules (contract section 4) as one pure function: what keeps a record, and what to do about it. */
import { ApiError, notFound } from '../http/errors.ts';
import type { DeleteRules } from '../tenancy/delete-rules.ts';
import type { Actor } from '../tenancy/scope.ts';
import type { Found } from './found.ts';
import { type Change, changeOf, type Moment, type Reference, type StoredCustomer } from './record.ts';
import { requireVersion, type Target } from './target.ts';

export interface Blocker {
  rule: 'legal_hold' | 'open_reference' | 'protected_status' | 'protected_tag' | 'merged';
  message: string;
  count: number;
  references: Pick<Reference, 'kind' | 'ref'>[];
  resolution: string;
}

/** What the rules look at. */
export interface Deletable {
  record: StoredCustomer;
  references: Reference[];
  /** Who the record was merged into; null when it was not. */
  survivorId: string | null;
  force: boolean;
}

const SHOWN_REFERENCES = 20;
const number = (count: number, one: string) => (count === 1 ? `one ${one}` : `${count} ${one}s`);

type Finding = Omit<Blocker, 'rule' | 'references'> & Partial<Pick<Blocker, 'references'>>;

/** Each rule: null when it has nothing against it. */
const RULES: Record<Blocker['rule'], (subject: Deletable, rules: DeleteRules) => Finding | null> = {
  legal_hold: ({ record }) =>
    record.legal_hold === null
      ? null
      : {
          message: `The customer is on legal hold: ${record.legal_hold}`,
          count: 1,
          resolution: 'Lift the hold with DELETE /customers/{id}/legal-hold, then delete.',
        },

  open_reference: ({ references, force }, rules) => {
    const isSoft = ({ kind }: Reference) => rules.soft_reference_kinds.includes(kind);
    const open = references.filter((reference) => reference.state === 'open');
    const blocking = force ? open.filter((reference) => !isSoft(reference)) : open;
    if (blocking.length === 0) return null;
    const kinds = [...new Set(blocking.map(({ kind }) => kind))];
    return {
      message: `Another system has ${number(blocking.length, 'open reference')} to the customer (${kinds.join(', ')}).`,
      count: blocking.length,
      references: blocking.slice(0, SHOWN_REFERENCES).map(({ kind, ref }) => ({ kind, ref })),
      resolution: blocking.every(isSoft)
        ? 'Close or remove them with PUT or DELETE /customers/{id}/references/{kind}/{ref}, or delete with force=true.'
        : 'Close or remove them with PUT or DELETE /customers/{id}/references/{kind}/{ref}, then delete.',
    };
  },

  protected_status: ({ record }, rules) =>
    rules.protected_statuses.includes(record.status)
      ? {
          message: `Customers with the status ${record.status} are kept.`,
          count: 1,
          resolution: 'Change the status of the customer, then delete.',
        }
      : null,

  protected_tag: ({ record }, rules) => {
    const kept = new Set(rules.protected_tags.map((tag) => tag.toLowerCase()));
    const tags = record.tags.filter((tag) => kept.has(tag.toLowerCase()));
    if (tags.length === 0) return null;
    return {
      message: `Customers tagged ${tags.map((tag) => `"${tag}"`).join(', ')} are kept.`,
      count: tags.length,
      resolution: `Remove the ${tags.length === 1 ? 'tag' : 'tags'}, then delete.`,
    };
  },

  merged: ({ survivorId }) =>
    survivorId === null
      ? null
      : {
          message: `The customer was merged into ${survivorId}.`,
          count: 1,
          resolution: `Delete ${survivorId} instead, or unmerge this one first.`,
        },
};

/** Every reason not to delete this record, all at once; empty when it may go. */
export function deleteBlockers(subject: Deletable, rules: DeleteRules): Blocker[] {
  // What was merged away has nothing of its own left to keep.
  const asked: Blocker['rule'][] =
    subject.survivorId === null
      ? ['legal_hold', 'open_reference', 'protected_status', 'protected_tag']
      : ['merged'];
  return asked.flatMap((rule) => {
    const finding = RULES[rule](subject, rules);
    return finding ? [{ rule, references: [], ...finding }] : [];
  });
}

/** Throws 409 `delete_blocked` with every blocker. */
export function requireDeletable(subject: Deletable, rules: DeleteRules): void {
  const blockers = deleteBlockers(subject, rules);
  if (blockers.length === 0) return;
  throw new ApiError(
    'delete_blocked',
    `The customer can't be deleted: ${blockers.map((blocker) => blocker.message).join(' ')}`,
    { blockers },
  );
}

export interface DeleteRequest extends Target {
  rules: DeleteRules;
  force: boolean;
  actor: Actor;
}

/** Decides one delete; a record that is deleted already is done. Throws 404, 409 `delete_blocked` and 412. */
export function planDelete(
  found: Found,
  { id, locationId, ifMatch, rules, force, actor }: DeleteRequest,
  moment: Moment,
): { change: Change | null; customer: StoredCustomer } {
  const current = found.customer(id, locationId);
  if (!current || current.erased_at !== null) throw notFound('customer');
  const survivor = found.survivorOf(current);
  const survivorId = survivor && survivor !== current && survivor.deleted_at === null ? survivor.id : null;
  if (current.deleted_at !== null && survivorId === null) {
    if (current.merged_into !== null) throw notFound('customer');
    return { change: null, customer: current };
  }
  requireVersion(current, survivorId === null ? ifMatch : null);
  requireDeletable({ record: current, references: found.referencesOf(id), survivorId, force }, rules);
  const change = changeOf(
    current,
    { ...current, deleted_at: moment.now },
    { type: 'deleted', actor, moment },
  )!;
  return { change, customer: change.after };
}
