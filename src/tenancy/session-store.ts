/** Every statement about sessions. */
import type { Queryable } from '../database/connect.ts';
import type { BusinessSettings } from './delete-rules.ts';
import type { KeyContext } from './store.ts';

export interface Session {
  hash: Buffer;
  api_key_id: string;
  created_at: string;
  expires_at: string;
}

export async function insertSession(sql: Queryable, businessId: string, session: Session): Promise<void> {
  await sql`
    insert into sessions (business_id, hash, api_key_id, created_at, expires_at)
    values (${businessId}, ${session.hash}, ${session.api_key_id}, ${session.created_at}, ${session.expires_at})`;
}

export async function deleteSession(sql: Queryable, businessId: string, hash: Buffer): Promise<void> {
  await sql`delete from sessions where business_id = ${businessId} and hash = ${hash}`;
}

export async function deleteExpiredSessions(sql: Queryable, businessId: string, at: string): Promise<void> {
  await sql`delete from sessions where business_id = ${businessId} and expires_at <= ${at}`;
}

/** The key that a session stands for, as findKey finds it; null when there is no such session. */
export async function findSession(
  sql: Queryable,
  businessId: string,
  hash: Buffer,
): Promise<(KeyContext & { session_expires_at: string }) | null> {
  const [row] = await sql<(KeyContext & { settings: BusinessSettings; session_expires_at: string })[]>`
    select
      k.id, k.name, k.location_id, k.scopes, k.expires_at, k.revoked_at, s.expires_at as session_expires_at, b.settings,
      (select l.country from locations l where l.business_id = k.business_id and l.id = k.location_id) as location_country,
      (
        select coalesce(json_agg(l), '[]')
        from (select id, country from locations l where l.business_id = k.business_id order by id limit 2) l
      ) as locations
    from sessions s
    join api_keys k on k.business_id = s.business_id and k.id = s.api_key_id
    join businesses b on b.id = k.business_id
    where s.business_id = ${businessId} and s.hash = ${hash}`;
  return row ?? null;
}

export async function selectBusinessName(sql: Queryable, businessId: string): Promise<string> {
  const [row] = await sql`select name from businesses where id = ${businessId}`;
  return row!.name as string;
}
