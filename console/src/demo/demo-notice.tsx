/** Said above a list with demo customers in it: that they are, and how they go again. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Customer, messageOf } from '../api.ts';
import { formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { tell } from '../ui/notice.tsx';
import { DEMO_TAG, takeAway } from './take-away.ts';

const words = strings.demo;

export function DemoNotice({ customers }: { customers: Customer[] }) {
  const session = useSession();
  const [isAsking, setAsking] = useState(false);
  const one = customers.find(({ tags }) => tags.includes(DEMO_TAG));
  const mayTake = session.may('customers:delete') && session.may('customers:write');
  if (!one && !isAsking) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-accent-soft px-4 py-1.5 text-sm sm:px-6">
      <p>{words.notice}</p>
      {mayTake && one && <Button onClick={() => setAsking(true)}>{words.takeAway}</Button>}
      {isAsking && one && <TakeAwayDialog one={one} onClose={() => setAsking(false)} />}
    </div>
  );
}

function TakeAwayDialog({ one, onClose }: { one: Customer; onClose: () => void }) {
  const queries = useQueryClient();
  const [gone, setGone] = useState(0);
  const take = useMutation({
    mutationFn: async () => await takeAway(one, setGone),
    onSuccess: ({ gone, kept }) =>
      tell(
        kept > 0
          ? { text: words.kept(formatNumber(kept), formatNumber(gone)), isError: true }
          : { text: words.gone(formatNumber(gone)) },
      ),
    onError: (error) => tell({ text: messageOf(error), isError: true }),
    onSettled: async () => {
      onClose();
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['customers'] }),
        queries.invalidateQueries({ queryKey: ['duplicates'] }),
        queries.invalidateQueries({ queryKey: ['customer'] }),
      ]);
    },
  });
  return (
    // Half taken away is no harm, but nobody should leave in the midst of it unawares.
    <Dialog title={words.title} onClose={onClose} isPinned={take.isPending}>
      <p className="text-muted text-pretty">{words.text}</p>
      <p role="status" className="numeric mt-2 min-h-6 text-sm">
        {take.isPending && words.taking(formatNumber(gone))}
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button disabled={take.isPending} onClick={onClose}>
          {strings.cancel}
        </Button>
        <Button weight="danger" disabled={take.isPending} onClick={() => take.mutate()}>
          {words.takeAway}
        </Button>
      </div>
    </Dialog>
  );
}
