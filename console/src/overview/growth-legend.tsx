/** What the colours of the chart mean, with how many that is: of all months, or of the one that is looked at. */
import { Link } from '@tanstack/react-router';
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import { type Month, type Series, sumOf } from './growth.ts';
import { monthName, nameOf } from './growth-chart.tsx';

const words = strings.overview;

export function GrowthLegend({
  months,
  series,
  looked,
  location,
  onTrace,
}: {
  months: Month[];
  series: (Series & { fill: string })[];
  /** The month that is looked at; null for all of them. */
  looked: number | null;
  location: string | undefined;
  /** Somebody looks at a source, or at none any more. */
  onTrace(source: string | null): void;
}) {
  const month = looked === null ? null : months[looked]!;
  const from = `${months[0]!.month}-01`;
  return (
    <div className="text-sm">
      <p className="flex justify-between gap-3 border-b border-line pb-1.5 font-medium">
        <span>{month ? monthName(month, 'long') : words.span(formatNumber(months.length))}</span>
        <span className="numeric">{formatNumber(month ? month.total : sumOf(months))}</span>
      </p>
      <ul aria-label={words.sources} className="mt-1.5">
        {series.map((one) => {
          const n = looked === null ? one.total : one.counts[looked]!;
          return (
            <li key={`${one.kind} ${one.source}`} className="flex items-center gap-2.5 py-0.5">
              <svg viewBox="0 0 10 10" className="size-3 shrink-0" aria-hidden="true">
                <rect width="10" height="10" rx="2" className={one.fill} />
              </svg>
              <span className={`min-w-0 flex-1 break-words ${n === 0 ? 'text-muted' : ''}`}>
                {one.kind === 'source' ? (
                  <Link
                    to="/"
                    search={{ source: one.source, from, location }}
                    className="underline decoration-line-strong underline-offset-2 hover:decoration-accent"
                    onMouseEnter={() => onTrace(one.source)}
                    onMouseLeave={() => onTrace(null)}
                    onFocus={() => onTrace(one.source)}
                    onBlur={() => onTrace(null)}
                  >
                    {one.source}
                  </Link>
                ) : (
                  nameOf(one)
                )}
              </span>
              <span className={`numeric ${n === 0 ? 'text-muted' : ''}`}>{formatNumber(n)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
