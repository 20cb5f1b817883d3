/** Which column of the file is what: recognised by its heading, shown with samples, changed by hand. */
import { useMemo, useRef, useState } from 'react';
import type { Column } from '../../../src/imports/columns.ts';
import type { CsvRow } from '../../../src/imports/csv-shape.ts';
import { FIELDS, type Field } from '../../../src/imports/headers.ts';
import { readScientific } from '../../../src/imports/scientific.ts';
import { formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import type { ImportJob } from './job.ts';
import { Note } from './note.tsx';

const words = strings.import.match;
const SAMPLES = 3;
const LOOKED_AT = 300;
/** Fields that only our own exports have. */
const EXPORTED_ONLY: Field[] = ['contacts', 'location_id', 'source_metadata', 'all_custom_fields'];

export function MatchStep({ job }: { job: ImportJob }) {
  const session = useSession();
  const { rows, columns, shape } = job;
  const location = useRef<HTMLSelectElement>(null);
  const [isAsked, setAsked] = useState(false);
  const samples = useMemo(() => samplesOf(rows, columns.length), [rows, columns.length]);
  const numbers = useMemo(() => scientificIn(rows, columns), [rows, columns]);
  const needsLocation = session.locations.length > 1 && !columns.some(({ field }) => field === 'location_id');
  const isLocationMissing = needsLocation && job.locationId === null;
  const hasContact = columns.some(({ field }) => ['email', 'phone', 'contacts'].includes(field));
  const encoding = words.encodings[shape!.encoding];
  const delimiter = words.delimiters[shape!.delimiter];
  const aboutFile = [encoding, delimiter, !shape!.isStrict && words.loose].filter(Boolean);
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (isLocationMissing) location.current?.focus();
        else void job.check();
      }}
    >
      <p>{words.lead(formatNumber(rows.length), rows.length, job.file!.name)}</p>
      {aboutFile.length > 0 && <Note>{aboutFile.join(' ')}</Note>}
      {numbers.lost.count > 0 && (
        <Note tone="warn">
          {words.lost(formatNumber(numbers.lost.count), numbers.lost.count, numbers.lost.sample)}
        </Note>
      )}
      {numbers.whole.count > 0 && (
        <Note>
          {words.scientific(formatNumber(numbers.whole.count), numbers.whole.count, numbers.whole.sample)}
        </Note>
      )}
      {!hasContact && <Note tone="warn">{words.noContact}</Note>}
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
      <div className="flex max-w-4xl flex-wrap gap-4">
        {needsLocation && (
          <div className="min-w-60 flex-1 text-sm">
            <label htmlFor="import-location" className="text-muted">
              {words.location}
            </label>
            <select
              ref={location}
              id="import-location"
              required
              value={job.locationId ?? ''}
              aria-describedby="import-location-hint"
              aria-invalid={isAsked && isLocationMissing}
              className={inputClass}
              onChange={({ target }) => job.set({ locationId: target.value || null })}
            >
              <option value="">{words.chooseLocation}</option>
              {session.locations.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
            <span
              id="import-location-hint"
              className={isAsked && isLocationMissing ? 'text-danger' : 'text-muted'}
            >
              {isAsked && isLocationMissing ? words.chooseLocation : words.locationHint}
            </span>
          </div>
        )}
        <div className="min-w-60 flex-1 text-sm">
          <label htmlFor="import-tag" className="text-muted">
            {words.tag}
          </label>
          <input
            id="import-tag"
            value={job.tag}
            maxLength={64}
            autoComplete="off"
            aria-describedby="import-tag-hint"
            className={inputClass}
            onChange={({ target }) => job.set({ tag: target.value })}
          />
          <span id="import-tag-hint" className="text-muted">
            {words.tagHint}
          </span>
        </div>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" weight="primary" className="min-h-11">
          {words.next}
        </Button>
        <Button className="min-h-11" onClick={() => job.throwAway()}>
          {strings.import.another}
        </Button>
      </div>
    </form>
  );
}

/** Some different cells of each column. */
function samplesOf(rows: CsvRow[], columns: number): string[][] {
  return Array.from({ length: columns }, (_, i) => {
    const cells = rows.slice(0, LOOKED_AT).map((row) => row.cells[i]?.trim() ?? '');
    return [...new Set(cells)].filter((cell) => cell !== '').slice(0, SAMPLES);
  });
}

/** Phone numbers that a spreadsheet took for large numbers: how many are lost, how many are whole. */
function scientificIn(rows: CsvRow[], columns: Column[]) {
  const lost = { count: 0, sample: '' };
  const whole = { count: 0, sample: '' };
  const phones = columns.flatMap(({ field, isExact }, i) => (field === 'phone' && !isExact ? [i] : []));
  for (const { cells } of rows) {
    for (const i of phones) {
      const cell = cells[i];
      const digits = cell === undefined ? null : readScientific(cell);
      if (digits === null) continue;
      const kind = digits === 'lost' ? lost : whole;
      kind.count++;
      kind.sample ||= cell!.trim();
    }
  }
  return { lost, whole };
}
