/** The one table of peers that bring none of their own, filled and indexed as a careful user would. */
import postgres from 'postgres';
import type { PeerCustomer, PeerStage } from './peer.ts';

const COLUMNS = ['name', 'email', 'phone', 'company_name', 'address', 'source', 'tags'] as const;
const GROUP = 1000;

/** Makes and fills it: primary key, e-mail (not unique: the first version of such a service has no such index), time. */
export async function makeTable(
  { databaseUrl, customers }: PeerStage,
  withTrigrams = false,
): Promise<string[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`create table customers (
      id uuid primary key default gen_random_uuid(), name text not null, email text, phone text, company_name text,
      address text, source text, tags jsonb not null default '[]', created_at timestamptz not null default now())`);
    await sql.unsafe('create index on customers (email)');
    await sql.unsafe('create index on customers (created_at)');
    if (withTrigrams) {
      await sql.unsafe('create extension if not exists pg_trgm');
      await sql.unsafe('create index on customers using gin (name gin_trgm_ops)');
    }
    await fill(
      customers(),
      (group) =>
        sql`insert into customers ${sql(group.map((one) => ({ ...one, tags: sql.json(one.tags) })) as never, ...COLUMNS)}`,
    );
    return await someIds(sql, 'id', 'customers');
  } finally {
    await sql.end();
  }
}

/** Hands the customers on in groups. */
export async function fill(
  customers: Iterable<PeerCustomer>,
  insert: (group: PeerCustomer[]) => PromiseLike<unknown>,
): Promise<void> {
  let group: PeerCustomer[] = [];
  for (const customer of customers) {
    if (group.push(customer) < GROUP) continue;
    await insert(group);
    group = [];
  }
  if (group.length > 0) await insert(group);
}

/** Up to 10,000 ids drawn from a table, with its statistics brought up to date. */
export async function someIds(sql: postgres.Sql, column: string, table: string): Promise<string[]> {
  await sql.unsafe(`vacuum analyze ${table}`);
  const rows = await sql.unsafe(
    `select ${column} as id from ${table} order by md5(${column}::text) limit 10000`,
  );
  return rows.map((row) => String(row.id));
}

/** Rows of a table with an e-mail, by SQL. */
export async function countByEmail(databaseUrl: string, table: string, email: string): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1 });
  try {
    const [row] = await sql.unsafe(`select count(*)::int as n from ${table} where email = $1`, [email]);
    return row!.n as number;
  } finally {
    await sql.end();
  }
}
