/** Talks to the service over HTTP, and outlasts its short absences: upserts are safe to repeat. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServiceAddress {
  url: string;
  key: string;
  /** Milliseconds for which a request is tried again before the import stops. */
  retryFor: number;
  signal?: AbortSignal | undefined;
  /** Hears why a request is about to be tried again. */
  onRetry?: ((reason: string) => void) | undefined;
}

/** What the service answered: the body of its envelope, and its sentence. */
export interface ServiceAnswer {
  status: number;
  message: string;
  body: Record<string, unknown>;
}

/** The service can't be reached, or refuses the import as a whole. */
export class ServiceError extends Error {
  /** The same may be tried again. */
  readonly mayGoOn: boolean;
  constructor(message: string, mayGoOn = true) {
    super(message);
    this.mayGoOn = mayGoOn;
  }
}

const REQUEST_TIMEOUT_MS = 60_000;
const LONGEST_PAUSE_MS = 5_000;
/** Overloaded, restarting, or a proxy whose service is away. */
const PASSING = new Set([429, 502, 503, 504]);

/**
 * Sends JSON and answers what came back, whatever its status but one that passes: that one, and a connection
 * that fails, is tried again until `retryFor` is over. Throws ServiceError then, and for an answer of something
 * that is not Clientele.
 */
export async function send(
  service: ServiceAddress,
  method: 'PUT' | 'POST',
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<ServiceAnswer> {
  const giveUpAt = Date.now() + service.retryFor;
  for (let pause = 250; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const tried = await attempt(service, method, path, body, headers);
    if ('answer' in tried) return tried.answer;
    const wait = tried.retryAfter ?? pause;
    if (Date.now() + wait > giveUpAt) throw new ServiceError(tried.reason);
    service.onRetry?.(tried.reason);
    await sleep(wait, undefined, { signal: service.signal }).catch(() => {
      throw interrupted();
    });
  }
}

/** The bytes of a file that the service makes. Throws ServiceError when it refuses, or breaks off before the end. */
export async function* download({ url, key }: ServiceAddress, path: string): AsyncGenerator<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` }, redirect: 'error' });
  } catch (error) {
    throw new ServiceError(`The service at ${url} cannot be reached (${causeOf(error)}).`);
  }
  if (response.status !== 200) {
    const answer = readEnvelope(response.status, await response.text());
    throw new ServiceError(
      answer?.message ?? `${url} answered ${response.status}, but not as Clientele does.`,
    );
  }
  try {
    yield* response.body! as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new ServiceError(`The service broke off before the end (${causeOf(error)}). Run it again.`);
  }
}

type Attempt = { answer: ServiceAnswer } | { reason: string; retryAfter: number | null };

async function attempt(
  { url, key, signal }: ServiceAddress,
  method: string,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<Attempt> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url + path, {
      method,
      body,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(REQUEST_TIMEOUT_MS), ...(signal ? [signal] : [])]),
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw interrupted();
    return { reason: `The service at ${url} cannot be reached (${causeOf(error)}).`, retryAfter: null };
  }
  const answer = readEnvelope(response.status, text);
  if (PASSING.has(response.status)) {
    const reason = `The service at ${url} answers ${response.status}: ${answer?.message ?? 'try again later'}`;
    return { reason, retryAfter: readRetryAfter(response.headers.get('retry-after')) };
  }
  if (!answer) {
    throw new ServiceError(
      `${url} answered ${response.status}, but not as Clientele does. Check --url or CLIENTELE_URL.`,
    );
  }
  return { answer };
}

const interrupted = () => new ServiceError('It was interrupted.');

function readEnvelope(status: number, text: string): ServiceAnswer | null {
  try {
    const { message, body } = JSON.parse(text) as Partial<ServiceAnswer>;
    return typeof message === 'string' && typeof body === 'object' && body !== null
      ? { status, message, body }
      : null;
  } catch {
    return null;
  }
}

/** Milliseconds: the header holds seconds or a date. */
function readRetryAfter(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds * 1000);
}

/** The code beneath `fetch failed`, such as ECONNREFUSED. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.message;
}
