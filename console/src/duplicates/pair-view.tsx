/** One pair: who the two are, what a merge would make of them, and the decision. m merges, d says two people or takes that back. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Customer, Failure, messageOf } from '../api.ts';
import { customerQuery } from '../customer/customer-query.ts';
import { formatDay, nameOf } from '../format.ts';
import { isTyping } from '../keyboard.ts';
import { useSession } from '../session.ts';
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';
import { ErrorProblem } from '../ui/problem.tsx';
import {
  type Choices,
  changeAfterMerge,
  likelySurvivor,
  otherSide,
  type Pair,
  type Side,
} from './compare.ts';
import { Comparison } from './comparison.tsx';
import { useDismissal, useMerge, useMergePreview } from './decisions.ts';
import { type PossibleDuplicate, referencesQuery } from './queue-query.ts';

const words = strings.duplicates;

interface Props {
  pair: PossibleDuplicate;
  /** Goes on to the next pair; the record that was merged away is named. */
  onDecided: (goneId?: string) => void;
  /** Somebody else has decided it: goes on, and asks for the queue anew. */
  onSettled: () => void;
  /** The decision was taken back: this pair is shown again. */
  onUndone: () => void;
}

export function PairView(props: Props) {
  const { pair, onSettled } = props;
  const [idOfA, idOfB] = pair.customer_ids as [string, string];
  const a = useQuery(customerQuery(idOfA));
  const b = useQuery(customerQuery(idOfB));
  const failed = [a, b].find(({ isError, data }) => isError && !data);
  const isGone = failed?.error instanceof Failure && failed.error.status === 404;
  // The id of a record that was merged away answers with the survivor.
  const isDecided = (a.data && a.data.id !== idOfA) || (b.data && b.data.id !== idOfB);
  if (isGone || isDecided) {
    return (
      <div role="alert" className="flex max-w-md flex-col items-start gap-3 p-6">
        <h2 className="text-lg font-semibold">{words.settledTitle}</h2>
        <p className="text-muted">{words.settled}</p>
        <Button weight="primary" onClick={onSettled}>
          {words.next}
        </Button>
      </div>
    );
  }
  if (failed) return <ErrorProblem error={failed.error} retry={() => failed.refetch()} />;
  if (!a.data || !b.data) return <PairSkeleton />;
  return <Decision {...props} records={{ a: a.data, b: b.data }} />;
}

/** Who presses a key twice means the pair they saw, not the one that came in its place. */
const SETTLING_MS = 400;

function Decision({ pair, records, onDecided, onUndone }: Props & { records: Pair<Customer> }) {
  const session = useSession();
  const mayWrite = session.may('customers:write');
  // What was dismissed is opened again before it can be merged.
  const mayDecide = mayWrite && pair.dismissed_at === undefined;
  const [likely] = useState(() => likelySurvivor(records));
  const [survivor, setSurvivor] = useState<Side>(likely.side);
  const [choices, setChoices] = useState<Choices>({});
  const kept = records[survivor];
  const other = records[otherSide(survivor)];
  const preview = useMergePreview(kept, other, mayDecide);
  const references = {
    a: useQuery(referencesQuery(records.a.id)).data,
    b: useQuery(referencesQuery(records.b.id)).data,
  };
  const merge = useMerge(pair, onDecided, onUndone);
  const verb = pair.dismissed_at === undefined ? 'dismiss' : 'reopen';
  const dismissal = useDismissal(pair, verb, onDecided, onUndone);
  const isBusy = merge.isPending || dismissal.isPending;
  const change = changeAfterMerge(records, survivor, choices);
  const canMerge = preview.isSuccess && !isBusy;
  const decide = {
    m: () => mayDecide && canMerge && merge.mutate({ survivor: kept, other, change }),
    d: () => !isBusy && dismissal.mutate(),
  };

  const shownAt = useRef(0);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    shownAt.current = performance.now();
    heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (!mayWrite) return;
    const onKey = (event: KeyboardEvent) => {
      const isEarly = event.repeat || performance.now() - shownAt.current < SETTLING_MS;
      if (isEarly || isTyping(event)) return;
      if (event.key === 'm') decide.m();
      else if (event.key === 'd') decide.d();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });

  return (
    <>
      <div className="sticky top-0 z-10 flex flex-wrap items-center gap-3 border-b border-line bg-paper px-4 py-3 sm:px-6">
        <div className="min-w-0 flex-1 basis-64">
          <h2 ref={heading} tabIndex={-1} className="font-semibold text-balance break-words">
            {words.question(nameOf(records.a), nameOf(records.b))}
          </h2>
          <p className="text-sm text-muted">
            {words.likelihood(pair.score)}
            {pair.reasons.length > 0 && `: ${pair.reasons.join('; ')}`}
            {pair.dismissed_at && `. ${words.dismissedOn(formatDay(pair.dismissed_at))}`}
          </p>
        </div>
        {mayWrite ? (
          <div className="flex gap-2">
            {mayDecide && (
              <Button weight="primary" aria-keyshortcuts="m" disabled={!canMerge} onClick={decide.m}>
                {merge.isPending ? words.merging : words.merge}
                <Key letter="m" />
              </Button>
            )}
            <Button aria-keyshortcuts="d" disabled={isBusy} onClick={decide.d}>
              {words[verb]}
              <Key letter="d" />
            </Button>
          </div>
        ) : (
          <p className="text-sm text-muted">{words.mayOnlyLook}</p>
        )}
      </div>
      <div className="px-4 py-4 sm:px-6">
        {preview.isError && (
          <div role="alert" className="mb-4 rounded-xl border border-warn bg-warn-soft p-4">
            <p className="font-semibold">{words.blockedTitle}</p>
            <ul className="mt-1 list-disc pl-5">
              {refusals(preview.error).map((message) => (
                <li key={message}>{message}</li>
              ))}
            </ul>
            <Button className="mt-3" onClick={() => preview.refetch()}>
              {strings.retry}
            </Button>
          </div>
        )}
        <Comparison
          records={records}
          references={references.a && references.b ? { a: references.a, b: references.b } : null}
          plan={
            mayDecide
              ? {
                  survivor,
                  because: survivor === likely.side ? likely.because : null,
                  choices,
                  result: preview.data ?? null,
                  setSurvivor,
                  choose: (field, side) => setChoices({ ...choices, [field]: side }),
                }
              : null
          }
        />
        {mayDecide && (
          <p className="mt-4 max-w-prose text-sm text-muted" aria-live="polite">
            {preview.data && words.outcome(nameOf(kept), nameOf(other), preview.data.gave_way.length)}
            {Object.keys(change).length > 0 && ` ${words.secondStep}`}
          </p>
        )}
      </div>
    </>
  );
}

/** Every reason why the two do not fit into one. */
const refusals = (error: unknown): string[] =>
  error instanceof Failure && error.details.errors
    ? error.details.errors.map(({ message }) => message)
    : [messageOf(error)];

const Key = ({ letter }: { letter: string }) => (
  <span
    aria-hidden="true"
    className="rounded border border-current px-1 font-mono text-xs leading-normal max-lg:hidden"
  >
    {letter}
  </span>
);

function PairSkeleton() {
  return (
    <div role="status" aria-label={strings.loading}>
      <div className="flex min-h-17 items-center border-b border-line px-4 py-3 sm:px-6">
        <div className="skeleton h-5 w-72 max-w-full" />
      </div>
      <div className="grid gap-4 px-4 py-6 sm:px-6">
        {[0, 1, 2, 3, 4].map((row) => (
          <div key={row} className="grid grid-cols-2 gap-4">
            <div className="skeleton h-9" />
            <div className="skeleton h-9" />
          </div>
        ))}
      </div>
    </div>
  );
}
