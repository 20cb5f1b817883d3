/**
 * What can be done with customers, each as: load what exists, ask the plan, commit it, answer. The only door to
 * the records: routes, command line and importer all come through here.
 */
import type { Sql } from '../database/connect.ts';
import { isUuid } from '../database/ids.ts';
import { customerEvents } from '../events/history.ts';
import { ApiError, type FieldError, notFound } from '../http/errors.ts';
import { Authentication, type Caller } from '../tenancy/authentication.ts';
import type { LocationContext } from '../tenancy/scope.ts';
import { readDetails, type SuppliedDetails } from './details.ts';
import { textOrNull } from './fields.ts';
import type { Needs } from './found.ts';
import { list } from './list.ts';
import { type CustomerReads, customerReads, load } from './load.ts';
import { planCreate } from './plan-create.ts';
import { planDelete } from './plan-delete.ts';
import { planUpdate } from './plan-update.ts';
import { planUpsert } from './plan-upsert.ts';
import { type StoredCustomer, toCustomer } from './record.ts';
import type { CreateInput, ListQuery, UpdateInput, UpsertedCustomer, UpsertInput } from './schema.ts';
import { nameKey, nameWords } from './search-text.ts';
import { newMoment, planAll, union, type Write, WriteQueue } from './write-queue.ts';

export interface Service {
  sql: Sql;
  reads: CustomerReads;
  writes: WriteQueue;
  authentication: Authentication;
  /** Signs list cursors. */
  cursorSecret: string;
}

/** Everything the operations need, on one pool of connections to a migrated database. */
export async function openService(
  sql: Sql,
  options: { groupCommit: boolean } = { groupCommit: true },
): Promise<Service> {
  const [instance] = await sql`select secret from instance`;
  return {
    sql,
    reads: customerReads(sql),
    writes: new WriteQueue(sql, options),
    authentication: new Authentication(sql),
    cursorSecret: instance!.secret,
  };
}

export interface WriteOptions {
  dryRun?: boolean | undefined;
  /** The version in If-Match. */
  ifMatch?: number | null;
}

export async function listCustomers(service: Service, caller: Caller, query: ListQuery) {
  const locationId = service.authentication.narrow(caller, query.location_id);
  const location =
    locationId === null ? caller.home : await service.authentication.locationFor(caller, locationId);
  return await list(
    service.sql,
    {
      businessId: caller.scope.businessId,
      locationId,
      country: location?.country ?? 'AU',
      cursorSecret: service.cursorSecret,
      now: new Date().toISOString(),
    },
    query,
  );
}

export async function getCustomer(service: Service, caller: Caller, id: string) {
  return toCustomer(await findCustomer(service, caller, id));
}

export async function getCustomerEvents(
  service: Service,
  caller: Caller,
  id: string,
  before: string | null,
  limit: number,
) {
  const customer = await findCustomer(service, caller, id);
  return await customerEvents(service.sql, caller.scope.businessId, customer.id, before, limit);
}

export async function upsertCustomer(
  service: Service,
  caller: Caller,
  input: UpsertInput,
  options: WriteOptions = {},
): Promise<UpsertedCustomer> {
  const location = await service.authentication.locationFor(caller, input.location_id);
  return await run(service, caller, upsertWrite(caller, input, location), options);
}

export type BatchItem =
  | { status: 200; customer: UpsertedCustomer }
  | { status: number; code: string; message: string; errors?: FieldError[] };

/** How many items of a batch are in one group: between groups the single writes of the business have their turn. */
const BATCH_GROUP = 250;

/** Upserts many, in order. One item's error is its own: `check` turns a raw item into input or throws. */
export async function upsertBatch(
  service: Service,
  caller: Caller,
  items: unknown[],
  check: (item: unknown) => UpsertInput,
  options: WriteOptions = {},
) {
  const write = async (item: unknown): Promise<Write<UpsertedCustomer>> => {
    const input = check(item);
    return upsertWrite(caller, input, await service.authentication.locationFor(caller, input.location_id));
  };
  const results: BatchItem[] = [];
  // A dry run leaves nothing that a later group could see: it goes as one.
  const size = options.dryRun ? items.length : BATCH_GROUP;
  const prepare = (start: number) => Promise.allSettled(items.slice(start, start + size).map(write));
  let next = prepare(0);
  for (let start = 0; start < items.length; start += size) {
    const prepared = await next;
    const good = prepared.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const committing = runAll(service, caller, good, options);
    // Numbers are read and text is folded while the database is at work on the group before.
    next = prepare(start + size);
    const settled = (await committing).values();
    results.push(
      ...prepared.map((one) => toBatchItem(one.status === 'fulfilled' ? settled.next().value! : one)),
    );
  }
  const count = (outcome: string) =>
    results.filter((item) => 'customer' in item && item.customer.upsert.outcome === outcome).length;
  return {
    items: results,
    created: count('created'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    found: count('found'),
    failed: results.filter((item) => item.status !== 200).length,
  };
}

function toBatchItem(settled: PromiseSettledResult<UpsertedCustomer>): BatchItem {
  if (settled.status === 'fulfilled') return { status: 200, customer: settled.value };
  // Anything but a refusal of this very item is no answer to the batch: nothing of it may be lost silently.
  if (!(settled.reason instanceof ApiError)) throw settled.reason;
  const { status, code, message, details } = settled.reason;
  return { status, code, message, ...details };
}

export async function createCustomer(
  service: Service,
  caller: Caller,
  input: CreateInput,
  options: WriteOptions = {},
) {
  const location = await service.authentication.locationFor(caller, input.location_id);
  const supplied = readDetails(input, location.country);
  const request = { input, supplied, locationId: location.id, actor: caller.scope.actor };
  return await run(
    service,
    caller,
    {
      needs: needsOf(location, supplied, input),
      plan(found, moment) {
        const { change, warnings } = planCreate(found, request, moment);
        return { change, answer: { ...toCustomer(change.after), warnings } };
      },
    },
    options,
  );
}

export async function updateCustomer(
  service: Service,
  caller: Caller,
  id: string,
  input: UpdateInput,
  options: WriteOptions = {},
) {
  const { id: customerId, location_id } = await findCustomer(service, caller, id);
  const location = (await service.authentication.location(caller.scope, location_id))!;
  const request = {
    id: customerId,
    input,
    country: location.country,
    locationId: caller.scope.locationId,
    ifMatch: options.ifMatch ?? null,
    actor: caller.scope.actor,
  };
  const supplied = readDetails(
    {
      contacts: [
        ...(input.contacts ?? []),
        ...asContacts('email', input.email),
        ...asContacts('phone', input.phone),
      ],
    },
    location.country,
  );
  return await run(
    service,
    caller,
    {
      needs: { ...needsOf(location, supplied, input), ids: [customerId] },
      plan(found, moment) {
        const { change, customer, warnings } = planUpdate(found, request, moment);
        return { change, answer: { ...toCustomer(customer), warnings } };
      },
    },
    options,
  );
}

const asContacts = (type: 'email' | 'phone', value: string | null | undefined) =>
  value ? [{ type, value }] : [];

export async function deleteCustomer(
  service: Service,
  caller: Caller,
  id: string,
  options: WriteOptions = {},
) {
  if (!isUuid(id)) throw notFound('customer');
  const request = {
    id: id.toLowerCase(),
    locationId: caller.scope.locationId,
    rules: caller.deleteRules,
    ifMatch: options.ifMatch ?? null,
    actor: caller.scope.actor,
  };
  return await run(
    service,
    caller,
    {
      needs: { ids: [request.id], keys: [], names: [], words: [] },
      plan(found, moment) {
        const { change, customer } = planDelete(found, request, moment);
        return { change, answer: { id: customer.id, deleted_at: customer.deleted_at } };
      },
    },
    options,
  );
}

/** The live customer of this id in the caller's context. Throws 404, the same for all it may not see. */
async function findCustomer({ reads }: Service, { scope }: Caller, id: string): Promise<StoredCustomer> {
  const customer = isUuid(id) ? await reads.submit(scope.businessId, id.toLowerCase()) : null;
  const isVisible =
    customer &&
    customer.deleted_at === null &&
    (scope.locationId === null || scope.locationId === customer.location_id);
  if (!isVisible) throw notFound('customer');
  return customer;
}

function upsertWrite(caller: Caller, input: UpsertInput, location: LocationContext): Write<UpsertedCustomer> {
  const supplied = readDetails(input, location.country);
  const request = { input, supplied, locationId: location.id, actor: caller.scope.actor };
  return {
    needs: needsOf(location, supplied, input),
    plan: (found, moment) => planUpsert(found, request, moment),
  };
}

function needsOf(
  location: LocationContext,
  { details }: SuppliedDetails,
  input: { name?: string | null; company_name?: string | null },
): Needs {
  const named = { name: textOrNull(input.name), company_name: textOrNull(input.company_name) };
  return {
    ids: [],
    keys: details.map((detail) => ({ locationId: location.id, key: detail.key })),
    names: [nameKey(named)],
    words: nameWords(named),
  };
}

async function run<T>(service: Service, caller: Caller, write: Write<T>, options: WriteOptions): Promise<T> {
  const [settled] = await runAll(service, caller, [write], options);
  if (settled!.status === 'rejected') throw settled!.reason;
  return settled!.value;
}

/** Commits the writes, or with `dryRun` only says what would come of them. */
async function runAll<T>(
  service: Service,
  { scope }: Caller,
  writes: Write<T>[],
  { dryRun }: WriteOptions,
): Promise<PromiseSettledResult<T>[]> {
  if (!dryRun)
    return await Promise.allSettled(writes.map((write) => service.writes.submit(scope.businessId, write)));
  const found = await load(service.sql, scope.businessId, union(writes.map((write) => write.needs)));
  return planAll(writes, found, newMoment()).outcomes as PromiseSettledResult<T>[];
}
