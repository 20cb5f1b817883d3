/**
 * What can happen to a customer beside the six operations: restore, erase, merge and unmerge, references, holds, the
 * record as it was, its history, the feed, the undo of an import. Each as: load what exists, ask the plan, commit it,
 * answer.
 */
import { isUuid, lastIdAt } from '../database/ids.ts';
import { BEGINNING, lastPlace, type Place, readFeed } from '../events/feed.ts';
import {
  customerEvents,
  customersOfImport,
  eventsAround,
  eventsOfImport,
  type HistoryEvent,
  lastEvent,
} from '../events/history.ts';
import { notFound } from '../http/errors.ts';
import type { Caller } from '../tenancy/authentication.ts';
import { asItWas } from './as-it-was.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { loadMergedAway, loadReferences, loadWithSurvivors } from './load.ts';
import { planErase } from './plan-erase.ts';
import { planMerge } from './plan-merge.ts';
import { planHold, planReference } from './plan-reference.ts';
import { planRestore } from './plan-restore.ts';
import { planUndo, type Undone, type UndoObstacle } from './plan-undo.ts';
import { planUnmerge } from './plan-unmerge.ts';
import { type Reference, type StoredCustomer, toCustomer } from './record.ts';
import {
  findCustomer,
  findDocument,
  findStored,
  type ImportedWrite,
  idWithinReach,
  listed,
  needsOfRecords,
  run,
  runAll,
  type Service,
  type WriteOptions,
} from './service.ts';
import type { Write } from './write-queue.ts';

/**
 * The greatest id of the events that had happened: a time has all of its millisecond, an event itself. Ids are made
 * from the time of the event, so the key finds the moment.
 */
const lastEventBy = (at: string) => (isUuid(at) ? at.toLowerCase() : lastIdAt(new Date(at)));

export async function getCustomer(
  service: Service,
  caller: Caller,
  id: string,
  at?: string,
  isGone?: () => boolean,
) {
  // Read for all who ask meanwhile. What was has statements of its own, over a history of any length.
  if (at === undefined) return await findDocument(service, caller, id);
  const read = async () =>
    toCustomer(await customerAt(service, caller, await findStored(service, caller, id), lastEventBy(at)));
  return await service.turns.run(caller.scope.businessId, read, isGone);
}

/** The record as it was after this event, or that of whom it was merged into by then. Throws 404 when it did not live. */
async function customerAt(
  service: Service,
  caller: Caller,
  stored: StoredCustomer,
  until: string,
): Promise<StoredCustomer> {
  const { after, last } = await eventsAround(service.sql, caller.scope.businessId, stored.id, until);
  const was = asItWas(stored, after, last);
  if (was?.merged_into) {
    const survivor = await findStored(service, caller, was.merged_into);
    // The merge is done when both its events are.
    const both = lastIdAt(new Date(was.updated_at));
    return await customerAt(service, caller, survivor, until > both ? until : both);
  }
  if (!was || was.deleted_at !== null) throw notFound('customer');
  return was;
}

export async function getCustomerEvents(
  service: Service,
  caller: Caller,
  id: string,
  before: string | null,
  limit: number,
) {
  const { sql } = service;
  const { businessId } = caller.scope;
  const customer = await findCustomer(service, caller, id);
  const ids = [customer.id, ...(await loadMergedAway(sql, businessId, [customer.id]))];
  return await customerEvents(sql, businessId, ids, before, limit);
}

export interface FeedQuery {
  after?: string;
  limit?: number;
  /** Seconds to wait for an event when there is none. */
  wait?: number;
}

/** The events after a cursor in the order of commits; waits for the next one when asked to. */
export async function listEvents(service: Service, caller: Caller, query: FeedQuery, signal: AbortSignal) {
  const { sql, feed, cursorSecret } = service;
  const { businessId, locationId } = caller.scope;
  const { limit = 100, wait = 0 } = query;
  const bound = JSON.stringify(['feed', businessId, locationId]);
  let place = BEGINNING;
  if (query.after === 'latest') place = await lastPlace(sql, businessId);
  else if (query.after) {
    const position = decodeCursor<Place | number>(cursorSecret, bound, query.after);
    // Earlier versions sealed the number alone.
    place = typeof position === 'number' ? { seq: position, id: null } : position;
  }
  const until = performance.now() + wait * 1000;
  let hasWaited = false;
  for (;;) {
    const page = await readFeed(sql, businessId, locationId, place, limit);
    const moved = page.place.seq > place.seq;
    place = page.place;
    const left = until - performance.now();
    if (hasWaited && page.items.length > 0) feed.onSeen((Date.now() - Date.parse(page.items[0]!.at)) / 1000);
    if (page.items.length > 0 || left <= 0 || signal.aborted || feed.isClosed)
      return { items: page.items, next_cursor: encodeCursor(cursorSecret, bound, place) };
    // Events of other locations only: there may be more behind them.
    if (!moved) await feed.wait(businessId, place.seq, left, signal);
    hasWaited = true;
  }
}

export async function restoreCustomer(
  service: Service,
  caller: Caller,
  id: string,
  options: WriteOptions = {},
) {
  const stored = await findStored(service, caller, id);
  const { locationId, actor } = caller.scope;
  const request = { id: stored.id, locationId, ifMatch: options.ifMatch ?? null, actor };
  return await run(
    service,
    caller,
    {
      needs: needsOfRecords([stored]),
      plan(found, moment) {
        const { change, customer, taken } = planRestore(found, request, moment);
        return { changes: listed(change), answer: { ...toCustomer(customer), contacts_taken: taken } };
      },
    },
    options,
  );
}

export async function eraseCustomer(
  service: Service,
  caller: Caller,
  id: string,
  options: WriteOptions = {},
) {
  const { locationId, actor } = caller.scope;
  const request = {
    id: await idWithinReach(service, caller, id),
    locationId,
    ifMatch: options.ifMatch ?? null,
    actor,
  };
  const ids = [request.id];
  return await run(
    service,
    caller,
    {
      needs: { ids, keys: [], names: [], words: [], references: ids, mergedAway: ids },
      plan(found, moment) {
        const { changes, customer } = planErase(found, request, moment);
        return { changes, answer: { id: customer.id, erased_at: customer.erased_at! } };
      },
    },
    options,
  );
}

export async function mergeCustomers(
  service: Service,
  caller: Caller,
  id: string,
  from: string,
  options: WriteOptions = {},
) {
  const [survivor, other] = await bothOf(service, caller, id, from);
  const { locationId, actor } = caller.scope;
  const request = {
    id: survivor.id,
    from: other.id,
    locationId,
    ifMatch: options.ifMatch ?? null,
    actor,
  };
  return await run(
    service,
    caller,
    {
      needs: needsOfRecords([survivor, other]),
      plan(found, moment) {
        const { changes, customer, gaveWay } = planMerge(found, request, moment);
        return { changes, answer: { ...toCustomer(customer), merged: request.from, gave_way: gaveWay } };
      },
    },
    options,
  );
}

export async function unmergeCustomers(
  service: Service,
  caller: Caller,
  id: string,
  from: string,
  options: WriteOptions = {},
) {
  const { sql } = service;
  const [survivor, other] = await bothOf(service, caller, id, from);
  const { businessId, locationId, actor } = caller.scope;
  const [into, away] = await Promise.all([
    lastEvent(sql, businessId, survivor.id, 'merged', { from: other.id }),
    lastEvent(sql, businessId, other.id, 'merged_away', { into: survivor.id }),
  ]);
  const request = {
    id: survivor.id,
    from: other.id,
    locationId,
    ifMatch: options.ifMatch ?? null,
    merge: into && away ? { into, away } : null,
    actor,
  };
  return await run(
    service,
    caller,
    {
      needs: needsOfRecords([survivor, other]),
      plan(found, moment) {
        const { changes, customer, restored, kept, taken } = planUnmerge(found, request, moment);
        const answer = {
          ...toCustomer(customer),
          restored: toCustomer(restored),
          kept,
          contacts_taken: taken,
        };
        return { changes, answer };
      },
    },
    options,
  );
}

/** Both records of a merge, in the caller's context; throws 404, for `from` naming the field. */
async function bothOf(
  service: Service,
  caller: Caller,
  id: string,
  from: string,
): Promise<[StoredCustomer, StoredCustomer]> {
  const survivor = await findStored(service, caller, id);
  const other = await findStored(service, caller, from).catch((error) => {
    error.details = {
      errors: [{ field: 'from', code: 'customer_not_found', message: 'Customer not found.' }],
    };
    throw error;
  });
  return [survivor, other];
}

export async function listReferences(service: Service, caller: Caller, id: string) {
  const customer = await findCustomer(service, caller, id);
  const rows = await loadReferences(service.sql, caller.scope.businessId, [customer.id]);
  return { items: rows.map(({ kind, ref, state }) => ({ kind, ref, state })), next_cursor: null };
}

/** What another system says of its reference; `state` null takes it away. */
export async function putReference(
  service: Service,
  caller: Caller,
  id: string,
  reference: { kind: string; ref: string; state: Reference['state'] | null },
  options: ImportedWrite = {},
) {
  const { locationId, actor } = caller.scope;
  const importId = options.importId ?? null;
  const target = {
    id: await idWithinReach(service, caller, id),
    locationId,
    ifMatch: options.ifMatch ?? null,
  };
  return await run(
    service,
    caller,
    {
      needs: { ids: [target.id], keys: [], names: [], words: [], references: [target.id] },
      about: [target.id],
      plan(found, moment) {
        const request = { ...target, ...reference, actor, importId };
        const { change, customer } = planReference(found, request, moment);
        return { changes: listed(change), answer: { ...reference, version: customer.version } };
      },
    },
    options,
  );
}

export async function setLegalHold(
  service: Service,
  caller: Caller,
  id: string,
  reason: string | null,
  options: WriteOptions = {},
) {
  const { locationId, actor } = caller.scope;
  const request = {
    id: await idWithinReach(service, caller, id),
    locationId,
    ifMatch: options.ifMatch ?? null,
    reason,
    actor,
  };
  return await run(
    service,
    caller,
    {
      needs: { ids: [request.id], keys: [], names: [], words: [] },
      plan(found, moment) {
        const { change, customer } = planHold(found, request, moment);
        const { id, legal_hold, version } = customer;
        return { changes: listed(change), answer: { id, legal_hold, version } };
      },
    },
    options,
  );
}

/** How many records one call of an undo goes through. */
const UNDO_PAGE = 250;

/** Puts back what an import wrote, some records at a time; `next_cursor` says that there is more. */
export async function undoImport(
  service: Service,
  caller: Caller,
  importId: string,
  cursor: string | null,
  options: WriteOptions = {},
) {
  if (!isUuid(importId)) throw notFound('import');
  const { sql, cursorSecret } = service;
  const { businessId, locationId, actor } = caller.scope;
  const bound = JSON.stringify(['undo', businessId, locationId, importId]);
  const after = cursor ? decodeCursor<string>(cursorSecret, bound, cursor) : null;
  const ids = await customersOfImport(sql, businessId, locationId, importId, after, UNDO_PAGE + 1);
  if (ids.length === 0 && after === null) throw notFound('import');
  const page = ids.slice(0, UNDO_PAGE);
  const [events, records] = await Promise.all([
    eventsOfImport(sql, businessId, importId, page),
    loadWithSurvivors(sql, businessId, page),
  ]);
  const eventsOf = new Map<string, HistoryEvent[]>(page.map((id) => [id, []]));
  for (const event of events) eventsOf.get(event.customer_id)!.push(event);
  const writes = page.map(
    (id): Write<Undone & { customer_id: string }> => ({
      needs: needsOfRecords(records.filter((record) => record.id === id)),
      plan(found, moment) {
        const request = { id, importId, events: eventsOf.get(id)!, rules: caller.deleteRules, actor };
        const { change, undone } = planUndo(found, request, moment);
        return { changes: listed(change), answer: { ...undone, customer_id: id } };
      },
    }),
  );
  const { retry = null } = options;
  const outcomes = await service.running.alone(businessId, retry, () =>
    runAll(service, caller, writes, options),
  );
  const count = (outcome: string) =>
    outcomes.filter((one) => one.status === 'fulfilled' && one.value.outcome === outcome).length;
  // A kept answer may be of others than are on the page today; that of the version before does not say of whom.
  const skipped = outcomes.flatMap((one, i): { customer_id: string; reason: UndoObstacle }[] => {
    if (one.status === 'rejected') throw one.reason;
    const { customer_id = page[i]! } = one.value;
    return one.value.outcome === 'skipped' ? [{ customer_id, reason: one.value.reason }] : [];
  });
  return {
    restored: count('restored'),
    deleted: count('deleted'),
    undone_before: count('undone_before'),
    skipped,
    next_cursor: ids.length > UNDO_PAGE ? encodeCursor(cursorSecret, bound, page.at(-1)!) : null,
  };
}
