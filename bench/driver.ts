/** What the database alone bears: the statements of an operation sent by the bare driver, without HTTP or planning. */
import { commit, prepare as prepareCommit } from '../src/customers/commit.ts';
import { readDetails } from '../src/customers/details.ts';
import { Found, LostRace, type Needs } from '../src/customers/found.ts';
import { load } from '../src/customers/load.ts';
import { planUpsert } from '../src/customers/plan-upsert.ts';
import type { Change } from '../src/customers/record.ts';
import type { UpsertInput } from '../src/customers/schema.ts';
import { nameKey, nameWords } from '../src/customers/search-text.ts';
import { newMoment } from '../src/customers/write-queue.ts';
import { isLostRace, type Sql } from '../src/database/connect.ts';
import { customers } from './generate.ts';
import type { Stage } from './stage.ts';

/** Runs `work` from so many callers for so many seconds; times per second. */
async function rate(callers: number, seconds: number, work: () => Promise<number>): Promise<number> {
  let end = 0;
  let done = 0;
  const caller = async () => {
    while (performance.now() < end) {
      const more = await work();
      done += more;
    }
  };
  // Connections are made and statements prepared before the clock runs.
  await Promise.all(Array.from({ length: callers }, work));
  const start = performance.now();
  end = start + seconds * 1000;
  await Promise.all(Array.from({ length: callers }, caller));
  return done / ((performance.now() - start) / 1000);
}

/** Single records by id, one statement each. */
export const driverGet = (
  { sql, businessId, ids }: Stage,
  callers: number,
  seconds: number,
): Promise<number> =>
  rate(callers, seconds, async () => {
    const id = ids[Math.floor(Math.random() * ids.length)]!;
    await load(sql, businessId, { ids: [id], keys: [], names: [], words: [] });
    return 1;
  });

/**
 * Upserts of which half are new and half are known and unchanged, `group` of them in one transaction: the load
 * statements for all, the commit statements for the new. The plans are made as part of the loop, without HTTP.
 */
export async function driverUpsert(
  stage: Stage,
  group: number,
  callers: number,
  seconds: number,
  from: number,
): Promise<number> {
  const { sql, businessId, locationId } = stage;
  const fresh = customers(10_000_000, from);
  const knownSource = customers(1000);
  const known = Array.from({ length: 500 }, () => knownSource.next().value);
  let turn = 0;
  return await rate(callers, seconds, async () => {
    const planned = Array.from({ length: group }, () =>
      turn++ % 2 === 0
        ? plan(fresh.next().value, locationId, true)
        : plan(known[turn % known.length]!, locationId, false),
    );
    const needs: Needs = {
      ids: [],
      keys: planned.flatMap(({ keys }) => keys),
      names: planned.map(({ name }) => name),
      words: planned.flatMap(({ words }) => words),
    };
    const found = await load(sql, businessId, needs);
    const changes = planned.filter(({ isNew }) => isNew).map(({ change }) => change);
    if (changes.length > 0) await commitInTurn(sql, businessId, found, changes);
    return group;
  });
}

/** Commits of a business have later and later times: one that comes too late takes a new one. */
async function commitInTurn(sql: Sql, businessId: string, found: Found, changes: Change[]): Promise<void> {
  for (;;) {
    const at = new Date().toISOString();
    try {
      return await commit(
        sql,
        businessId,
        prepareCommit(businessId, found, { changes, possibleDuplicates: [], answers: [], at }),
      );
    } catch (error) {
      if (!(error instanceof LostRace || isLostRace(error))) throw error;
    }
  }
}

function plan(input: UpsertInput, locationId: string, isNew: boolean) {
  const supplied = readDetails(input, 'AU');
  const actor = { type: 'system' as const, id: null, name: 'bench' };
  const { change } = planUpsert(
    new Found([], [], []),
    { input, supplied, locationId, actor, importId: null },
    newMoment(),
  );
  const named = { name: input.name ?? null, company_name: input.company_name ?? null };
  return {
    change: change!,
    isNew,
    keys: supplied.details.map(({ key }) => ({ locationId, key })),
    name: nameKey(named),
    words: nameWords(named),
  };
}

/**
 * Rows per second of a bare `insert … select` of filled rows into the same tables and indexes, under new ids and
 * keys, 500 in a transaction as the batch operation has them.
 */
export async function bareInsertSelect({ sql, businessId, ids }: Stage, rows: number): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < rows; done += 500) {
    const some = ids.slice(done % (ids.length - 500), (done % (ids.length - 500)) + 500);
    await sql.begin(async (tx) => {
      await tx`create temporary table copied (old uuid primary key, new uuid) on commit drop`;
      await tx`insert into copied select id, gen_random_uuid() from unnest(${some}::uuid[]) id`;
      await tx`
        insert into customers (
          business_id, id, location_id, name, company_name, address, avatar, status, source, source_metadata, custom_fields, tags, version,
          created_at, updated_at, deleted_at, merged_into, name_key, search, facets, grams, document)
        select c.business_id, m.new, c.location_id, c.name, c.company_name, c.address, c.avatar, c.status, c.source, c.source_metadata,
          c.custom_fields, c.tags, c.version, c.created_at, c.updated_at, c.deleted_at, c.merged_into, c.name_key, c.search, c.facets,
          c.grams, c.document
        from copied m join customers c on c.business_id = ${businessId} and c.id = m.old`;
      await tx`
        insert into contacts
        select k.business_id, m.new, gen_random_uuid(), k.location_id, k.type, k.key || m.new::text, k.value, k.raw, k.extension, k.label,
          k.is_primary, k.matchable, k.standing, k.holder_name
        from copied m join contacts k on k.business_id = ${businessId} and k.customer_id = m.old`;
      await tx`
        insert into events
        select e.business_id, m.new, gen_random_uuid(), e.location_id, e.type, e.actor, e.at, e.version, e.changes, e.context,
          f.seq + row_number() over ()
        from copied m
        join events e on e.business_id = ${businessId} and e.customer_id = m.old
        join feeds f on f.business_id = ${businessId}`;
      await tx`
        update feeds
        set seq = (select max(seq) from events where business_id = ${businessId})
        where business_id = ${businessId}`;
    });
  }
  return rows / ((performance.now() - start) / 1000);
}
