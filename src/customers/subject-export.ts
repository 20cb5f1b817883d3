/** All that is kept about one person, as one answer: what privacy law lets them ask for. */
import { customerEvents } from '../events/history.ts';
import { notFound } from '../http/errors.ts';
import type { Caller } from '../tenancy/authentication.ts';
import { type Duplicate, type DuplicatePage, listDuplicates } from './duplicates.ts';
import { loadCustomers, loadMergedAway, loadReferences, loadWithSurvivors } from './load.ts';
import { type StoredCustomer, toCustomer } from './record.ts';
import { findStored, type Service } from './service.ts';

/** So many events stand in one answer; a longer history goes on by cursor. */
const HISTORY = 1_000;
/** So many pairs are read at a time; all are answered. */
const PAIRS = 100;

const held = (stored: StoredCustomer) => ({
  ...toCustomer(stored),
  deleted_at: stored.deleted_at,
  merged_into: stored.merged_into,
  legal_hold: stored.legal_hold,
});

/**
 * The customer of this id, or the survivor it was merged into, with everybody merged into them: deleted ones are kept too, until
 * they are purged, and so are part of it. Throws 404 as everywhere; an erased customer is gone.
 */
export async function exportCustomer(service: Service, caller: Caller, id: string, cursor: string | null) {
  const { sql } = service;
  const { businessId, locationId } = caller.scope;
  const customer = await survivorOf(service, caller, await findStored(service, caller, id));
  const away = await loadMergedAway(sql, businessId, [customer.id]);
  const ids = [customer.id, ...away];
  const [merged, history, references, pairs] = await Promise.all([
    away.length > 0 ? loadCustomers(sql, businessId, away) : [],
    customerEvents(sql, businessId, ids, cursor, HISTORY),
    loadReferences(sql, businessId, ids),
    pairsOf(service, caller, customer.id),
  ]);
  return {
    id: customer.id,
    customer: held(customer),
    merged: merged
      .filter((one) => one.erased_at === null && (locationId === null || one.location_id === locationId))
      .map(held),
    references: references.map(({ customer_id, kind, ref, state }) => ({ customer_id, kind, ref, state })),
    possible_duplicates: pairs,
    history: history.items,
    next_cursor: history.next_cursor,
  };
}

/** All pairs with this customer: those that are open, then those that were dismissed. */
async function pairsOf(service: Service, caller: Caller, id: string): Promise<Duplicate[]> {
  const pairs: Duplicate[] = [];
  for (const dismissed of [false, true]) {
    let cursor: string | null = null;
    do {
      const query = { customer_id: id, dismissed, limit: PAIRS, ...(cursor !== null && { cursor }) };
      const page: DuplicatePage = await listDuplicates(service, caller, query);
      pairs.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null);
  }
  return pairs;
}

async function survivorOf(
  { sql }: Service,
  { scope: { businessId, locationId } }: Caller,
  stored: StoredCustomer,
): Promise<StoredCustomer> {
  const trail = new Map((await loadWithSurvivors(sql, businessId, [stored.id])).map((row) => [row.id, row]));
  let at = stored;
  for (let hops = 0; at.merged_into !== null && hops < trail.size; hops++) {
    const next = trail.get(at.merged_into);
    // Erased or purged since: with the survivor its own data went.
    if (!next || next.erased_at !== null) throw notFound('customer');
    at = next;
  }
  if (locationId !== null && at.location_id !== locationId) throw notFound('customer');
  return at;
}
