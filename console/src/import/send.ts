/** Requests of an import that outlast short absences of the service, as those of the command line do. */
import { api, bodyOf, Failure } from '../api.ts';
import type { operations } from '../openapi.ts';
import { strings } from '../strings/index.ts';

/** Overloaded, restarting, or a proxy whose service is away; 0 is no answer at all. */
const PASSING = new Set([0, 429, 502, 503, 504]);
const RETRY_FOR_MS = 10 * 60_000;
const LONGEST_PAUSE_MS = 5_000;
const REQUEST_TIMEOUT_MS = 60_000;

export interface Patience {
  signal: AbortSignal;
  /** Hears why a request is about to be tried again, and null when it was answered. */
  onRetry(reason: string | null): void;
}

/**
 * Tries again what failed for a moment. Throws the Failure that stays, and AbortError when it was given up; a request that is
 * under way is waited for even then, for what it does is done.
 */
async function patiently<Body>(
  { signal, onRetry }: Patience,
  request: (timeout: AbortSignal) => Promise<Body>,
): Promise<Body> {
  const giveUpAt = Date.now() + RETRY_FOR_MS;
  for (let pause = 250; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      const body = await request(AbortSignal.timeout(REQUEST_TIMEOUT_MS));
      onRetry(null);
      return body;
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || Date.now() + pause > giveUpAt) throw error;
      onRetry(error.status === 0 ? strings.import.away : error.message);
    }
    await sleep(pause, signal);
  }
}

// A group that was sent before a reload may still be at work.
const isPassing = (error: unknown): error is Failure =>
  error instanceof Failure && (PASSING.has(error.status) || error.code === 'idempotency_in_progress');

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

type BatchInput = NonNullable<operations['upsertCustomers']['requestBody']>['content']['application/json'];
export type Upsert = BatchInput['customers'][number];

/** A dry run of some rows; nothing is written. */
export const tryRows = async (customers: Upsert[], patience: Patience) =>
  await patiently(patience, (signal) =>
    bodyOf(
      api.PUT('/api/v2/customers/batch', {
        params: { query: { dry_run: true } },
        body: { customers },
        signal,
      }),
    ),
  );

/** Writes some rows as part of an import. Under one key a repetition is answered as the first time. */
export const writeRows = async (
  customers: Upsert[],
  { importId, key }: { importId: string; key: string },
  patience: Patience,
) =>
  await patiently(patience, (signal) =>
    bodyOf(
      api.PUT('/api/v2/customers/batch', {
        params: { query: { import_id: importId }, header: { 'Idempotency-Key': key } },
        body: { customers },
        signal,
      }),
    ),
  );

/** One step of an undo. */
export const undoSome = async (importId: string, cursor: string | null, patience: Patience) =>
  await patiently(patience, (signal) =>
    bodyOf(
      api.POST('/api/v2/imports/{id}/undo', {
        params: { path: { id: importId }, query: cursor ? { cursor } : {} },
        signal,
      }),
    ),
  );
