/** What stands around every page: the way about, the location, the key, and what was just done. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, bodyOf } from './api.ts';
import { WorkBar } from './customers/work-bar.tsx';
import { OpenPairs } from './duplicates/nav-count.tsx';
import { isTyping } from './keyboard.ts';
import { endSession, useSession } from './session.ts';
import { strings } from './strings/index.ts';
import { Button } from './ui/button.tsx';
import { Dialog } from './ui/dialog.tsx';
import { Icon, Mark } from './ui/icon.tsx';
import { Menu } from './ui/menu.tsx';
import { Notices } from './ui/notice.tsx';

const NAV_LINK =
  'rounded-lg px-3 py-1.5 text-sm font-medium whitespace-nowrap text-muted max-sm:px-1.5 hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent';

export function Shell() {
  const session = useSession();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const { pathname } = useLocation();
  const { location } = useSearch({ strict: false });
  const isAtCustomers = pathname === '/' || pathname.startsWith('/customers/');
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '?' || isTyping(event)) return;
      event.preventDefault();
      setHelpOpen(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className="flex h-full flex-col">
      <a
        href="#content"
        className="absolute left-4 top-2 z-50 -translate-y-16 rounded-lg bg-accent px-4 py-2 text-on-accent focus:translate-y-0"
      >
        {strings.skip}
      </a>
      <header className="flex min-h-14 flex-wrap items-center gap-x-2 border-b border-line bg-surface px-4 max-sm:pt-2 sm:flex-nowrap sm:gap-x-4 sm:px-6">
        <Link to="/" className="flex min-w-0 items-center gap-2.5 font-semibold tracking-tight">
          <Mark />
          <span className="max-w-48 truncate max-sm:sr-only">{session.business.name}</span>
        </Link>
        <nav
          aria-label={strings.nav.label}
          className="flex min-w-0 items-center gap-1 overflow-x-auto p-1 max-sm:order-last max-sm:gap-0 max-sm:-mx-3 max-sm:w-[calc(100%+1.5rem)] max-sm:justify-between"
        >
          <Link to="/" aria-current={isAtCustomers ? 'page' : undefined} className={NAV_LINK}>
            {strings.nav.customers}
          </Link>
          <Link
            to="/duplicates"
            aria-current={pathname === '/duplicates' ? 'page' : undefined}
            className={`${NAV_LINK} flex items-center gap-1.5`}
          >
            {strings.nav.duplicates}
            <OpenPairs location={session.locationOf(location ?? '')?.id} />
          </Link>
          {session.may('customers:write') && (
            <Link
              to="/import"
              aria-current={pathname === '/import' ? 'page' : undefined}
              className={NAV_LINK}
            >
              {strings.nav.import}
            </Link>
          )}
          {session.may('customers:read') && (
            <Link
              to="/overview"
              aria-current={pathname === '/overview' ? 'page' : undefined}
              className={NAV_LINK}
            >
              {strings.nav.overview}
            </Link>
          )}
          {session.may('admin') && (
            <Link
              to="/settings"
              aria-current={pathname === '/settings' ? 'page' : undefined}
              className={NAV_LINK}
            >
              {strings.nav.settings}
            </Link>
          )}
        </nav>
        <div className="ml-auto flex min-w-0 items-center gap-1 sm:gap-3">
          <LocationSwitch />
          <Account onHelp={() => setHelpOpen(true)} />
        </div>
      </header>
      <main id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col">
        <Outlet />
      </main>
      <WorkBar />
      <Notices />
      {isHelpOpen && <KeyboardHelp onClose={() => setHelpOpen(false)} />}
    </div>
  );
}

/** Narrows every list to one location; kept in the address. A key of one location has no choice, and sees its name. */
function LocationSwitch() {
  const { locations } = useSession();
  const { location = '' } = useSearch({ strict: false });
  const { pathname } = useLocation();
  const navigate = useNavigate();
  if (locations.length < 2) {
    return (
      <span className="flex min-w-0 items-center gap-1.5 text-sm text-muted max-sm:hidden">
        <Icon name="pin" className="size-4" />
        <span className="truncate">{locations[0]?.name}</span>
      </span>
    );
  }
  return (
    <label className="flex min-w-0 items-center gap-1.5 text-sm">
      <Icon name="pin" className="size-4 text-muted" />
      <span className="sr-only">{strings.location.label}</span>
      <select
        value={location}
        className="min-h-9 max-w-40 min-w-0 truncate rounded-lg border border-line bg-surface px-2 sm:max-w-56"
        onChange={({ target }) => {
          const chosen = { location: target.value || undefined };
          if (pathname === '/duplicates') void navigate({ to: '/duplicates', search: chosen });
          else void navigate({ to: '/', search: (known) => ({ ...known, ...chosen }) });
        }}
      >
        <option value="">{strings.location.all}</option>
        {locations.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Account({ onHelp }: { onHelp: () => void }) {
  const { key, business } = useSession();
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: async () => await bodyOf(api.DELETE('/api/v2/session')),
    onSettled: () => endSession(queries),
  });
  return (
    <Menu
      label={`${strings.account.label}: ${key.name}`}
      button={
        <>
          <Icon name="person" />
          <span className="max-w-36 truncate max-md:hidden">{key.name}</span>
          <Icon name="down" className="size-4 max-md:hidden" />
        </>
      }
    >
      {(close) => (
        <>
          <div className="px-2 pb-3 pt-1 text-sm">
            <p className="text-muted">{strings.account.signedInWith}</p>
            <p className="font-medium">{key.name}</p>
            <p className="text-muted">{business.name}</p>
            <p className="mt-2 text-muted">
              {strings.account.may}: {key.scopes.map((scope) => strings.scopes[scope] ?? scope).join(', ')}.
            </p>
          </div>
          <div className="flex flex-col border-t border-line pt-2">
            <Button
              weight="quiet"
              className="justify-start"
              onClick={() => {
                close();
                onHelp();
              }}
            >
              {strings.account.keyboard}
            </Button>
            <a
              href="/docs"
              className="rounded-lg px-3 py-2 text-sm font-medium text-muted hover:bg-sunken hover:text-ink"
            >
              {strings.nav.reference}
            </a>
            <Button
              weight="quiet"
              className="justify-start"
              disabled={signOut.isPending}
              onClick={() => signOut.mutate()}
            >
              {strings.account.signOut}
            </Button>
          </div>
        </>
      )}
    </Menu>
  );
}

function KeyboardHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={strings.keyboard.title} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {strings.keyboard.rows.map(([key, meaning]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="inline-block min-w-8 rounded-md border border-line bg-sunken px-2 py-0.5 text-center font-mono text-sm">
                {key}
              </kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-6 flex justify-end">
        <Button onClick={onClose}>{strings.close}</Button>
      </div>
    </Dialog>
  );
}

/** In place of everything while it is not known who is signed in. */
export function ShellSkeleton() {
  return (
    <div className="flex h-full flex-col" role="status" aria-label={strings.loading}>
      <div className="flex min-h-14 items-center gap-4 border-b border-line bg-surface px-6">
        <Mark />
        <div className="skeleton h-4 w-32" />
      </div>
    </div>
  );
}
