/** The same change to many customers: one call each, some at a time, each answered for itself; and taken back. */
import { api, bodyOf, type Customer, Failure, messageOf, pauseBeforeNext } from '../api.ts';
import { nameOf } from '../format.ts';

/** Browsers send six at once to one address: two are left to whoever goes on working. */
const AT_ONCE = 4;
/** What does not answer is asked again after so long. */
const AGAIN_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** What is kept of somebody who was chosen: there may be a hundred thousand. */
export interface Chosen {
  id: string;
  name: string;
  tags: string[];
}
export const chosenOf = (customer: Customer): Chosen => ({
  id: customer.id,
  name: nameOf(customer),
  tags: customer.tags,
});

/** Somebody who was left as they were, and why. */
export interface Left {
  id: string;
  name: string;
  reason: string;
}

export interface Outcome {
  /** How many were changed. */
  done: number;
  left: Left[];
  /** How many were not come to, because somebody stopped it. */
  notTried: number;
  /** Takes back what was done; of those who were changed again since, nothing. Null where nothing can be. */
  undo: { all: number; run: (progress: Progress) => Promise<Outcome> } | null;
}

/** How a long work tells how far it is, and is told to stop. */
export interface Progress {
  onProgress: (done: number) => void;
  signal: AbortSignal;
}

/** Does the work for each; one that fails never stops the others, but for a session that is over. */
async function forEach<T extends Pick<Chosen, 'id' | 'name'>, R>(
  items: T[],
  work: (item: T) => Promise<R>,
  { onProgress, signal }: Progress,
): Promise<{ results: R[]; left: Left[]; notTried: number }> {
  const results: R[] = [];
  const left: Left[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && !signal.aborted) {
      await sleep(pauseBeforeNext(), signal);
      if (signal.aborted || next >= items.length) return;
      const item = items[next++]!;
      try {
        results.push(await withPatience(() => work(item), signal));
      } catch (error) {
        left.push({ id: item.id, name: item.name, reason: reasonOf(error) });
        if (error instanceof Failure && error.status === 401) next = items.length;
      }
      onProgress(results.length + left.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { results, left, notTried: items.length - results.length - left.length };
}

/** Once more after a limit of requests, and some times where nothing answers. */
async function withPatience<R>(work: () => Promise<R>, signal: AbortSignal): Promise<R> {
  for (let n = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      const { status } = error instanceof Failure ? error : { status: 400 };
      const wait = status === 429 ? pauseBeforeNext() || 1_000 : AGAIN_MS[n];
      const mayAnswer = status === 429 || status === 0 || status >= 500;
      if (!mayAnswer || wait === undefined || signal.aborted) throw error;
      if (status !== 429) n++;
      await sleep(wait, signal);
    }
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => [clearTimeout(timer), resolve()], { once: true });
  });
}

/** Every rule that kept a customer, or what went wrong. */
const reasonOf = (error: unknown): string =>
  error instanceof Failure && error.details.blockers
    ? error.details.blockers.map(({ message }) => message).join(' ')
    : messageOf(error);

/** Adds a tag to those who do not have it. */
export async function addTag(chosen: Chosen[], tag: string, progress: Progress): Promise<Outcome> {
  const isTag = (one: string) => one.toLowerCase() === tag.toLowerCase();
  const without = chosen.filter(({ tags }) => !tags.some(isTag));
  const tagged = await forEach(
    without,
    async ({ id, name }) => {
      const params = { path: { id } };
      const { tags, version } = await bodyOf(
        api.PATCH('/api/v2/customers/{id}', { params, body: { added_tags: [tag] } }),
      );
      return { id, name, tags, version };
    },
    progress,
  );
  return outcomeOf(tagged, async ({ id, tags, version }) => {
    const params = { path: { id }, header: { 'If-Match': `"${version}"` } };
    const body = { tags: tags.filter((one) => !isTag(one)) };
    await bodyOf(api.PATCH('/api/v2/customers/{id}', { params, body }));
  });
}

/** Deletes those whom no rule keeps. */
export async function deleteAll(chosen: Chosen[], progress: Progress): Promise<Outcome> {
  const deleted = await forEach(
    chosen,
    async ({ id, name }) => {
      await bodyOf(api.DELETE('/api/v2/customers/{id}', { params: { path: { id } } }));
      return { id, name };
    },
    progress,
  );
  return outcomeOf(deleted, async ({ id }) => {
    await bodyOf(api.POST('/api/v2/customers/{id}/restore', { params: { path: { id } } }));
  });
}

function outcomeOf<R extends Pick<Chosen, 'id' | 'name'>>(
  { results, left, notTried }: Awaited<ReturnType<typeof forEach<R, R>>>,
  takeBack: (one: R) => Promise<void>,
): Outcome {
  const run = async (progress: Progress): Promise<Outcome> => {
    const undone = await forEach(results, takeBack, progress);
    return { done: undone.results.length, left: undone.left, notTried: undone.notTried, undo: null };
  };
  return {
    done: results.length,
    left,
    notTried,
    undo: results.length > 0 ? { all: results.length, run } : null,
  };
}
