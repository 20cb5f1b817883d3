/**
 * The six operations and the batch, each as: load what exists, ask the plan, commit it, answer. With
 * life.ts the only door to the records: routes, command line and importer all come through here.
 */
import type { Read } from '../database/replica.ts';
import { FileBody } from '../http/envelope.ts';
import { ApiError, type FieldError } from '../http/errors.ts';
import type { Caller } from '../tenancy/authentication.ts';
import { traced } from '../tracing.ts';
import { readDetails } from './details.ts';
import { headOf, linesOf } from './export.ts';
import { type ListContext, list, walk } from './list.ts';
import { planCreate } from './plan-create.ts';
import { planDelete } from './plan-delete.ts';
import { planUpdate } from './plan-update.ts';
import { planUpsert } from './plan-upsert.ts';
import { toCustomer } from './record.ts';
import type {
  CreateInput,
  ExportQuery,
  ListQuery,
  UpdateInput,
  UpsertedCustomer,
  UpsertInput,
  WrittenCustomer,
} from './schema.ts';
import {
  findStored,
  type ImportedWrite,
  idWithinReach,
  listed,
  needsOf,
  orRefused,
  readOf,
  run,
  runAll,
  type Service,
  type WriteOptions,
} from './service.ts';
import type { Write } from './write-queue.ts';

export async function listCustomers(
  service: Service,
  caller: Caller,
  query: ListQuery,
  isGone?: () => boolean,
) {
  const context = await listContext(service, caller, query.location_id);
  const read = readOf(service, caller);
  const { businessId, locationId, country } = context;
  // Twenty people at one page: one reading serves all who came before it began.
  return await traced('list', () =>
    service.lists.submit(JSON.stringify([businessId, locationId, country, query]), {
      isGone,
      read: (isGone) => service.turns.run(businessId, () => read((sql) => list(sql, context, query)), isGone),
    }),
  );
}

const MEDIA = { csv: 'text/csv; charset=utf-8; header=present', ndjson: 'application/x-ndjson' };

/** A file of everybody the query means, oldest first. Each of its pages waits for its turn: others read between them. */
export async function exportCustomers(
  service: Service,
  caller: Caller,
  query: ExportQuery,
  isGone?: () => boolean,
): Promise<FileBody> {
  const { format = 'csv', ...filters } = query;
  const context = await listContext(service, caller, query.location_id);
  const read = readOf(service, caller);
  const inTurn: Read = (reading) => service.turns.run(context.businessId, () => read(reading), isGone);
  const pages = walk(inTurn, context, filters);
  // What cannot be read at all is refused before the first byte.
  const first = await pages.next();
  async function* chunks(): AsyncGenerator<string> {
    yield headOf(format) + linesOf(format, first.value ?? []);
    for await (const documents of pages) yield linesOf(format, documents);
  }
  return new FileBody(MEDIA[format], `customers.${format}`, chunks());
}

async function listContext(
  service: Service,
  caller: Caller,
  requested: string | undefined,
): Promise<ListContext> {
  const locationId = service.authentication.narrow(caller, requested);
  const location =
    locationId === null ? caller.home : await service.authentication.locationFor(caller, locationId);
  return {
    businessId: caller.scope.businessId,
    locationId,
    country: location?.country ?? 'AU',
    cursorSecret: service.cursorSecret,
    now: new Date().toISOString(),
  };
}

export async function upsertCustomer(
  service: Service,
  caller: Caller,
  input: UpsertInput,
  options: ImportedWrite = {},
): Promise<UpsertedCustomer> {
  const customer = await run(service, caller, upsertWrite(service, caller, input, options.importId), options);
  if (!options.dryRun) service.upserts[customer.upsert.outcome]++;
  return customer;
}

export type BatchItem =
  | { status: 200; customer: UpsertedCustomer }
  | { status: number; code: string; message: string; errors?: FieldError[] };

/** How many items of a batch are in one group: between groups the single writes of the business have their turn. */
const BATCH_GROUP = 250;

const OUTCOMES = ['created', 'updated', 'unchanged', 'found'] as const;

/** Upserts many, in order. One item's error is its own: `check` turns a raw item into input or throws. */
export async function upsertBatch(
  service: Service,
  caller: Caller,
  items: unknown[],
  check: (item: unknown) => UpsertInput,
  options: ImportedWrite = {},
) {
  const { retry = null } = options;
  return await service.running.alone(caller.scope.businessId, retry, () =>
    upsertInParts(service, caller, items, check, options),
  );
}

async function upsertInParts(
  service: Service,
  caller: Caller,
  items: unknown[],
  check: (item: unknown) => UpsertInput,
  options: ImportedWrite,
) {
  const write = async (item: unknown) => upsertWrite(service, caller, check(item), options.importId);
  const commitPart = async (writes: Write<UpsertedCustomer>[], part: number) => {
    // Each part is remembered in the commit of its own items: what was done before a crash is not done again.
    const retry = options.retry ? { ...options.retry, part } : null;
    const outcomes = await runAll(service, caller, writes, { ...options, retry });
    if (retry?.replayed) options.retry!.replayed = true;
    return outcomes.map(toBatchItem);
  };
  // A dry run leaves nothing that a later group could see: it goes as one.
  const size = options.dryRun ? items.length : BATCH_GROUP;
  const parts: Promise<BatchItem[]>[] = [];
  for (let start = 0; start < items.length; start += size) {
    // Two at a time: one gets ready while the database is at work on the other.
    await parts.at(-2);
    const writes = await Promise.all(items.slice(start, start + size).map((item) => orRefused(write(item))));
    const committing = commitPart(writes, start / size);
    // Looked at below, unless the one before fails first.
    committing.catch(() => {});
    parts.push(committing);
  }
  const results = (await Promise.all(parts)).flat();
  const counts = { created: 0, updated: 0, unchanged: 0, found: 0 };
  for (const item of results) if ('customer' in item) counts[item.customer.upsert.outcome]++;
  if (!options.dryRun) for (const outcome of OUTCOMES) service.upserts[outcome] += counts[outcome];
  return {
    items: results,
    ...counts,
    failed: results.filter((item) => item.status !== 200).length,
  };
}

function toBatchItem(settled: PromiseSettledResult<UpsertedCustomer>): BatchItem {
  if (settled.status === 'fulfilled') return { status: 200, customer: settled.value };
  // Anything but a refusal of this very item is no answer to the batch: nothing of it may be lost silently.
  const isOfItem = settled.reason instanceof ApiError && settled.reason.code !== 'idempotency_key_reused';
  if (!isOfItem) throw settled.reason;
  const { status, code, message, details } = settled.reason;
  return { status, code, message, ...details };
}

export async function createCustomer(
  service: Service,
  caller: Caller,
  input: CreateInput,
  options: ImportedWrite = {},
) {
  return await run(service, caller, createWrite(service, caller, input, options.importId), options);
}

async function createWrite(
  service: Service,
  caller: Caller,
  input: CreateInput,
  importId: string | null = null,
): Promise<Write<WrittenCustomer>> {
  const location = await service.authentication.locationFor(caller, input.location_id);
  const supplied = readDetails(input, location.country);
  const request = { input, supplied, locationId: location.id, actor: caller.scope.actor, importId };
  return {
    needs: needsOf(location, supplied, input),
    plan(found, moment) {
      const { change, warnings } = planCreate(found, request, moment);
      return { changes: [change], answer: { ...toCustomer(change.after), warnings } };
    },
  };
}

export async function updateCustomer(
  service: Service,
  caller: Caller,
  id: string,
  input: UpdateInput,
  options: WriteOptions = {},
) {
  const stored = await findStored(service, caller, id);
  const location = (await service.authentication.location(caller.scope, stored.location_id))!;
  const request = {
    id: stored.id,
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
      needs: { ...needsOf(location, supplied, input), ids: [stored.id] },
      plan(found, moment) {
        const { change, customer, warnings } = planUpdate(found, request, moment);
        return { changes: listed(change), answer: { ...toCustomer(customer), warnings } };
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
  options: WriteOptions & { force?: boolean | undefined } = {},
) {
  const request = {
    id: await idWithinReach(service, caller, id),
    locationId: caller.scope.locationId,
    rules: caller.deleteRules,
    ifMatch: options.ifMatch ?? null,
    force: options.force ?? false,
    actor: caller.scope.actor,
  };
  return await run(
    service,
    caller,
    {
      needs: { ids: [request.id], keys: [], names: [], words: [], references: [request.id] },
      plan(found, moment) {
        const { change, customer } = planDelete(found, request, moment);
        return { changes: listed(change), answer: { id: customer.id, deleted_at: customer.deleted_at } };
      },
    },
    options,
  );
}

async function upsertWrite(
  service: Service,
  caller: Caller,
  input: UpsertInput,
  importId: string | null = null,
): Promise<Write<UpsertedCustomer>> {
  const location = await service.authentication.locationFor(caller, input.location_id);
  const supplied = readDetails(input, location.country);
  const request = { input, supplied, locationId: location.id, actor: caller.scope.actor, importId };
  return {
    needs: needsOf(location, supplied, input),
    plan(found, moment) {
      const { change, ...planned } = planUpsert(found, request, moment);
      return { ...planned, changes: listed(change) };
    },
  };
}
