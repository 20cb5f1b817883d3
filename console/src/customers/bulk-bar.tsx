/** What can be done with those who are chosen, at the foot of the list. t tags them, # deletes, Escape chooses nobody. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { formatNumber } from '../format.ts';
import { isTyping } from '../keyboard.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { addTag, type Chosen, deleteAll } from './bulk.ts';
import { changeMany, useWork } from './work.ts';
import { BAR } from './work-bar.tsx';

const words = strings.bulk;

export function BulkBar({
  chosen,
  gathering,
  onClear,
}: {
  chosen: Chosen[];
  /** How many were gathered so far, while many are being chosen. */
  gathering: number | null;
  onClear: () => void;
}) {
  const session = useSession();
  const queries = useQueryClient();
  const { work } = useWork();
  const [tag, setTag] = useState('');
  const [isConfirming, setConfirming] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  /** Where the focus was before it came to the tag. */
  const cameFrom = useRef<Element>(null);
  const goBack = () => (cameFrom.current as HTMLElement | null)?.focus({ preventScroll: true });
  const mayDelete = session.may('customers:delete');
  const isIdle = work === null && gathering === null && chosen.length > 0;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      if (event.key === 'Escape') onClear();
      else if (!isIdle) return;
      else if (event.key === 't' && input.current) {
        event.preventDefault();
        cameFrom.current = document.activeElement;
        input.current.focus();
      } else if ((event.key === '#' || event.key === 'Delete') && mayDelete) {
        event.preventDefault();
        setConfirming(true);
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isIdle, mayDelete, onClear]);
  // What is under way stands in this place.
  if (work !== null) return null;

  const submitTag = () => {
    const text = tag.trim();
    if (!text) return;
    setTag('');
    goBack();
    onClear();
    void changeMany(queries, 'tag', chosen.length, (progress) => addTag(chosen, text, progress));
  };
  const submitDelete = () => {
    setConfirming(false);
    onClear();
    void changeMany(queries, 'delete', chosen.length, (progress) => deleteAll(chosen, progress));
  };
  let content: ReactNode;
  if (gathering !== null)
    content = (
      <>
        <p className="numeric px-2 py-1.5">{words.gathering(formatNumber(gathering))}</p>
        <Button weight="quiet" onClick={onClear}>
          {strings.cancel}
        </Button>
      </>
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
              submitTag();
            }}
          >
            <input
              ref={input}
              value={tag}
              maxLength={64}
              aria-label={words.tag}
              aria-keyshortcuts="t"
              placeholder={words.tag}
              autoComplete="off"
              className="min-h-9 w-32 rounded-lg border border-line-strong bg-surface px-3 text-sm"
              onChange={({ target }) => setTag(target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Escape') return;
                setTag('');
                goBack();
              }}
            />
            <Button type="submit">{words.addTag}</Button>
          </form>
        )}
        {mayDelete && (
          <Button weight="danger" aria-keyshortcuts="# Delete" onClick={() => setConfirming(true)}>
            <Icon name="bin" className="size-4" />
            {strings.customer.remove}
          </Button>
        )}
        <Button weight="quiet" aria-keyshortcuts="Escape" onClick={onClear}>
          {words.clear}
        </Button>
      </>
    );
  return (
    <section aria-label={words.label} aria-busy={gathering !== null} className={BAR}>
      {content}
      {isConfirming && (
        <Dialog
          title={words.deleteTitle(formatNumber(chosen.length), chosen.length)}
          onClose={() => setConfirming(false)}
        >
          <p className="text-muted">{words.deleteText}</p>
          <div className="mt-6 flex justify-end gap-2">
            <Button onClick={() => setConfirming(false)}>{strings.cancel}</Button>
            <Button weight="danger" onClick={submitDelete}>
              {strings.customer.remove}
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
