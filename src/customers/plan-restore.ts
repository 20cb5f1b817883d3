/** The rules of restore (contract section 4): a deleted record comes back with the contacts that nobody took meanwhile. */
import { ApiError, notFound } from '../http/errors.ts';
import type { Actor } from '../tenancy/scope.ts';
import type { Found } from './found.ts';
import { type Change, changeOf, type Moment, type StoredContact, type StoredCustomer } from './record.ts';
import { merged, requireVersion, type Target } from './target.ts';

/** A contact that did not come back, and who has it now. */
export interface TakenContact {
  type: StoredContact['type'];
  value: string;
  customer_id: string;
}

export interface RestoreRequest extends Target {
  actor: Actor;
}

/** Decides one restore; a live record is done. Throws 404, 409 `customer_merged` and `contact_in_use`, and 412. */
export function planRestore(
  found: Found,
  { id, locationId, ifMatch, actor }: RestoreRequest,
  moment: Moment,
): { change: Change | null; customer: StoredCustomer; taken: TakenContact[] } {
  const current = found.customer(id, locationId);
  if (!current || current.erased_at !== null) throw notFound('customer');
  const survivor = found.survivorOf(current);
  if (survivor !== current) {
    if (survivor?.deleted_at === null) throw merged(survivor.id);
    throw notFound('customer');
  }
  requireVersion(current, ifMatch);
  if (current.deleted_at === null) return { change: null, customer: current, taken: [] };

  const { contacts, taken } = freeContacts(found, current, current.contacts);
  requireKnown(current, contacts, taken);
  const back = {
    ...current,
    contacts,
    deleted_at: null,
    away_from: current.deleted_at,
    away_until: moment.now,
  };
  const change = changeOf(current, back, { type: 'restored', actor, moment })!;
  return { change, customer: change.after, taken };
}

/** Throws 409 when nothing would be left to know the customer by, because others have its contacts now. */
export function requireKnown(record: StoredCustomer, contacts: StoredContact[], taken: TakenContact[]): void {
  const [first] = taken;
  if (!first || contacts.length > 0 || record.name !== null || record.company_name !== null) return;
  throw new ApiError(
    'contact_in_use',
    'Others have the contacts of this customer now, and it has no name to be known by.',
    { customer_id: first.customer_id, contacts_taken: taken },
  );
}

/**
 * The contacts that can be the record's again; those that another customer holds now are told. `letGo`: keys whose
 * holder lets them go in the same write.
 */
export function freeContacts(
  found: Found,
  record: StoredCustomer,
  contacts: StoredContact[],
  letGo: ReadonlySet<string> = new Set(),
): { contacts: StoredContact[]; taken: TakenContact[] } {
  const taken: TakenContact[] = [];
  const free = contacts.filter((contact) => {
    const holder = contact.matchable ? found.holder(record.location_id, contact.key) : null;
    if (!holder || holder.id === record.id || letGo.has(contact.key)) return true;
    taken.push({ type: contact.type, value: contact.value, customer_id: holder.id });
    return false;
  });
  return { contacts: free, taken };
}
