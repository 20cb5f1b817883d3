/** The columns of a CSV file with samples of each, and what each becomes. */
import { useMemo } from 'react';
import type { CsvRow } from '../../../src/imports/csv-shape.ts';
import { FIELDS, type Field } from '../../../src/imports/headers.ts';
import { strings } from '../strings/index.ts';
import { inputClass } from '../ui/button.tsx';
import type { ImportJob } from './job.ts';

const words = strings.import.match;
const SAMPLES = 3;
const LOOKED_AT = 300;
/** Fields that only our own exports have. */
const EXPORTED_ONLY: Field[] = ['contacts', 'location_id', 'source_metadata', 'all_custom_fields'];

export function ColumnTable({ job }: { job: ImportJob }) {
  const { rows, columns } = job;
  const samples = useMemo(() => samplesOf(rows, columns.length), [rows, columns.length]);
  return (
    <div className="max-w-4xl overflow-hidden rounded-xl border border-line bg-surface">
      <table className="w-full table-fixed max-md:block">
        <thead className="text-left text-sm text-muted max-md:sr-only">
          <tr className="border-b border-line bg-paper">
            {[words.column, words.samples, words.field].map((label) => (
              <th key={label} scope="col" className="px-4 py-2 font-normal">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-md:block">
          {columns.map(({ key, field }, i) => (
            <tr
              key={key}
              className="border-b border-line last:border-b-0 max-md:flex max-md:flex-col max-md:gap-1 max-md:px-4 max-md:py-3"
            >
              <th
                scope="row"
                className={`truncate text-left font-medium md:px-4 md:py-2 ${field === 'ignore' ? 'text-muted line-through' : ''}`}
              >
                {key}
              </th>
              <td className="truncate text-sm text-muted md:px-4 md:py-2">
                {samples[i]!.join(' · ') || words.noSamples}
              </td>
              <td className="md:px-4 md:py-2">
                <select
                  aria-label={words.fieldOf(key)}
                  value={field}
                  className={inputClass}
                  onChange={({ target }) => job.match(i, target.value as Field)}
                >
                  {FIELDS.filter((one) => one === field || !EXPORTED_ONLY.includes(one)).map((one) => (
                    <option key={one} value={one}>
                      {one === 'custom_fields' ? words.customField(key) : words.fields[one]}
                    </option>
                  ))}
                </select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Some different cells of each column. */
function samplesOf(rows: CsvRow[], columns: number): string[][] {
  return Array.from({ length: columns }, (_, i) => {
    const cells = rows.slice(0, LOOKED_AT).map((row) => row.cells[i]?.trim() ?? '');
    return [...new Set(cells)].filter((cell) => cell !== '').slice(0, SAMPLES);
  });
}
