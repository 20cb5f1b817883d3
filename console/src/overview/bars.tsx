/** Names with a bar each, drawn by hand: a table as it stands. */
import type { ReactNode } from 'react';
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import type { Count } from './overview-query.ts';

/** A number, and whether it is more than that. */
export const numberOf = ({ n, isLowerBound }: Count): string =>
  isLowerBound ? strings.overview.atLeast(formatNumber(n)) : formatNumber(n);

const most = (counts: Count[]) => Math.max(1, ...counts.map(({ n }) => n));

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
