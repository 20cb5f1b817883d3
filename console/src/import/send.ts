/** Requests of an import that outlast short absences of the service, as those of the command line do. */
import type { BatchItem } from '../../../src/imports/verdict.ts';
import { api, bodyOf, Failure } from '../api.ts';
import type { operations } from '../openapi.ts';
import { strings } from '../strings/index.ts';
import { Trouble } from './work.ts';

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

/** So many at once as a browser keeps connections to one service. */
const CREATES_AT_ONCE = 6;

/** How rows are written: as part of an import, and from which row of it on. */
interface Way {
  importId: string;
  start: number;
  /** Rows of it may have been created so long ago that the service would create them again. */
  isLate: boolean;
}

/**
 * What is said of some rows, in their order: as part of an import they are written, without one only tried. Those that
 * nobody could be found by are created where that is wanted and the row says who it is. Throws Trouble where that might be twice.
 */
export async function sendRows(
  sent: { index: number; body: Upsert }[],
  way: Way | null,
  allowNoContact: boolean,
  patience: Patience,
): Promise<BatchItem[]> {
  if (sent.length === 0) return [];
  const { items } = await upsertAll(
    sent.map(({ body }) => body),
    way,
    patience,
  );
  const answers: BatchItem[] = items.map((item) => item as BatchItem);
  if (!allowNoContact) return answers;
  const lacking = sent.flatMap(({ index, body }, i) =>
    answers[i]!.code === 'contact_details_required' && (body.name || body.company_name)
      ? [{ i, index, body }]
      : [],
  );
  if (lacking.length > 0 && way?.isLate) throw new Trouble(strings.import.run.tooLate(lacking.length));
  for (let from = 0; from < lacking.length; from += CREATES_AT_ONCE) {
    const group = lacking.slice(from, from + CREATES_AT_ONCE);
    const made = await Promise.all(group.map((row) => createOne(row, way, patience)));
    for (const [n, { i }] of group.entries()) answers[i] = made[n]!;
  }
  return answers;
}

/** Under one key a repetition is answered as the first time. */
const upsertAll = async (customers: Upsert[], way: Way | null, patience: Patience) =>
  await patiently(patience, (signal) =>
    bodyOf(
      api.PUT('/api/v2/customers/batch', {
        params: paramsOf(way, (id) => `import-${id}-${way!.start}`),
        body: { customers },
        signal,
      }),
    ),
  );

async function createOne(
  { index, body }: { index: number; body: Upsert },
  way: Way | null,
  patience: Patience,
): Promise<BatchItem> {
  const { added_tags: tags, ...rest } = body;
  try {
    const customer = await patiently(patience, (signal) =>
      bodyOf(
        api.POST('/api/v2/customers', {
          params: paramsOf(way, (id) => `import-${id}-row-${index}`),
          body: { ...rest, ...(tags && { tags }) },
          signal,
        }),
      ),
    );
    const { warnings, ...record } = customer;
    const upsert = { outcome: 'created' as const, matched_on: [], changed: [], conflicts: [], warnings };
    return { customer: { ...record, upsert } };
  } catch (error) {
    // What is wrong with this row is its own; anything else stops the import.
    if (!(error instanceof Failure) || (error.status !== 409 && error.status !== 422)) throw error;
    return { code: error.code, message: error.message, ...error.details };
  }
}

const paramsOf = (way: Way | null, keyOf: (importId: string) => string) =>
  way
    ? { query: { import_id: way.importId }, header: { 'Idempotency-Key': keyOf(way.importId) } }
    : { query: { dry_run: true } };

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
