/** What became of every row, what did not get in, and the way to take it all back. */
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import type { Shown } from './counts.tsx';
import { forgetRecords } from './imports-query.ts';
import type { ImportJob } from './job.ts';
import { Note } from './note.tsx';
import { OutcomeHead } from './outcome-head.tsx';
import { Progress } from './progress.tsx';
import { RowList } from './row-list.tsx';
import type { UndoAccount } from './undo-account.ts';

const words = strings.import.result;

export function ResultStep({ job }: { job: ImportJob }) {
  const session = useSession();
  const queries = useQueryClient();
  const [shown, setShown] = useState<Shown>('all');
  const [isAsked, setAsked] = useState(false);
  const total = job.rows.length;
  const isWhole = job.reached === total;
  const counts = job.counts();
  const missing = counts.problem + counts.left_out;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it changes with the rows that were come to, not with an undo
  const touched = useMemo(() => job.touched(), [job, job.reached, job.importId]);
  const isUndone = job.undone?.isComplete ?? false;
  const undo = async () => {
    setAsked(false);
    await job.undo();
    void forgetRecords(queries);
  };
  return (
    <>
      <OutcomeHead job={job} shown={shown} onShow={setShown}>
        {isWhole
          ? words.done(formatNumber(total), total)
          : words.partial(formatNumber(job.reached), formatNumber(total))}
      </OutcomeHead>
      {job.activity === 'undoing' && (
        <div className="max-w-3xl">
          <Progress
            label={words.undoing}
            value={job.undone ? settledIn(job.undone) : 0}
            total={Math.max(1, touched)}
          />
        </div>
      )}
      {job.undone && job.activity !== 'undoing' && <Undone account={job.undone} />}
      <div className="flex flex-wrap items-center gap-2">
        {missing > 0 && (
          <Button
            weight="primary"
            className="min-h-11 max-sm:whitespace-normal"
            onClick={() => download(job)}
          >
            <Icon name="download" />
            {words.failures(formatNumber(missing), missing)}
          </Button>
        )}
        {touched > 0 && !isUndone && (
          <Link
            to="/"
            search={({ location }) => ({ location, import: job.importId })}
            className={buttonClass('plain', 'min-h-11 max-sm:whitespace-normal')}
          >
            {words.list(formatNumber(touched), touched)}
          </Link>
        )}
        {!isWhole && !job.undone && (
          <Button className="min-h-11" disabled={job.activity !== null} onClick={() => void job.run()}>
            {strings.import.goOn}
          </Button>
        )}
        {touched > 0 && !isUndone && session.may('customers:delete') && (
          <Button
            weight="danger"
            className="min-h-11"
            disabled={job.activity !== null}
            onClick={() => setAsked(true)}
          >
            {words.undo}
          </Button>
        )}
        <Button className="min-h-11" disabled={job.activity !== null} onClick={() => job.throwAway()}>
          {strings.import.another}
        </Button>
      </div>
      {touched > 0 && !isUndone && !session.may('customers:delete') && (
        <Note>{words.undoForbidden(job.importId)}</Note>
      )}
      {missing > 0 && <p className="text-sm text-muted">{words.failuresHint}</p>}
      <RowList job={job} shown={shown} isOpen={false} />
      {isAsked && (
        <Dialog title={words.undoTitle} onClose={() => setAsked(false)}>
          <p className="text-muted">{words.undoText(formatNumber(touched), touched)}</p>
          <div className="mt-6 flex flex-wrap justify-end gap-2">
            <Button onClick={() => setAsked(false)}>{strings.cancel}</Button>
            <Button weight="danger" onClick={() => void undo()}>
              {words.undo}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

const settledIn = ({ deleted, restored, undone_before, skipped }: UndoAccount) =>
  deleted + restored + undone_before + skipped.length;

const MOST_SKIPPED = 100;

function Undone({ account }: { account: UndoAccount }) {
  const { skipped, isComplete } = account;
  const figures = [
    [words.account.deleted, account.deleted],
    [words.account.restored, account.restored],
    [words.account.undone_before, account.undone_before],
    [words.account.skipped, skipped.length],
  ] as const;
  return (
    <section
      aria-label={words.undone}
      className="flex max-w-3xl flex-col gap-2 rounded-2xl border border-accent bg-accent-soft p-5"
    >
      <p role="status" className="font-semibold">
        {isComplete ? words.undone : words.undoneSome}
      </p>
      <p className="numeric">
        {figures
          .filter(([, count]) => count > 0)
          .map(([label, count]) => `${formatNumber(count)} ${label}`)
          .join(' · ')}
      </p>
      {skipped.length > 0 && (
        <>
          <h2 className="text-sm">{words.skippedTitle}</h2>
          <ul className="flex flex-col gap-1 text-sm">
            {skipped.slice(0, MOST_SKIPPED).map(({ customer_id: id, reason }) => (
              <li key={id}>
                <Link to="/customers/$id" params={{ id }} preload={false} className="underline">
                  {id}
                </Link>{' '}
                {words.skipped[reason] ?? reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The rows that did not get in, beside the name of their file. */
function download(job: ImportJob): void {
  const type = job.shape ? 'text/csv' : 'application/x-ndjson';
  const url = URL.createObjectURL(new Blob([job.failures()], { type }));
  const link = document.createElement('a');
  link.href = url;
  const [, name, extension] = /^(.*?)(\.(?:csv|tsv|txt|ndjson|jsonl))?$/i.exec(job.file!.name)!;
  link.download = `${name}.failures${job.shape ? '.csv' : extension}`;
  link.click();
  // The browser has to begin before its address is gone.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
