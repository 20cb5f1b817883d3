/** Which column of the file is what: recognised by its heading, shown with samples, changed by hand. */
import { useMemo, useRef, useState } from 'react';
import type { Column } from '../../../src/imports/columns.ts';
import type { CsvRow } from '../../../src/imports/csv-shape.ts';
import { readScientific } from '../../../src/imports/scientific.ts';
import { formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { ColumnTable } from './column-table.tsx';
import type { ImportJob } from './job.ts';
import { Lines } from './lines.tsx';
import { Note } from './note.tsx';

const words = strings.import.match;

export function MatchStep({ job }: { job: ImportJob }) {
  const session = useSession();
  const { rows, columns, shape } = job;
  const location = useRef<HTMLSelectElement>(null);
  const [isAsked, setAsked] = useState(false);
  const numbers = useMemo(() => scientificIn(rows, columns), [rows, columns]);
  const hasLocations = session.locations.length > 1 && !columns.some(({ field }) => field === 'location_id');
  // Lines of JSON may name one each.
  const isLocationMissing = hasLocations && shape !== null && job.locationId === null;
  const hasContact = !shape || columns.some(({ field }) => ['email', 'phone', 'contacts'].includes(field));
  const aboutFile = shape
    ? [
        words.encodings[shape.encoding],
        words.delimiters[shape.delimiter],
        !shape.isStrict && words.loose,
      ].filter(Boolean)
    : [words.lines];
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
      <p>{(shape ? words.lead : words.leadLines)(formatNumber(rows.length), rows.length, job.file!.name)}</p>
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
      {!hasContact && !job.allowNoContact && <Note tone="warn">{words.noContact}</Note>}
      {shape ? <ColumnTable job={job} /> : <Lines rows={rows} />}
      <div className="flex max-w-4xl flex-wrap gap-4">
        {hasLocations && (
          <div className="min-w-60 flex-1 text-sm">
            <label htmlFor="import-location" className="text-muted">
              {words.location}
            </label>
            <select
              ref={location}
              id="import-location"
              required={shape !== null}
              value={job.locationId ?? ''}
              aria-describedby="import-location-hint"
              aria-invalid={isAsked && isLocationMissing}
              className={inputClass}
              onChange={({ target }) => job.set({ locationId: target.value || null })}
            >
              <option value="">{shape ? words.chooseLocation : words.linesLocation}</option>
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
              {isAsked && isLocationMissing
                ? words.chooseLocation
                : shape
                  ? words.locationHint
                  : words.linesLocationHint}
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
      <div className="flex max-w-3xl items-start gap-3 text-sm">
        <input
          id="import-no-contact"
          type="checkbox"
          checked={job.allowNoContact}
          aria-describedby="import-no-contact-hint"
          className="mt-0.5 size-5 shrink-0 accent-accent"
          onChange={({ target }) => job.set({ allowNoContact: target.checked })}
        />
        <div>
          <label htmlFor="import-no-contact">{words.allowNoContact}</label>
          <p id="import-no-contact-hint" className="text-muted text-pretty">
            {words.allowNoContactHint}
          </p>
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
