/**
 * How the outcomes of a bundle of writes are kept for its repetition (contract section 5, "Idempotency-Key"). Pure.
 */
import { NO_FINGERPRINT, type StoredAnswer } from '../database/answers.ts';
import { ApiError, type ErrorCode } from '../http/errors.ts';
import type { Retry } from '../http/idempotency.ts';
import type { UpsertReport } from './schema.ts';

type Outcome = PromiseSettledResult<unknown>;

/** `about`: whom it is about, where its value does not say. */
export type StoredOutcome =
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

/**
 * The outcomes as they were the first time; null when that was another request. One of whose customers was erased since
 * has no fingerprint: whatever comes under its key is then taken for the repetition, as far as there are as many writes.
 */
export function replay(
  retry: Retry,
  { fingerprint, answer }: StoredAnswer,
  writes: number,
): Outcome[] | null {
  const outcomes = JSON.parse(answer) as StoredOutcome[];
  const isRepetition =
    fingerprint === NO_FINGERPRINT ? outcomes.length === writes : fingerprint === retry.fingerprint;
  if (!isRepetition) return null;
  retry.replayed = true;
  return outcomes.map((stored) =>
    'value' in stored
      ? { status: 'fulfilled', value: stored.value }
      : {
          status: 'rejected',
          reason: new ApiError(stored.error.code, stored.error.message, { ...stored.error.details }),
        },
  );
}

/** What an answer may say of customers. */
interface Telling {
  id?: string;
  restored?: { id: string };
  /** Of a batch's item that was refused for its contacts: those they belong to. */
  customer_ids?: string[];
  upsert?: UpsertReport;
}

/** The customers whose data the answers show, or whose contacts their requests named. */
export function idsIn(outcomes: StoredOutcome[]): string[] {
  const ids = outcomes.flatMap((stored) => {
    const telling = ('value' in stored ? stored.value : stored.error.details) as Telling;
    const { id, restored, customer_ids = [], upsert } = telling;
    const conflicts = upsert?.conflicts.map(({ customer_id }) => customer_id) ?? [];
    const about = 'value' in stored ? (stored.about ?? []) : [];
    return [id, restored?.id, ...customer_ids, ...conflicts, ...about].filter((one) => one !== undefined);
  });
  return [...new Set(ids)];
}

/** True when the outcome names one of these customers. */
export function isAbout(stored: StoredOutcome, ids: string[]): boolean {
  const json = JSON.stringify(stored);
  return ids.some((id) => json.includes(id));
}

const ERASED: StoredOutcome = {
  error: { code: 'customer_not_found', message: 'A customer of this answer was erased.', details: {} },
};

/** The kept answer without the outcomes that are to go: a repetition learns that somebody is gone. Null when all stay. */
export function withoutOutcomes(
  { answer, ...slot }: StoredAnswer,
  goes: (stored: StoredOutcome) => boolean,
): StoredAnswer | null {
  const outcomes = JSON.parse(answer) as StoredOutcome[];
  if (!outcomes.some(goes)) return null;
  const left = outcomes.map((stored) => (goes(stored) ? ERASED : stored));
  // What the request said could be found out by trying: a phone number has few digits.
  return { ...slot, answer: JSON.stringify(left), fingerprint: NO_FINGERPRINT };
}
