/** Takes the demo customers away: the undo of their import, and after it those who were changed since. */
import { api, bodyOf, type Customer, Failure } from '../api.ts';
import { strings } from '../strings/index.ts';

/** As `src/demo/people.ts` tags them. */
export const DEMO_TAG = 'demo customer';

export interface TakenAway {
  gone: number;
  /** Kept by the delete rules. */
  kept: number;
}

/** Takes away everybody who came with this one. Throws Failure, also when this one came with nobody. */
export async function takeAway(one: Customer, onProgress: (gone: number) => void): Promise<TakenAway> {
  const { items } = await bodyOf(
    api.GET('/api/v2/customers/{id}/events', { params: { path: { id: one.id }, query: { limit: 100 } } }),
  );
  const id = items.find(({ import_id }) => import_id)?.import_id;
  if (!id) throw new Failure(0, 'unexpected', strings.demo.notDemo);
  const changed: string[] = [];
  let gone = 0;
  let cursor: string | null = null;
  do {
    const query: { cursor?: string } = cursor ? { cursor } : {};
    const page = await undo(id, query);
    gone += page.deleted;
    for (const { customer_id, reason } of page.skipped)
      if (reason === 'edited_since' || reason === 'delete_blocked') changed.push(customer_id);
    cursor = page.next_cursor;
    onProgress(gone);
  } while (cursor !== null);
  let kept = 0;
  for (const id of changed) {
    if (await remove(id)) gone++;
    else kept++;
    onProgress(gone);
  }
  return { gone, kept };
}

const undo = async (id: string, query: { cursor?: string }) =>
  await bodyOf(api.POST('/api/v2/imports/{id}/undo', { params: { path: { id }, query } }));

/** Deletes one with what other systems had open about it; false when the delete rules keep it. */
async function remove(id: string): Promise<boolean> {
  try {
    const references = await bodyOf(
      api.GET('/api/v2/customers/{id}/references', { params: { path: { id } } }),
    );
    for (const { kind, ref } of references.items)
      await bodyOf(
        api.DELETE('/api/v2/customers/{id}/references/{kind}/{ref}', { params: { path: { id, kind, ref } } }),
      );
    await bodyOf(api.DELETE('/api/v2/customers/{id}', { params: { path: { id } } }));
    return true;
  } catch (error) {
    if (error instanceof Failure && error.code === 'delete_blocked') return false;
    throw error;
  }
}
