/** The list of customers, page after page by cursor; a request that is overtaken by another is given up. */
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { api, bodyOf, type ListQuery } from '../api.ts';

const PAGE_SIZE = 100;
const FRESH_MS = 30_000;

export const listQuery = (query: ListQuery) =>
  infiniteQueryOptions({
    queryKey: ['customers', query],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam ? { cursor: pageParam } : {};
      return await bodyOf(
        api.GET('/api/v2/customers', {
          params: { query: { ...query, page_size: PAGE_SIZE, ...cursor } },
          signal,
        }),
      );
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    // Who has scrolled far does not want all of it asked for again.
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) < 3,
  });
