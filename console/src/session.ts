/** Who is signed in, and what their key lets them do. */
import { type QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { api, bodyOf, Failure, type Location, type Session } from './api.ts';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await bodyOf(api.GET('/api/v2/session'));
    } catch (error) {
      if (error instanceof Failure && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** Another session begins, or none: nothing that the one before saw is kept. */
export function changeSession(queries: QueryClient, session: Session | null): void {
  queries.setQueryData(sessionQuery.queryKey, session);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
}

const forgetters = new Set<() => void>();
/** What holds customers of this session beside the queries forgets them when it is signed out. */
export const whenSignedOut = (forget: () => void): void => void forgetters.add(forget);

/** Somebody has signed out: the next one at this browser finds nothing. */
export function endSession(queries: QueryClient): void {
  for (const forget of forgetters) forget();
  indexedDB.deleteDatabase('clientele-import');
  changeSession(queries, null);
}

export interface SignedIn extends Session {
  may(scope: string): boolean;
  locationOf(id: string): Location | undefined;
  /** The country whose phone numbers are written the short way. */
  country(id: string | undefined): string;
}

/** The session within the pages that need one. */
export function useSession(): SignedIn {
  const { data } = useSuspenseQuery(sessionQuery);
  // When the session ends, the pages are drawn once more before they go.
  const last = useRef(data);
  if (data) last.current = data;
  const session = last.current!;
  const locationOf = (id: string) => session.locations.find((location) => location.id === id);
  return {
    ...session,
    may: (scope) => session.key.scopes.includes(scope),
    locationOf,
    country: (id) => (id && locationOf(id)?.country) || session.locations[0]?.country || 'AU',
  };
}
