/** What the service said of one row of an import. Pure. */
import type { UpsertedCustomer, UpsertReport } from '../customers/schema.ts';

/** An item of the answer of a batch. */
export interface BatchItem {
  code?: string;
  message?: string;
  errors?: { field: string; message: string }[];
  customer?: UpsertedCustomer;
}

export type Verdict =
  | { outcome: UpsertReport['outcome']; report: Partial<UpsertReport> }
  | { code: string; reason: string };

/** What is wrong with the import, not with the row. */
const REFUSALS = new Set(['location_required', 'location_forbidden', 'location_not_found']);

/** The refusal of a row that refuses the whole import; null for any other answer. */
export const refusalIn = ({ code, message = 'It failed.' }: BatchItem): string | null =>
  code !== undefined && REFUSALS.has(code) ? message : null;

export function toVerdict({ customer, code = 'failed', message = 'It failed.', errors }: BatchItem): Verdict {
  if (customer) return { outcome: customer.upsert.outcome, report: customer.upsert };
  const reason = code === 'contact_details_required' || !errors ? message : reasonsOf(errors);
  return { code, reason: `${code}: ${reason}` };
}

const reasonsOf = (errors: { message: string }[]) => errors.map((error) => error.message).join(' ');
