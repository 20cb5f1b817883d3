/**
 * Stands in for Citus where there is none: its catalogue of distributed tables and the functions that `distribute` calls,
 * which write down what they were asked and refuse what the real ones refuse. No row moves. What a cluster does with the
 * statements is not tested by it.
 */
import type { Sql } from '../../src/database/connect.ts';

/** A call that was let through. */
export interface Call {
  what: 'distribute' | 'truncate';
  table: string;
  column: string | null;
  together: string | null;
  /** `p` for a logged table. */
  persistence: string;
}

export async function installStandIn(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create table pg_dist_partition (
      logicalrelid regclass primary key, partmethod "char" not null, partkey text, colocationid integer not null);
    create table citus_calls (n serial, what text, "table" text, "column" text, together text, persistence text);

    create function relation_is_a_known_shard(regclass) returns boolean language sql as $$
      select $1::text ~ '_\\d{6}$'
    $$;

    create function create_distributed_table(
      table_name regclass, distribution_column text, distribution_type text default 'hash',
      colocate_with text default 'default', shard_count integer default null) returns void language plpgsql as $$
    declare
      key smallint := (
        select attnum from pg_attribute where attrelid = table_name and attname = distribution_column);
      group_id integer := (
        select colocationid from pg_dist_partition where colocate_with <> 'none' and logicalrelid = to_regclass(colocate_with));
    begin
      if exists (select from pg_dist_partition where logicalrelid = table_name) then
        raise exception 'table "%" is already distributed', table_name;
      end if;
      if colocate_with <> 'none' and group_id is null then
        raise exception 'relation % is not distributed', colocate_with;
      end if;
      if exists (
        select from pg_index
        where indrelid = table_name and indisunique and not key = any(indkey::smallint[])) then
        raise exception 'cannot create constraint on "%"', table_name
          using detail = 'Distributed relations cannot have UNIQUE constraints that do not include the partition column';
      end if;
      if exists (
        select from pg_constraint f
        where f.contype = 'f' and f.conrelid = table_name
          and not exists (
            select from pg_dist_partition d
            where d.logicalrelid = f.confrelid and d.colocationid = group_id and key = any(f.conkey))) then
        raise exception 'cannot create foreign key constraint since relations are not colocated';
      end if;
      insert into pg_dist_partition values (table_name, 'h', distribution_column, coalesce(group_id, 1));
      insert into citus_calls (what, "table", "column", together, persistence)
      select 'distribute', table_name, distribution_column, colocate_with, relpersistence
      from pg_class where oid = table_name;
    end $$;

    create function truncate_local_data_after_distributing_table(function_name regclass) returns void
    language plpgsql as $$
    begin
      if not exists (select from pg_dist_partition where logicalrelid = function_name) then
        raise exception 'supplied parameter is not a distributed relation';
      end if;
      if exists (
        select from pg_constraint f
        where f.contype = 'f' and f.confrelid = function_name
          and not exists (select from pg_dist_partition where logicalrelid = f.conrelid)) then
        raise exception 'cannot truncate a table referenced in a foreign key constraint by a local table';
      end if;
      insert into citus_calls (what, "table", persistence)
      select 'truncate', function_name, relpersistence from pg_class where oid = function_name;
    end $$`);
}

/** The calls so far, in order. */
export const callsOf = async (sql: Sql): Promise<Call[]> => [
  ...(await sql<Call[]>`select what, "table", "column", together, persistence from citus_calls order by n`),
];
