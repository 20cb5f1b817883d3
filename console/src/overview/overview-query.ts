/**
 * The numbers of the overview: totals the API has anyway, asked for one after the other, so that an overview costs the service
 * no more than somebody who searches. How the business grew is asked for beside them: counting that may take a second.
 */
import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf, type ListQuery, type Location } from '../api.ts';

export interface Count {
  name: string;
  n: number;
  isLowerBound: boolean;
}
export interface Overview {
  total: Count;
  duplicates: Count;
  /** Each with its id as the name. */
  locations: Count[];
}

export const MOST_LOCATIONS = 12;
const FRESH_MS = 60_000;

const atLocation = (locationId: string | undefined): { location_id?: string } =>
  locationId ? { location_id: locationId } : {};

export const growthQuery = (locationId: string | undefined) =>
  queryOptions({
    queryKey: ['overview', 'growth', locationId ?? null],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }) =>
      await bodyOf(
        api.GET('/api/v2/customers/growth', { params: { query: atLocation(locationId) }, signal }),
      ),
  });

export const overviewQuery = (locations: Location[], locationId: string | undefined) =>
  queryOptions({
    queryKey: ['overview', locationId ?? null, locations.map(({ id }) => id)],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }): Promise<Overview> => {
      const at = atLocation(locationId);
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
      const shown = locationId ? locations.filter(({ id }) => id === locationId) : locations;
      return {
        total: await count('', {}),
        duplicates: await countDuplicates(signal),
        locations: await counts(shown.slice(0, MOST_LOCATIONS).map(({ id }) => [id, { location_id: id }])),
      };
    },
  });

async function countDuplicates(signal: AbortSignal): Promise<Count> {
  const { items, next_cursor: next } = await bodyOf(
    api.GET('/api/v2/duplicates', { params: { query: { limit: 100 } }, signal }),
  );
  return { name: '', n: items.length, isLowerBound: next !== null };
}
