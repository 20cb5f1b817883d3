/** What can be done with those who are chosen, at the foot of the list while somebody is. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { messageOf } from '../api.ts';
import { formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { tell } from '../ui/notice.tsx';
import { addTag, type Chosen, deleteAll, type Outcome } from './bulk.ts';

const words = strings.bulk;

export function BulkBar({
  chosen,
  gathering,
  onClear,
}: {
  chosen: Chosen[];
  /** How many were gathered so far, while all that match are being chosen. */
  gathering: number | null;
  onClear: () => void;
}) {
  const session = useSession();
  const queries = useQueryClient();
  const [tag, setTag] = useState('');
  const [done, setDone] = useState(0);
  const [isConfirming, setConfirming] = useState(false);
  const refresh = () => queries.invalidateQueries({ queryKey: ['customers'] });

  const takeBack = async (outcome: Outcome) => {
    tell({ text: words.undoing });
    const undone = await outcome.undo(() => {});
    await refresh();
    tell({ text: words.undone(formatNumber(undone.done)), ...(undone.failed > 0 && failure(undone)) });
  };
  const run = useMutation({
    mutationFn: async (work: (onProgress: (done: number) => void) => Promise<Outcome>) => {
      setDone(0);
      return await work(setDone);
    },
    onSuccess: async (outcome) => {
      setTag('');
      setConfirming(false);
      onClear();
      await refresh();
      const undo = outcome.done > 0 && {
        action: { label: strings.undo, run: () => void takeBack(outcome) },
      };
      tell({
        text: words.done(formatNumber(outcome.done), outcome.done),
        ...(outcome.failed > 0 && failure(outcome)),
        ...undo,
      });
    },
    onError: (error) => tell({ text: messageOf(error), isError: true }),
  });

  let content: ReactNode;
  if (gathering !== null)
    content = <p className="numeric px-2 py-1.5">{words.gathering(formatNumber(gathering))}</p>;
  else if (run.isPending)
    content = (
      <p className="numeric px-2 py-1.5">{words.working(formatNumber(done), formatNumber(chosen.length))}</p>
    );
  else
    content = (
      <>
        <p className="numeric px-2 font-medium">{words.chosen(formatNumber(chosen.length))}</p>
        {session.may('customers:write') && (
          <form
            className="flex gap-1.5"
            onSubmit={(event) => {
              event.preventDefault();
              const text = tag.trim();
              if (text) run.mutate((onProgress) => addTag(chosen, text, onProgress));
            }}
          >
            <input
              value={tag}
              maxLength={64}
              aria-label={words.tag}
              placeholder={words.tag}
              autoComplete="off"
              className="min-h-9 w-32 rounded-lg border border-line-strong bg-surface px-3 text-sm"
              onChange={({ target }) => setTag(target.value)}
            />
            <Button type="submit">{words.addTag}</Button>
          </form>
        )}
        {session.may('customers:delete') && (
          <Button weight="danger" onClick={() => setConfirming(true)}>
            <Icon name="bin" className="size-4" />
            {strings.customer.remove}
          </Button>
        )}
        <Button weight="quiet" onClick={onClear}>
          {words.clear}
        </Button>
      </>
    );
  return (
    <section
      aria-label={words.label}
      aria-busy={run.isPending || gathering !== null}
      className="fixed inset-x-0 bottom-4 z-20 mx-auto flex w-fit max-w-[calc(100vw-2rem)] flex-wrap items-center gap-2 rounded-2xl border border-line bg-surface p-2 shadow-raised"
    >
      {content}
      {isConfirming && (
        <Dialog
          title={words.deleteTitle(formatNumber(chosen.length), chosen.length)}
          onClose={() => setConfirming(false)}
        >
          <p className="text-muted">{words.deleteText}</p>
          <div className="mt-6 flex justify-end gap-2">
            <Button onClick={() => setConfirming(false)}>{strings.cancel}</Button>
            <Button
              weight="danger"
              disabled={run.isPending}
              onClick={() => run.mutate((onProgress) => deleteAll(chosen, onProgress))}
            >
              {run.isPending
                ? words.working(formatNumber(done), formatNumber(chosen.length))
                : strings.customer.remove}
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

/** Some were not changed: how many, and why. */
const failure = ({ done, failed, reasons }: Outcome) => ({
  isError: true,
  text: words.partly(formatNumber(done), formatNumber(failed), reasons[0] ?? ''),
});
