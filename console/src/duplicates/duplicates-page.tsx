/** Possible duplicates: the queue, and the pair that is open beside it. After a decision the next pair is shown. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { customerQuery } from '../customer/customer-query.ts';
import { nameOf } from '../format.ts';
import { isTyping } from '../keyboard.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ErrorProblem, Problem } from '../ui/problem.tsx';
import { PairView } from './pair-view.tsx';
import { Queue, QueueSkeleton } from './queue.tsx';
import { type PossibleDuplicate, queueQuery } from './queue-query.ts';

const words = strings.duplicates;

/** An address may name a pair that lies far down: so many pages are looked through for it. */
const MOST_PAGES = 10;
/** With fewer left than this, more is asked for. */
const FEW = 5;

export function DuplicatesPage() {
  const session = useSession();
  const asked = useSearch({ from: '/duplicates' });
  const navigate = useNavigate({ from: '/duplicates' });
  const location = session.locationOf(asked.location ?? '')?.id;
  const { pair: openId, customer } = asked;
  const dismissed = asked.dismissed === '1';
  const mayRead = session.may('customers:read');
  const queue = useInfiniteQuery({ ...queueQuery({ location, customer, dismissed }), enabled: mayRead });
  const list = useRef<HTMLOListElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const pairs = queue.data?.pages.flatMap(({ items }) => items) ?? [];
  const open = pairs.find(({ id }) => id === openId);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = queue;
  const pages = queue.data?.pages.length ?? 0;
  const isLookedFor = openId !== undefined && !open && hasNextPage && pages < MOST_PAGES;
  useEffect(() => {
    // What failed is asked for again by the button alone.
    if (isFetching || isFetchNextPageError || !hasNextPage) return;
    if (isLookedFor || pairs.length < FEW) void fetchNextPage();
  }, [isLookedFor, isFetching, isFetchNextPageError, hasNextPage, pairs.length, fetchNextPage]);
  useEffect(() => {
    document.title = `${words.title} · ${session.business.name}`;
  }, [session.business.name]);

  const show = (pair: string | undefined) =>
    navigate({ search: (known) => ({ ...known, pair }), replace: true });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || (event.key !== 'j' && event.key !== 'k')) return;
      const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>('a[data-pair]') ?? [])];
      const focused = links.indexOf(document.activeElement as HTMLAnchorElement);
      const at = focused >= 0 ? focused : links.findIndex((link) => link.dataset.pair === openId);
      const to = links[Math.max(0, event.key === 'j' ? at + 1 : at - 1)];
      // On a phone an open pair stands in place of the queue: then the next one is opened.
      if (to?.offsetParent === null) to.click();
      else to?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });

  if (!mayRead) return <Problem title={strings.errors.title} text={strings.errors.forbidden} />;
  if (queue.isError && !queue.data) return <ErrorProblem error={queue.error} retry={() => queue.refetch()} />;

  /** Shows the next pair; a merge has ended every pair with the record that went. */
  const onDecided = (goneId?: string) => {
    // Who has opened something else meanwhile stays there.
    if (new URLSearchParams(window.location.search).get('pair') !== openId) return;
    const at = pairs.findIndex(({ id }) => id === openId);
    const isOpen = ({ id, customer_ids: ids }: PossibleDuplicate) =>
      id !== openId && !ids.includes(goneId ?? '');
    const next = pairs.slice(at + 1).find(isOpen) ?? pairs.find(isOpen);
    void show(next?.id);
    if (!next) title.current?.focus();
  };
  const isEmpty = queue.isSuccess && pairs.length === 0 && !hasNextPage;
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-3 border-b border-line bg-surface px-4 py-4 sm:px-6">
        <h1 ref={title} tabIndex={-1} className="text-2xl font-semibold tracking-tight">
          {words.title}
        </h1>
        <p
          className={`numeric min-h-6 text-sm text-muted ${openId ? 'max-sm:sr-only' : ''}`}
          aria-live="polite"
        >
          {queue.data && (dismissed ? words.countDismissed : words.count)(pairs.length, hasNextPage)}
        </p>
        {customer && <OnlyOf id={customer} dismissed={asked.dismissed} />}
        <Link
          to="/duplicates"
          search={{ customer, dismissed: dismissed ? undefined : '1' }}
          className={`ml-auto inline-flex min-h-9 items-center rounded-lg text-sm text-accent underline underline-offset-2 ${openId ? 'max-lg:hidden' : ''}`}
        >
          {dismissed ? words.toOpen : words.toDismissed}
        </Link>
        {openId && (
          <Link
            to="/duplicates"
            search={(known) => ({ ...known, pair: undefined })}
            className="ml-auto inline-flex min-h-9 items-center gap-1 rounded-lg text-sm text-muted hover:text-ink lg:hidden"
          >
            <Icon name="back" className="size-4" />
            {words.toQueue}
          </Link>
        )}
      </div>
      {isEmpty ? (
        <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-20 text-center">
          <Icon name="check" className="size-8 text-accent" />
          <h2 className="text-lg font-semibold">
            {dismissed ? words.emptyDismissedTitle : words.emptyTitle}
          </h2>
          <p className="text-muted text-balance">
            {dismissed ? words.emptyDismissed : customer || location ? words.emptyHere : words.empty}
          </p>
          {customer && (
            <Link to="/duplicates" search={{ dismissed: asked.dismissed }} className={buttonClass()}>
              {words.showAll}
            </Link>
          )}
        </div>
      ) : (
        <div className="flex min-h-0 flex-1">
          <div
            className={`min-h-0 w-full overflow-y-auto lg:w-88 lg:shrink-0 lg:border-r lg:border-line ${openId ? 'max-lg:hidden' : ''}`}
          >
            {queue.isPending ? (
              <QueueSkeleton />
            ) : (
              <Queue
                label={dismissed ? words.dismissedQueue : words.queue}
                pairs={pairs}
                openId={openId}
                list={list}
                hasMore={hasNextPage}
                isLoadingMore={queue.isFetchingNextPage}
                onMore={() => fetchNextPage()}
              />
            )}
          </div>
          <div
            className={`min-h-0 min-w-0 flex-1 scroll-pt-32 overflow-y-auto ${openId ? '' : 'max-lg:hidden'}`}
          >
            {open ? (
              <PairView
                key={open.id}
                pair={open}
                onDecided={onDecided}
                onSettled={() => {
                  onDecided();
                  void queue.refetch();
                }}
                // Who has gone elsewhere meanwhile stays there.
                onUndone={() => {
                  const { pathname, search } = window.location;
                  const isHere = new URLSearchParams(search).has('dismissed') === dismissed;
                  if (pathname === '/duplicates' && isHere) void show(open.id);
                }}
              />
            ) : openId && queue.isSuccess && !isLookedFor && !isFetching ? (
              <div role="alert" className="max-w-md p-6">
                <h2 className="text-lg font-semibold">{words.settledTitle}</h2>
                <p className="mt-2 text-muted">{words.notInQueue}</p>
              </div>
            ) : (
              !openId && (
                <div className="max-w-md p-6 text-muted">
                  <p>{words.choose}</p>
                  <p className="mt-2">{words.keys}</p>
                </div>
              )
            )}
          </div>
        </div>
      )}
    </>
  );
}

/** Says that only the pairs of one customer are shown, and leads to all. */
function OnlyOf({ id, dismissed }: { id: string; dismissed: '1' | undefined }) {
  const { data } = useQuery(customerQuery(id));
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
      {data ? words.onlyOf(nameOf(data)) : '\u00a0'}
      <Link to="/duplicates" search={{ dismissed }} className="text-accent underline underline-offset-2">
        {words.showAll}
      </Link>
    </p>
  );
}
