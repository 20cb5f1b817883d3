/** The imports of before, newest first, and how one is called: imports have a time and no name. */
import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { api, bodyOf, type Import } from '../api.ts';
import { formatMoment } from '../format.ts';
import { strings } from '../strings/index.ts';

const PAGE_SIZE = 5;
const FRESH_MS = 30_000;

export const importsQuery = (locationId: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['imports', locationId ?? null],
    queryFn: async ({ pageParam, signal }) =>
      await bodyOf(
        api.GET('/api/v2/imports', {
          params: {
            query: {
              limit: PAGE_SIZE,
              ...(locationId && { location_id: locationId }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    staleTime: FRESH_MS,
  });

/** Records, lists and figures are no longer what they were. */
export const forgetRecords = (queries: QueryClient): Promise<void> =>
  queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });

/** An import as it is called; one that is not among the latest has no time here. */
export const nameOfImport = (one: Pick<Import, 'started_at'> | undefined, timeZone?: string): string =>
  one ? strings.import.recent.name(formatMoment(one.started_at, timeZone)) : strings.import.recent.some;
