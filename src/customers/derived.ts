/** A database as this version wants it: its schema, and what it keeps beside each record. */
import type { Sql } from '../database/connect.ts';
import { distribute } from '../database/distribute.ts';
import { migrate } from '../database/migrate.ts';
import { derivedOf } from './commit.ts';
import { deriveCustomers } from './commit-sql.ts';
import { saltOf } from './grams.ts';
import { loadCustomers } from './load.ts';

const PAGE = 500;

/** What was done to a database: the migrations applied, and in a cluster the tables that were spread over it. */
export interface Renewal {
  applied: string[];
  distributed: string[];
}

/** Migrates, spreads the tables where there is a cluster, then fills in what rows of an earlier version lack. */
export async function bringUpToDate(sql: Sql): Promise<Renewal> {
  const applied = await migrate(sql);
  const distributed = await distribute(sql);
  await fillDerived(sql);
  return { applied, distributed };
}

/** The document and the fragments of rows that have none, page by page; several processes may do it at once. */
async function fillDerived(sql: Sql): Promise<void> {
  for (;;) {
    const [first] = await sql`select business_id from customers where document = '' limit 1`;
    if (!first) return;
    const businessId = first.business_id as string;
    const rows = await sql`
      select id from customers where business_id = ${businessId} and document = '' order by id limit ${PAGE}`;
    const records = await loadCustomers(
      sql,
      businessId,
      rows.map((row) => row.id as string),
    );
    const salt = saltOf(businessId);
    const derive = deriveCustomers(
      businessId,
      records.map((record) => ({ ...derivedOf(salt, record), id: record.id, version: record.version })),
    );
    await derive(sql);
  }
}
