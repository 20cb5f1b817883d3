/**
 * Signing in at the console: an API key is shown once and exchanged for a session of limited life, which may do what the
 * key may as long as the key may. The key itself never stays in the browser.
 */
import type { Sql } from '../database/connect.ts';
import type { Caller } from './authentication.ts';
import { businessOfSession, hashKey, makeSessionToken } from './key.ts';
import { deleteSession, insertSession, selectBusinessName } from './session-store.ts';
import { type Location, selectLocations } from './store.ts';

export const SESSION_SECONDS = 12 * 3600;
const MOST_LOCATIONS = 1000;

/** Who is signed in and what they may see. */
export interface SessionView {
  business: { id: string; name: string };
  key: { id: string; name: string; scopes: string[]; location_id: string | null };
  /** Those the key reaches, in the order they were made. */
  locations: Location[];
  expires_at: string | null;
}

/** Begins a session for the caller; answers the token of its cookie, which is kept nowhere. */
export async function beginSession(
  sql: Sql,
  caller: Caller,
): Promise<{ token: string; session: SessionView }> {
  const { businessId, actor } = caller.scope;
  const token = makeSessionToken(businessId);
  const now = Date.now();
  const expiresAt = Math.min(now + SESSION_SECONDS * 1000, caller.expiresAt);
  await insertSession(sql, businessId, {
    hash: hashKey(token),
    api_key_id: actor.id!,
    created_at: new Date(now).toISOString(),
    expires_at: new Date(expiresAt).toISOString(),
  });
  return { token, session: await viewSession(sql, { ...caller, expiresAt }) };
}

/** The caller as the console shows it. */
export async function viewSession(sql: Sql, { scope, scopes, expiresAt }: Caller): Promise<SessionView> {
  const { businessId, locationId, actor } = scope;
  const [name, locations] = await Promise.all([
    selectBusinessName(sql, businessId),
    selectLocations(sql, businessId, locationId, null, MOST_LOCATIONS),
  ]);
  return {
    business: { id: businessId, name },
    key: { id: actor.id!, name: actor.name!, scopes: [...scopes], location_id: locationId },
    locations,
    expires_at: Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : null,
  };
}

/** Ends the session of this token, if there is one. */
export async function endSession(sql: Sql, token: string): Promise<void> {
  const businessId = businessOfSession(token);
  if (businessId) await deleteSession(sql, businessId, hashKey(token));
}
