/** References of other systems, and the legal hold (contract section 4): what keeps a record from being deleted. Pure. */
import { invalid } from '../http/errors.ts';
import type { Actor } from '../tenancy/scope.ts';
import type { Found } from './found.ts';
import { type Change, changeOf, type Moment, type Reference, type StoredCustomer } from './record.ts';
import { LIMITS } from './schema.ts';
import { liveTarget, type Target } from './target.ts';

export interface ReferenceRequest extends Target {
  kind: string;
  ref: string;
  /** Null removes it. */
  state: Reference['state'] | null;
  actor: Actor;
  importId: string | null;
}

/** Decides what another system says of its reference; the same again changes nothing. Throws 404, 409, 412 and 422. */
export function planReference(
  found: Found,
  { kind, ref, state, actor, importId, ...target }: ReferenceRequest,
  moment: Moment,
): { change: Change | null; customer: StoredCustomer } {
  const current = liveTarget(found, target);
  const references = found.referencesOf(current.id);
  const before = references.find((one) => one.kind === kind && one.ref === ref)?.state ?? null;
  if (before === state) return { change: null, customer: current };
  if (before === null && references.length >= LIMITS.references) {
    const message = `The customer has ${LIMITS.references} references already. Remove closed ones first.`;
    throw invalid([{ field: 'ref', code: 'too_many', message }]);
  }
  const change = changeOf(current, current, {
    type: 'updated',
    actor,
    moment,
    importId,
    references: [{ kind, ref, before, after: state }],
  });
  return { change, customer: change?.after ?? current };
}

export interface HoldRequest extends Target {
  /** Why the record must be kept; null lifts the hold. */
  reason: string | null;
  actor: Actor;
}

/** Decides a legal hold. Throws 404, 409 and 412. */
export function planHold(
  found: Found,
  { reason, actor, ...target }: HoldRequest,
  moment: Moment,
): { change: Change | null; customer: StoredCustomer } {
  const current = liveTarget(found, target);
  const change = changeOf(current, { ...current, legal_hold: reason }, { type: 'updated', actor, moment });
  return { change, customer: change?.after ?? current };
}
