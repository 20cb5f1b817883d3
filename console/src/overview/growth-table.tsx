/** The chart as a table, for whoever asks for it. */
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import { type Month, type Series, sumOf } from './growth.ts';
import { monthName, nameOf } from './growth-chart.tsx';

const words = strings.overview;
const NUMBER = 'numeric py-1 pl-3 text-right';

export function GrowthTable({ months, series }: { months: Month[]; series: Series[] }) {
  return (
    <details className="mt-4 border-t border-line pt-3 text-sm">
      <summary className="w-fit cursor-pointer rounded font-medium">{words.asTable}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section tabIndex={0} aria-label={words.growth} className="mt-2 overflow-x-auto">
        <table className="w-full">
          <thead>
            <tr className="border-b border-line text-muted">
              <th scope="col" className="py-1 text-left align-bottom text-xs font-normal">
                {words.month}
              </th>
              <th scope="col" className={`${NUMBER} align-bottom text-xs font-normal`}>
                {words.total}
              </th>
              {series.map((one) => (
                <th
                  key={`${one.kind} ${one.source}`}
                  scope="col"
                  className={`${NUMBER} align-bottom text-xs font-normal`}
                >
                  {nameOf(one)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {months.map((month, i) => (
              <tr key={month.month} className="border-b border-line">
                <th scope="row" className="py-1 text-left font-normal whitespace-nowrap">
                  {monthName(month, 'long')}
                </th>
                <td className={NUMBER}>{formatNumber(month.total)}</td>
                {series.map((one) => (
                  <td key={`${one.kind} ${one.source}`} className={NUMBER}>
                    {formatNumber(one.counts[i]!)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr className="font-medium">
              <th scope="row" className="py-1 text-left font-medium">
                {words.span(formatNumber(months.length))}
              </th>
              <td className={NUMBER}>{formatNumber(sumOf(months))}</td>
              {series.map((one) => (
                <td key={`${one.kind} ${one.source}`} className={NUMBER}>
                  {formatNumber(one.total)}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </section>
    </details>
  );
}
