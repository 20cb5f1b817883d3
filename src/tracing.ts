/**
 * Traces for OpenTelemetry, sent as OTLP over HTTP in JSON when the standard variables ask for it; nothing is done otherwise.
 * A span has a name, times and numbers: never a value of a customer, an id, a URL or a key.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

export interface TracingSettings {
  /** Where spans are posted. */
  url: string;
  headers: Record<string, string>;
  /** Milliseconds that a collector may take for what it is sent. */
  timeout: number;
  /** What every span is said of: `service.name` and whatever else the operator calls this process. */
  resource: Record<string, string>;
  /** Of the traces decided about here, how many are kept: 0 to 1. */
  share: number;
  /** A caller who sends `traceparent` has decided for its trace; else it is decided about here like any other. */
  followsCaller: boolean;
}

type Attributes = Record<string, string | number>;
/** As in OTLP: inside, or at the door. */
const KINDS = { internal: 1, server: 2 } as const;
const ERROR = 2;

export interface Origin {
  traceId: string;
  spanId: string;
  isSampled: boolean;
}

export interface Span extends Origin {
  name: string;
  kind: keyof typeof KINDS;
  parentSpanId: string | undefined;
  links: Origin[];
  start: bigint;
  attributes: Attributes;
}

const SEND_MS = 2_000;
const SEND_AT = 512;
/** Beyond so many that wait to be sent, spans are dropped: traces must not cost the service its memory. */
const MOST_WAITING = 4_096;

export class Tracer {
  readonly #settings: TracingSettings;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #waiting: object[] = [];
  #sending: Promise<void> = Promise.resolve();

  constructor(settings: TracingSettings, onError: (error: unknown) => void = () => {}) {
    this.#settings = settings;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.flush(), SEND_MS).unref();
  }

  begin(name: string, kind: Span['kind'], parent: Origin | null, links: Origin[] = []): Span {
    const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
    const decided = kind === 'internal' || this.#settings.followsCaller ? parent : null;
    return {
      name,
      kind,
      traceId,
      spanId: randomBytes(8).toString('hex'),
      parentSpanId: parent?.spanId,
      isSampled: decided?.isSampled ?? placeOf(traceId) < this.#settings.share,
      links,
      start: now(),
      attributes: {},
    };
  }

  end(span: Span, isError = false): void {
    if (!span.isSampled || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push({
      traceId: span.traceId,
      spanId: span.spanId,
      ...(span.parentSpanId && { parentSpanId: span.parentSpanId }),
      name: span.name,
      kind: KINDS[span.kind],
      startTimeUnixNano: String(span.start),
      endTimeUnixNano: String(now()),
      attributes: listed(span.attributes),
      links: span.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
      status: isError ? { code: ERROR } : {},
    });
    if (this.#waiting.length === SEND_AT) void this.flush();
  }

  /** Sends what waits. Never rejects: what a collector does not take is gone. */
  flush(): Promise<void> {
    this.#sending = this.#sending.then(() => this.#send());
    return this.#sending;
  }

  async #send(): Promise<void> {
    const spans = this.#waiting;
    if (spans.length === 0) return;
    this.#waiting = [];
    const { url, headers, timeout, resource } = this.#settings;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({
          resourceSpans: [
            {
              resource: { attributes: listed(resource) },
              scopeSpans: [{ scope: { name: 'clientele' }, spans }],
            },
          ],
        }),
        signal: AbortSignal.timeout(timeout),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`the collector answered ${response.status}`);
    } catch (error) {
      this.#onError(error);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}

/** Where from 0 to 1 a trace stands by the last 64 bits of its id: others who keep the same share keep the same traces. */
const placeOf = (traceId: string): number => Number.parseInt(traceId.slice(16, 29), 16) / 2 ** 52;

/** Nanoseconds since 1970, of a clock that does not jump. */
const now = (): bigint => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;

const listed = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));

/** Where a `traceparent` header says that a request comes from (W3C Trace Context); null for anything else. */
export function readTraceparent(header: string | string[] | undefined): Origin | null {
  const parts = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/.exec(
    String(header ?? ''),
  );
  if (!parts || /^0+$/.test(parts[1]!) || /^0+$/.test(parts[2]!)) return null;
  return { traceId: parts[1]!, spanId: parts[2]!, isSampled: (Number.parseInt(parts[3]!, 16) & 1) === 1 };
}

let tracer: Tracer | null = null;
const present = new AsyncLocalStorage<Origin | null>();

/** From now on this process traces with it; with null it does not. */
export function traceWith(one: Tracer | null): void {
  tracer = one;
}
export const tracing = (): Tracer | null => tracer;

/** What is under way here; undefined when nothing is traced. */
export const presentOrigin = (): Origin | undefined => (tracer && present.getStore()) ?? undefined;

/** Carries out what belongs to a span. */
export const inside = <T>(origin: Origin, work: () => T): T => present.run(origin, work);

/**
 * Does the work as a span of what is under way. Given `from`, it begins a trace of its own that names those: it is done for all of
 * them at once.
 */
export async function traced<T>(
  name: string,
  work: () => Promise<T>,
  { from, attributes }: { from?: Origin[]; attributes?: Attributes } = {},
): Promise<T> {
  if (!tracer) return await work();
  const one = tracer;
  const span = one.begin(name, 'internal', from ? null : (present.getStore() ?? null), from);
  if (from) span.isSampled = from.some(({ isSampled }) => isSampled);
  Object.assign(span.attributes, attributes);
  try {
    const result = await present.run(span, work);
    one.end(span);
    return result;
  } catch (error) {
    one.end(span, true);
    throw error;
  }
}
