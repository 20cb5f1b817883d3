/** How many customers there are: in all, by month, by source, by location; and who may be entered twice. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { formatMonth, formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { ErrorProblem, Problem } from '../ui/problem.tsx';
import { Bars, Columns, numberOf } from './charts.tsx';
import { OverviewImports } from './overview-imports.tsx';
import { MOST_LOCATIONS, overviewQuery } from './overview-query.ts';

const words = strings.overview;

export function OverviewPage() {
  const session = useSession();
  const { location } = useSearch({ strict: false });
  const chosen = location && session.locationOf(location) ? location : undefined;
  const enabled = session.may('customers:read');
  const overview = useQuery({ ...overviewQuery(session.locations, chosen), enabled });
  useEffect(() => {
    document.title = `${words.title} · ${session.business.name}`;
  }, [session.business.name]);
  if (!enabled) return <Problem title={strings.errors.title} text={strings.errors.forbidden} />;
  if (overview.isError && !overview.data)
    return <ErrorProblem error={overview.error} retry={() => overview.refetch()} />;
  const { data } = overview;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto w-full max-w-4xl px-4 py-6 sm:px-6">
        <h1 className="text-2xl font-semibold tracking-tight">{words.title}</h1>
        {data ? (
          <>
            <dl className="mt-5 grid grid-cols-2 gap-5">
              <Figure value={numberOf(data.total)} label={words.customers(data.total.n)} />
              <Figure value={numberOf(data.duplicates)} label={words.duplicates(data.duplicates.n)} />
            </dl>
            <div className="mt-5 grid items-start gap-5 lg:grid-cols-2">
              <Card title={words.months} note={words.monthsNote} className="lg:col-span-2">
                <Columns
                  label={words.months}
                  heading={words.month}
                  counts={data.months}
                  nameOf={({ name }) => formatMonth(name, 'long')}
                  shortNameOf={({ name }) => formatMonth(name, 'short')}
                />
              </Card>
              <Card
                title={words.sources}
                note={data.sources.length > 0 ? words.sourcesNote : words.noSources}
              >
                {data.sources.length > 0 && (
                  <Bars
                    label={words.sources}
                    heading={words.source}
                    counts={data.sources}
                    nameOf={({ name }) => (
                      <Link to="/" search={{ source: name }} className={LINK}>
                        {name}
                      </Link>
                    )}
                  />
                )}
              </Card>
              <Card
                title={words.locations}
                note={
                  session.locations.length > MOST_LOCATIONS
                    ? words.locationsNote(formatNumber(MOST_LOCATIONS))
                    : undefined
                }
              >
                <Bars
                  label={words.locations}
                  heading={words.location}
                  counts={data.locations}
                  nameOf={({ name }) => (
                    <Link to="/" search={{ location: name }} className={LINK}>
                      {session.locationOf(name)?.name}
                    </Link>
                  )}
                />
              </Card>
            </div>
            <p className="mt-4 text-sm text-muted">{words.bounds}</p>
            <OverviewImports location={chosen} />
          </>
        ) : (
          <div className="mt-5" role="status" aria-label={strings.loading}>
            <div className="grid grid-cols-2 gap-5">
              <div className="skeleton h-22 rounded-2xl!" />
              <div className="skeleton h-22 rounded-2xl!" />
            </div>
            <div className="skeleton mt-5 h-72 rounded-2xl!" />
          </div>
        )}
      </div>
    </div>
  );
}

const LINK = 'text-accent underline decoration-line-strong underline-offset-2 hover:decoration-accent';

function Figure({ value, label }: { value: string; label: string }) {
  return (
    <div className="flex flex-col-reverse rounded-2xl border border-line bg-surface px-5 py-4">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="numeric text-2xl font-semibold tracking-tight">{value}</dd>
    </div>
  );
}

function Card({
  title,
  note,
  className = '',
  children,
}: {
  title: string;
  note?: string | undefined;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section className={`rounded-2xl border border-line bg-surface p-5 ${className}`}>
      <h2 className="font-semibold">{title}</h2>
      {note && <p className="mt-1 text-sm text-muted text-pretty">{note}</p>}
      {children}
    </section>
  );
}
