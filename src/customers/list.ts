/** Lists and searches of customers: filters, order, pages by number or cursor, and totals that are exact where promised. */
import { type Fragment, type Queryable, unprepared } from '../database/connect.ts';
import { firstIdAt } from '../database/ids.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { customerColumns } from './load.ts';
import { type StoredCustomer, toCustomer } from './record.ts';
import type { Customer, ListQuery } from './schema.ts';
import { matchesAll, termsOf, withNeighbours } from './search.ts';
import { facet, type Term } from './search-text.ts';

/** Totals of filtered lists are exact up to here (contract section 2). */
export const COUNT_LIMIT = 10_000;

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

export interface Page {
  items: (Customer & { deleted_at?: string })[];
  page: number;
  page_size: number;
  total: number;
  total_pages: number;
  total_is_lower_bound: boolean;
  next_cursor: string | null;
  as_of: string;
}

/** Where a walk by cursor goes on. */
interface Position {
  /** The sort key of the last item (null when the id is the key), its id, and whether it was an exact hit. */
  key: string | null;
  id: string;
  exact: boolean;
  /** The page that follows. */
  page: number;
  as_of: string;
}

type Sort = NonNullable<ListQuery['sort']>;

/** Each order: its column beside the id (null: the id alone, which is the order of creation) and its direction. */
const ORDERS: Record<Sort, { column: 'updated_at' | 'name_key' | null; descending: boolean }> = {
  '-created_at': { column: null, descending: true },
  created_at: { column: null, descending: false },
  '-updated_at': { column: 'updated_at', descending: true },
  updated_at: { column: 'updated_at', descending: false },
  name: { column: 'name_key', descending: false },
  '-name': { column: 'name_key', descending: true },
};

/** One page of customers. Throws 400 `invalid_cursor`. */
export async function list(sql: Queryable, context: ListContext, query: ListQuery): Promise<Page> {
  const { page_size = 20, sort = '-created_at' } = query;
  const bound = cursorContext(context, query);
  const position = query.cursor ? decodeCursor<Position>(context.cursorSecret, bound, query.cursor) : null;
  const page = position?.page ?? query.page ?? 1;
  const asOf = position?.as_of ?? (query.as_of ? new Date(query.as_of).toISOString() : null);

  const terms = termsOf(query.q, context.country);
  const exact = matchesAll(sql, terms);
  const isFiltered = terms.length > 0 || hasFilters(query);
  const filters = filterOf(sql, context, query, asOf);
  const select = (where: Fragment, rank: Fragment | null) =>
    selectPage(sql, {
      where,
      rank,
      sort,
      position,
      limit: page_size + 1,
      offset: position ? 0 : (page - 1) * page_size,
      isFiltered,
      seen: asOf ? null : seenUntil(sql, context, isFiltered),
    });

  let total: number;
  let rows: Row[];
  if (!isFiltered) {
    const [counted, selected] = await Promise.all([
      asOf ? countAll(sql, context, asOf) : null,
      select(filters, null),
    ]);
    rows = selected;
    total = counted ?? rows[0]?.live ?? (await countAll(sql, context, null));
  } else {
    [total, rows] = await Promise.all([
      countUpTo(sql, sql`${filters} and ${exact}`),
      select(sql`${filters} and ${exact}`, null),
    ]);
  }
  // Few exact hits: one letter may be wrong. Decided by the total, so alike on every page of any size.
  const widened =
    terms.length > 0 && total < FEW ? await withNeighbours(sql, context.businessId, terms) : null;
  if (widened) [total, rows] = await searchWidened(sql, select, filters, exact, widened);

  const lowerBound = total > COUNT_LIMIT && isFiltered;
  const shown = lowerBound ? COUNT_LIMIT : total;
  const items = rows.slice(0, page_size);
  const last = rows.length > page_size ? items.at(-1)! : null;
  const at = asOf ?? rows[0]?.seen_until ?? context.now;
  return {
    items: items.map((row) => ({
      ...toCustomer(row),
      ...(query.deleted && row.deleted_at && { deleted_at: row.deleted_at }),
    })),
    page,
    page_size,
    total: shown,
    total_pages: Math.ceil(shown / page_size),
    total_is_lower_bound: lowerBound,
    next_cursor:
      last &&
      encodeCursor(context.cursorSecret, bound, {
        key: sortKey(last, sort),
        id: last.id,
        exact: last.exact,
        page: page + 1,
        as_of: at,
      }),
    as_of: at,
  };
}

type Row = StoredCustomer & {
  exact: boolean;
  name_key: string;
  seen_until?: string;
  live?: number;
};

/**
 * The time of the last commit that this very snapshot has seen: each commit of a business has a later one, in every
 * process. A walk that goes on from here leaves out what is made later and keeps what is deleted later. The present
 * time would not do: a write may be on its way with an earlier one.
 */
const seenUntil = (sql: Queryable, context: ListContext, isFiltered: boolean): Fragment => sql`
  (select f.at from feeds f where f.business_id = ${context.businessId}) as seen_until
  ${isFiltered ? sql`` : sql`, (${liveCount(sql, context)}) as live`}`;

/** How many live customers there are, from the counters: sixteen rows a location. */
const liveCount = (sql: Queryable, { businessId, locationId }: ListContext): Fragment => sql`
  select coalesce(sum(n), 0)::int
  from customer_counts
  where business_id = ${businessId} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)`;

async function searchWidened(
  sql: Queryable,
  select: (where: Fragment, rank: Fragment | null) => Promise<Row[]>,
  filters: Fragment,
  exact: Fragment,
  widened: Term[],
): Promise<[number, Row[]]> {
  const where = sql`${filters} and ${matchesAll(sql, widened)}`;
  return await Promise.all([countUpTo(sql, where), select(where, exact)]);
}

const hasFilters = (query: ListQuery): boolean =>
  [
    query.status,
    query.source,
    query.created_after,
    query.created_before,
    query.updated_after,
    query.deleted,
  ].some((value) => value !== undefined && value !== false) || (query.tag?.length ?? 0) > 0;

function filterOf(sql: Queryable, context: ListContext, query: ListQuery, asOf: string | null): Fragment {
  const wanted = [
    ...(query.status ? [facet('status', query.status)] : []),
    ...(query.source ? [facet('source', query.source)] : []),
    ...(query.tag ?? []).map((tag) => facet('tag', tag)),
  ];
  const conditions = [
    sql`c.business_id = ${context.businessId}`,
    context.locationId && sql`c.location_id = ${context.locationId}`,
    liveness(sql, query.deleted === true, asOf),
    asOf && sql`c.id < ${idAfter(asOf)}`,
    wanted.length > 0 && sql`c.facets @> ${wanted}::text[]`,
    query.created_after && sql`c.id >= ${idAfter(query.created_after)}`,
    query.created_before && sql`c.id < ${firstIdAt(new Date(query.created_before))}`,
    query.updated_after && sql`c.updated_at > ${new Date(query.updated_after).toISOString()}`,
  ].filter((condition) => condition instanceof Object);
  return conditions.reduce((all, condition) => sql`${all} and ${condition}`);
}

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

interface PageSpec {
  where: Fragment;
  /** Exact hits, which come before the others; null when all are. */
  rank: Fragment | null;
  sort: Sort;
  position: Position | null;
  limit: number;
  offset: number;
  isFiltered: boolean;
  /** What tells the time of the snapshot, when the walk begins here. */
  seen: Fragment | null;
}

async function selectPage(
  sql: Queryable,
  { where, rank, sort, position, limit, offset, isFiltered, seen }: PageSpec,
): Promise<Row[]> {
  const { column, descending } = ORDERS[sort];
  const key = column && sql`c.${sql(column)}`;
  const direction = descending ? sql`desc` : sql`asc`;
  const order = key ? sql`${key} ${direction}, c.id ${direction}` : sql`c.id ${direction}`;
  const exact = rank ?? sql`true`;
  const statement = sql<Row[]>`
    select ${customerColumns(sql)}, c.name_key, ${exact} as exact${seen ? sql`, ${seen}` : sql``}
    from customers c
    where ${where} and ${position ? after(sql, position, key, descending, rank) : sql`true`}
    order by ${rank ? sql`(${rank}) desc, ` : sql``}${order}
    limit ${limit}
    offset ${offset}`;
  return await (isFiltered ? unprepared(statement) : statement);
}

/** The rows that come after a position, in the order of the list. */
function after(
  sql: Queryable,
  position: Position,
  key: Fragment | null,
  descending: boolean,
  rank: Fragment | null,
): Fragment {
  const compare = descending ? sql`<` : sql`>`;
  const further = key
    ? sql`(${key}, c.id) ${compare} (${position.key}, ${position.id})`
    : sql`c.id ${compare} ${position.id}`;
  if (!rank) return further;
  return position.exact
    ? sql`((${rank}) and ${further} or not (${rank}))`
    : sql`(not (${rank}) and ${further})`;
}

const sortKey = (row: Row, sort: Sort): string | null => {
  const { column } = ORDERS[sort];
  return column === 'updated_at' ? row.updated_at : column === 'name_key' ? row.name_key : null;
};

async function countUpTo(sql: Queryable, where: Fragment): Promise<number> {
  const [row] = await unprepared(sql<{ n: number }[]>`
    select count(*)::int as n
    from (select 1 from customers c where ${where} limit ${COUNT_LIMIT + 1}) counted`);
  return row!.n;
}

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
