/** The import while it runs, or stands still. */
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import type { ImportJob } from './job.ts';
import { Progress } from './progress.tsx';

const words = strings.import.run;

export function RunStep({ job }: { job: ImportJob }) {
  const total = job.rows.length;
  const isRunning = job.activity === 'running';
  const pace = isRunning ? job.pace() : null;
  const counts = job.counts();
  const soFar = (['created', 'updated', 'unchanged', 'problem', 'left_out'] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => `${strings.import.rows.states[state]}: ${formatNumber(counts[state])}`);
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <p>{isRunning ? words.busy : words.paused}</p>
      <Progress label={strings.import.steps.run} value={job.reached} total={total} />
      <p className="numeric flex min-h-6 flex-wrap justify-between gap-x-4 text-sm text-muted">
        <span>{strings.import.rowsOf(formatNumber(job.reached), formatNumber(total))}</span>
        {pace && (
          <span>{words.pace(formatNumber(Math.round(pace.perSecond)), words.left(pace.secondsLeft))}</span>
        )}
      </p>
      <p className="numeric min-h-6 text-sm">{soFar.join(' · ')}</p>
      <div className="flex flex-wrap gap-2">
        {isRunning ? (
          <Button className="min-h-11" disabled={job.isStopping} onClick={() => job.stop()}>
            {strings.import.stop}
          </Button>
        ) : (
          <>
            <Button weight="primary" className="min-h-11" onClick={() => void job.run()}>
              {strings.import.goOn}
            </Button>
            <Button className="min-h-11" onClick={() => job.finish()}>
              {words.leaveIt}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
