/**
 * How the outcomes of a bundle of writes are kept for its repetition (contract section 5, "Idempotency-Key"). Pure.
 */
import { NO_FINGERPRINT, type StoredAnswer } from '../database/answers.ts';
import { ApiError, type ErrorCode } from '../http/errors.ts';
import { type Retry, reused } from '../http/idempotency.ts';
import type { UpsertReport } from './schema.ts';

type Outcome = PromiseSettledResult<unknown>;

/** `about`: whom it is about, where its value does not say. */
type StoredOutcome =
  | { value: unknown; about?: string[] }
  | { error: { code: ErrorCode; message: string; details: object } };

/** The outcomes of a bundle as they are kept for its repetition; `about` as the writes of it say. */
export const toStored = (outcomes: Outcome[], about: (string[] | undefined)[]): StoredOutcome[] =>
  outcomes.map((outcome, i): StoredOutcome => {
    if (outcome.status === 'fulfilled') return { value: outcome.value, ...(about[i] && { about: about[i] }) };
    if (!(outcome.reason instanceof ApiError)) throw outcome.reason;
    const { code, message, details } = outcome.reason;
    return { error: { code, message, details } };
  });

/** The outcomes of so many writes whose key is taken: as they were the first time, or refusals. */
export function replay(retry: Retry, { fingerprint, answer }: StoredAnswer, writes: number): Outcome[] {
  const refuseAll = (reason: ApiError) => Array<Outcome>(writes).fill({ status: 'rejected', reason });
  const isErased = fingerprint === NO_FINGERPRINT;
  if (!isErased && fingerprint !== retry.fingerprint) return refuseAll(reused());
  retry.replayed = true;
  // It is not known any more what was asked: nothing is written, and nothing is said to be.
  if (isErased) return refuseAll(erased());
  return (JSON.parse(answer) as StoredOutcome[]).map((stored) =>
    'value' in stored
      ? { status: 'fulfilled', value: stored.value }
      : {
          status: 'rejected',
          reason: new ApiError(stored.error.code, stored.error.message, { ...stored.error.details }),
        },
  );
}

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
