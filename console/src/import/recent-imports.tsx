/** The imports of before: whom each touched, and the way to take one back. */
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { type Import, messageOf } from '../api.ts';
import { formatAgo, formatMoment, formatNumber } from '../format.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { tell } from '../ui/notice.tsx';
import { forgetRecords, importsQuery, nameOfImport } from './imports-query.ts';
import { takeBack, type UndoAccount } from './undo-account.ts';

const words = strings.import.recent;

/** Nothing at all where there was no import yet. */
export function RecentImports({ location }: { location: string | undefined }) {
  const session = useSession();
  const id = useId();
  const known = location && session.locationOf(location) ? location : undefined;
  const mayRead = session.may('customers:read');
  const imports = useInfiniteQuery({ ...importsQuery(known), enabled: mayRead });
  const [asked, setAsked] = useState<Import | null>(null);
  const timeZone = (session.locationOf(known ?? '') ?? session.locations[0])?.timezone;
  if (!mayRead) return null;
  const items = imports.data?.pages.flatMap((page) => page.items) ?? [];
  if (imports.isSuccess && items.length === 0) return null;
  return (
    <section aria-labelledby={id} className="rounded-2xl border border-line bg-surface">
      <h2 id={id} className="px-5 pt-4 pb-3 font-semibold">
        {words.title}
      </h2>
      {imports.isPending && (
        <div className="flex flex-col gap-3 px-5 pb-5" role="status" aria-label={strings.loading}>
          <div className="skeleton h-9" />
          <div className="skeleton h-9" />
        </div>
      )}
      {imports.isError && (
        <div className="flex flex-wrap items-center gap-3 px-5 pb-4 text-sm">
          <p>{messageOf(imports.error)}</p>
          <Button onClick={() => void imports.refetch()}>{strings.retry}</Button>
        </div>
      )}
      <ul>
        {items.map((one) => (
          <li
            key={one.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-5 py-3"
          >
            <div className="min-w-60 flex-1">
              <p className="font-medium">
                <time dateTime={one.started_at} title={formatAgo(one.started_at)}>
                  {formatMoment(one.started_at, timeZone)}
                </time>
                {one.actor.name && (
                  <span className="font-normal text-muted"> · {words.by(one.actor.name)}</span>
                )}
              </p>
              <p className="numeric text-sm text-muted">{figuresOf(one)}</p>
            </div>
            <div className="flex flex-wrap gap-2">
              <Link
                to="/"
                search={({ location }) => ({
                  location,
                  import: one.id,
                  deleted: isAllGone(one) ? '1' : undefined,
                })}
                aria-label={words.showOf(formatMoment(one.started_at, timeZone))}
                className={buttonClass('plain')}
              >
                {words.show}
              </Link>
              {session.may('customers:delete') && one.undone < one.created + one.updated && (
                <Button
                  weight="danger"
                  aria-label={words.undoOf(formatMoment(one.started_at, timeZone))}
                  onClick={() => setAsked(one)}
                >
                  {words.undo}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {imports.hasNextPage && (
        <div className="border-t border-line px-5 py-2">
          <Button
            weight="quiet"
            disabled={imports.isFetchingNextPage}
            onClick={() => void imports.fetchNextPage()}
          >
            {words.more}
          </Button>
        </div>
      )}
      {asked && <TakeBack one={asked} name={nameOfImport(asked, timeZone)} onClose={() => setAsked(null)} />}
    </section>
  );
}

/** Only among the deleted ones is there still somebody to see. */
const isAllGone = ({ created, updated, undone }: Import): boolean => updated === 0 && undone >= created;

const figuresOf = ({ created, updated, undone }: Import): string =>
  [
    created > 0 && words.created(formatNumber(created)),
    updated > 0 && words.updated(formatNumber(updated)),
    undone > 0 && words.undone(formatNumber(undone)),
  ]
    .filter(Boolean)
    .join(' · ');

function TakeBack({ one, name, onClose }: { one: Import; name: string; onClose: () => void }) {
  const queries = useQueryClient();
  const [account, setAccount] = useState<UndoAccount | null>(null);
  const [waiting, setWaiting] = useState<string | null>(null);
  const undo = useMutation({
    mutationFn: async () =>
      await takeBack(one.id, { signal: new AbortController().signal, onRetry: setWaiting }, setAccount),
    onSuccess: ({ deleted, restored, skipped }) =>
      tell({
        text: words.done(formatNumber(deleted + restored), formatNumber(skipped.length), skipped.length),
        isError: skipped.length > 0,
      }),
    onError: (error) => tell({ text: messageOf(error), isError: true }),
    onSettled: async () => {
      onClose();
      await forgetRecords(queries);
    },
  });
  const done = account
    ? account.deleted + account.restored + account.undone_before + account.skipped.length
    : 0;
  return (
    // Half taken back is no harm, but nobody should leave in the midst of it unawares.
    <Dialog title={words.undoTitle(name)} onClose={onClose} isPinned={undo.isPending}>
      <p className="text-muted text-pretty">{words.undoText}</p>
      <p role="status" className="numeric mt-2 min-h-6 text-sm">
        {undo.isPending && (waiting ?? words.undoing(formatNumber(done)))}
      </p>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button disabled={undo.isPending} onClick={onClose}>
          {strings.cancel}
        </Button>
        <Button weight="danger" disabled={undo.isPending} onClick={() => undo.mutate()}>
          {words.undo}
        </Button>
      </div>
    </Dialog>
  );
}
