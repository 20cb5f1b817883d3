/**
 * Who is calling, and what they may touch. The one place that makes a Scope from a request. A key, or the session that
 * stands for it, is read from the database at most once in 900 ms per process, so a revoked key fails within one second
 * everywhere.
 *
 * A key is looked up by its SHA-256. How long that takes tells nothing that helps to guess: who guesses cannot choose what the
 * hash begins with, so a comparison that ends early says nothing about the key, and no key is ever compared with another.
 */
import type { Sql } from '../database/connect.ts';
import { ApiError, type RefusedKey } from '../http/errors.ts';
import { TimedCache } from './cache.ts';
import { type DeleteRules, deleteRulesOf } from './delete-rules.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import { businessOf, businessOfSession, hashKey } from './key.ts';
import { RefusalLines } from './refusal-lines.ts';
import type { LocationContext, Scope } from './scope.ts';
import { findSession } from './session-store.ts';
import { findKey, type KeyContext, selectLocations } from './store.ts';

export const SCOPES = [
  'customers:read',
  'customers:write',
  'customers:delete',
  'customers:erase',
  'admin',
] as const;
export type ApiScope = (typeof SCOPES)[number];

/** An authenticated caller. */
export interface Caller {
  scope: Scope;
  scopes: ReadonlySet<string>;
  /** The location of the key, or the only one of the business; null when the caller must say which. */
  home: LocationContext | null;
  deleteRules: DeleteRules;
  expiresAt: number;
}

const KEY_LIFE_MS = 900;
const KEY_REFUSED = {
  unknown: 'The API key is unknown or was revoked.',
  expired: 'The API key has expired.',
};
const SESSION_REFUSED = {
  unknown: 'You are signed out, or the API key was revoked. Sign in again.',
  expired: 'The session has expired. Sign in again.',
};
/** Why somebody was not let in: what the log and the metrics say of it. */
export type Refusal = 'missing' | 'malformed' | 'checksum' | 'unknown' | 'expired' | 'too_many';

/** Whose refusal it is: what it is remembered by, and the key where there is one. */
interface Whose {
  name: string | null;
  key: RefusedKey | null;
}
const NOBODY: Whose = { name: null, key: null };

/** What there is behind a key or a session. */
interface Found {
  caller: Caller;
  isRevoked: boolean;
}
const opens = (found: Found | null): found is Found => found !== null && !found.isRevoked;

/** So many keys and sessions that were good are remembered: an office that shares its address with a guesser stays in. */
const MOST_KNOWN = 10_000;
/**
 * A program that goes on with a revoked key, or a page whose session has ended, is no guesser: it is one wrong attempt of its
 * address in this time, however often it comes. Nor is it slowed: it costs no more than a request without a key, which is
 * told 401 as often as it comes.
 */
const GONE_MS = 60_000;
/** So many that are new to this process are looked up at a time. */
export const MOST_LOOKUPS = 500;

/** Says which address a request comes from; asked only when it matters. */
export type From = () => string;

const keyIn = (header: string): string | undefined => /^Bearer +([^\s]+) *$/i.exec(header)?.[1];
const keyName = (hash: Buffer): string => `key ${hash.toString('base64')}`;
/** Apart from keys, or a token that is known already would pass for one. */
const sessionName = (token: string): string => `session ${hashKey(token).toString('base64')}`;

export class Authentication {
  readonly #sql: Sql;
  readonly #callers = new TimedCache<Found | null>(KEY_LIFE_MS, MOST_KNOWN, opens);
  readonly #locations = new TimedCache<LocationContext | null>(KEY_LIFE_MS);
  /** Whose each is that was good when it was last looked up. */
  readonly #known = new Map<string, string>();
  /** Those that are none, until when that need not be asked again (what is revoked never comes back), and which each was. */
  readonly #gone = new Map<string, { until: number; key: RefusedKey | null }>();
  readonly #failures: FailedAttempts;
  readonly #lines: RefusalLines;
  #lookups = 0;
  /** Who was not let in since the start; for the metrics. */
  readonly refused: Record<Refusal, number> = {
    missing: 0,
    malformed: 0,
    checksum: 0,
    unknown: 0,
    expired: 0,
    too_many: 0,
  };

  constructor(sql: Sql, failures: FailedAttempts, lines = new RefusalLines()) {
    this.#sql = sql;
    this.#failures = failures;
    this.#lines = lines;
  }

  /**
   * The caller behind an Authorization header. Throws 401, and 429 for an address that has failed too often, unless the key is
   * known to be good; what is no key at all never reaches the database.
   */
  authenticate(header: string | undefined, from: From): Caller | Promise<Caller> {
    if (!header) {
      this.refused.missing++;
      throw new ApiError('unauthorized', 'Send your API key as "Authorization: Bearer clt_…".');
    }
    const key = keyIn(header);
    if (!key) {
      this.#admitAddress(from);
      throw this.#refuse('malformed', 'The Authorization header is not of the form "Bearer clt_…".', from);
    }
    const hash = hashKey(key);
    return this.#find(keyName(hash), () => this.#load(key, hash, from), KEY_REFUSED, from);
  }

  /** The caller behind the token of a session: the one its API key makes. Throws as for a key. */
  authenticateSession(token: string, from: From): Caller | Promise<Caller> {
    return this.#find(
      sessionName(token),
      () => this.#loadSession(token, hashKey(token)),
      SESSION_REFUSED,
      from,
    );
  }

  /** The business of a key that was good when it was last looked up; null for all others. Says nothing of what it may do. */
  businessOf(header: string): string | null {
    const key = keyIn(header);
    return (key ? this.#known.get(keyName(hashKey(key))) : null) ?? null;
  }

  /** A session that was begun here need not be looked up to be known. */
  remember(token: string, businessId: string): void {
    this.#remember(sessionName(token), businessId);
  }

  #find(
    name: string,
    load: () => Promise<Found | null>,
    refused: typeof KEY_REFUSED,
    from: From,
  ): Caller | Promise<Caller> {
    this.#refuseGone(name, refused, from);
    const found = this.#callers.get(name, () => this.#lookUp(name, load, from));
    return found instanceof Promise
      ? found.then((loaded) => this.#admit(name, loaded, refused, from))
      : this.#admit(name, found, refused, from);
  }

  /** Once for all who ask with this key meanwhile. */
  async #lookUp(name: string, load: () => Promise<Found | null>, from: From): Promise<Found | null> {
    const isKnown = this.#known.has(name);
    if (!isKnown) {
      this.#admitAddress(from);
      if (this.#lookups >= MOST_LOOKUPS)
        throw new ApiError('overloaded', 'Too many keys are being looked up just now. Try again shortly.');
      this.#lookups++;
    }
    try {
      const found = await load();
      this.#known.delete(name);
      if (opens(found)) this.#remember(name, found.caller.scope.businessId);
      return found;
    } finally {
      if (!isKnown) this.#lookups--;
    }
  }

  #remember(name: string, businessId: string): void {
    if (this.#known.size >= MOST_KNOWN) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(name, businessId);
  }

  /** Throws 429 for an address that has failed too often. */
  #admitAddress(from: From): void {
    const seconds = this.#failures.secondsToWait(from());
    if (seconds === 0) return;
    this.refused.too_many++;
    throw new ApiError(
      'rate_limited',
      `Too many wrong API keys have come from this address. Go on in ${seconds} seconds.`,
      {},
      { retryAfter: seconds },
    );
  }

  #refuse(reason: Refusal, message: string, from: From, whose = NOBODY): ApiError {
    // What has run out was a key: nobody guessed it.
    if (reason !== 'expired') this.#failures.count(from());
    return this.#unauthorized(reason, message, from, whose);
  }

  /** Throws when it is known to be none: no statement, and no other attempt of its address. */
  #refuseGone(name: string, refused: typeof KEY_REFUSED, from: From): void {
    const gone = this.#gone.get(name);
    if (gone && gone.until > performance.now())
      throw this.#unauthorized('unknown', refused.unknown, from, { name, key: gone.key });
  }

  #unauthorized(reason: Refusal, message: string, from: From, { name, key }: Whose): ApiError {
    this.refused[reason]++;
    const passedOver = name === null ? 0 : this.#lines.next(`${name} ${from()}`);
    return new ApiError(
      'unauthorized',
      message,
      {},
      passedOver === null ? { key } : { reason, passedOver, key },
    );
  }

  #admit(name: string, found: Found | null, refused: typeof KEY_REFUSED, from: From): Caller {
    if (found === null || found.isRevoked) {
      const key = found && refusedKey(found.caller);
      // Of those who looked together one counts as wrong: they may be one program.
      this.#refuseGone(name, refused, from);
      if (this.#gone.size >= MOST_KNOWN) this.#gone.delete(this.#gone.keys().next().value!);
      this.#gone.set(name, { until: performance.now() + GONE_MS, key });
      throw this.#refuse('unknown', refused.unknown, from, { name, key });
    }
    const { caller } = found;
    if (caller.expiresAt <= Date.now())
      throw this.#refuse('expired', refused.expired, from, { name, key: refusedKey(caller) });
    return caller;
  }

  async #load(key: string, hash: Buffer, from: From): Promise<Found | null> {
    const businessId = businessOf(key);
    if (!businessId)
      throw this.#refuse(
        'checksum',
        'The API key is mistyped or incomplete: its checksum does not fit.',
        from,
        { name: keyName(hash), key: null },
      );
    const found = await findKey(this.#sql, businessId, hash);
    return found && { caller: toCaller(businessId, found), isRevoked: found.revoked_at !== null };
  }

  async #loadSession(token: string, hash: Buffer): Promise<Found | null> {
    const businessId = businessOfSession(token);
    if (!businessId) return null;
    const found = await findSession(this.#sql, businessId, hash);
    if (!found) return null;
    const caller = toCaller(businessId, found);
    const expiresAt = Math.min(caller.expiresAt, Date.parse(found.session_expires_at));
    return { caller: { ...caller, expiresAt }, isRevoked: found.revoked_at !== null };
  }

  /** The location a write goes to. Throws 403, 404 or 422, each naming `location_id`. */
  async locationFor(caller: Caller, requested: string | null | undefined): Promise<LocationContext> {
    const id = this.narrow(caller, requested);
    if (id === null) {
      if (caller.home) return caller.home;
      throw new ApiError(
        'location_required',
        'This key covers several locations: say which one in location_id.',
        {
          errors: [
            { field: 'location_id', code: 'location_required', message: 'Give the id of the location.' },
          ],
        },
      );
    }
    if (caller.home?.id === id) return caller.home;
    const location = await this.location(caller.scope, id);
    if (location) return location;
    throw new ApiError('location_not_found', 'Location not found.', {
      errors: [
        {
          field: 'location_id',
          code: 'location_not_found',
          message: 'The business has no location of this id.',
        },
      ],
    });
  }

  /** The location a read is narrowed to, null for all of the business. Throws 403 for a key of another location. */
  narrow(caller: Caller, requested: string | null | undefined): string | null {
    const own = caller.scope.locationId;
    const id = requested?.toLowerCase() ?? own;
    if (own !== null && id !== own) {
      throw new ApiError('location_forbidden', 'This API key is bound to another location.', {
        errors: [
          {
            field: 'location_id',
            code: 'location_forbidden',
            message: 'Leave it out, or use a key for this location.',
          },
        ],
      });
    }
    return id;
  }

  /** A location of the business, or null. */
  async location({ businessId }: Scope, id: string): Promise<LocationContext | null> {
    return await this.#locations.get(`${businessId} ${id}`, async () => {
      const [found] = await selectLocations(this.#sql, businessId, id, null, 1);
      return found ? { id: found.id, country: found.country } : null;
    });
  }

  /** After a change to keys, locations or rules in this process: it counts from the next request on. */
  forget(): void {
    this.#callers.clear();
    this.#locations.clear();
  }
}

const refusedKey = ({ scope: { businessId, actor } }: Caller): RefusedKey => ({
  businessId,
  keyId: actor.id!,
});

function toCaller(businessId: string, key: KeyContext): Caller {
  const own =
    key.location_id && key.location_country ? { id: key.location_id, country: key.location_country } : null;
  return {
    scope: {
      businessId,
      locationId: key.location_id,
      actor: { type: 'api_key', id: key.id, name: key.name },
    },
    scopes: new Set(key.scopes),
    home: own ?? (key.locations.length === 1 ? key.locations[0]! : null),
    deleteRules: deleteRulesOf(key.settings),
    expiresAt: key.expires_at ? Date.parse(key.expires_at) : Number.POSITIVE_INFINITY,
  };
}
