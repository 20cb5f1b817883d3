/**
 * Who is calling, and what they may touch. The one place that makes a Scope from a request. A key, or the session that
 * stands for it, is read from the database at most once in 900 ms per process, so a revoked key fails within one second
 * everywhere.
 */
import type { Sql } from '../database/connect.ts';
import { ApiError } from '../http/errors.ts';
import { TimedCache } from './cache.ts';
import { type DeleteRules, deleteRulesOf } from './delete-rules.ts';
import { businessOf, businessOfSession, hashKey } from './key.ts';
import type { LocationContext, Scope } from './scope.ts';
import { findSession } from './session-store.ts';
import { findKey, type KeyContext, selectLocations, touchKeys } from './store.ts';

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
const unauthorized = (message: string) => new ApiError('unauthorized', message);

export class Authentication {
  readonly #sql: Sql;
  readonly #callers = new TimedCache<Caller | null>(KEY_LIFE_MS);
  readonly #locations = new TimedCache<LocationContext | null>(KEY_LIFE_MS);
  #used = new Map<string, Set<string>>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The caller behind an Authorization header. Throws 401; what is no key at all never reaches the database. */
  authenticate(header: string | undefined): Caller | Promise<Caller> {
    if (!header) throw unauthorized('Send your API key as "Authorization: Bearer clt_…".');
    const key = /^Bearer +([^\s]+) *$/i.exec(header)?.[1];
    if (!key) throw unauthorized('The Authorization header is not of the form "Bearer clt_…".');
    const hash = hashKey(key);
    const caller = this.#callers.get(`key ${hash.toString('base64')}`, () => this.#load(key, hash));
    return caller instanceof Promise
      ? caller.then((loaded) => this.#admit(loaded, KEY_REFUSED))
      : this.#admit(caller, KEY_REFUSED);
  }

  /** The caller behind the token of a session: the one its API key makes. Throws 401. */
  authenticateSession(token: string): Caller | Promise<Caller> {
    const hash = hashKey(token);
    // Apart from keys, or a token that is known already would pass for one.
    const caller = this.#callers.get(`session ${hash.toString('base64')}`, () =>
      this.#loadSession(token, hash),
    );
    return caller instanceof Promise
      ? caller.then((loaded) => this.#admit(loaded, SESSION_REFUSED))
      : this.#admit(caller, SESSION_REFUSED);
  }

  #admit(caller: Caller | null, refused: { unknown: string; expired: string }): Caller {
    if (!caller) throw unauthorized(refused.unknown);
    if (caller.expiresAt <= Date.now()) throw unauthorized(refused.expired);
    const { businessId, actor } = caller.scope;
    const used = this.#used.get(businessId);
    if (used) used.add(actor.id!);
    else this.#used.set(businessId, new Set([actor.id!]));
    return caller;
  }

  async #load(key: string, hash: Buffer): Promise<Caller | null> {
    const businessId = businessOf(key);
    if (!businessId) throw unauthorized('The API key is mistyped or incomplete: its checksum does not fit.');
    const found = await findKey(this.#sql, businessId, hash);
    return found && toCaller(businessId, found);
  }

  async #loadSession(token: string, hash: Buffer): Promise<Caller | null> {
    const businessId = businessOfSession(token);
    if (!businessId) return null;
    const found = await findSession(this.#sql, businessId, hash);
    if (!found) return null;
    const caller = toCaller(businessId, found);
    return { ...caller, expiresAt: Math.min(caller.expiresAt, Date.parse(found.session_expires_at)) };
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

  /** Writes when keys were last used; the request path only remembers it. */
  async flushUsage(): Promise<void> {
    const used = this.#used;
    this.#used = new Map();
    const at = new Date().toISOString();
    for (const [businessId, ids] of used) await touchKeys(this.#sql, businessId, [...ids], at);
  }
}

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
