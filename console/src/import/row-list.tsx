// biome-ignore-all lint/a11y/useSemanticElements: rows out of sight are not in the page, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: rows of a table are read; links and buttons in them have the focus
/** The rows of the file with what is said of each: any number of them, only those in sight in the page. */
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useMemo, useRef, useState } from 'react';
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { tell } from '../ui/notice.tsx';
import { DOTS, type Shown } from './counts.tsx';
import type { ImportJob } from './job.ts';
import { RowEditor } from './row-editor.tsx';

const ROW_PX = 53;
const GRID =
  'grid grid-cols-[4rem_minmax(9rem,14rem)_9rem_minmax(0,1fr)_11rem] items-center gap-x-4 px-4 max-md:grid-cols-1 max-md:gap-y-0.5';
const estimateSize = () => ROW_PX;
const words = strings.import.rows;

interface Props {
  job: ImportJob;
  shown: Shown;
  /** True while rows may be repaired and left out. */
  isOpen: boolean;
}

export function RowList({ job, shown, isOpen }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [edited, setEdited] = useState<number | null>(null);
  const { version } = job;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the job is changed in place, its version says so
  const indexes = useMemo(() => {
    // As they come: then nothing that was measured of them is measured again.
    if (shown === 'all') return null;
    const found: number[] = [];
    for (let i = 0; i < job.rows.length; i++) if (job.stateOf(i) === shown || i === edited) found.push(i);
    return found;
  }, [job, version, shown, edited]);
  const indexAt = useCallback((at: number) => (indexes ? indexes[at]! : at), [indexes]);
  const count = indexes ? indexes.length : job.rows.length;
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    getItemKey: indexAt,
    estimateSize,
    overscan: 10,
  });
  const toList = () => {
    setEdited(null);
    scroller.current?.focus();
  };
  const repair = async (index: number, cells: string[]) => {
    const { number } = job.rows[index]!;
    const verdict = await job.mend(index, cells);
    if (!verdict) return;
    if (verdict.kind === 'problem')
      return tell({ text: words.stillWrong(number, verdict.text), isError: true });
    tell({ text: words.repaired(number, words.states[verdict.kind]) });
    toList();
  };
  return (
    <div
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
      tabIndex={0}
      role="region"
      aria-label={words.label}
      className="h-[min(36rem,75vh)] overflow-y-auto rounded-xl border border-line bg-surface focus-visible:-outline-offset-2"
    >
      {count === 0 && <p className="px-4 py-10 text-center text-muted">{words.none}</p>}
      <div role="table" aria-label={words.label} aria-rowcount={count + 1} aria-colcount={5}>
        <div role="rowgroup" className="sticky top-0 z-10 max-md:sr-only">
          <div
            role="row"
            aria-rowindex={1}
            className={`${GRID} h-10 border-b border-line bg-paper text-sm text-muted`}
          >
            {[words.row, words.who, words.state, words.details].map((label) => (
              <div key={label} role="columnheader">
                {label}
              </div>
            ))}
            <div role="columnheader">
              <span className="sr-only">{words.action}</span>
            </div>
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index: at, key, start }) => {
            const index = indexAt(at);
            const isEdited = edited === index;
            return (
              <div
                key={key}
                ref={rows.measureElement}
                data-index={at}
                role="row"
                aria-rowindex={at + 2}
                style={{ transform: `translateY(${start}px)` }}
                className="absolute inset-x-0 top-0 border-b border-line"
              >
                <Row job={job} index={index} isOpen={isOpen && !isEdited} onRepair={() => setEdited(index)} />
                {isEdited && (
                  <div role="cell" aria-colspan={5}>
                    <RowEditor
                      job={job}
                      index={index}
                      onCheck={(cells) => void repair(index, cells)}
                      onLeaveOut={() => {
                        job.leaveOut([index], true);
                        toList();
                      }}
                      onClose={toList}
                    />
                  </div>
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Row({
  job,
  index,
  isOpen,
  onRepair,
}: {
  job: ImportJob;
  index: number;
  isOpen: boolean;
  onRepair: () => void;
}) {
  const { number, cells } = job.rows[index]!;
  const verdict = job.verdicts[index];
  const state = job.stateOf(index);
  const name =
    verdict?.name ||
    cells
      .filter((cell) => cell.trim() !== '')
      .slice(0, 3)
      .join(', ');
  // Before the import only those who are there already can be looked at.
  const isThere =
    state === 'updated' || state === 'unchanged' || (job.step === 'result' && state === 'created');
  return (
    <div className={`${GRID} min-h-13 py-2`}>
      <div role="cell" className="numeric text-sm text-muted">
        <span className="md:sr-only">{words.row} </span>
        {formatNumber(number)}
      </div>
      <div role="cell" className="min-w-0 truncate font-medium">
        {verdict?.customerId && isThere ? (
          <Link
            to="/customers/$id"
            params={{ id: verdict.customerId }}
            preload={false}
            className="underline decoration-line-strong underline-offset-4 hover:decoration-accent"
          >
            {name}
          </Link>
        ) : (
          name
        )}
      </div>
      <div role="cell" className="flex items-center gap-2 text-sm whitespace-nowrap">
        <span className={`size-2 shrink-0 rounded-full ${DOTS[state]}`} aria-hidden="true" />
        {words.states[state]}
      </div>
      <div role="cell" className="min-w-0 text-sm text-pretty wrap-anywhere">
        <span className={state === 'problem' ? 'text-danger' : ''}>{verdict?.text}</span>
        {verdict?.notes.map((note) => (
          <span key={note} className="block text-warn">
            {note}
          </span>
        ))}
      </div>
      <div role="cell" className="flex gap-1">
        {isOpen && state === 'problem' && (
          <>
            <Button aria-label={words.repairRow(number)} onClick={onRepair}>
              {words.repair}
            </Button>
            <Button
              weight="quiet"
              aria-label={words.leaveOutRow(number)}
              onClick={() => job.leaveOut([index], true)}
            >
              {words.leaveOut}
            </Button>
          </>
        )}
        {isOpen && state === 'left_out' && (
          <Button aria-label={words.takeInRow(number)} onClick={() => job.leaveOut([index], false)}>
            {words.takeIn}
          </Button>
        )}
      </div>
    </div>
  );
}
