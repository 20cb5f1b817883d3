/** Lists and searches of customers: filters, order, pages by number or cursor, and totals that are exact where promised. */
import { type Fragment, type Queryable, unprepared } from '../database/connect.ts';
import { firstIdAt } from '../database/ids.ts';
import type { Read } from '../database/replica.ts';
import { ReadyJson } from '../http/envelope.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { facetGram, saltOf } from './grams.ts';
import {
  COUNT_LIMIT,
  type Found,
  type PageSpec,
  type Position,
  pageOf,
  type Row,
  selectHits,
} from './list-page.ts';
import type { Customer, ListQuery } from './schema.ts';
import { isIndexed, matchesAll, termsOf, withNeighbours } from './search.ts';
import { facet, type Term } from './search-text.ts';

/** What nearly everybody has. */
const COMMON = facet('status', 'active');

/** With fewer exact hits than this, names with one wrong letter are looked for too. */
const FEW = 20;

export interface ListContext {
  businessId: string;
  /** Narrows to one location; null for the whole business. */
  locationId: string | null;
  /** Reads a phone number in `q`. */
  country: string;
  cursorSecret: string;
  now: string;
}

/** One page of customers, as JSON. Throws 400 `invalid_cursor`. */
export async function list(sql: Queryable, context: ListContext, query: ListQuery): Promise<ReadyJson> {
  const { page_size = 20, sort = '-created_at' } = query;
  const bound = cursorContext(context, query);
  const position = query.cursor ? decodeCursor<Position>(context.cursorSecret, bound, query.cursor) : null;
  const page = position?.page ?? query.page ?? 1;
  const asOf = position?.as_of ?? (query.as_of ? new Date(query.as_of).toISOString() : null);
  const spec: PageSpec = {
    sort,
    position,
    limit: page_size + 1,
    offset: position ? 0 : (page - 1) * page_size,
    deleted: query.deleted === true,
    importOf: importOf(context, query),
    among: amongOf(sql, context, query, asOf),
    seen: asOf ? null : seenUntil(sql, context),
  };

  const terms = termsOf(query.q, context.country);
  const isFiltered = terms.length > 0 || hasFilters(query);
  const { total, rows, widened } = isFiltered
    ? await search(sql, context, spec, filterOf(sql, context, query, terms), terms)
    : await listAll(sql, context, spec, asOf);

  const lowerBound = total > COUNT_LIMIT && isFiltered;
  const shown = lowerBound ? COUNT_LIMIT : total;
  const items = rows.slice(0, page_size);
  const last = rows.length > page_size ? items.at(-1)! : null;
  const at = asOf ?? rows[0]?.seen_until ?? context.now;
  const facts = {
    page,
    page_size,
    total: shown,
    total_pages: Math.ceil(shown / page_size),
    total_is_lower_bound: lowerBound,
    next_cursor:
      last &&
      encodeCursor(context.cursorSecret, bound, {
        key: last.key,
        id: last.id,
        exact: last.exact,
        page: page + 1,
        as_of: at,
        total: isFiltered ? null : total,
        widened,
      }),
    as_of: at,
  };
  return new ReadyJson(`{"items":[${items.map(documentOf).join(',')}],${JSON.stringify(facts).slice(1)}`);
}

/** A deleted record says since when. */
const documentOf = ({ document, deleted_at }: Row): string =>
  deleted_at === null ? document : `${document.slice(0, -1)},"deleted_at":"${deleted_at}"}`;

/** Erased since a walk began: nothing is left to show. */
function isErased({ document }: Row): boolean {
  // Hardly any is looked at further.
  if (!document.includes('"contacts":[]')) return false;
  const { name, company_name, contacts } = JSON.parse(document) as Customer;
  return name === null && company_name === null && contacts.length === 0;
}

const WALK_PAGE = 500;

/** What a walk may be narrowed by: everything a list may, but not its order or its place. */
export type WalkQuery = Omit<ListQuery, 'page' | 'page_size' | 'sort' | 'cursor' | 'as_of'>;

/**
 * Everybody a query means at the moment it is asked, oldest first, as the JSON of each, some hundreds at a time: what is
 * made meanwhile is left out, what is deleted meanwhile still comes, unless it is erased.
 */
export async function* walk(read: Read, context: ListContext, query: WalkQuery): AsyncGenerator<string[]> {
  const { businessId } = context;
  const terms = termsOf(query.q, context.country);
  const { spec, narrowed } = await read(async (sql) => {
    const [feed] = await sql<{ at: string }[]>`select at from feeds where business_id = ${businessId}`;
    const spec: PageSpec = {
      sort: 'created_at',
      position: null,
      limit: WALK_PAGE,
      offset: 0,
      deleted: query.deleted === true,
      importOf: importOf(context, query),
      among: amongOf(sql, context, query, feed!.at),
      seen: null,
    };
    const filters = hasFilters(query) ? filterOf(sql, context, query, terms) : null;
    if (terms.length === 0) return { spec, narrowed: filters };
    const one = { ...spec, limit: 1 };
    return { spec, narrowed: (await search(sql, context, one, filters ?? sql`true`, terms)).narrowed };
  });
  for (let after: string | null = null; ; ) {
    const position: Position | null =
      after === null
        ? null
        : { key: null, id: after, exact: true, page: 1, as_of: '', total: null, widened: false };
    const rows: Row[] = await read(async (sql) => {
      const page = pageOf<Row>(sql, { ...spec, position }, { narrowed });
      return await (narrowed ? unprepared(page) : page);
    });
    const shown = rows.filter((row) => !isErased(row));
    if (shown.length > 0) yield shown.map(documentOf);
    if (rows.length < WALK_PAGE) return;
    after = rows.at(-1)!.id;
  }
}

async function listAll(
  sql: Queryable,
  context: ListContext,
  spec: PageSpec,
  asOf: string | null,
): Promise<Found> {
  const known = spec.position?.total ?? null;
  const [counted, rows] = await Promise.all([
    known === null && asOf ? countAll(sql, context, asOf) : known,
    pageOf<Row & { live?: number }>(sql, spec, { live: liveCount(sql, context) }),
  ]);
  const total = counted ?? rows[0]?.live ?? (await countAll(sql, context, null));
  return { total, rows, widened: false };
}

/** Those whom filters and terms leave, exact hits before those with a letter wrong. */
async function search(
  sql: Queryable,
  context: ListContext,
  spec: PageSpec,
  filters: Fragment,
  terms: Term[],
): Promise<Found & { narrowed: Fragment }> {
  const { businessId } = context;
  const exact = matchesAll(sql, businessId, terms);
  const all = sql`${filters} and ${exact}`;
  const wasWidened = spec.position?.widened ?? null;
  const hits =
    wasWidened === true ? null : { ...(await selectHits(sql, spec, businessId, all, null)), narrowed: all };
  // Few exact hits: one letter may be wrong. Decided by the total, so alike on every page of any size.
  if (hits && (wasWidened === false || terms.length === 0 || hits.total >= FEW)) return hits;
  const neighbours = await withNeighbours(sql, businessId, terms);
  if (hits && !neighbours) return hits;
  const narrowed = sql`${filters} and ${matchesAll(sql, businessId, neighbours ?? terms)}`;
  return { ...(await selectHits(sql, spec, businessId, narrowed, exact)), narrowed };
}

/**
 * The time of the last commit that this very snapshot has seen: each commit of a business has a later one, in every
 * process. A walk that goes on from here leaves out what is made later and keeps what is deleted later. The present
 * time would not do: a write may be on its way with an earlier one.
 */
const seenUntil = (sql: Queryable, context: ListContext): Fragment =>
  sql`(select f.at from feeds f where f.business_id = ${context.businessId}) as seen_until`;

/** How many live customers there are, from the counters: sixteen rows a location. */
const liveCount = (sql: Queryable, { businessId, locationId }: ListContext): Fragment => sql`
  select coalesce(sum(n), 0)::int
  from customer_counts
  where business_id = ${businessId} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)`;

const hasFilters = (query: WalkQuery): boolean =>
  [
    query.status,
    query.source,
    query.created_after,
    query.created_before,
    query.updated_after,
    query.deleted,
    query.import_id,
  ].some((value) => value !== undefined && value !== false) || (query.tag?.length ?? 0) > 0;

const importOf = (
  { businessId, locationId }: ListContext,
  { import_id: id }: WalkQuery,
): PageSpec['importOf'] => (id ? { businessId, id, locationId } : null);

/** Whose customers, and those who are there, or were at a moment: what the index of every order goes by. */
function amongOf(sql: Queryable, context: ListContext, query: WalkQuery, asOf: string | null): Fragment {
  return allOf(sql, [
    sql`c.business_id = ${context.businessId}`,
    context.locationId && sql`c.location_id = ${context.locationId}`,
    liveness(sql, query.deleted === true, asOf),
    asOf && sql`c.id < ${idAfter(asOf)}`,
  ]);
}

/**
 * What narrows a list beside `q`. The index reads a list of everybody with a facet and meets it with the others; nearly
 * everybody is active, so that is left to the row where anything else is asked of the index.
 */
function filterOf(sql: Queryable, context: ListContext, query: WalkQuery, terms: Term[]): Fragment {
  const salt = saltOf(context.businessId);
  const wanted = [
    ...(query.tag ?? []).map((tag) => facet('tag', tag)),
    ...(query.source ? [facet('source', query.source)] : []),
    ...(query.status ? [facet('status', query.status)] : []),
  ];
  const rare = wanted.filter((one) => one !== COMMON);
  const isAsked = rare.length > 0 || terms.some((term) => isIndexed(salt, term));
  const telling = isAsked ? rare : wanted;
  return allOf(sql, [
    telling.length > 0 && sql`c.grams @> ${telling.map((one) => facetGram(salt, one))}::integer[]`,
    wanted.length > 0 && sql`c.facets @> ${wanted}::text[]`,
    query.created_after && sql`c.id >= ${idAfter(query.created_after)}`,
    query.created_before && sql`c.id < ${firstIdAt(new Date(query.created_before))}`,
    query.updated_after && sql`c.updated_at > ${new Date(query.updated_after).toISOString()}`,
  ]);
}

const allOf = (sql: Queryable, conditions: (Fragment | false | null | undefined | '')[]): Fragment =>
  conditions.reduce<Fragment>(
    (all, condition) => (condition ? sql`${all} and ${condition}` : all),
    sql`true`,
  );

/** Live now; or, of a walk that began at a moment, live then: what was deleted since still appears, what came back since does not. */
function liveness(sql: Queryable, deleted: boolean, asOf: string | null): Fragment {
  if (deleted) return sql`c.deleted_at is not null and c.merged_into is null and c.erased_at is null`;
  if (!asOf) return sql`c.deleted_at is null`;
  return sql`
    (c.deleted_at is null or c.deleted_at > ${asOf})
    and (c.away_until is null or c.away_until <= ${asOf} or c.away_from > ${asOf})`;
}

/** The first id of the millisecond after a moment. */
const idAfter = (time: string): string => firstIdAt(new Date(Date.parse(time) + 1));

/** The exact number of live customers from the counters; as of a moment, corrected by what happened since. */
async function countAll(sql: Queryable, context: ListContext, asOf: string | null): Promise<number> {
  const { businessId, locationId } = context;
  if (asOf === null) {
    const [row] = await sql<{ n: number }[]>`select (${liveCount(sql, context)}) as n`;
    return row!.n;
  }
  const [row] = await sql<{ n: number }[]>`
    select (
      (${liveCount(sql, context)}) - (
        select count(*)
        from customers
        where business_id = ${businessId} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)
          and id >= ${idAfter(asOf)} and deleted_at is null
      ) + (
        select count(*)
        from customers
        where business_id = ${businessId} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)
          and id < ${idAfter(asOf)} and deleted_at > ${asOf}
          and (away_until is null or away_until <= ${asOf} or away_from > ${asOf})
      ) - (
        select count(*)
        from customers
        where business_id = ${businessId} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)
          and id < ${idAfter(asOf)} and deleted_at is null and away_until > ${asOf} and away_from <= ${asOf}
      )
    )::int as n`;
  return row!.n;
}

/** What a cursor is bound to: everything that decides which rows come in which order. */
const cursorContext = (
  context: ListContext,
  { page: _page, page_size: _size, cursor: _cursor, as_of: _asOf, ...filters }: ListQuery,
): string => JSON.stringify([context.businessId, context.locationId, Object.entries(filters).sort()]);
