/**
 * Retries of writes: what an `Idempotency-Key` header says about a request. The answer itself is stored by whoever
 * commits the write (contract section 5, "safety"; after the IETF draft "The Idempotency-Key HTTP Header Field").
 */
import { createHash } from 'node:crypto';
import { type AnswerSlot, insertAnswers, selectAnswers } from '../database/answers.ts';
import { isLostRace, type Sql, type Transaction } from '../database/connect.ts';
import { ApiError, invalid } from './errors.ts';

/** A write that may be a repetition. */
export interface Retry extends AnswerSlot {
  /** SHA-256 of method, path, query and body. */
  fingerprint: string;
  /** Set when the answer is the stored one. */
  replayed: boolean;
}

interface Request {
  method: string;
  url: string;
  body: unknown;
  ifMatch: string | undefined;
}

/** What the header says; null without one. Throws 422 when it is not 1 to 255 visible characters. */
export function readRetry(
  header: string | string[] | undefined,
  context: string,
  request: Request,
): Retry | null {
  if (header === undefined) return null;
  const key = String(header).trim();
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalid([
      {
        field: 'Idempotency-Key',
        code: 'invalid_idempotency_key',
        message: 'Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID.',
      },
    ]);
  }
  const { method, url, body, ifMatch } = request;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([method, url, ifMatch ?? null, body ?? null]))
    .digest('hex');
  return { context, key, part: 0, fingerprint, replayed: false };
}

/** 422: the key stands for another request already. */
export const reused = (): ApiError =>
  new ApiError(
    'idempotency_key_reused',
    'This Idempotency-Key was used for another request. Send a new key with a new request.',
  );

/** The writes of this process that are under way: a twin is told to come back. */
export class Running {
  readonly #running = new Set<string>();

  /** Does the work unless its twin is at it; throws 409 `idempotency_in_progress` then. */
  async alone<T>(businessId: string, retry: Retry | null, work: () => Promise<T>): Promise<T> {
    if (!retry) return await work();
    const slot = `${businessId} ${retry.context} ${retry.key}`;
    if (this.#running.has(slot)) {
      throw new ApiError(
        'idempotency_in_progress',
        'A request with this Idempotency-Key is still being answered. Ask again after Retry-After seconds.',
      );
    }
    this.#running.add(slot);
    try {
      return await work();
    } finally {
      this.#running.delete(slot);
    }
  }
}

const ATTEMPTS = 3;

/**
 * Does work that is one transaction, or answers what it came to the first time. `kept` is what a repetition may
 * learn of the answer.
 */
export async function once<T>(
  sql: Sql,
  businessId: string,
  retry: Retry | null,
  work: (tx: Transaction) => Promise<T>,
  kept: (answer: T) => unknown = (answer) => answer,
): Promise<T> {
  if (!retry) return (await sql.begin(work)) as T;
  for (let attempt = 1; ; attempt++) {
    try {
      return (await sql.begin(async (tx) => {
        const { answers, now } = await selectAnswers(tx, businessId, [retry]);
        if (answers.some(({ fingerprint }) => fingerprint !== retry.fingerprint)) throw reused();
        const [stored] = answers;
        if (stored) {
          retry.replayed = true;
          return JSON.parse(stored.answer);
        }
        const answer = await work(tx);
        const { context, key, part, fingerprint } = retry;
        const row = {
          context,
          key,
          part,
          fingerprint,
          answer: JSON.stringify(kept(answer)),
          customer_ids: [],
        };
        const { count } = await insertAnswers(tx, businessId, [row], now);
        // A twin in another process has just been answered: so is this one, with the same.
        if (count === 0) throw new Twin();
        return answer;
      })) as T;
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Twin || isLostRace(error))) throw error;
    }
  }
}

class Twin extends Error {}
