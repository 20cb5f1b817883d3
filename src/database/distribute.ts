/**
 * A database that has Citus spreads its tables over the nodes of the cluster: each row of a business on one node, by the
 * hash of its id. Anywhere else nothing happens here. Tested against a stand-in of Citus' catalogue, not a cluster.
 */
import type { Sql, Transaction } from './connect.ts';
import { takeStartLock } from './migrate.ts';

export interface Table {
  name: string;
  is_unlogged: boolean;
  /** The tables its foreign keys refer to. */
  parents: string[];
}

/** The table that all others are kept together with. */
const ROOT = 'businesses';

/**
 * Distributes what is not yet, and answers the names: `businesses` and every table with a `business_id`, so that those a
 * later migration adds are found too. All of it or nothing, rows included; writes wait meanwhile. Safe to repeat and to
 * run from several processes at once. The others (instance, leases, request_counts, migrations) are small, never joined
 * with these, and asked for through the coordinator alone: there they stay.
 */
export async function distribute(sql: Sql): Promise<string[]> {
  const [citus] = await sql`select to_regclass('pg_dist_partition') is not null as is_there`;
  if (!citus!.is_there) return [];
  return await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await takeStartLock(tx);
    const tables = parentsFirst(await undistributed(tx));
    // An unlogged table can be distributed, but not moved to another node while it is written to (citus#7790), nor made
    // logged later (citus#4031).
    for (const { name, is_unlogged } of tables)
      if (is_unlogged) await tx.unsafe(`alter table ${name} set logged`);
    for (const { name } of tables) {
      const [column, together] = name === ROOT ? ['id', 'none'] : ['business_id', ROOT];
      await tx`select create_distributed_table(${name}::regclass, ${column}, colocate_with => ${together})`;
    }
    // The rows it copied to the nodes stay behind unseen, where a later index or foreign key would still meet them. It
    // refuses while a table that refers to this one is not distributed.
    for (const { name } of tables)
      await tx`select truncate_local_data_after_distributing_table(${name}::regclass)`;
    return tables.map(({ name }) => name);
  });
}

/** The tables of businesses that Citus does not know, the root first. Pieces of its tables on this node are not ours. */
async function undistributed(tx: Transaction): Promise<Table[]> {
  return await tx<Table[]>`
    select
      c.oid::regclass::text as name,
      c.relpersistence = 'u' as is_unlogged,
      array(
        select f.confrelid::regclass::text
        from pg_constraint f
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid
      ) as parents
    from pg_class c
    join pg_class root on root.oid = to_regclass(${ROOT}) and root.relnamespace = c.relnamespace
    where c.relkind = 'r'
      and (
        c.oid = root.oid
        or exists (
          select 1
          from pg_attribute a
          where a.attrelid = c.oid and a.attname = 'business_id' and not a.attisdropped
        )
      )
      and not exists (select 1 from pg_dist_partition d where d.logicalrelid = c.oid and d.partmethod = 'h')
      and not relation_is_a_known_shard(c.oid)
    order by c.oid <> root.oid, c.relname`;
}

/**
 * In an order in which each table follows those it refers to: a distributed table may only refer to others that are
 * distributed. Throws when they refer to each other in a circle.
 */
export function parentsFirst(tables: Table[]): Table[] {
  const ordered: Table[] = [];
  let left = tables;
  while (left.length > 0) {
    const isLeft = new Set(left.map(({ name }) => name));
    const next = left.filter(({ parents }) => !parents.some((parent) => isLeft.has(parent)));
    if (next.length === 0)
      throw new Error(`The foreign keys of ${[...isLeft].join(', ')} go in a circle: Citus takes none such.`);
    ordered.push(...next);
    left = left.filter((table) => !next.includes(table));
  }
  return ordered;
}
