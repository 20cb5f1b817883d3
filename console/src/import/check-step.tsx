/** What would happen to every row, before anything does. */
import { useState } from 'react';
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import type { Shown } from './counts.tsx';
import type { ImportJob } from './job.ts';
import { Note } from './note.tsx';
import { OutcomeHead } from './outcome-head.tsx';
import { Progress } from './progress.tsx';
import { RowList } from './row-list.tsx';

const words = strings.import.check;

export function CheckStep({ job }: { job: ImportJob }) {
  const [shown, setShown] = useState<Shown>('all');
  const total = job.rows.length;
  const isDone = job.reached === total;
  const counts = job.counts();
  const going = counts.created + counts.updated + counts.unchanged + counts.again;
  return (
    <>
      <OutcomeHead
        job={job}
        shown={shown}
        onShow={setShown}
        aside={
          isDone ? (
            <p className="-mt-4 max-w-3xl text-sm text-muted text-pretty">{words.honest}</p>
          ) : (
            <div className="flex max-w-3xl flex-col gap-2">
              <p className="numeric text-sm text-muted">
                {strings.import.rowsOf(formatNumber(job.reached), formatNumber(total))}
              </p>
              <Progress label={strings.import.steps.check} value={job.reached} total={total} />
            </div>
          )
        }
      >
        {isDone ? words.done : words.busy}
      </OutcomeHead>
      {isDone && counts.problem > 0 && <Note tone="warn">{words.problems(counts.problem)}</Note>}
      {isDone && going === 0 && <Note tone="warn">{words.nothing}</Note>}
      <div className="flex flex-wrap gap-2">
        {isDone && (
          <Button
            weight="primary"
            className="min-h-11"
            disabled={going === 0 || job.activity !== null}
            onClick={() => void job.begin()}
          >
            {words.import(formatNumber(going), going)}
          </Button>
        )}
        {!isDone && !job.activity && (
          <Button weight="primary" className="min-h-11" onClick={() => void job.check()}>
            {strings.retry}
          </Button>
        )}
        <Button className="min-h-11" onClick={() => job.backToMatch()}>
          {job.activity ? strings.import.stop : strings.import.back}
        </Button>
        {isDone && counts.problem > 0 && (
          <Button
            className="min-h-11"
            onClick={() =>
              job.leaveOut(
                job.rows.flatMap((_row, i) => (job.stateOf(i) === 'problem' ? [i] : [])),
                true,
              )
            }
          >
            {words.leaveAllOut}
          </Button>
        )}
      </div>
      <RowList job={job} shown={shown} isOpen={isDone} />
    </>
  );
}
