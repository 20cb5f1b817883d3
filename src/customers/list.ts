/** Lists and searches of customers: filters, order, pages by number or cursor, and totals that are exact where promised. */
import { type Fragment, type Queryable, unprepared } from '../database/connect.ts';
import { firstIdAt, timeOfId } from '../database/ids.ts';
import { decodeCursor, encodeCursor, type Position } from './cursor.ts';
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
  const position = query.cursor ? decodeCursor(context.cursorSecret, bound, query.cursor) : null;
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
      newest: asOf ? null : newestOf(sql, context.businessId),
    });

  let total: number;
  let rows: Row[];
  if (!isFiltered) {
    [total, rows] = await Promise.all([countAll(sql, context, asOf), select(filters, null)]);
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
  const at = asOf ?? (rows[0] && snapshotTime(rows[0])) ?? context.now;
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
  newest_id?: string;
  newest_deletion?: string | null;
};

/**
 * What this very snapshot has seen last of the business: a walk that goes on from here leaves out what is made
 * later and keeps what is deleted later. The present time would not do: a write may be on its way with an earlier one.
 */
const newestOf = (sql: Queryable, businessId: string): Fragment => sql`
  (select n.id from customers n where n.business_id = ${businessId} order by n.id desc limit 1) as newest_id,
  (
    select n.deleted_at
    from customers n
    where n.business_id = ${businessId} and n.deleted_at is not null
    order by n.deleted_at desc
    limit 1
  ) as newest_deletion`;

function snapshotTime({ newest_id, newest_deletion }: Row): string | null {
  if (!newest_id) return null;
  const created = timeOfId(newest_id).toISOString();
  return newest_deletion && newest_deletion > created ? newest_deletion : created;
}

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

/** Live now; or, of a walk that began at a moment, live then: what was deleted since still appears. */
function liveness(sql: Queryable, deleted: boolean, asOf: string | null): Fragment {
  if (deleted) return sql`c.deleted_at is not null`;
  return asOf ? sql`(c.deleted_at is null or c.deleted_at > ${asOf})` : sql`c.deleted_at is null`;
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
  newest: Fragment | null;
}

async function selectPage(
  sql: Queryable,
  { where, rank, sort, position, limit, offset, isFiltered, newest }: PageSpec,
): Promise<Row[]> {
  const { column, descending } = ORDERS[sort];
  const key = column && sql`c.${sql(column)}`;
  const direction = descending ? sql`desc` : sql`asc`;
  const order = key ? sql`${key} ${direction}, c.id ${direction}` : sql`c.id ${direction}`;
  const exact = rank ?? sql`true`;
  const statement = sql<Row[]>`
    select ${customerColumns(sql)}, c.name_key, ${exact} as exact${newest ? sql`, ${newest}` : sql``}
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
async function countAll(
  sql: Queryable,
  { businessId, locationId }: ListContext,
  asOf: string | null,
): Promise<number> {
  if (asOf === null) {
    const [row] = await sql<{ n: number }[]>`
      select coalesce(sum(n), 0)::int as n
      from customer_counts
      where business_id = ${businessId} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)`;
    return row!.n;
  }
  const [row] = await sql<{ n: number }[]>`
    select (
      (
        select coalesce(sum(n), 0)
        from customer_counts
        where business_id = ${businessId} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)
      ) - (
        select count(*)
        from customers
        where business_id = ${businessId} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)
          and id >= ${idAfter(asOf)} and deleted_at is null
      ) + (
        select count(*)
        from customers
        where business_id = ${businessId} and (${locationId}::uuid is null or location_id = ${locationId}::uuid)
          and id < ${idAfter(asOf)} and deleted_at > ${asOf}
      )
    )::int as n`;
  return row!.n;
}

/** What a cursor is bound to: everything that decides which rows come in which order. */
const cursorContext = (
  context: ListContext,
  { page: _page, page_size: _size, cursor: _cursor, as_of: _asOf, ...filters }: ListQuery,
): string => JSON.stringify([context.businessId, context.locationId, Object.entries(filters).sort()]);
