/** How a page of customers is read: its order, where it goes on, and how many hits there are. Every statement that shows one. */
import { type Fragment, type Queryable, unprepared } from '../database/connect.ts';
import type { ListQuery } from './schema.ts';

/** Totals of filtered lists are exact up to here (contract section 2). */
export const COUNT_LIMIT = 10_000;

/** So many rows of an order cost some milliseconds to look at. */
const NEAR = 5_000;

/** Where a walk by cursor goes on. */
export interface Position {
  /** The sort key of the last item (null when the id is the key), its id, and whether it was an exact hit. */
  key: string | null;
  id: string;
  exact: boolean;
  /** The page that follows. */
  page: number;
  as_of: string;
  /** How many there were as of then, where no filter narrows them: it stays so. */
  total: number | null;
  /** Words one letter away are looked for too: so for the whole walk, however many hits there are by now. */
  widened: boolean;
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

export interface Row {
  id: string;
  document: string;
  /** The sort key; null where the id is it. */
  key: string | null;
  exact: boolean;
  deleted_at: string | null;
  seen_until?: string;
}

/** How many there are, and those of the page. */
export interface Found {
  total: number;
  rows: Row[];
  /** Words one letter away were looked for too. */
  widened: boolean;
}

/** Which page of which list. */
export interface PageSpec {
  sort: Sort;
  position: Position | null;
  limit: number;
  offset: number;
  /** Deleted records are asked for. */
  deleted: boolean;
  /** Only whom this import of this business wrote to. */
  importOf: { businessId: string; id: string; locationId: string | null } | null;
  /** Whose customers, and when. */
  among: Fragment;
  /** What tells the time of the snapshot, when the walk begins here. */
  seen: Fragment | null;
}

/** What a page shows of a customer, and what the order goes by. */
const shownColumns = (sql: Queryable, { sort, deleted }: PageSpec): Fragment => sql`
  c.id, c.document, ${ORDERS[sort].column ? sql`c.${sql(ORDERS[sort].column)}` : sql`null::text`} as key,
  ${deleted ? sql`c.deleted_at` : sql`null::timestamptz`} as deleted_at`;

/** The conditions and the order of a page, where the columns go by these names. */
function turnOf(
  sql: Queryable,
  { sort, position, limit, offset }: PageSpec,
  columns: Columns,
  rank: Fragment | null,
) {
  const { column, descending } = ORDERS[sort];
  const key = column && columns.key;
  const direction = descending ? sql`desc` : sql`asc`;
  const order = key ? sql`${key} ${direction}, ${columns.id} ${direction}` : sql`${columns.id} ${direction}`;
  return {
    after: position ? after(sql, position, key, columns.id, descending, rank) : sql`true`,
    order: rank ? sql`(${rank}) desc, ${order}` : order,
    slice: offset > 0 ? sql`limit ${limit} offset ${offset}` : sql`limit ${limit}`,
  };
}
interface Columns {
  key: Fragment;
  id: Fragment;
}

interface PageParts {
  /** What narrows the list beyond `among`. */
  narrowed?: Fragment | null;
  /** Exact hits come first: what says that a row is one. */
  rank?: Fragment | null;
  /** How many there are, for the first page. */
  live?: Fragment;
  /** Looks no further than so many rows of the order. */
  within?: number;
}

/** A page in its order, read by the index of that order. */
export function pageOf<R extends Row>(
  sql: Queryable,
  spec: PageSpec,
  { narrowed = null, rank = null, live, within }: PageParts,
) {
  const columns = { key: sql`c.${sql(ORDERS[spec.sort].column ?? 'id')}`, id: sql`c.id` };
  const turn = turnOf(sql, spec, columns, rank);
  const from = within
    ? sql`(select * from customers c where ${spec.among} and ${turn.after} order by ${turn.order} limit ${within}) c
    where ${narrowed ?? sql`true`} and ${isOfImport(sql, spec)}`
    : // By rank the near side of an id is not behind it: inexact hits follow the last exact one.
      sql`${customersOf(sql, spec, rank ? null : spec.position)}
    where ${spec.among} and ${narrowed ?? sql`true`} and ${turn.after}`;
  return sql<R[]>`
    select ${shownColumns(sql, spec)}, ${rank ?? sql`true`} as exact
      ${spec.seen ? sql`, ${spec.seen}` : sql``} ${spec.seen && live ? sql`, (${live}) as live` : sql``}
    from ${from}
    order by ${turn.order}
    ${turn.slice}`;
}

/**
 * The customers a page is taken from, as `c`: all, or those of an import. Its events are indexed in the order of their
 * customers, so a page by id begins where the one before ended, and whoever wants only some reads only some.
 */
function customersOf(sql: Queryable, { importOf, sort }: PageSpec, position: Position | null): Fragment {
  if (!importOf) return sql`customers c`;
  const { column, descending } = ORDERS[sort];
  const isById = column === null;
  const beyond = descending ? sql`<` : sql`>`;
  return sql`(
      select distinct e.customer_id
      from events e
      where e.business_id = ${importOf.businessId} and e.import_id = ${importOf.id} ${ofLocation(sql, importOf)}
        ${isById && position ? sql`and e.customer_id ${beyond} ${position.id}` : sql``}
      ${isById && descending ? sql`order by e.customer_id desc` : sql`order by e.customer_id`}
    ) i
    join customers c on c.business_id = ${importOf.businessId} and c.id = i.customer_id`;
}

/** An import of other locations is as good as none, and is no more read than one. */
const ofLocation = (sql: Queryable, importOf: NonNullable<PageSpec['importOf']>): Fragment =>
  importOf.locationId
    ? sql`and exists (
        select 1
        from imports o
        where o.business_id = ${importOf.businessId} and o.id = ${importOf.id} and o.location_id = ${importOf.locationId}
      )`
    : sql``;

/** The same as a condition on `c`, where few are looked at. */
const isOfImport = (sql: Queryable, { importOf }: PageSpec): Fragment =>
  importOf
    ? sql`exists (
      select 1
      from events e
      where e.business_id = ${importOf.businessId} and e.import_id = ${importOf.id} and e.customer_id = c.id
    )`
    : sql`true`;

/**
 * A page of more hits than are counted: the order's own index meets enough of them soon, as a rule. Where they lie far
 * from its beginning (all of an old import), they are read as one and put in order.
 */
async function pageOfMany(
  sql: Queryable,
  spec: PageSpec,
  narrowed: Fragment,
  rank: Fragment | null,
): Promise<Row[]> {
  // An import is read in the order of ids from wherever the page begins.
  const isRead = rank !== null || (spec.importOf !== null && ORDERS[spec.sort].column === null);
  const near = isRead ? [] : await pageOf<Row>(sql, spec, { narrowed, within: NEAR });
  return near.length === spec.limit ? near : await unprepared(pageOf<Row>(sql, spec, { narrowed, rank }));
}

/**
 * A page of what an index of fragments or facets finds, and how many there are: the hits are read once, counted and
 * put in order. Beyond the limit of the count they are not all read: then the page is, in its order.
 */
export async function selectHits(
  sql: Queryable,
  spec: PageSpec,
  businessId: string,
  narrowed: Fragment,
  rank: Fragment | null,
): Promise<Found> {
  const { column } = ORDERS[spec.sort];
  const turn = turnOf(sql, spec, { key: sql`key`, id: sql`id` }, rank && sql`exact`);
  const rows = await sql<(Row & { total: number; id: string | null })[]>`
    with hits as materialized (
      select c.id, ${column ? sql`c.${sql(column)}` : sql`null::text`} as key, ${rank ?? sql`true`} as exact
      from ${customersOf(sql, spec, null)}
      where ${spec.among} and ${narrowed}
      limit ${COUNT_LIMIT + 1}
    )
    select counted.total, ${spec.seen ?? sql`null::timestamptz as seen_until`}, ${shownColumns(sql, spec)}, page.exact
    from (select count(*)::int as total from hits) counted
    left join (
      select id, key, exact
      from hits
      where ${turn.after}
      order by ${turn.order}
      ${turn.slice}
    ) page on true
    left join customers c on c.business_id = ${businessId} and c.id = page.id
    order by ${rank ? sql`page.exact desc, ` : sql``}${turnOf(sql, spec, { key: sql`page.key`, id: sql`page.id` }, null).order}`;
  const { total } = rows[0]!;
  const widened = rank !== null;
  if (total <= COUNT_LIMIT) return { total, rows: rows.filter(({ id }) => id !== null), widened };
  return { total, rows: await pageOfMany(sql, spec, narrowed, rank), widened };
}

/** The rows that come after a position, in the order of the list. */
function after(
  sql: Queryable,
  position: Position,
  key: Fragment | null,
  id: Fragment,
  descending: boolean,
  rank: Fragment | null,
): Fragment {
  const compare = descending ? sql`<` : sql`>`;
  const further = key
    ? sql`(${key}, ${id}) ${compare} (${position.key}, ${position.id})`
    : sql`${id} ${compare} ${position.id}`;
  if (!rank) return further;
  return position.exact
    ? sql`((${rank}) and ${further} or not (${rank}))`
    : sql`(not (${rank}) and ${further})`;
}
