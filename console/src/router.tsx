/** The addresses of the console. Everything a list shows stands in its address, so that it can be sent to a colleague. */
import { useQuery } from '@tanstack/react-query';
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import { useRef } from 'react';
import { ListPage } from './customers/list-page.tsx';
import { type ListSearch, readListSearch } from './customers/list-search.ts';
import { sessionQuery } from './session.ts';
import { Shell, ShellSkeleton } from './shell.tsx';
import { SignIn } from './sign-in.tsx';
import { strings } from './strings/index.ts';
import { buttonClass } from './ui/button.tsx';
import { ErrorProblem, Problem } from './ui/problem.tsx';

/** The pair that is open, the one customer whose pairs are shown, and whether it is those that were dismissed. */
interface DuplicatesSearch {
  location?: string;
  pair?: string | undefined;
  customer?: string | undefined;
  dismissed?: '1' | undefined;
}

/** The pages for who is signed in; the one page for who is not, at the same address. */
function Root() {
  const session = useQuery(sessionQuery);
  const wasSignedIn = useRef(false);
  if (session.data) wasSignedIn.current = true;
  if (session.isPending) return <ShellSkeleton />;
  if (session.data === undefined)
    return <ErrorProblem error={session.error} retry={() => session.refetch()} />;
  return session.data === null ? <SignIn hasEnded={wasSignedIn.current} /> : <Shell />;
}

const root = createRootRoute({
  component: Root,
  validateSearch: ({ location }: Record<string, unknown>): { location?: string } =>
    typeof location === 'string' && location ? { location } : {},
  search: { middlewares: [retainSearchParams(['location'])] },
  notFoundComponent: () => (
    <Problem title={strings.errors.notFoundTitle} text={strings.errors.notFound}>
      <Link to="/" className={buttonClass('primary')}>
        {strings.errors.toList}
      </Link>
    </Problem>
  ),
});

const list = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search: Record<string, unknown>): ListSearch => readListSearch(search),
  component: ListPage,
});

/** A time or the id of an event, as the API takes it; anything else shows the present. */
const isMoment = (at: unknown): at is string =>
  typeof at === 'string' &&
  (/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(at) ||
    (at.includes('T') && !Number.isNaN(Date.parse(at))));

const customer = createRoute({
  getParentRoute: () => root,
  path: '/customers/$id',
  validateSearch: ({ at }: Record<string, unknown>): { at?: string | undefined } => ({
    at: isMoment(at) ? at : undefined,
  }),
  component: lazyRouteComponent(() => import('./customer/customer-page.tsx'), 'CustomerPage'),
});

const duplicates = createRoute({
  getParentRoute: () => root,
  path: '/duplicates',
  validateSearch: ({ pair, customer, dismissed }: Record<string, unknown>): DuplicatesSearch => ({
    pair: typeof pair === 'string' && pair ? pair : undefined,
    customer: typeof customer === 'string' && customer ? customer : undefined,
    dismissed: dismissed === '1' ? '1' : undefined,
  }),
  component: lazyRouteComponent(() => import('./duplicates/duplicates-page.tsx'), 'DuplicatesPage'),
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/overview',
  component: lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/settings-page.tsx'), 'SettingsPage'),
});

const importing = createRoute({
  getParentRoute: () => root,
  path: '/import',
  component: lazyRouteComponent(() => import('./import/import-page.tsx'), 'ImportPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([list, customer, duplicates, importing, overview, settings]),
  defaultErrorComponent: ({ error, reset }) => <ErrorProblem error={error} retry={reset} />,
  defaultPreload: 'intent',
  // Plain words in the address: ?q=0412 stays text.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(given as [string, string][]).toString();
    return text && `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
