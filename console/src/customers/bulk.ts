/** The same change to many customers: one call each, some at a time, each answered for itself; and taken back. */
import { api, bodyOf, type Customer, type ListQuery, messageOf } from '../api.ts';

const AT_ONCE = 4;
const PAGE_SIZE = 100;

/** What a list knows of somebody who was chosen. */
export type Chosen = Pick<Customer, 'id' | 'name' | 'company_name' | 'email' | 'phone' | 'tags'>;

export interface Outcome {
  /** How many were changed. */
  done: number;
  /** Why the others were not, each reason once. */
  reasons: string[];
  failed: number;
  /** Takes back what was done; of those who were changed again since, nothing. */
  undo: (onProgress: (done: number) => void) => Promise<Outcome>;
}

/** Everybody that a list shows, on all its pages. */
export async function everybody(
  query: ListQuery,
  onProgress: (found: number) => void,
  signal: AbortSignal,
): Promise<Chosen[]> {
  const found: Chosen[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Customer[]; next_cursor: string | null } = await bodyOf(
      api.GET('/api/v2/customers', {
        params: { query: { ...query, page_size: PAGE_SIZE, ...(cursor && { cursor }) } },
        signal,
      }),
    );
    for (const { id, name, company_name, email, phone, tags } of page.items)
      found.push({ id, name, company_name, email, phone, tags });
    onProgress(found.length);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

/** Does the work for each; one that fails never stops the others. */
async function forEach<T, R>(
  items: T[],
  work: (item: T) => Promise<R>,
  onProgress: (done: number) => void,
): Promise<{ results: R[]; errors: unknown[] }> {
  const results: R[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const item = items[next++]!;
      await work(item).then(
        (result) => results.push(result),
        (error: unknown) => errors.push(error),
      );
      onProgress(results.length + errors.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { results, errors };
}

const outcomeOf = <R>(
  { results, errors }: { results: R[]; errors: unknown[] },
  undo: Outcome['undo'],
): Outcome => ({
  done: results.length,
  failed: errors.length,
  reasons: [...new Set(errors.map(messageOf))],
  undo,
});

const nothing: Outcome['undo'] = async () => ({ done: 0, failed: 0, reasons: [], undo: nothing });

/** Adds a tag to those who do not have it. */
export async function addTag(
  chosen: Chosen[],
  tag: string,
  onProgress: (done: number) => void,
): Promise<Outcome> {
  const without = chosen.filter(({ tags }) => !tags.some((one) => one.toLowerCase() === tag.toLowerCase()));
  const done = await forEach(
    without,
    async ({ id }) =>
      await bodyOf(
        api.PATCH('/api/v2/customers/{id}', { params: { path: { id } }, body: { added_tags: [tag] } }),
      ),
    onProgress,
  );
  return outcomeOf(done, async (onUndone) => {
    const undone = await forEach(
      done.results,
      async ({ id, tags, version }) =>
        await bodyOf(
          api.PATCH('/api/v2/customers/{id}', {
            params: { path: { id }, header: { 'If-Match': `"${version}"` } },
            body: { tags: tags.filter((one) => one.toLowerCase() !== tag.toLowerCase()) },
          }),
        ),
      onUndone,
    );
    return outcomeOf(undone, nothing);
  });
}

/** Deletes those whom no rule keeps. */
export async function deleteAll(chosen: Chosen[], onProgress: (done: number) => void): Promise<Outcome> {
  const done = await forEach(
    chosen,
    async ({ id }) => await bodyOf(api.DELETE('/api/v2/customers/{id}', { params: { path: { id } } })),
    onProgress,
  );
  return outcomeOf(done, async (onUndone) => {
    const undone = await forEach(
      done.results,
      async ({ id }) =>
        await bodyOf(api.POST('/api/v2/customers/{id}/restore', { params: { path: { id } } })),
      onUndone,
    );
    return outcomeOf(undone, nothing);
  });
}
