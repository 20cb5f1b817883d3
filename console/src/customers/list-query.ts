/**
 * The pages of the list. The first one says how many there are and as of when; the others are asked for as of then, so
 * that none moves while others write. A request that is overtaken is given up.
 */
import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, bodyOf, type Customer, type CustomerPage, type ListQuery } from '../api.ts';

export const PAGE_SIZE = 100;
const FRESH_MS = 30_000;

export const firstPageQuery = (query: ListQuery) =>
  queryOptions({
    queryKey: ['customers', query],
    queryFn: async ({ signal }) => await fetchPage(query, {}, signal),
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });

const pagesKey = (query: ListQuery, asOf: string) => ['customers', query, asOf] as const;

/**
 * A page after the first. Where the one before it is there, its cursor leads on at the cost of a page; who jumps into the
 * midst of the list asks by number, which costs the database what lies before.
 */
export const pageQuery = (queries: QueryClient, query: ListQuery, asOf: string, page: number) =>
  queryOptions({
    queryKey: [...pagesKey(query, asOf), page],
    queryFn: async ({ signal }) => {
      const before = queries.getQueryData<CustomerPage>(
        page === 2 ? ['customers', query] : [...pagesKey(query, asOf), page - 1],
      );
      const isBefore = before?.next_cursor && before.as_of === asOf;
      const where = isBefore ? { cursor: before.next_cursor! } : { page, as_of: asOf };
      return await fetchPage(query, where, signal);
    },
    // As of a moment nothing changes any more.
    staleTime: Number.POSITIVE_INFINITY,
  });

async function fetchPage(
  query: ListQuery,
  where: Pick<ListQuery, 'page' | 'as_of' | 'cursor'>,
  signal: AbortSignal,
): Promise<CustomerPage> {
  return await bodyOf(
    api.GET('/api/v2/customers', { params: { query: { ...query, page_size: PAGE_SIZE, ...where } }, signal }),
  );
}

/** Forgets the pages that are further than so many from those in sight: who walks through everybody keeps few of them. */
export function dropFarPages(queries: QueryClient, query: ListQuery, inSight: number[], most: number): void {
  const [from = 1, to = 1] = [inSight[0], inSight.at(-1)];
  queries.removeQueries({
    queryKey: ['customers', query],
    type: 'inactive',
    predicate: ({ queryKey }) => {
      const page = queryKey[3];
      return typeof page === 'number' && (page < from - most || page > to + most);
    },
  });
}

/** What any list that was shown knows of a customer. */
export function knownCustomer(queries: QueryClient, id: string): Customer | undefined {
  for (const [, page] of queries.getQueriesData<CustomerPage>({ queryKey: ['customers'] })) {
    const known = page?.items.find((item) => item.id === id);
    if (known) return known;
  }
  return undefined;
}
