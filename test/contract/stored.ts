/** What a business has in the database, counted: the tests' way to see that nothing was written. */
import type { Sql } from '../../src/database/connect.ts';

export interface Stored {
  customers: number;
  live: number;
  contacts: number;
  events: number;
  possible_duplicates: number;
  /** The sum of all versions: any change to any record shows. */
  versions: number;
}

export async function stored(sql: Sql, businessId: string): Promise<Stored> {
  const [counts] = await sql<Stored[]>`
    select
      (select count(*) from customers where business_id = ${businessId})::int as customers,
      (select count(*) from customers where business_id = ${businessId} and deleted_at is null)::int as live,
      (select count(*) from contacts where business_id = ${businessId})::int as contacts,
      (select count(*) from events where business_id = ${businessId})::int as events,
      (select count(*) from possible_duplicates where business_id = ${businessId})::int as possible_duplicates,
      (select coalesce(sum(version), 0) from customers where business_id = ${businessId})::int as versions`;
  return counts!;
}
