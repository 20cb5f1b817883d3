/** A row of the file with a field for each of its cells, to be repaired where it stands. */
import { useEffect, useId, useRef } from 'react';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import type { ImportJob } from './job.ts';

const LINE = { label: strings.import.rows.line, isShown: true };

interface Props {
  job: ImportJob;
  index: number;
  onCheck: (cells: string[]) => void;
  onLeaveOut: () => void;
  onClose: () => void;
}

export function RowEditor({ job, index, onCheck, onLeaveOut, onClose }: Props) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const { number, cells } = job.rows[index]!;
  const { columns, shape } = job;
  useEffect(() => form.current?.querySelector<HTMLElement>('input, textarea')?.focus(), []);
  // A line of JSON is one cell.
  const fields = shape
    ? columns.map(({ key, field }) => ({ label: key, isShown: field !== 'ignore' }))
    : [LINE];
  const isTooLong = cells.length > fields.length;
  // Cells beyond the last column were most likely cut out of it by a separator without quotes.
  const fitted = fields.map((_field, i) =>
    isTooLong && i === fields.length - 1 ? cells.slice(i).join(shape!.delimiter) : (cells[i] ?? ''),
  );
  return (
    <form
      ref={form}
      aria-label={strings.import.rows.repairRow(number)}
      className="border-t border-line bg-sunken px-4 py-3"
      onKeyDown={({ key }) => key === 'Escape' && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        onCheck(fitted.map((cell, i) => (data.has(String(i)) ? String(data.get(String(i))) : cell)));
      }}
    >
      {isTooLong && <p className="pb-2 text-sm text-warn">{strings.import.rows.cells}</p>}
      <div className={shape ? 'grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-3' : ''}>
        {fields.map(({ label, isShown }, i) =>
          isShown ? (
            <div key={label} className="text-sm">
              <label htmlFor={`${id}${i}`} className="block truncate text-muted">
                {label}
              </label>
              <Cell id={`${id}${i}`} name={String(i)} text={fitted[i]!} isLong={!shape} />
            </div>
          ) : null,
        )}
      </div>
      <div className="flex flex-wrap gap-2 pt-3">
        <Button type="submit" weight="primary" disabled={job.activity !== null}>
          {strings.import.rows.checkAgain}
        </Button>
        <Button onClick={onLeaveOut}>{strings.import.rows.leaveOut}</Button>
        <Button weight="quiet" onClick={onClose}>
          {strings.cancel}
        </Button>
      </div>
    </form>
  );
}

/** A line of an input would lose the others. */
function Cell({ id, name, text, isLong }: { id: string; name: string; text: string; isLong: boolean }) {
  const shared = { id, name, defaultValue: text, autoComplete: 'off', className: inputClass };
  return isLong || /[\r\n]/.test(text) ? (
    <textarea rows={isLong ? 4 : 2} {...shared} />
  ) : (
    <input {...shared} />
  );
}
