/** What a key was used for, day by day: whether anybody still needs it, and since when it is refused. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type ApiKey, type KeyUseDay, messageOf } from '../api.ts';
import { formatDay, formatMoment, formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { keyUsesQuery } from './settings-query.ts';

const words = strings.settings.keys.uses;
const NUMBER = 'numeric py-1 pl-3 text-right align-top';

/** Asked for when it is opened: most keys nobody asks about. */
export function KeyUses({ apiKey }: { apiKey: ApiKey }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="basis-full text-sm" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="w-fit cursor-pointer rounded py-1 text-muted hover:text-ink">
        {words.open}
        <span className="sr-only"> {apiKey.name}</span>
      </summary>
      {isOpen && <Days apiKey={apiKey} />}
    </details>
  );
}

function Days({ apiKey }: { apiKey: ApiKey }) {
  const session = useSession();
  const { data: days, error, refetch } = useQuery(keyUsesQuery(apiKey.id));
  if (error && !days)
    return (
      <div role="alert" className="mt-1 flex flex-wrap items-center gap-3">
        <p className="text-muted">{messageOf(error)}</p>
        <Button onClick={() => refetch()}>{strings.retry}</Button>
      </div>
    );
  if (!days) return <div className="skeleton mt-1 h-24" role="status" aria-label={strings.loading} />;
  if (days.length === 0) return <p className="mt-1 text-muted">{words.none}</p>;
  const succeeded = days.find(({ succeeded_at }) => succeeded_at !== null)?.succeeded_at;
  return (
    <div className="mt-1">
      <p className="text-muted text-pretty">
        {succeeded
          ? words.succeeded(formatMoment(succeeded, session.locations[0]?.timezone))
          : words.neverSucceeded}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section tabIndex={0} aria-label={words.title(apiKey.name)} className="mt-2 max-h-80 overflow-y-auto">
        <table className="w-full">
          <thead>
            <tr className="border-b border-line text-xs text-muted">
              <th scope="col" className="py-1 text-left font-normal">
                {words.day}
              </th>
              <th scope="col" className="py-1 pl-3 text-left font-normal max-sm:hidden">
                {words.operations}
              </th>
              <th scope="col" className={`${NUMBER} font-normal`}>
                {words.requests}
              </th>
              <th scope="col" className={`${NUMBER} font-normal`}>
                {words.refused}
              </th>
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <Day key={day.day} day={day} />
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

/** So many operations are named; the others are a number. */
const MOST_NAMED = 3;

function Day({ day: { day, requests, refused, failed, operations } }: { day: KeyUseDay }) {
  const common = [...operations].sort((a, b) => b.requests - a.requests).map(({ operation }) => operation);
  const others = common.length - MOST_NAMED;
  const amiss = refused + failed;
  return (
    <tr className="border-b border-line last:border-b-0">
      <th scope="row" className="py-1 text-left align-top font-normal whitespace-nowrap">
        {formatDay(day, 'UTC')}
      </th>
      <td className="py-1 pl-3 break-words text-muted max-sm:hidden">
        {common.slice(0, MOST_NAMED).join(', ')}
        {others > 0 && words.others(others)}
      </td>
      <td className={NUMBER}>{formatNumber(requests)}</td>
      <td className={`${NUMBER} ${amiss > 0 ? 'text-danger' : 'text-muted'}`}>{formatNumber(amiss)}</td>
    </tr>
  );
}
