/**
 * How many customers came in each month, and from where. One scan of the ids of those months, which is long in a business of a
 * million, for a page that is opened rarely: such an answer is kept for a minute, for all who ask.
 */
import type { Queryable } from '../database/connect.ts';
import { firstIdAt } from '../database/ids.ts';
import type { Caller } from '../tenancy/authentication.ts';
import { selectLocations } from '../tenancy/store.ts';
import type { CustomerGrowth, GrowthQuery } from './growth-schema.ts';
import { facet } from './search-text.ts';
import { readOf, type Service } from './service.ts';
import { lastMonths, startOfDay } from './time-zone.ts';

/** The commonest sources, by name; the rest is added up. */
const MOST_SOURCES = 8;
/** So many spellings are told apart: somebody may write a new source on each record. */
const MOST_SPELLINGS = 100;

/** What one spelling of a source came to in a month, counted from 1. */
interface Counted {
  month: number;
  /** The spelling; null where it is one of the rest, or none. */
  source: string | null;
  is_other: boolean;
  n: number;
}

/**
 * The live customers of the caller's context by month of creation, as the calendar of the location has it, or of the first one.
 * That of very many may be a minute old. Throws 403 and 404.
 */
export async function getCustomerGrowth(
  service: Service,
  caller: Caller,
  { location_id, months: count = 12 }: GrowthQuery,
): Promise<CustomerGrowth> {
  const { authentication, growth, turns } = service;
  const { businessId } = caller.scope;
  const locationId = authentication.narrow(caller, location_id);
  // Another business's location is answered as one that never existed.
  if (locationId !== null) await authentication.locationFor(caller, locationId);
  const read = readOf(service, caller);
  return await growth.get(JSON.stringify([businessId, locationId, count]), () =>
    turns.run(businessId, () => read((sql) => growthOf(sql, businessId, locationId, count))),
  );
}

async function growthOf(
  sql: Queryable,
  businessId: string,
  locationId: string | null,
  count: number,
): Promise<CustomerGrowth> {
  const [location] = await selectLocations(sql, businessId, locationId, null, 1);
  const { timezone } = location!;
  const now = new Date();
  const months = lastMonths(now, timezone, count);
  const bounds = months.map((month) => firstIdAt(new Date(startOfDay(`${month}-01`, timezone))));
  const counted = await countByMonth(sql, businessId, locationId, bounds);
  return { months: byMonth(months, counted), timezone, as_of: now.toISOString() };
}

/** `bounds` are the first ids of the months, oldest first. */
async function countByMonth(
  sql: Queryable,
  businessId: string,
  locationId: string | null,
  bounds: string[],
): Promise<Counted[]> {
  return await sql<Counted[]>`
    with counted as materialized (
      select width_bucket(c.id, ${bounds}::uuid[]) as month, c.source, count(*) as n
      from customers c
      where c.business_id = ${businessId} and c.deleted_at is null and c.id >= ${bounds[0]!}
        ${locationId ? sql`and c.location_id = ${locationId}` : sql``}
      group by 1, 2
    ), common as materialized (
      select source
      from counted
      where source is not null
      group by source
      order by sum(n) desc, source
      limit ${MOST_SPELLINGS}
    )
    select month, common.source, counted.source is not null and common.source is null as is_other, sum(n)::int as n
    from counted
    left join common on common.source = counted.source
    group by 1, 2, 3`;
}

/** The months with the commonest sources of them all, the commonest first; what the filter of lists takes for one is one. */
export function byMonth(months: string[], counted: Counted[]): CustomerGrowth['months'] {
  const named = commonest(counted);
  return months.map((month, i) => {
    const here = counted.filter((one) => one.month === i + 1);
    const sources = named
      .map(({ source, spellings }) => ({
        source,
        count: sum(here.filter((one) => !one.is_other && spellings.has(one.source))),
      }))
      .filter(({ count }) => count > 0);
    const total = sum(here);
    return { month, total, sources, other: total - sources.reduce((n, { count }) => n + count, 0) };
  });
}

const sum = (counted: Counted[]): number => counted.reduce((total, { n }) => total + n, 0);

/** The commonest sources under their commonest spelling, then none at all. */
function commonest(counted: Counted[]): { source: string | null; spellings: Set<string | null> }[] {
  const bySpelling = new Map<string, number>();
  for (const { source, n } of counted)
    if (source !== null) bySpelling.set(source, (bySpelling.get(source) ?? 0) + n);
  const byFacet = new Map<string, { source: string; spellings: Set<string | null>; n: number }>();
  for (const [source, n] of [...bySpelling].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))) {
    const key = facet('source', source);
    const known = byFacet.get(key) ?? { source, spellings: new Set(), n: 0 };
    known.spellings.add(source);
    known.n += n;
    byFacet.set(key, known);
  }
  const named = [...byFacet.values()].sort((a, b) => b.n - a.n).slice(0, MOST_SOURCES);
  return [...named, { source: null, spellings: new Set([null]) }];
}
