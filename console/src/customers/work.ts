/** A change to many that is under way. It goes on while its person looks at other pages, and can be stopped. */
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { messageOf } from '../api.ts';
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import { tell } from '../ui/notice.tsx';
import type { Left, Outcome, Progress } from './bulk.ts';

const words = strings.bulk;
/** Often enough to see it move. */
const TELL_EVERY_MS = 100;

interface Work {
  verb: keyof typeof words.doing;
  done: number;
  all: number;
  isStopping: boolean;
}
/** What is under way, and those whom the last change left as they were, while somebody looks at them. */
let present: { work: Work | null; left: Left[] | null } = { work: null, left: null };
let stopping = new AbortController();
const listeners = new Set<() => void>();

function show(part: Partial<typeof present>): void {
  present = { ...present, ...part };
  for (const listener of listeners) listener();
}
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useWork = () => useSyncExternalStore(subscribe, () => present);

export function stopWork(): void {
  stopping.abort();
  if (present.work) show({ work: { ...present.work, isStopping: true } });
}
export const showLeft = (left: Left[] | null): void => show({ left });

const warn = (event: BeforeUnloadEvent) => event.preventDefault();

/** Does a change, one at a time, and says at its end what came of it. */
export async function changeMany(
  queries: QueryClient,
  verb: Work['verb'],
  all: number,
  change: (progress: Progress) => Promise<Outcome>,
): Promise<void> {
  if (present.work) return;
  stopping = new AbortController();
  tell(null);
  show({ work: { verb, done: 0, all, isStopping: false } });
  window.addEventListener('beforeunload', warn);
  let told = 0;
  const onProgress = (done: number) => {
    if (performance.now() - told < TELL_EVERY_MS || !present.work) return;
    told = performance.now();
    show({ work: { ...present.work, done } });
  };
  try {
    const outcome = await change({ onProgress, signal: stopping.signal });
    report(queries, verb, outcome);
  } catch (error) {
    tell({ text: messageOf(error), isError: true });
  } finally {
    window.removeEventListener('beforeunload', warn);
    show({ work: null });
    for (const key of ['customers', 'customer', 'events'])
      void queries.invalidateQueries({ queryKey: [key] });
  }
}

function report(queries: QueryClient, verb: Work['verb'], { done, left, notTried, undo }: Outcome): void {
  const shown = formatNumber(done);
  const text =
    left.length > 0
      ? words.partly(shown, formatNumber(left.length), left[0]!.reason)
      : verb === 'undo'
        ? words.undone(shown)
        : words.done(shown, done);
  const takeBack = () => void changeMany(queries, 'undo', undo!.all, undo!.run);
  tell({
    text: notTried > 0 ? `${text} ${words.stopped(formatNumber(notTried))}` : text,
    ...(left.length > 0 && { isError: true, more: { label: words.which, run: () => showLeft(left) } }),
    ...(undo && { action: { label: strings.undo, run: takeBack } }),
  });
}
