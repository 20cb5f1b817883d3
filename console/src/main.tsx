/** Starts the console. */
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Failure } from './api.ts';
import './app.css';
import { router } from './router.tsx';
import { changeSession, sessionQuery } from './session.ts';

const isOver = (error: unknown) => error instanceof Failure && error.status === 401;
const queries: QueryClient = new QueryClient({
  // Whatever first meets the end of the session leads to the page that begins another.
  queryCache: new QueryCache({
    onError: (error) => {
      if (isOver(error)) changeSession(queries, null);
    },
  }),
  defaultOptions: {
    mutations: {
      onError: (error) => {
        if (isOver(error)) changeSession(queries, null);
      },
    },
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
