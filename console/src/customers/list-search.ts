/** What the list shows, as it stands in the address, and as the API is asked for it. Pure. */

import { startOfDay } from '../../../src/customers/time-zone.ts';
import type { Customer, ListQuery, Sort } from '../api.ts';

export interface ListSearch {
  q?: string;
  status?: Customer['status'];
  /** Several with commas between them: all must match. */
  tag?: string;
  source?: string;
  /** Days, as 2026-01-31. */
  from?: string;
  to?: string;
  /** Changed on this day or later. */
  since?: string;
  sort?: Sort;
  deleted?: '1';
  location?: string;
  /** Only whom this import made or changed. */
  import?: string;
}

const STATUSES: readonly Customer['status'][] = ['lead', 'active', 'inactive', 'blocked'];
const SORTS: readonly Sort[] = ['-created_at', 'created_at', '-updated_at', 'updated_at', 'name', '-name'];
export const DEFAULT_SORT: Sort = '-created_at';

/** Reads an address, which anybody may have typed: what makes no sense is left out. */
export function readListSearch(search: Record<string, unknown>): ListSearch {
  const text = (name: string, limit: number): string | undefined => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, limit) : undefined;
  };
  const day = (name: string) => {
    const value = text(name, 10);
    return value && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
  };
  const uuid = (name: string) => {
    const value = text(name, 36);
    return value && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value) ? value : undefined;
  };
  // Named even where undefined: what the address says there must not come through.
  return {
    q: text('q', 200),
    status: STATUSES.find((status) => status === search.status),
    tag: text('tag', 500),
    source: text('source', 100),
    from: day('from'),
    to: day('to'),
    since: day('since'),
    sort: SORTS.find((sort) => sort === search.sort && sort !== DEFAULT_SORT),
    deleted: search.deleted === '1' ? '1' : undefined,
    location: text('location', 36),
    import: uuid('import'),
  };
}

/** How many filters narrow the list, beside the search and the location. */
export const filtersOn = (search: ListSearch): number => {
  const { status, tag, source, from, to, since, deleted } = search;
  return [status, tag, source, from, to, since, deleted, search.import].filter(Boolean).length;
};

/** The query of the API; days begin and end in the time zone of the location. */
export function toQuery(search: ListSearch, timeZone: string | undefined): ListQuery {
  const { q, status, tag, source, from, to, since, sort = DEFAULT_SORT, deleted, location } = search;
  const tags = (tag ?? '')
    .split(',')
    .map((one) => one.trim().slice(0, 64))
    .filter(Boolean)
    .slice(0, 20);
  return {
    sort,
    ...(q?.trim() && { q: q.trim() }),
    ...(status && { status }),
    ...(tags.length > 0 && { tag: tags }),
    ...(source && { source }),
    ...(from && { created_after: startOfDay(from, timeZone) }),
    ...(to && { created_before: startOfDay(to, timeZone, 1) }),
    ...(since && { updated_after: startOfDay(since, timeZone) }),
    ...(deleted && { deleted: true }),
    ...(location && { location_id: location }),
    ...(search.import && { import_id: search.import }),
  };
}
