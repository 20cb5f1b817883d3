/** The growth of a business as the chart shows it. Pure. */
import type { CustomerGrowth } from '../api.ts';

export type Month = CustomerGrowth['months'][number];

/** What has one colour in all months. */
export interface Series {
  /** A source; or what has none, or is one of the rest. */
  kind: 'source' | 'other' | 'none';
  source: string;
  total: number;
  /** How many in each month. */
  counts: number[];
}

export const sumOf = (months: Month[]): number => months.reduce((sum, { total }) => sum + total, 0);

/** The sources of these months, the commonest first, then the rest and those without; what nobody has is left out. */
export function seriesOf(months: Month[]): Series[] {
  const series = (kind: Series['kind'], source: string, countIn: (month: Month) => number): Series => {
    const counts = months.map(countIn);
    return { kind, source, total: counts.reduce((sum, n) => sum + n, 0), counts };
  };
  const countOf = (month: Month, wanted: string | null) =>
    month.sources.find(({ source }) => source === wanted)?.count ?? 0;
  const names = new Set(months.flatMap(({ sources }) => sources.flatMap(({ source }) => source ?? [])));
  const named = [...names].map((name) => series('source', name, (month) => countOf(month, name)));
  return [
    ...named.sort((a, b) => b.total - a.total),
    series('other', '', ({ other }) => other),
    series('none', '', (month) => countOf(month, null)),
  ].filter(({ total }) => total > 0);
}
