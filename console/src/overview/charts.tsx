/** The two kinds of charts, drawn by hand. What they show can be read as a table, too. */
import type { ReactNode } from 'react';
import { formatCompact, formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import type { Count } from './overview-query.ts';

/** A number, and whether it is more than that. */
export const numberOf = ({ n, isLowerBound }: Count): string =>
  isLowerBound ? strings.overview.atLeast(formatNumber(n)) : formatNumber(n);

const most = (counts: Count[]) => Math.max(1, ...counts.map(({ n }) => n));

/** Names with a bar each: a table as it stands. */
export function Bars({
  label,
  heading,
  counts,
  nameOf,
}: {
  label: string;
  heading: string;
  counts: Count[];
  nameOf: (count: Count) => ReactNode;
}) {
  const top = most(counts);
  return (
    <table className="mt-3 w-full table-fixed text-sm" aria-label={label}>
      <thead className="sr-only">
        <tr>
          <th scope="col">{heading}</th>
          <th scope="col">{strings.overview.number}</th>
        </tr>
      </thead>
      <tbody>
        {counts.map((count) => (
          <tr key={count.name}>
            <th scope="row" className="w-2/5 py-1.5 pr-3 text-left font-normal break-words">
              {nameOf(count)}
            </th>
            <td className="numeric">
              <span className="flex items-center gap-3">
                <svg
                  viewBox="0 0 100 10"
                  preserveAspectRatio="none"
                  className="h-3 min-w-0 flex-1"
                  aria-hidden="true"
                >
                  <rect width="100" height="10" rx="1" className="fill-sunken" />
                  <rect width={(100 * count.n) / top} height="10" rx="1" className="fill-accent" />
                </svg>
                <span className="min-w-14 text-right">{numberOf(count)}</span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One column for each step in time. */
export function Columns({
  label,
  heading,
  counts,
  nameOf,
  shortNameOf,
}: {
  label: string;
  heading: string;
  counts: Count[];
  nameOf: (count: Count) => string;
  shortNameOf: (count: Count) => string;
}) {
  const top = most(counts);
  return (
    <div className="mt-3">
      <div aria-hidden="true" className="flex gap-1 sm:gap-2">
        {counts.map((count) => (
          <div key={count.name} className="min-w-0 flex-1 text-center text-xs max-sm:text-[0.65rem]">
            <span className="numeric block h-4 whitespace-nowrap">
              {count.n > 0 && `${formatCompact(count.n)}${count.isLowerBound ? '+' : ''}`}
            </span>
            <svg
              viewBox="0 0 10 100"
              preserveAspectRatio="none"
              className="mt-1 h-32 w-full"
              aria-hidden="true"
            >
              <rect y="99" width="10" height="1" className="fill-line-strong" />
              <rect
                y={100 - (100 * count.n) / top}
                width="10"
                height={(100 * count.n) / top}
                className="fill-accent"
              />
            </svg>
            <span className="mt-1 block text-muted">{shortNameOf(count)}</span>
          </div>
        ))}
      </div>
      <table className="sr-only" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            <th scope="col">{strings.overview.added}</th>
          </tr>
        </thead>
        <tbody>
          {counts.map((count) => (
            <tr key={count.name}>
              <th scope="row">{nameOf(count)}</th>
              <td>{numberOf(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
