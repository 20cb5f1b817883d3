/** The list as a table sees it: so many rows, each there or on its way. Only pages in sight, and some around, are held. */
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Customer, CustomerPage, ListQuery } from '../api.ts';
import { dropFarPages, firstPageQuery, PAGE_SIZE, pageQuery } from './list-query.ts';

/** So many rows beyond what is in sight are asked for. */
const AHEAD = 60;
/** Pages kept on either side of those in sight. */
const KEPT = 10;
/** Who drags the scrollbar across thousands of rows is asked for none of them before the hand rests. */
const REST_MS = 120;
/** A window asks again for the list of who comes back to it, near the top; who has scrolled far loses their place. */
const NEAR_TOP = 3;
/** Browsers draw nothing beyond some thirty million pixels: a table ends before. */
export const MOST_ROWS = 500_000;

const TOP = [1];

export interface Rows {
  first: CustomerPage | undefined;
  /** How many rows the table has. */
  count: number;
  isPending: boolean;
  /** What is shown is still that of the search before. */
  isOld: boolean;
  /** The first page could not be had. */
  error: unknown;
  /** Some page in sight could not be had. */
  isIncomplete: boolean;
  retry(): void;
  /** The customer of a row; undefined while it is on its way. */
  at(index: number): Customer | undefined;
  /** Says which rows are in sight. */
  see(from: number, to: number): void;
  /** All customers from one row to another. */
  between(
    from: number,
    to: number,
    onProgress: (found: number) => void,
    signal: AbortSignal,
  ): Promise<Customer[]>;
}

const pageOf = (index: number): number => Math.floor(index / PAGE_SIZE) + 1;

export function useRows(query: ListQuery, isOn: boolean): Rows {
  const queries = useQueryClient();
  const [sight, setSight] = useState({ query, pages: [1] });
  // Another search begins at its top.
  const inSight = sight.query === query ? sight.pages : TOP;
  const firstPage = useQuery({
    ...firstPageQuery(query),
    enabled: isOn,
    refetchOnWindowFocus: inSight[0]! <= NEAR_TOP,
  });
  const { data: first, isPlaceholderData: isOld } = firstPage;
  const asOf = first && !isOld ? first.as_of : null;
  const further = asOf ? inSight.filter((page) => page > 1) : [];
  const pages = useQueries({ queries: further.map((page) => pageQuery(queries, query, asOf!, page)) });

  const shown = useRef(nothingShown(query));
  if (shown.current.query !== query) shown.current = nothingShown(query);
  const { held } = shown.current;
  for (const page of held.keys()) if (!inSight.includes(page)) held.delete(page);
  if (first) held.set(1, first);
  further.forEach((page, i) => {
    const { data } = pages[i]!;
    if (data) held.set(page, data);
  });
  const count = Math.min(MOST_ROWS, first ? countOf(first, held, shown.current.count) : 0);
  shown.current.count = isOld ? 0 : count;

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const see = useCallback(
    (from: number, to: number) => {
      const last = pageOf(Math.max(0, Math.min(to + AHEAD, count - 1)));
      const start = Math.min(last, pageOf(Math.max(0, from - AHEAD)));
      const wanted = Array.from({ length: last - start + 1 }, (_, i) => start + i);
      clearTimeout(timer.current);
      if (String(wanted) === String(inSight)) return;
      const isNext = start <= inSight.at(-1)! + 1 && last >= inSight[0]! - 1;
      if (isNext) setSight({ query, pages: wanted });
      else timer.current = setTimeout(() => setSight({ query, pages: wanted }), REST_MS);
    },
    [query, inSight, count],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => dropFarPages(queries, query, inSight, KEPT), [queries, query, inSight]);

  const between = useCallback<Rows['between']>(
    async (from, to, onProgress, signal) => {
      const found: Customer[] = [];
      for (let page = pageOf(from); page <= pageOf(to) && asOf; page++) {
        const { items } =
          page === 1 ? first! : await queries.fetchQuery(pageQuery(queries, query, asOf, page));
        signal.throwIfAborted();
        const start = (page - 1) * PAGE_SIZE;
        found.push(...items.slice(Math.max(0, from - start), to - start + 1));
        onProgress(found.length);
      }
      return found;
    },
    [queries, query, asOf, first],
  );

  return {
    first,
    count,
    isPending: firstPage.isPending,
    isOld,
    error: first ? null : firstPage.error,
    isIncomplete: pages.some(({ isError }) => isError),
    retry: () => {
      if (!first) void firstPage.refetch();
      for (const page of pages) if (page.isError) void page.refetch();
    },
    at: (index) => held.get(pageOf(index))?.items[index % PAGE_SIZE],
    see,
    between,
  };
}

/** What the rows show: while a newer page is on its way, the one it replaces. */
const nothingShown = (query: ListQuery) => ({ query, held: new Map<number, CustomerPage>(), count: 0 });

/** Beyond the limit of a count, as many as were ever known of, and a page more where there is one. */
function countOf(first: CustomerPage, held: Map<number, CustomerPage>, known: number): number {
  if (!first.total_is_lower_bound) return first.total;
  let most = Math.max(first.total, known);
  for (const [page, { items, next_cursor }] of held) {
    const end = (page - 1) * PAGE_SIZE + items.length;
    if (!next_cursor) return end;
    most = Math.max(most, end + PAGE_SIZE);
  }
  return most;
}
