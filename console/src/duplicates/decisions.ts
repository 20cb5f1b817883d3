/** What is decided about a pair: one person, or two people. Either can be taken back. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf, type Customer, type CustomerChange, Failure, messageOf } from '../api.ts';
import { customerQuery } from '../customer/customer-query.ts';
import { nameOf } from '../format.ts';
import { strings } from '../strings/index.ts';
import { tell } from '../ui/notice.tsx';
import { forgetPair, type PossibleDuplicate, queueKey, takeOut } from './queue-query.ts';

const words = strings.duplicates;

interface Merge {
  survivor: Customer;
  /** The record that is merged away. */
  other: Customer;
  /** Values of the other that are to win: written in a second step, as a change like any other. */
  change: CustomerChange;
}

/** What the merge would make of the two, and what it would not take; nothing is written. */
export function useMergePreview(survivor: Customer | undefined, other: Customer | undefined, isOn: boolean) {
  return useQuery({
    queryKey: ['merge', survivor?.id, survivor?.version, other?.id, other?.version],
    enabled: isOn && survivor !== undefined && other !== undefined,
    staleTime: 0,
    gcTime: 0,
    queryFn: async ({ signal }) =>
      await bodyOf(
        api.POST('/api/v2/customers/{id}/merge', {
          params: { path: { id: survivor!.id }, query: { dry_run: true } },
          body: { from: other!.id },
          signal,
        }),
      ),
  });
}

async function merge({ survivor, other, change }: Merge) {
  const merged = await bodyOf(
    api.POST('/api/v2/customers/{id}/merge', {
      params: { path: { id: survivor.id }, header: { 'If-Match': `"${survivor.version}"` } },
      body: { from: other.id },
    }),
  );
  if (Object.keys(change).length === 0) return { merged, unsaved: null };
  try {
    await patch(survivor.id, merged.version, change);
    return { merged, unsaved: null };
  } catch (error) {
    return { merged, unsaved: error };
  }
}

const patch = async (id: string, version: number, body: CustomerChange) =>
  await bodyOf(
    api.PATCH('/api/v2/customers/{id}', {
      params: { path: { id }, header: { 'If-Match': `"${version}"` } },
      body,
    }),
  );

/** Puts back first what was chosen after the merge, unless somebody has changed it since, then takes the merge back. */
async function unmerge({ survivor, other, change }: Merge) {
  const path = { id: survivor.id };
  const fields = Object.keys(change) as (keyof CustomerChange & keyof Customer)[];
  if (fields.length > 0) {
    const current = await bodyOf(api.GET('/api/v2/customers/{id}', { params: { path } }));
    const untouched = fields.filter((field) => current[field] === change[field]);
    const before = Object.fromEntries(untouched.map((field) => [field, survivor[field]])) as CustomerChange;
    if (untouched.length > 0) await patch(survivor.id, current.version, before);
  }
  return await bodyOf(
    api.POST('/api/v2/customers/{id}/unmerge', { params: { path }, body: { from: other.id } }),
  );
}

/** Merging, with the way back offered at once. `onUndone` shows the pair again. */
export function useMerge(pair: PossibleDuplicate, onDecided: (goneId: string) => void, onUndone: () => void) {
  const queries = useQueryClient();
  const undo = async (done: Merge): Promise<void> => {
    const { survivor, other } = done;
    try {
      const { kept, contacts_taken: taken } = await unmerge(done);
      forgetPair(queries, [survivor.id, other.id]);
      await queries.invalidateQueries({ queryKey: ['duplicates'] });
      const stays = [...kept.map(({ message }) => message), ...taken.map(({ value }) => words.taken(value))];
      tell({ text: [words.undone, ...stays].join(' ') });
      onUndone();
    } catch (error) {
      const action = { label: strings.retry, run: () => void undo(done) };
      tell({ text: words.notUndone(messageOf(error)), isError: true, action });
    }
  };
  return useMutation({
    mutationFn: merge,
    onSuccess: ({ unsaved }, done) => {
      const { survivor, other } = done;
      onDecided(other.id);
      takeOut(queries, ({ id, customer_ids: ids }) => id === pair.id || ids.includes(other.id));
      forgetPair(queries, [survivor.id, other.id]);
      const action = { label: strings.undo, run: () => void undo(done) };
      const text = words.merged(nameOf(other), nameOf(survivor));
      if (unsaved) tell({ text: words.mergedPartly(text, messageOf(unsaved)), isError: true, action });
      else tell({ text, action });
    },
    onError: (error, { survivor, other }) => {
      const isStale = error instanceof Failure && error.code === 'version_conflict';
      for (const { id } of [survivor, other])
        void queries.invalidateQueries({ queryKey: customerQuery(id).queryKey });
      tell({ text: isStale ? words.stale : messageOf(error), isError: true });
    },
  });
}

const CALLS = {
  dismiss: (params: { path: { id: string } }) => api.POST('/api/v2/duplicates/{id}/dismiss', { params }),
  reopen: (params: { path: { id: string } }) => api.POST('/api/v2/duplicates/{id}/reopen', { params }),
};
const REVERSE = { dismiss: 'reopen', reopen: 'dismiss' } as const;

/** The two are two people, or they may be one after all: each is the way back from the other. */
export function useDismissal(
  pair: PossibleDuplicate,
  verb: keyof typeof CALLS,
  onDecided: () => void,
  onUndone: () => void,
) {
  const queries = useQueryClient();
  const call = async (to: keyof typeof CALLS): Promise<void> => {
    await bodyOf<unknown>(CALLS[to]({ path: { id: pair.id } }));
  };
  const forget = async () => {
    for (const id of pair.customer_ids) void queries.invalidateQueries({ queryKey: ['duplicates', id] });
    await queries.invalidateQueries({ queryKey: queueKey });
  };
  const undo = async (): Promise<void> => {
    try {
      await call(REVERSE[verb]);
      await forget();
      tell({ text: words.undoneOf[verb] });
      onUndone();
    } catch (error) {
      const action = { label: strings.retry, run: () => void undo() };
      tell({ text: messageOf(error), isError: true, action });
    }
  };
  return useMutation({
    mutationFn: async () => await call(verb),
    onSuccess: () => {
      onDecided();
      takeOut(queries, ({ id }) => id === pair.id);
      void forget();
      tell({ text: words.doneBy[verb], action: { label: strings.undo, run: () => void undo() } });
    },
    onError: (error) => tell({ text: messageOf(error), isError: true }),
  });
}
