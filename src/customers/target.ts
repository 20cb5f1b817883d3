/** Which record the id of a write means, and whether it may be written to. Pure; shared by the plans. */
import { ApiError, notFound } from '../http/errors.ts';
import type { Found } from './found.ts';
import { type StoredCustomer, toCustomer } from './record.ts';

/** What every write to a record by its id says. */
export interface Target {
  id: string;
  /** The location of the context; null for all of the business. */
  locationId: string | null;
  /** The version in If-Match; null when any will do. */
  ifMatch: number | null;
}

/** The live record. Throws 404; 409 `customer_merged` for one that was merged away; 412 for a stale version. */
export function liveTarget(found: Found, { id, locationId, ifMatch }: Target): StoredCustomer {
  const record = found.customer(id, locationId);
  if (!record) throw notFound('customer');
  const survivor = found.survivorOf(record);
  if (survivor && survivor !== record && survivor.deleted_at === null) throw merged(survivor.id);
  if (record.deleted_at !== null) throw notFound('customer');
  requireVersion(record, ifMatch);
  return record;
}

/** 409 that names who the customer is now. */
export const merged = (survivorId: string): ApiError =>
  new ApiError('customer_merged', `This customer was merged into ${survivorId}. Use that id.`, {
    customer_id: survivorId,
  });

/** Throws 412 with the record as it is now when the caller's version is stale. */
export function requireVersion(current: StoredCustomer, ifMatch: number | null): void {
  if (ifMatch === null || ifMatch === current.version) return;
  throw new ApiError('version_conflict', `The customer is at version ${current.version}, not ${ifMatch}.`, {
    current: toCustomer(current),
  });
}
