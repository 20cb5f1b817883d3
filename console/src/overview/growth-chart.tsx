/**
 * New customers by month, each month a column of its sources. The legend beside it says the figures: of all months, or of the
 * one that is looked at. Everything can be read as a table, too.
 */
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import type { CustomerGrowth } from '../api.ts';
import { formatCompact, formatMonth, formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import { type Month, type Series, seriesOf, sumOf } from './growth.ts';
import { GrowthLegend } from './growth-legend.tsx';
import { GrowthTable } from './growth-table.tsx';

const words = strings.overview;

/** By rank; in full, so that they are found when the styles are made. */
const FILLS = [
  'fill-series-1',
  'fill-series-2',
  'fill-series-3',
  'fill-series-4',
  'fill-series-5',
  'fill-series-6',
  'fill-series-7',
  'fill-series-8',
];
const OTHER_FILLS = { other: 'fill-series-other', none: 'fill-series-none' };
const fillOf = ({ kind }: Series, rank: number): string =>
  kind === 'source' ? FILLS[rank % FILLS.length]! : OTHER_FILLS[kind];
export const nameOf = ({ kind, source }: Series): string => (kind === 'source' ? source : words[kind]);
export const monthName = ({ month }: Month, style: 'long' | 'short'): string =>
  formatMonth(`${month}-01`, style);

/** Where each key leads from column `at` of `n`. */
const KEYS: Record<string, (at: number, n: number) => number> = {
  ArrowLeft: (at) => Math.max(0, at - 1),
  ArrowRight: (at, n) => Math.min(n - 1, at + 1),
  Home: () => 0,
  End: (_at, n) => n - 1,
};

export function GrowthChart({
  growth: { months },
  location,
}: {
  growth: CustomerGrowth;
  location: string | undefined;
}) {
  const [seen, setSeen] = useState<number | null>(null);
  const [kept, setKept] = useState<number | null>(null);
  const [traced, setTraced] = useState<Series | null>(null);
  // One stop for the keyboard: the month one was at last.
  const [stop, setStop] = useState(months.length - 1);
  const columns = useRef<(HTMLButtonElement | null)[]>([]);
  const hint = useId();
  if (sumOf(months) === 0) return <p className="mt-3 text-sm text-muted">{words.noGrowth}</p>;
  const all = seriesOf(months).map((series, rank) => ({ ...series, fill: fillOf(series, rank) }));
  const top = Math.max(...months.map(({ total }) => total));
  const looked = seen ?? kept;
  const onKeyDown = (event: KeyboardEvent, at: number) => {
    const to = KEYS[event.key]?.(at, months.length);
    if (to === undefined) return;
    event.preventDefault();
    columns.current[to]?.focus();
  };
  return (
    <>
      <div className="mt-4 grid gap-x-8 gap-y-5 md:grid-cols-[minmax(0,1fr)_15rem]">
        <div>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form */}
          <div role="group" aria-label={words.growth} aria-describedby={hint} className="flex">
            {months.map((month, i) => (
              <button
                key={month.month}
                type="button"
                ref={(column) => {
                  columns.current[i] = column;
                }}
                tabIndex={i === stop ? 0 : -1}
                aria-pressed={i === kept}
                className={`min-w-0 flex-1 rounded-md px-0.5 pt-1 focus-visible:-outline-offset-2 text-center text-xs max-sm:text-[0.65rem] sm:px-1 ${i === looked ? 'bg-sunken' : ''}`}
                onMouseEnter={() => setSeen(i)}
                onMouseLeave={() => setSeen(null)}
                onFocus={() => {
                  setSeen(i);
                  setStop(i);
                }}
                onBlur={() => setSeen(null)}
                onClick={() => setKept(i === kept ? null : i)}
                onKeyDown={(event) => onKeyDown(event, i)}
              >
                <span className="sr-only">{labelOf(month, all, i)}</span>
                <span aria-hidden="true" className="numeric block h-4 whitespace-nowrap">
                  {month.total > 0 && formatCompact(month.total)}
                </span>
                <Column at={i} series={all} top={top} traced={traced} />
                <span
                  aria-hidden="true"
                  className={`block py-1 ${i === looked ? 'font-medium text-ink' : 'text-muted'}`}
                >
                  {monthName(month, 'short')}
                </span>
              </button>
            ))}
          </div>
          <p id={hint} className="sr-only">
            {words.keys}
          </p>
        </div>
        <GrowthLegend
          months={months}
          series={all}
          looked={looked}
          location={location}
          onTrace={(source) => setTraced(all.find((one) => one.source === source) ?? null)}
        />
      </div>
      <GrowthTable months={months} series={all} />
    </>
  );
}

const HEIGHT = 160;
/** Between two parts, where there is room for it. */
const GAP = 1.5;

/** The commonest source at the bottom. */
function Column({
  at,
  series,
  top,
  traced,
}: {
  at: number;
  series: (Series & { fill: string })[];
  top: number;
  traced: Series | null;
}) {
  let y = HEIGHT - 1;
  return (
    <svg
      viewBox={`0 0 10 ${HEIGHT}`}
      preserveAspectRatio="none"
      className="mt-1 h-40 w-full md:h-56"
      aria-hidden="true"
    >
      <rect y={HEIGHT - 1} width="10" height="1" className="fill-line-strong" />
      {series.map((one) => {
        const full = ((HEIGHT - 1) * one.counts[at]!) / top;
        if (full === 0) return null;
        y -= full;
        const height = full > 3 * GAP ? full - GAP : full;
        const isFaint = traced !== null && traced.source !== one.source;
        return (
          <rect
            key={`${one.kind} ${one.source}`}
            y={y + full - height}
            width="10"
            height={height}
            className={`${one.fill} ${isFaint ? 'opacity-25' : ''}`}
          />
        );
      })}
    </svg>
  );
}

const labelOf = (month: Month, series: Series[], i: number): string =>
  words.column(
    monthName(month, 'long'),
    `${formatNumber(month.total)} ${words.customers(month.total)}`,
    series.flatMap((one) =>
      one.counts[i]! > 0 ? [words.part(nameOf(one), formatNumber(one.counts[i]!))] : [],
    ),
  );
