/** What the service said of a row, as the table shows it. Pure. */
import { type BatchItem, toVerdict } from '../../../src/imports/verdict.ts';
import { nameOf } from '../format.ts';
import { strings } from '../strings/index.ts';

/** `again`: a row of somebody who is new with a row further up, as far as a dry run can tell. */
export const KINDS = ['created', 'updated', 'unchanged', 'again', 'problem'] as const;
export type Kind = (typeof KINDS)[number];

export interface RowVerdict {
  kind: Kind;
  /** Whom it is about; null where that is nobody. */
  customerId: string | null;
  name: string;
  /** What would change or has changed, or what is wrong. */
  text: string;
  /** What was noticed beside that. */
  notes: string[];
  /** What the file of failures says. */
  reason: string | null;
}

/** What was answered about a row. */
export type WrittenItem = BatchItem;
type Written = NonNullable<BatchItem['customer']>;

export function verdictOf(item: BatchItem): RowVerdict {
  const verdict = toVerdict(item);
  if (!item.customer || 'code' in verdict) {
    const reason = 'reason' in verdict ? verdict.reason : '';
    const code = 'code' in verdict ? verdict.code : '';
    const sentence = reason.startsWith(`${code}: `) ? reason.slice(code.length + 2) : reason;
    return problem(code === 'contact_details_required' ? strings.import.rows.noContact : sentence, reason);
  }
  const { customer } = item;
  const { changed, warnings, conflicts } = customer.upsert;
  const isNew = verdict.outcome === 'created';
  return {
    kind: verdict.outcome === 'found' ? 'unchanged' : verdict.outcome,
    customerId: customer.id,
    name: nameOf(customer),
    text: isNew
      ? [customer.phone, customer.email].filter(Boolean).join(' · ')
      : changed.map((field) => changeOf(customer, field)).join(', '),
    notes: [
      ...warnings.map(({ message }) => message),
      ...(conflicts.length > 0 ? [strings.import.rows.conflict] : []),
    ],
    reason: null,
  };
}

/** A row that can't be taken; `reason` is for the file, where it differs. */
export const problem = (text: string, reason = text): RowVerdict => ({
  kind: 'problem',
  customerId: null,
  name: '',
  text,
  notes: [],
  reason,
});

/** The field, with its new value where that is a plain one. */
function changeOf(customer: Written, field: string): string {
  const words = strings.import.rows.fields[field] ?? field;
  const value: unknown = customer[field as keyof Written];
  const text =
    Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(', ') : value;
  return typeof text === 'string' && text ? strings.import.rows.change(words, text) : words;
}

/** By what a record is found again: its location with each detail that can identify somebody. */
export const keysOf = ({ location_id, contacts }: Written): string[] =>
  contacts
    .filter(({ matchable }) => matchable)
    .map(({ type, value, extension }) => [location_id, type, value, extension ?? ''].join(' '));
