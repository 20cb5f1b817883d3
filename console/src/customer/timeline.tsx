/** What happened to the customer: who, when, and what, newest first. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, bodyOf, messageOf } from '../api.ts';
import { formatMoment, useFormatPhone } from '../format.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { linesOf } from './event-words.ts';

export function Timeline({
  id,
  timeZone,
  country,
  shown,
}: {
  id: string;
  timeZone: string | undefined;
  country: string;
  /** The event whose record is shown, where it is not the present one. */
  shown?: string;
}) {
  const formatPhone = useFormatPhone();
  const written = ({ type, value }: { type: string; value: string }) =>
    type === 'phone' ? (formatPhone?.(value, country) ?? value) : value;
  const events = useInfiniteQuery({
    queryKey: ['events', id],
    queryFn: async ({ pageParam, signal }) =>
      await bodyOf(
        api.GET('/api/v2/customers/{id}/events', {
          params: { path: { id }, query: { limit: 20, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
  const items = events.data?.pages.flatMap((page) => page.items);
  return (
    <section aria-labelledby="history" className="rounded-2xl border border-line bg-surface p-5">
      <h2 id="history" className="font-semibold">
        {strings.timeline.title}
      </h2>
      {events.isError && (
        <p role="alert" className="mt-3 text-danger">
          {messageOf(events.error)}
        </p>
      )}
      {items?.length === 0 && <p className="mt-3 text-muted">{strings.timeline.none}</p>}
      <ol className="mt-4 min-h-24">
        {events.isPending &&
          [0, 1].map((row) => (
            <li key={row} className="pb-5 pl-6">
              <div className="skeleton h-4 w-64 max-w-full" />
              <div className="skeleton mt-2 h-3 w-40" />
            </li>
          ))}
        {items?.map((event) => (
          <li
            key={event.id}
            aria-current={event.id === shown}
            className="relative border-l border-line pb-5 pl-6 last:border-transparent last:pb-0"
          >
            <span
              aria-hidden="true"
              className={`absolute -left-[5px] top-1.5 size-[9px] rounded-full border-2 ${
                event.id === shown ? 'border-warn bg-warn' : 'border-accent bg-surface'
              }`}
            />
            {linesOf(event, written).map((line) => (
              <p key={line} className="break-words first-letter:uppercase">
                {line}
              </p>
            ))}
            <p className="numeric text-sm text-muted">
              {event.actor.name ?? strings.timeline.system}
              {event.import_id && ` ${strings.timeline.imported}`}
              {event.customer_id !== id && ` ${strings.timeline.ofOther}`} ·{' '}
              <time dateTime={event.at}>{formatMoment(event.at, timeZone)}</time> ·{' '}
              {event.id === shown ? (
                <span className="font-medium text-warn">{strings.timeline.shown}</span>
              ) : (
                // Of a record merged in since: itself as it was, under its own id.
                <Link
                  to="/customers/$id"
                  params={{ id: event.customer_id }}
                  search={{ at: event.id }}
                  aria-label={strings.timeline.seeAt(formatMoment(event.at, timeZone))}
                  className="inline-block underline decoration-line-strong underline-offset-2 hover:text-accent"
                >
                  {strings.timeline.see}
                </Link>
              )}
            </p>
          </li>
        ))}
      </ol>
      {events.hasNextPage && (
        <Button disabled={events.isFetchingNextPage} onClick={() => events.fetchNextPage()}>
          {strings.timeline.more}
        </Button>
      )}
    </section>
  );
}
