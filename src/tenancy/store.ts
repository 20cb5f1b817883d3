/** Every statement about businesses, locations and API keys. */
import type { Queryable, Sql } from '../database/connect.ts';
import type { BusinessSettings, DeleteRules } from './delete-rules.ts';

export interface Location {
  id: string;
  name: string;
  country: string;
  timezone: string;
  created_at: string;
  updated_at: string;
}

export interface ApiKey {
  id: string;
  name: string;
  location_id: string | null;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
}

/** What authentication needs, in one row. */
export interface KeyContext extends Pick<ApiKey, 'id' | 'name' | 'location_id' | 'scopes'> {
  settings: BusinessSettings;
  location_country: string | null;
  /** The two first locations of the business, to know whether there is exactly one. */
  locations: { id: string; country: string }[];
  expires_at: string | null;
  revoked_at: string | null;
}

/** How many rows the live customers of a location are counted in. */
export const COUNT_SLOTS = 16;

export async function insertBusiness(
  sql: Queryable,
  business: { id: string; name: string; created_at: string },
): Promise<void> {
  await sql`
    insert into businesses (id, name, created_at)
    values (${business.id}, ${business.name}, ${business.created_at})`;
  await sql`
    insert into feeds (business_id, seq, at)
    values (${business.id}, 0, ${business.created_at})`;
}

export async function anyBusiness(sql: Queryable): Promise<boolean> {
  return (await sql`select 1 from businesses limit 1`).length > 0;
}

/** Ids of businesses in order, after a given one: background work goes through them one by one. */
export async function selectBusinessIds(
  sql: Queryable,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await sql`
    select id
    from businesses
    where ${after}::uuid is null or id > ${after}::uuid
    order by id
    limit ${limit}`;
  return rows.map((row) => row.id as string);
}

/**
 * Counts the live customers of each location anew. Holds the business's place in the feed meanwhile, so that no commit
 * comes between the count and the counters.
 */
export async function recountCustomers(sql: Sql, businessId: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select at from feeds where business_id = ${businessId} for update`;
    await tx`
      insert into customer_counts (business_id, location_id, slot, n)
      select l.business_id, l.id, slot,
        case slot
          when 0 then (
            select count(*)
            from customers c
            where c.business_id = l.business_id and c.location_id = l.id and c.deleted_at is null
          )
          else 0
        end
      from locations l, generate_series(0, ${COUNT_SLOTS - 1}::int) slot
      where l.business_id = ${businessId}
      on conflict (business_id, location_id, slot) do update
      set n = excluded.n`;
  });
}

export async function listBusinesses(sql: Queryable): Promise<{ id: string; name: string }[]> {
  return await sql<{ id: string; name: string }[]>`select id, name from businesses order by id limit 1000`;
}

/** Adds a location and the rows its customers are counted in. */
export async function insertLocation(sql: Queryable, businessId: string, location: Location): Promise<void> {
  await sql`
    insert into locations (business_id, id, name, country, timezone, created_at, updated_at)
    values (${businessId}, ${location.id}, ${location.name}, ${location.country}, ${location.timezone}, ${location.created_at}, ${location.updated_at})`;
  await sql`
    insert into customer_counts (business_id, location_id, slot, n)
    select l.business_id, l.id, slot, 0
    from locations l, generate_series(0, ${COUNT_SLOTS - 1}::int) slot
    where l.business_id = ${businessId} and l.id = ${location.id}`;
}

/** Changes what is given of a location, and answers what it is then; null when there is none. */
export async function updateLocation(
  sql: Queryable,
  businessId: string,
  id: string,
  { name, country, timezone, updated_at }: LocationChange,
): Promise<Location | null> {
  const [location] = await sql<Location[]>`
    update locations
    set name = coalesce(${name ?? null}, name),
      country = coalesce(${country ?? null}, country),
      timezone = coalesce(${timezone ?? null}, timezone),
      updated_at = ${updated_at}
    where business_id = ${businessId} and id = ${id}
    returning id, name, country, timezone, created_at, updated_at`;
  return location ?? null;
}
interface LocationChange {
  name?: string | undefined;
  country?: string | undefined;
  timezone?: string | undefined;
  updated_at: string;
}

/** Locations in order of creation, after a given one. */
export async function selectLocations(
  sql: Queryable,
  businessId: string,
  only: string | null,
  after: string | null,
  limit: number,
): Promise<Location[]> {
  return await sql<Location[]>`
    select id, name, country, timezone, created_at, updated_at
    from locations
    where business_id = ${businessId}
      and (${only}::uuid is null or id = ${only}::uuid)
      and (${after}::uuid is null or id > ${after}::uuid)
    order by id
    limit ${limit}`;
}

export async function insertApiKey(
  sql: Queryable,
  businessId: string,
  key: ApiKey & { hash: Buffer },
): Promise<void> {
  await sql`
    insert into api_keys (business_id, id, hash, name, location_id, scopes, created_at, expires_at)
    values (${businessId}, ${key.id}, ${key.hash}, ${key.name}, ${key.location_id}, ${key.scopes}, ${key.created_at}, ${key.expires_at})`;
}

/** Keys in order of creation, after a given one; `location` narrows to the keys bound to it. */
export async function selectApiKeys(
  sql: Queryable,
  businessId: string,
  filter: { id?: string; location: string | null; after: string | null; limit: number },
): Promise<ApiKey[]> {
  return await sql<ApiKey[]>`
    select id, name, location_id, scopes, created_at, expires_at, revoked_at, last_used_at
    from api_keys
    where business_id = ${businessId}
      and (${filter.id ?? null}::uuid is null or id = ${filter.id ?? null}::uuid)
      and (${filter.location}::uuid is null or location_id = ${filter.location}::uuid)
      and (${filter.after}::uuid is null or id > ${filter.after}::uuid)
    order by id
    limit ${filter.limit}`;
}

/** Ends a key that is not revoked, never later than it would have ended anyway. False when there is none. */
export async function endLiveApiKey(
  sql: Queryable,
  businessId: string,
  id: string,
  { expires_at = null, revoked_at = null }: Partial<Pick<ApiKey, 'expires_at' | 'revoked_at'>>,
): Promise<boolean> {
  const { count } = await sql`
    update api_keys
    set expires_at = least(expires_at, ${expires_at}), revoked_at = ${revoked_at}
    where business_id = ${businessId} and id = ${id} and revoked_at is null`;
  return count > 0;
}

/** Revokes a key that exists, unless it is; answers what it is then. */
export async function revokeApiKey(
  sql: Queryable,
  businessId: string,
  id: string,
  at: string,
): Promise<ApiKey> {
  const [key] = await sql<ApiKey[]>`
    update api_keys
    set revoked_at = coalesce(revoked_at, ${at})
    where business_id = ${businessId} and id = ${id}
    returning id, name, location_id, scopes, created_at, expires_at, revoked_at, last_used_at`;
  return key!;
}

/** The key behind a hash with what its requests need to know, revoked ones too; null when there is none. */
export async function findKey(sql: Queryable, businessId: string, hash: Buffer): Promise<KeyContext | null> {
  const [row] = await sql<KeyContext[]>`
    select
      k.id, k.name, k.location_id, k.scopes, k.expires_at, k.revoked_at, b.settings,
      (select l.country from locations l where l.business_id = k.business_id and l.id = k.location_id) as location_country,
      (
        select coalesce(json_agg(l), '[]')
        from (select id, country from locations l where l.business_id = k.business_id order by id limit 2) l
      ) as locations
    from api_keys k
    join businesses b on b.id = k.business_id
    where k.business_id = ${businessId} and k.hash = ${hash}`;
  return row ?? null;
}

export async function selectSettings(sql: Queryable, businessId: string): Promise<BusinessSettings> {
  const [row] = await sql`select settings from businesses where id = ${businessId}`;
  return row?.settings ?? {};
}

/** Sets the rules that are given, and answers the settings as they are then. */
export async function updateDeleteRules(
  sql: Queryable,
  businessId: string,
  rules: Partial<DeleteRules>,
): Promise<BusinessSettings> {
  const [row] = await sql`
    update businesses
    set settings = jsonb_set(settings, '{delete_rules}', coalesce(settings -> 'delete_rules', '{}') || ${sql.json(rules as never)})
    where id = ${businessId}
    returning settings`;
  return row?.settings ?? {};
}
