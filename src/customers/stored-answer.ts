/**
 * How the outcomes of a bundle of writes are kept for its repetition (contract section 5, "Idempotency-Key"). Pure.
 */
import { NO_FINGERPRINT, type StoredAnswer } from '../database/answers.ts';
import { ApiError, type ErrorCode } from '../http/errors.ts';
import { type Retry, reused } from '../http/idempotency.ts';
import type { UpsertReport } from './schema.ts';

type Outcome = PromiseSettledResult<unknown>;

/** What is to be known of a write here. */
interface Told {
  about?: string[];
  refusal?: ApiError;
}

interface Refused {
  error: { code: ErrorCode; message: string; details: object };
  /** Where it stood, of one that was refused before it was planned. */
  item?: number;
}

/** `about`: whom it is about, where its value does not say. */
type StoredOutcome = { value: unknown; about?: string[] } | Refused;

const toRefused = ({ code, message, details }: ApiError, item?: number): Refused => ({
  error: { code, message, details },
  ...(item !== undefined && { item }),
});

/**
 * The outcomes of a bundle as they are kept for its repetition. Those that were refused before they were planned come last:
 * the version before knows only the others, by their order.
 */
export function toStored(outcomes: Outcome[], writes: Told[]): StoredOutcome[] {
  const planned = outcomes.flatMap((outcome, i): StoredOutcome[] => {
    const { about, refusal } = writes[i]!;
    if (refusal) return [];
    if (outcome.status === 'fulfilled') return [{ value: outcome.value, ...(about && { about }) }];
    if (!(outcome.reason instanceof ApiError)) throw outcome.reason;
    return [toRefused(outcome.reason)];
  });
  return [...planned, ...refusalsOf(writes)];
}

const refusalsOf = (writes: Told[]): Refused[] =>
  writes.flatMap(({ refusal }, item) => (refusal ? toRefused(refusal, item) : []));

/**
 * The outcomes of writes whose key is taken: as they were the first time, whatever would come of the writes today, or
 * refusals. Null when they are to be planned.
 */
export function replay(retry: Retry, answers: StoredAnswer[], writes: Told[]): Outcome[] | null {
  const refuseAll = (reason: ApiError) => writes.map((): Outcome => ({ status: 'rejected', reason }));
  const kept = answers.filter(({ context, key }) => context === retry.context && key === retry.key);
  // Also by another part than this: of one that was refused whole nothing is kept.
  if (kept.some(({ fingerprint }) => fingerprint !== NO_FINGERPRINT && fingerprint !== retry.fingerprint))
    return refuseAll(reused());
  const stored = kept.find(({ part }) => part === retry.part);
  if (!stored) return null;
  retry.replayed = true;
  // It is not known any more what was asked: nothing is written, and nothing is said to be.
  if (stored.fingerprint === NO_FINGERPRINT) return refuseAll(erased());
  return inOrder(JSON.parse(stored.answer), writes) ?? refuseAll(reused());
}

/** Kept outcomes, each where its write stood. Null when that is not known. */
function inOrder(kept: StoredOutcome[], writes: Told[]): Outcome[] | null {
  const isEarly = (stored: StoredOutcome): stored is Refused => 'item' in stored;
  const outcomes = kept.filter((stored) => !isEarly(stored)).map(toOutcome);
  // The version before kept none of those that it refused before planning: they are what they are today.
  const isOlder = kept.length < writes.length && writes.some(({ refusal }) => refusal);
  const early = isOlder ? refusalsOf(writes) : kept.filter(isEarly);
  for (const stored of early) outcomes.splice(stored.item!, 0, toOutcome(stored));
  return isOlder && outcomes.length !== writes.length ? null : outcomes;
}

const toOutcome = (stored: StoredOutcome): Outcome =>
  'value' in stored
    ? { status: 'fulfilled', value: stored.value }
    : {
        status: 'rejected',
        reason: new ApiError(stored.error.code, stored.error.message, { ...stored.error.details }),
      };

const erased = (): ApiError =>
  new ApiError(
    'customer_not_found',
    'A customer of the answer to this Idempotency-Key was erased. Nothing is written again.',
  );

/** What an answer may say of customers. */
interface Telling {
  id?: string;
  restored?: { id: string };
  contacts_taken?: { customer_id: string }[];
  /** Of a batch's item that was refused for its contacts: those they belong to. */
  customer_ids?: string[];
  upsert?: UpsertReport;
}

/** The customers whose data the answers show, or whose contacts their requests named. */
export function idsIn(outcomes: StoredOutcome[]): string[] {
  const ids = outcomes.flatMap((stored) => {
    const telling = ('value' in stored ? stored.value : stored.error.details) as Telling;
    const { id, restored, contacts_taken = [], customer_ids = [], upsert } = telling;
    const others = [...contacts_taken, ...(upsert?.conflicts ?? [])].map(({ customer_id }) => customer_id);
    const about = 'value' in stored ? (stored.about ?? []) : [];
    return [id, restored?.id, ...customer_ids, ...others, ...about].filter((one) => one !== undefined);
  });
  return [...new Set(ids)];
}

/** True when one of the outcomes names the customer and is such a one. */
export const someAbout = (answer: string, id: string, isSuch: (value: unknown) => boolean): boolean =>
  (JSON.parse(answer) as StoredOutcome[]).some(
    (stored) => 'value' in stored && JSON.stringify(stored).includes(id) && isSuch(stored.value),
  );
