/** Where a file comes in: dropped, or chosen with the keyboard. */
import { useState } from 'react';
import { formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { tell } from '../ui/notice.tsx';
import { DiscardDialog } from './discard-dialog.tsx';
import type { ImportJob } from './job.ts';
import { Progress } from './progress.tsx';
import { RecentImports } from './recent-imports.tsx';

const words = strings.import.choose;

export function ChooseStep({ job, location }: { job: ImportJob; location: string | undefined }) {
  const session = useSession();
  const [isOver, setOver] = useState(false);
  const choose = (file: File | undefined) => {
    if (!file) return;
    if (/\.(xlsx?|ods|numbers)$/i.test(file.name)) return tell({ text: words.wrongKind, isError: true });
    void job.choose(file, location && session.locationOf(location) ? location : null);
  };
  if (job.activity === 'reading') {
    return (
      <div className="flex flex-col gap-3">
        <p>
          {words.reading(job.file!.name)} ·{' '}
          <span className="numeric text-muted">{words.rowsRead(formatNumber(job.rows.length))}</span>
        </p>
        <Progress label={words.reading(job.file!.name)} value={job.bytesRead} total={job.file!.size} />
        <div>
          <Button onClick={() => job.throwAway()}>{strings.cancel}</Button>
        </div>
      </div>
    );
  }
  return (
    <>
      {job.offer && <Offer job={job} />}
      <label
        className={`relative flex cursor-pointer flex-col items-center gap-2 rounded-2xl border-2 border-dashed px-6 py-14 text-center has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-offset-2 has-[input:focus-visible]:outline-accent ${
          isOver ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface hover:bg-sunken'
        }`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          choose(event.dataTransfer.files[0]);
        }}
      >
        <Icon name="upload" className="size-8 text-accent" />
        <span id="import-file-label" className="text-lg font-semibold">
          {isOver ? words.drop : words.label}
        </span>
        <input
          type="file"
          accept=".csv,.tsv,.txt,.ndjson,.jsonl,text/csv,text/tab-separated-values,text/plain"
          aria-labelledby="import-file-label"
          aria-describedby="import-file-hint"
          className="sr-only"
          onChange={({ target }) => {
            choose(target.files?.[0]);
            // The same file may be chosen again once it is mended.
            target.value = '';
          }}
        />
        <span id="import-file-hint" className="max-w-lg text-sm text-muted text-balance">
          {words.hint}
        </span>
      </label>
      <p className="max-w-2xl text-sm text-muted text-pretty">{words.safe}</p>
      <RecentImports location={location} />
      <DiscardDialog job={job} />
    </>
  );
}

/** An import that a reload cut off. */
function Offer({ job }: { job: ImportJob }) {
  const { file, step, reached } = job.offer!;
  return (
    <section
      aria-labelledby="import-offer"
      className="flex flex-col gap-3 rounded-2xl border border-accent bg-accent-soft p-5"
    >
      <h2 id="import-offer" className="font-semibold">
        {strings.import.offer.title[step]}
      </h2>
      <p>{strings.import.offer.text(file.name, formatNumber(reached), step)}</p>
      <div className="flex flex-wrap items-center gap-2">
        <Button weight="primary" onClick={() => void job.goOn()}>
          {strings.import.offer.goOn[step]}
        </Button>
        <Button onClick={() => job.throwAway()}>{strings.import.offer.throwAway}</Button>
      </div>
      <p className="text-sm">{strings.import.offer.throwAwayHint}</p>
    </section>
  );
}
