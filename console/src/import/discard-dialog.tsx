/** Asked before another file takes the place of an import that is not finished. */
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { ImportJob } from './job.ts';

const words = strings.import.discard;

export function DiscardDialog({ job }: { job: ImportJob }) {
  const { offer, asking } = job;
  if (!offer || !asking) return null;
  return (
    <Dialog title={words.title} onClose={() => void job.answer(false)}>
      <p className="text-muted text-pretty">
        {offer.step === 'run'
          ? words.begun(offer.file.name, formatNumber(offer.reached))
          : words.chosen(offer.file.name)}
      </p>
      <div className="mt-6 flex flex-wrap justify-end gap-2">
        <Button onClick={() => void job.answer(false)}>{words.keep}</Button>
        <Button
          weight="danger"
          className="max-w-full whitespace-normal wrap-anywhere"
          onClick={() => void job.answer(true)}
        >
          {words.throwAway(asking.file.name)}
        </Button>
      </div>
    </Dialog>
  );
}
