/**
 * The numbers of the overview, from totals the API has anyway: a page of one customer, asked for one after the other, so
 * that an overview costs the service no more than somebody who searches.
 */
import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf, type ListQuery, type Location } from '../api.ts';
import { startOfDay } from '../format.ts';
import { lastMonths } from './months.ts';

export interface Count {
  name: string;
  n: number;
  isLowerBound: boolean;
}
export interface Overview {
  total: Count;
  duplicates: Count;
  months: Count[];
  sources: Count[];
  /** Each with its id as the name. */
  locations: Count[];
}

const NEWEST = 100;
const MOST_SOURCES = 8;
export const MOST_LOCATIONS = 12;
const FRESH_MS = 60_000;

export const overviewQuery = (locations: Location[], locationId: string | undefined) =>
  queryOptions({
    queryKey: ['overview', locationId ?? null, locations.map(({ id }) => id)],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }): Promise<Overview> => {
      const at: ListQuery = locationId ? { location_id: locationId } : {};
      const list = async (query: ListQuery) =>
        await bodyOf(api.GET('/api/v2/customers', { params: { query: { ...at, ...query } }, signal }));
      const count = async (name: string, query: ListQuery): Promise<Count> => {
        const { total, total_is_lower_bound: isLowerBound } = await list({ ...query, page_size: 1 });
        return { name, n: total, isLowerBound };
      };
      const counts = async (queries: [name: string, query: ListQuery][]): Promise<Count[]> => {
        const all: Count[] = [];
        for (const [name, query] of queries) all.push(await count(name, query));
        return all;
      };
      const newest = await list({ page_size: NEWEST });
      const zone = (locations.find(({ id }) => id === locationId) ?? locations[0])?.timezone;
      const shown = locationId ? locations.filter(({ id }) => id === locationId) : locations;
      const sources = await counts(sourcesOf(newest.items).map((source) => [source, { source }]));
      return {
        total: { name: '', n: newest.total, isLowerBound: newest.total_is_lower_bound },
        duplicates: await countDuplicates(signal),
        months: await counts(
          lastMonths(todayIn(zone)).map(([from, to]) => [
            from,
            { created_after: startOfDay(from, zone), created_before: startOfDay(to, zone) },
          ]),
        ),
        sources: sources.sort((a, b) => b.n - a.n),
        locations: await counts(shown.slice(0, MOST_LOCATIONS).map(({ id }) => [id, { location_id: id }])),
      };
    },
  });

/** Canada writes days as ISO 8601 does. */
const todayIn = (timeZone: string | undefined): string =>
  new Intl.DateTimeFormat('en-CA', {
    ...(timeZone && { timeZone }),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(new Date());

/** The commonest sources among these. */
function sourcesOf(customers: { source: string | null }[]): string[] {
  const seen = new Map<string, number>();
  for (const { source } of customers) if (source) seen.set(source, (seen.get(source) ?? 0) + 1);
  return [...seen]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_SOURCES)
    .map(([source]) => source);
}

async function countDuplicates(signal: AbortSignal): Promise<Count> {
  const { items, next_cursor: next } = await bodyOf(
    api.GET('/api/v2/duplicates', { params: { query: { limit: 100 } }, signal }),
  );
  return { name: '', n: items.length, isLowerBound: next !== null };
}
