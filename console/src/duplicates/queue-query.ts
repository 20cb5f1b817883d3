/** The queue of pairs that may be one person, the likeliest first, and those that were dismissed: page after page. */
import { type InfiniteData, infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { api, bodyOf, type Customer, type DuplicatePage } from '../api.ts';
import { customerQuery } from '../customer/customer-query.ts';

export type PossibleDuplicate = DuplicatePage['items'][number];

const PAGE_SIZE = 30;
const FRESH_MS = 30_000;
export const queueKey = ['duplicates', 'queue'] as const;

/** What narrows the queue; all of it stands in the address. */
export interface Narrowing {
  location?: string | undefined;
  /** Only pairs with this customer. */
  customer?: string | undefined;
  /** Those that were dismissed, the last one first. */
  dismissed?: boolean | undefined;
}

export const queueQuery = ({ location, customer, dismissed }: Narrowing) =>
  infiniteQueryOptions({
    queryKey: [...queueKey, { location, customer, dismissed }],
    queryFn: async ({ pageParam, signal }) =>
      await bodyOf(
        api.GET('/api/v2/duplicates', {
          params: {
            query: {
              limit: PAGE_SIZE,
              ...(location && { location_id: location }),
              ...(customer && { customer_id: customer }),
              ...(dismissed && { dismissed }),
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

type Queue = InfiniteData<DuplicatePage, string>;

/** Takes what was decided out of every queue at once: the pair, and every pair with a customer that is gone. */
export function takeOut(queries: QueryClient, isDecided: (pair: PossibleDuplicate) => boolean): void {
  queries.setQueriesData<Queue>(
    { queryKey: queueKey },
    (queue) =>
      queue && {
        ...queue,
        pages: queue.pages.map((page) => ({
          ...page,
          items: page.items.filter((pair) => !isDecided(pair)),
        })),
      },
  );
}

/** After a merge or its undo: what other pages know of the two is asked for again. */
export function forgetPair(queries: QueryClient, ids: string[]): void {
  queries.removeQueries({ queryKey: ['customers'] });
  for (const id of ids) {
    void queries.invalidateQueries({ queryKey: customerQuery(id).queryKey });
    void queries.invalidateQueries({ queryKey: ['events', id] });
    void queries.invalidateQueries({ queryKey: ['references', id] });
    void queries.invalidateQueries({ queryKey: ['duplicates', id] });
  }
}

export const referencesQuery = (id: Customer['id']) => ({
  queryKey: ['references', id],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await bodyOf(api.GET('/api/v2/customers/{id}/references', { params: { path: { id } }, signal }))).items,
});
