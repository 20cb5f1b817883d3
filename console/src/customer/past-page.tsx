/** A customer as they were after one entry of their history, or at a time: over it stands that it is not the present. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { type Customer, Failure } from '../api.ts';
import { formatLong, nameOf } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ErrorProblem } from '../ui/problem.tsx';
import { customerQuery, pastQuery } from './customer-query.ts';
import { Panel, SheetSkeleton } from './panel.tsx';
import { PastSheet } from './past-sheet.tsx';
import { compare, instantOf } from './then-and-now.ts';
import { Timeline } from './timeline.tsx';

const words = strings.past;
const isMissing = (error: unknown) => error instanceof Failure && error.status === 404;

export function PastPage({ id, at }: { id: string; at: string }) {
  const session = useSession();
  const past = useQuery(pastQuery(id, at));
  const present = useQuery(customerQuery(id));
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: from one entry to the next the page begins anew
  useEffect(() => heading.current?.focus(), [at]);

  const error = [past.error, present.error].find((one) => one && !isMissing(one));
  // A record that is deleted now is still shown as it was, but not compared.
  const now = isMissing(present.error) ? null : present.data;
  const was = isMissing(past.error) ? null : past.data;
  const isLoading = was === undefined || now === undefined;
  const location = session.locationOf((now ?? was)?.location_id ?? '') ?? session.locations[0];
  // Another location's clock is not shown for a moment first.
  const isClockKnown = Boolean(now ?? was) || !isLoading || session.locations.length === 1;
  const when = isClockKnown ? formatLong(instantOf(at), location?.timezone) : '…';
  useEffect(() => {
    document.title = `${words.title(when)} · ${session.business.name}`;
  }, [when, session.business.name]);
  if (error) {
    const retry = () => Promise.all([past.refetch(), present.refetch()]);
    return <ErrorProblem error={error} retry={retry} />;
  }
  const comparison = was && now !== undefined ? compare(was, now) : null;
  const history = now && (
    <Timeline
      id={now.id}
      timeZone={location?.timezone}
      country={session.country(now.location_id)}
      shown={at}
    />
  );
  return (
    <>
      <section
        aria-labelledby="past"
        className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-3 rounded-2xl border border-warn bg-warn-soft px-5 py-4"
      >
        <Icon name="clock" className="size-6 text-warn max-sm:hidden" />
        <div className="min-w-0 flex-1 basis-64">
          <h1
            id="past"
            ref={heading}
            tabIndex={-1}
            className="scroll-mt-24 text-lg font-semibold text-balance"
          >
            {words.title(when)}
          </h1>
          <p className="min-h-6 text-sm" aria-live="polite">
            {comparison && [words.readOnly, ...remarks(was!, now!, comparison.count)].join(' ')}
          </p>
        </div>
        <Link
          to="/customers/$id"
          params={{ id: now?.id ?? id }}
          className={buttonClass('primary', 'max-sm:w-full')}
        >
          {words.back}
        </Link>
      </section>
      {isLoading && <SheetSkeleton label={strings.loading} />}
      {comparison && <PastSheet was={was!} now={now!} comparison={comparison} history={history} />}
      {now !== undefined && was === null && (
        <div className="mt-5 flex flex-col gap-5">
          <Panel id="nothing" title={words.notThere}>
            <p className="mt-2 text-muted">
              {whyNot(at, now?.id === id ? now.created_at : null, location?.timezone)}
            </p>
          </Panel>
          {history}
        </div>
      )}
    </>
  );
}

/** What the banner says beside the time. */
function remarks(was: Customer, now: Customer | null, differences: number): string[] {
  if (now === null) return [words.isGone];
  const merged = now.id === was.id ? [] : [words.mergedSince(nameOf(now))];
  return [...merged, words.differences(differences)];
}

/** Why there is no record of that time. */
function whyNot(at: string, addedAt: string | null, timeZone: string | undefined): string {
  if (addedAt === null) return words.unknown;
  return Date.parse(instantOf(at)) < Date.parse(addedAt)
    ? words.notYet(formatLong(addedAt, timeZone))
    : words.wasDeleted;
}
