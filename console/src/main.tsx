/** Starts the console. */
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Failure } from './api.ts';
import './app.css';
import { router } from './router.tsx';
import { changeSession, sessionQuery } from './session.ts';

// Whatever first meets the end of the session leads to the page that begins another.
const onError = (error: unknown) => {
  if (error instanceof Failure && error.status === 401) changeSession(queries, null);
};
const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({
    // A key that is refused at signing in ends nothing.
    onError: (error, _variables, _result, { meta }) => {
      if (!meta?.isSignIn) onError(error);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What was refused stays refused; what did not answer is asked twice more.
      retry: (failures, error) =>
        failures < 2 && error instanceof Failure && (error.status === 0 || error.status >= 500),
    },
  },
});
// Asked for before anything is drawn.
void queries.prefetchQuery(sessionQuery);

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
