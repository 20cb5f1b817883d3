/**
 * How the outcomes of a bundle of writes are kept for its repetition (contract section 5, "Idempotency-Key"). Pure.
 */
import type { StoredAnswer } from '../database/answers.ts';
import { ApiError, type ErrorCode } from '../http/errors.ts';
import type { Retry } from '../http/idempotency.ts';

type Outcome = PromiseSettledResult<unknown>;

type StoredOutcome = { value: unknown } | { error: { code: ErrorCode; message: string; details: object } };

/** The outcomes of a bundle as they are kept for its repetition. */
export const toText = (outcomes: Outcome[]): string =>
  JSON.stringify(
    outcomes.map((outcome): StoredOutcome => {
      if (outcome.status === 'fulfilled') return { value: outcome.value };
      if (!(outcome.reason instanceof ApiError)) throw outcome.reason;
      const { code, message, details } = outcome.reason;
      return { error: { code, message, details } };
    }),
  );

/** The outcomes as they were the first time; null when that was another request. */
export function replay(retry: Retry, { fingerprint, answer }: StoredAnswer): Outcome[] | null {
  if (fingerprint !== retry.fingerprint) return null;
  retry.replayed = true;
  return (JSON.parse(answer) as StoredOutcome[]).map((stored) =>
    'value' in stored
      ? { status: 'fulfilled', value: stored.value }
      : {
          status: 'rejected',
          reason: new ApiError(stored.error.code, stored.error.message, { ...stored.error.details }),
        },
  );
}

/** The customers whose data the answers show. */
export function idsIn(outcomes: Outcome[]): string[] {
  const ids = outcomes.flatMap((outcome) => {
    if (outcome.status === 'rejected') return [];
    const { id, restored } = outcome.value as { id?: string; restored?: { id: string } };
    return [id, restored?.id].filter((one) => one !== undefined);
  });
  return [...new Set(ids)];
}

/** The kept answer without what it says of these customers: a repetition learns that they are gone. */
export function withoutCustomers(text: string, ids: string[]): string {
  const error = {
    code: 'customer_not_found' as const,
    message: 'The customer of this answer was erased.',
    details: {},
  };
  const outcomes = (JSON.parse(text) as StoredOutcome[]).map((stored) => {
    const json = JSON.stringify(stored);
    return ids.some((id) => json.includes(id)) ? { error } : stored;
  });
  return JSON.stringify(outcomes);
}
