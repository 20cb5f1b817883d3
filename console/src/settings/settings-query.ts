/** What the settings show, as it is asked for: whole lists, for there are tens of these and not thousands. */
import { queryOptions } from '@tanstack/react-query';
import { type ApiKey, api, bodyOf, type DeleteRules, type KeyUseDay, type Location } from '../api.ts';

async function everyPage<Item>(
  ask: (cursor: string | null) => Promise<{ items: Item[]; next_cursor: string | null }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Item[]; next_cursor: string | null } = await ask(cursor);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return items;
}

const from = (cursor: string | null) => ({ params: { query: cursor ? { cursor } : {} } });

export const locationsQuery = queryOptions({
  queryKey: ['locations'],
  queryFn: async ({ signal }): Promise<Location[]> =>
    await everyPage((cursor) => bodyOf(api.GET('/api/v2/locations', { ...from(cursor), signal }))),
});

const USED_MS = 30_000;

/** Newest first. */
export const keysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: async ({ signal }): Promise<ApiKey[]> => {
    const keys = await everyPage((cursor) =>
      bodyOf(api.GET('/api/v2/api-keys', { ...from(cursor), signal })),
    );
    return keys.reverse();
  },
  // When each was last used moves on by itself.
  refetchInterval: USED_MS,
});

/** The last days on which a key was used, the last one first. */
export const keyUsesQuery = (id: string) =>
  queryOptions({
    queryKey: ['api-key-uses', id],
    queryFn: async ({ signal }): Promise<KeyUseDay[]> => {
      const { items } = await bodyOf(
        api.GET('/api/v2/api-keys/{id}/uses', { params: { path: { id }, query: { limit: 30 } }, signal }),
      );
      return items;
    },
    refetchInterval: USED_MS,
  });

export const rulesQuery = queryOptions({
  queryKey: ['delete-rules'],
  queryFn: async ({ signal }): Promise<DeleteRules> =>
    await bodyOf(api.GET('/api/v2/delete-rules', { signal })),
});
