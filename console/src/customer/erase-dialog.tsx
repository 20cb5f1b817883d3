/** The privacy erase: says in plain words what goes for good and what stays, and wants the name typed. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf, messageOf } from '../api.ts';
import { strings } from '../strings/index.ts';
import { Button, inputClass } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { BlockerList } from './blocker-list.tsx';
import { eraseBlockers, type Fate, fateKey } from './fate.ts';

const words = strings.erase;
/** Case and spaces do not matter: the name is typed to look twice, not as a password. */
const plain = (text: string) => text.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase();

export function EraseDialog({
  id,
  name,
  onClose,
}: {
  id: string;
  /** Null where the customer has no name: then a word is typed. */
  name: string | null;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const rehearsal = useQuery({
    queryKey: ['erase', id],
    staleTime: 0,
    gcTime: 0,
    queryFn: async () => await eraseBlockers(id),
  });
  const erase = useMutation({
    mutationFn: async () =>
      await bodyOf(api.POST('/api/v2/customers/{id}/erase', { params: { path: { id } } })),
    // The page sees it, says so and forgets the rest.
    onSuccess: ({ erased_at: at }) => queries.setQueryData(fateKey(id), { is: 'erased', at } satisfies Fate),
    onError: () => void rehearsal.refetch(),
  });
  const word = name ?? words.word;
  const who = name ?? words.someone;
  const blockers = rehearsal.data ?? [];
  const error = rehearsal.error ?? erase.error;
  if (blockers.length > 0) {
    return (
      <Dialog title={words.blockedTitle(name ?? strings.customer.gone.someone)} onClose={onClose}>
        <BlockerList blockers={blockers} />
        <div className="mt-6 flex justify-end">
          <Button onClick={onClose}>{strings.close}</Button>
        </div>
      </Dialog>
    );
  }
  const isReady = rehearsal.isSuccess && plain(typed) === plain(word) && !erase.isPending;
  return (
    <Dialog title={words.title(who)} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) erase.mutate();
        }}
      >
        {(
          [
            [words.goes, words.goesItems, 'text-danger'],
            [words.stays, words.staysItems, ''],
          ] as const
        ).map(([title, items, colour]) => (
          <div key={title} className="mt-4 first:mt-0">
            <h3 className={`text-sm font-semibold ${colour}`}>{title}</h3>
            <ul className="mt-1 list-disc pl-5 text-sm text-muted">
              {items.map((item) => (
                <li key={item} className="mt-1">
                  {item}
                </li>
              ))}
            </ul>
          </div>
        ))}
        <label className="mt-5 block text-sm font-medium">
          {words.confirm(word)}
          <input
            autoFocus
            value={typed}
            autoComplete="off"
            spellCheck={false}
            className={`mt-1 text-base ${inputClass}`}
            onChange={({ target }) => setTyped(target.value)}
          />
        </label>
        {error && (
          <p role="alert" className="mt-3 text-danger">
            {messageOf(error)}
          </p>
        )}
        <div className="mt-6 flex justify-end gap-2">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button
            type="submit"
            weight="danger"
            disabled={!isReady}
            className="enabled:border-transparent! enabled:bg-danger! enabled:text-surface!"
          >
            {words.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
