/**
 * How many requests a key and a business may send in a minute (contract section 5, "safety"). Each process counts in
 * memory and adds what it counted to a table twice a second, where it reads what the others counted: no request waits
 * for it, and a limit is overstepped by half a second's requests at most. Headers after the IETF draft "RateLimit
 * header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers-10).
 */
import type { Sql } from '../database/connect.ts';
import { ApiError } from '../http/errors.ts';
import type { Scope } from './scope.ts';

/** Requests in a minute; 0 for as many as it likes. */
export interface Rates {
  key: number;
  business: number;
}

export const NO_LIMITS: Rates = { key: 0, business: 0 };

const MINUTE_S = 60;
const MINUTE_MS = 60_000;

interface Count {
  /** What this process has counted and not told yet. */
  own: number;
  /** What all processes had told when this one last did. */
  shared: number;
}

/** How a request stands towards its limits. */
export interface Admission {
  /** The headers of its answer; none when nothing is limited. */
  headers: Record<string, string>;
  /** Set when a limit is reached. */
  error: ApiError | null;
}

const FREE: Admission = { headers: {}, error: null };

export class RateLimits {
  readonly #policies: { name: keyof Rates; limit: number }[];
  readonly #policyHeader: string;
  #minute = 0;
  #counts = new Map<string, Count>();

  constructor(rates: Rates) {
    this.#policies = (['key', 'business'] as const)
      .map((name) => ({ name, limit: rates[name] }))
      .filter(({ limit }) => limit > 0);
    this.#policyHeader = this.#policies
      .map(({ name, limit }) => `"${name}";q=${limit};w=${MINUTE_S}`)
      .join(', ');
  }

  /** Counts a request of this caller, unless a limit is reached. */
  admit({ businessId, actor }: Scope, now = Date.now()): Admission {
    if (this.#policies.length === 0) return FREE;
    this.#enter(Math.floor(now / MINUTE_MS));
    const subjects = { key: actor.id ?? businessId, business: businessId };
    const counted = this.#policies.map(({ name, limit }) => ({
      name,
      limit,
      count: this.#countOf(subjects[name]),
    }));
    const reached = counted.find(({ limit, count }) => count.own + count.shared >= limit);
    if (!reached) for (const { count } of counted) count.own++;
    const seconds = MINUTE_S - (Math.floor(now / 1000) % MINUTE_S);
    const standing = counted.map(
      ({ name, limit, count }) => `"${name}";r=${Math.max(0, limit - count.own - count.shared)};t=${seconds}`,
    );
    const headers = { 'ratelimit-policy': this.#policyHeader, ratelimit: standing.join(', ') };
    if (!reached) return { headers, error: null };
    return {
      headers,
      error: new ApiError(
        'rate_limited',
        `This ${reached.name === 'key' ? 'API key' : 'business'} has sent its ${reached.limit} requests of this minute. Go on in ${seconds} seconds.`,
        {},
        { retryAfter: seconds, key: actor.id === null ? null : { businessId, keyId: actor.id } },
      ),
    };
  }

  /** Tells what was counted here since the last time, and learns what was counted everywhere: in the minute of the database. */
  async share(sql: Sql): Promise<void> {
    const told = [...this.#counts].flatMap(([subject, count]) =>
      count.own > 0 ? [{ subject, count, n: count.own }] : [],
    );
    if (told.length === 0) return;
    // In one order everywhere, so that processes do not wait for each other in a circle.
    told.sort((a, b) => (a.subject < b.subject ? -1 : 1));
    const rows = await sql<{ subject: string; n: number }[]>`
      insert into request_counts as c (subject, minute, n)
      select r.subject, ${minuteOf(sql)}, r.n
      from unnest(${told.map(({ subject }) => subject)}::uuid[], ${told.map(({ n }) => n)}::integer[]) r(subject, n)
      on conflict (subject) do update
      set n = excluded.n + case when c.minute = excluded.minute then c.n else 0 end, minute = excluded.minute
      returning c.subject, c.n`;
    const shared = new Map(rows.map(({ subject, n }) => [subject, n]));
    for (const { subject, count, n } of told) {
      count.own -= n;
      count.shared = shared.get(subject) ?? n;
    }
  }

  #enter(minute: number): void {
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#counts = new Map();
  }

  #countOf(subject: string): Count {
    let count = this.#counts.get(subject);
    if (!count) {
      count = { own: 0, shared: 0 };
      this.#counts.set(subject, count);
    }
    return count;
  }
}

/** A process whose clock is wrong would put the counts of all others back to nothing, and have its own put back by them. */
const minuteOf = (sql: Sql) => sql`floor(extract(epoch from now()) / ${MINUTE_S})::integer`;

/** Drops the counts of who was not heard for an hour, such as keys that were rotated away. */
export async function forgetStrangers(sql: Sql): Promise<void> {
  await sql`delete from request_counts where minute < ${minuteOf(sql)} - 60`;
}

/** Shares the counts of this process twice a second, until the returned function is called. */
export function startSharing(limits: RateLimits, sql: Sql, onError: (error: unknown) => void): () => void {
  let isSharing = false;
  const timer = setInterval(() => {
    // One at a time: what two told at once would be counted twice.
    if (isSharing) return;
    isSharing = true;
    limits
      .share(sql)
      .catch(onError)
      .finally(() => {
        isSharing = false;
      });
  }, 500).unref();
  return () => clearInterval(timer);
}
