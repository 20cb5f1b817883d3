/** How many customers there are: in all, by month and source, by location; and who may be entered twice. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { ErrorProblem, Problem } from '../ui/problem.tsx';
import { Bars, numberOf } from './bars.tsx';
import { sumOf } from './growth.ts';
import { GrowthChart } from './growth-chart.tsx';
import { OverviewImports } from './overview-imports.tsx';
import { type Count, growthQuery, MOST_LOCATIONS, overviewQuery } from './overview-query.ts';

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
            <div className="mt-5 grid gap-5">
              <Growth total={data.total} location={chosen} />
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
            <OverviewImports location={chosen} />
          </>
        ) : (
          <div className="mt-5" role="status" aria-label={strings.loading}>
            <div className="grid grid-cols-2 gap-5">
              <div className="skeleton h-22 rounded-2xl!" />
              <div className="skeleton h-22 rounded-2xl!" />
            </div>
            <div className="skeleton mt-5 h-96 rounded-2xl!" />
          </div>
        )}
      </div>
    </div>
  );
}

function Growth({ total, location }: { total: Count; location: string | undefined }) {
  const { data, isError, error, refetch } = useQuery(growthQuery(location));
  if (isError && !data) return <ErrorProblem error={error} retry={() => refetch()} />;
  if (!data) return <div className="skeleton h-96 rounded-2xl!" role="status" aria-label={strings.loading} />;
  const earlier = total.n - sumOf(data.months);
  const note = earlier > 0 ? `${words.growthNote} ${words.earlier(formatNumber(earlier))}` : words.growthNote;
  return (
    <Card title={words.growth} note={note}>
      <GrowthChart growth={data} location={location} />
    </Card>
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

function Card({ title, note, children }: { title: string; note?: string | undefined; children: ReactNode }) {
  return (
    <section className="rounded-2xl border border-line bg-surface p-5">
      <h2 className="font-semibold">{title}</h2>
      {note && <p className="mt-1 text-sm text-muted text-pretty">{note}</p>}
      {children}
    </section>
  );
}
