/** What became of a customer that is not there, as far as the key may know: nothing is written to learn it. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, type Blocker, bodyOf, Failure } from '../api.ts';
import { nameOf } from '../format.ts';
import type { SignedIn } from '../session.ts';
import { tell } from '../ui/notice.tsx';

export type Fate =
  /** It can be brought back; `name` as it was typed, `shown` as it is called. */
  | { is: 'deleted'; name: string | null; shown: string | null }
  | { is: 'erased'; at: string }
  | { is: 'unknown' };

export const fateKey = (id: string) => ['fate', id];

export const fateQuery = (id: string, session: SignedIn) =>
  queryOptions({
    queryKey: fateKey(id),
    queryFn: async (): Promise<Fate> => {
      if (!session.may('customers:delete')) return { is: 'unknown' };
      const restored = await answered(
        api.POST('/api/v2/customers/{id}/restore', { params: { path: { id }, query: { dry_run: true } } }),
      );
      if (!(restored instanceof Failure))
        return { is: 'deleted', name: restored.name, shown: nameOf(restored) };
      // Deleted, but nothing it was known by is free any more.
      if (restored.code === 'contact_in_use') return { is: 'deleted', name: null, shown: null };
      if (!session.may('customers:erase')) return { is: 'unknown' };
      const erased = await answered(rehearseErase(id));
      return erased instanceof Failure ? { is: 'unknown' } : { is: 'erased', at: erased.erased_at };
    },
    staleTime: 0,
  });

export const rehearseErase = (id: string) =>
  api.POST('/api/v2/customers/{id}/erase', { params: { path: { id }, query: { dry_run: true } } });

/** The body, or the refusal; throws when the service did not answer. */
async function answered<Body>(
  request: Promise<{ data?: { body: Body }; error?: unknown; response: Response }>,
): Promise<Body | Failure> {
  return await bodyOf(request).catch((error: unknown) => {
    if (error instanceof Failure && (error.status === 404 || error.status === 409)) return error;
    throw error;
  });
}

/** What keeps a record from being erased; nothing when nothing does. */
export async function eraseBlockers(id: string): Promise<Blocker[]> {
  const refused = await answered(rehearseErase(id));
  if (!(refused instanceof Failure)) return [];
  if (refused.details.blockers) return refused.details.blockers;
  throw refused;
}

/**
 * Somebody was erased: whatever this browser has read of customers is dropped, also that of others, in whose lists,
 * pairs and histories the person may stand.
 */
export function forgetCustomers(queries: QueryClient): void {
  tell(null);
  const isKept = ({ queryKey: [kind] }: { queryKey: readonly unknown[] }) =>
    kind === 'session' || kind === 'fate';
  queries.removeQueries({ type: 'inactive', predicate: (query) => !isKept(query) });
  void queries.resetQueries({ type: 'active', predicate: (query) => !isKept(query) });
  queries.getMutationCache().clear();
}
