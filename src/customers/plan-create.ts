/** The rules of create (contract section 3, "Create"): something to know the customer by, and no contact of somebody else. */
import { ApiError, invalid } from '../http/errors.ts';
import type { Actor } from '../tenancy/scope.ts';
import { addDetails, isMatchable, type SuppliedDetails } from './details.ts';
import { blankRecord } from './fields.ts';
import type { Found } from './found.ts';
import { type Change, changeOf, type Moment, type StoredCustomer } from './record.ts';
import type { CreateInput, Warning } from './schema.ts';

export interface CreateRequest {
  input: CreateInput;
  supplied: SuppliedDetails;
  locationId: string;
  actor: Actor;
  /** The import this is part of. */
  importId: string | null;
}

/** Decides one create. Throws 422 when nothing names the customer, 409 `customer_exists` when a contact is taken. */
export function planCreate(
  found: Found,
  request: CreateRequest,
  moment: Moment,
): { change: Change; warnings: Warning[] } {
  const { input, supplied, locationId, actor, importId } = request;
  const taken = supplied.details.flatMap((detail) => {
    const holder = isMatchable(found, locationId, detail) ? found.holder(locationId, detail.key) : null;
    return holder ? [{ detail, holder }] : [];
  });
  if (taken.length > 0) {
    throw new ApiError('customer_exists', `A customer with this ${taken[0]!.detail.type} exists already.`, {
      customer_id: taken[0]!.holder.id,
      errors: taken.map(({ detail, holder }) => ({
        field: detail.field,
        code: 'contact_in_use',
        message: `This ${detail.type} belongs to customer ${holder.id}.`,
      })),
    });
  }
  const blank = blankRecord(input, locationId, moment);
  const { contacts, warnings } = addDetails(found, blank, supplied.details, moment);
  const record = { ...blank, contacts };
  requireSubstance(record);
  return {
    change: changeOf(null, record, { type: 'created', actor, moment, importId })!,
    warnings: [...supplied.warnings, ...warnings],
  };
}

/** A customer needs a name, a company or a contact; throws 422 naming all three. */
export function requireSubstance(record: StoredCustomer): void {
  if (record.name !== null || record.company_name !== null || record.contacts.length > 0) return;
  const message = 'A customer needs a name, a company_name or a contact.';
  throw invalid(['name', 'company_name', 'contacts'].map((field) => ({ field, code: 'required', message })));
}
