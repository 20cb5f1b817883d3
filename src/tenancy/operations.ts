/** What can be done with businesses, locations and API keys; the routes and the command line both call these. */
import { isSupportedCountry } from 'libphonenumber-js/max';
import type { Queryable, Sql, Transaction } from '../database/connect.ts';
import { newId } from '../database/ids.ts';
import { takeStartLock } from '../database/migrate.ts';
import { ApiError, invalid, notFound } from '../http/errors.ts';
import { type ApiScope, SCOPES } from './authentication.ts';
import { type DeleteRules, deleteRulesOf } from './delete-rules.ts';
import { hashKey, makeKey } from './key.ts';
import { type KeyUseDay, selectKeyUseDays } from './key-use-store.ts';
import type { Scope } from './scope.ts';
import * as store from './store.ts';

export interface LocationInput {
  name: string;
  country?: string | undefined;
  timezone?: string | undefined;
}

export interface KeyInput {
  name: string;
  scopes?: ApiScope[] | undefined;
  location_id?: string | null | undefined;
  expires_at?: string | null | undefined;
}

/** A key as it is shown once: with the key itself. */
export type NewApiKey = store.ApiKey & { key: string };

export interface BusinessInput {
  name: string;
  location: LocationInput;
}

/** A business as it is made: with its first location and a key that may do everything. */
export interface NewBusiness {
  id: string;
  location: store.Location;
  apiKey: NewApiKey;
}

export const createBusiness = async (sql: Sql, input: BusinessInput): Promise<NewBusiness> =>
  await sql.begin((tx) => insertBusiness(tx, input));

/** The business of a first start; null when there is one. Of processes that start at once, one makes it. */
export const createFirstBusiness = async (sql: Sql, input: BusinessInput): Promise<NewBusiness | null> =>
  await sql.begin(async (tx) => {
    await takeStartLock(tx);
    return (await store.anyBusiness(tx)) ? null : await insertBusiness(tx, input);
  });

async function insertBusiness(tx: Transaction, input: BusinessInput): Promise<NewBusiness> {
  const id = newId();
  const location = newLocation(input.location);
  await store.insertBusiness(tx, { id, name: input.name, created_at: new Date().toISOString() });
  await store.insertLocation(tx, id, location);
  const apiKey = await insertKey(tx, id, { name: 'First key', scopes: [...SCOPES] });
  return { id, location, apiKey };
}

/** Makes a location; in one transaction with the rows it is counted in. */
export async function createLocation(
  tx: Transaction,
  scope: Scope,
  input: LocationInput,
): Promise<store.Location> {
  requireAllLocations(scope);
  const location = newLocation(input);
  await store.insertLocation(tx, scope.businessId, location);
  return location;
}

const isWithin = (scope: Scope, locationId: string): boolean =>
  scope.locationId === null || scope.locationId === locationId;

export async function getLocation(sql: Queryable, scope: Scope, id: string): Promise<store.Location> {
  const [location] = isWithin(scope, id)
    ? await store.selectLocations(sql, scope.businessId, id, null, 1)
    : [];
  if (!location) throw notFound('location');
  return location;
}

export async function listLocations(sql: Queryable, scope: Scope, after: string | null, limit: number) {
  return page(await store.selectLocations(sql, scope.businessId, scope.locationId, after, limit + 1), limit);
}

/** Changes what is given, and that alone: others may be changing the rest. */
export async function changeLocation(
  sql: Queryable,
  scope: Scope,
  id: string,
  input: Partial<LocationInput>,
): Promise<store.Location> {
  const change = { ...checkedPlace(input), updated_at: new Date().toISOString() };
  const changed = isWithin(scope, id) ? await store.updateLocation(sql, scope.businessId, id, change) : null;
  if (!changed) throw notFound('location');
  return changed;
}

function newLocation({ name, country = 'AU', timezone = 'Australia/Sydney' }: LocationInput): store.Location {
  const now = new Date().toISOString();
  return { id: newId(), ...checkedPlace({ name, country, timezone }), created_at: now, updated_at: now };
}

/** What is given of a place, as it is stored. Throws 422 when it is nowhere. */
function checkedPlace<T extends Partial<LocationInput>>(input: T): T {
  const { country, timezone } = input;
  const code = country?.toUpperCase();
  const errors = [];
  if (code !== undefined && !isSupportedCountry(code)) {
    errors.push({
      field: 'country',
      code: 'invalid_country',
      message: `country must be a two-letter ISO 3166 code such as AU, not "${country}".`,
    });
  }
  if (timezone !== undefined && !isTimezone(timezone)) {
    errors.push({
      field: 'timezone',
      code: 'invalid_timezone',
      message: `timezone must be an IANA name such as Australia/Sydney, not "${timezone}".`,
    });
  }
  if (errors.length > 0) throw invalid(errors);
  return { ...input, ...(code !== undefined && { country: code }) };
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Makes a key. A caller bound to a location makes keys for that location alone. */
export async function createApiKey(sql: Queryable, scope: Scope, input: KeyInput): Promise<NewApiKey> {
  const locationId = input.location_id?.toLowerCase() ?? scope.locationId;
  if (scope.locationId !== null && locationId !== scope.locationId) throw forbiddenLocation();
  if (locationId !== null) await getLocation(sql, scope, locationId);
  return await insertKey(sql, scope.businessId, { ...input, location_id: locationId });
}

export async function listApiKeys(sql: Queryable, scope: Scope, after: string | null, limit: number) {
  return page(
    await store.selectApiKeys(sql, scope.businessId, { location: scope.locationId, after, limit: limit + 1 }),
    limit,
  );
}

export interface RotationInput {
  overlap_seconds?: number | undefined;
  expires_at?: string | null | undefined;
}

export const OVERLAP_SECONDS = 86_400;

/** A new key with the same name, scopes and location; the old one keeps working for the overlap. */
export async function rotateApiKey(
  tx: Transaction,
  scope: Scope,
  id: string,
  { overlap_seconds: overlapSeconds = OVERLAP_SECONDS, expires_at }: RotationInput,
): Promise<NewApiKey> {
  const old = await getApiKey(tx, scope, id);
  const until = new Date(Date.now() + overlapSeconds * 1000).toISOString();
  const end = overlapSeconds > 0 ? { expires_at: until } : { revoked_at: until };
  // This finds the key as it is now: somebody may have revoked it since it was read.
  if (!(await store.endLiveApiKey(tx, scope.businessId, old.id, end))) throw notFound('api_key');
  return await insertKey(tx, scope.businessId, {
    name: old.name,
    scopes: old.scopes as ApiScope[],
    location_id: old.location_id,
    expires_at,
  });
}

/** Ends a key; doing it again changes nothing. */
export async function revokeApiKey(sql: Queryable, scope: Scope, id: string): Promise<store.ApiKey> {
  const key = await getApiKey(sql, scope, id);
  return await store.revokeApiKey(sql, scope.businessId, key.id, new Date().toISOString());
}

/** On which days a key was used, and for what, the last one first; a revoked key's too. */
export async function listApiKeyUses(
  sql: Queryable,
  scope: Scope,
  id: string,
  before: string | null,
  limit: number,
): Promise<{ items: KeyUseDay[]; next_cursor: string | null }> {
  const key = await getApiKey(sql, scope, id);
  const days = await selectKeyUseDays(sql, scope.businessId, { id: key.id, before, limit: limit + 1 });
  const items = days.slice(0, limit);
  return { items, next_cursor: days.length > limit ? items.at(-1)!.day : null };
}

async function getApiKey(sql: Queryable, scope: Scope, id: string): Promise<store.ApiKey> {
  const [key] = await store.selectApiKeys(sql, scope.businessId, {
    id,
    location: scope.locationId,
    after: null,
    limit: 1,
  });
  if (!key) throw notFound('api_key');
  return key;
}

async function insertKey(sql: Queryable, businessId: string, input: KeyInput): Promise<NewApiKey> {
  if (input.expires_at && Date.parse(input.expires_at) <= Date.now())
    throw invalid([
      {
        field: 'expires_at',
        code: 'invalid_expires_at',
        message: 'expires_at must be in the future: a key that has ended opens nothing.',
      },
    ]);
  const secret = makeKey(businessId);
  const key: store.ApiKey = {
    id: newId(),
    name: input.name,
    location_id: input.location_id ?? null,
    scopes: input.scopes ?? ['customers:read', 'customers:write'],
    created_at: new Date().toISOString(),
    expires_at: input.expires_at ? new Date(input.expires_at).toISOString() : null,
    revoked_at: null,
    last_used_at: null,
  };
  await store.insertApiKey(sql, businessId, { ...key, hash: hashKey(secret) });
  return { ...key, key: secret };
}

export async function getDeleteRules(sql: Queryable, scope: Scope): Promise<DeleteRules> {
  return deleteRulesOf(await store.selectSettings(sql, scope.businessId));
}

/** Sets the rules that are given, and those alone: others may be setting the rest. */
export async function setDeleteRules(
  sql: Queryable,
  scope: Scope,
  rules: Partial<DeleteRules>,
): Promise<DeleteRules> {
  requireAllLocations(scope);
  return deleteRulesOf(await store.updateDeleteRules(sql, scope.businessId, rules));
}

const forbiddenLocation = () =>
  new ApiError(
    'location_forbidden',
    'This API key is bound to one location; this needs a key for all of them.',
  );

function requireAllLocations(scope: Scope): void {
  if (scope.locationId !== null) throw forbiddenLocation();
}

function page<T extends { id: string }>(
  rows: T[],
  limit: number,
): { items: T[]; next_cursor: string | null } {
  const items = rows.slice(0, limit);
  return { items, next_cursor: rows.length > limit ? items.at(-1)!.id : null };
}
