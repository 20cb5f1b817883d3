/**
 * What the operations stand on: the service's own parts, finding a record for a caller, and carrying out a write.
 */
import type { Sql } from '../database/connect.ts';
import { type SharedReads, sharedReads } from '../database/gather.ts';
import { isUuid } from '../database/ids.ts';
import { type Read, Replica } from '../database/replica.ts';
import { Turns } from '../database/turns.ts';
import { FeedWatch } from '../events/feed.ts';
import { ReadyJson } from '../http/envelope.ts';
import { ApiError, notFound } from '../http/errors.ts';
import { type Retry, Running } from '../http/idempotency.ts';
import { RECEIVING_ROOM } from '../http/receiving.ts';
import { ROOM, Room, type RoomSize, WAITING_ROOM } from '../http/room.ts';
import { Authentication, type Caller } from '../tenancy/authentication.ts';
import { TimedCache } from '../tenancy/cache.ts';
import { FailedAttempts } from '../tenancy/failed-attempts.ts';
import { KeyUses } from '../tenancy/key-uses.ts';
import { NO_LIMITS, RateLimits, type Rates } from '../tenancy/rate-limits.ts';
import type { LocationContext } from '../tenancy/scope.ts';
import { traced } from '../tracing.ts';
import type { SuppliedDetails } from './details.ts';
import { textOrNull } from './fields.ts';
import type { Needs } from './found.ts';
import type { CustomerGrowth } from './growth-schema.ts';
import {
  type CustomerReads,
  customerReads,
  type DocumentReads,
  documentReads,
  loadWithSurvivors,
  reachOf,
} from './load.ts';
import { type Change, type StoredCustomer, toCustomer } from './record.ts';
import type { UpsertReport } from './schema.ts';
import { nameKey, nameWords } from './search-text.ts';
import { type Write, WriteQueue } from './write-queue.ts';

export interface Service {
  sql: Sql;
  /** May answer lists; null where there is none. */
  replica: Replica | null;
  reads: CustomerReads;
  documents: DocumentReads;
  /** Lists by all that decides what they answer. */
  lists: SharedReads<ReadyJson>;
  /** How each context grew, where that took long to count. */
  growth: TimedCache<CustomerGrowth>;
  writes: WriteQueue;
  authentication: Authentication;
  /** Writes with an Idempotency-Key that are under way in this process. */
  running: Running;
  /** Wakes those who wait for the feed of a business. */
  feed: FeedWatch;
  /** What upserts came to since the start, for the metrics. */
  upserts: Record<UpsertReport['outcome'], number>;
  limits: RateLimits;
  /** What each API key is used for, until it is written. */
  uses: KeyUses;
  /** How many days that is kept. */
  keyUsesDays: number;
  /** When a round of the background work last came to its end, in milliseconds since 1970; 0 before the first. */
  house: { finishedAt: number };
  /** What may be under way at a time, and how many may wait for events. */
  room: Room;
  waitingRoom: Room;
  /** What may be on its way to us. */
  receivingRoom: Room;
  /** Reads that have a statement of their own. */
  turns: Turns;
  /** Seals cursors. */
  cursorSecret: string;
}

export interface ServiceOptions {
  groupCommit?: boolean;
  rates?: Rates;
  /** Wrong keys an address may send in a minute; 0 for as many as it likes. */
  failedRate?: number;
  room?: RoomSize;
  waitingRoom?: RoomSize;
  keyUsesDays?: number;
  replica?: Sql | null;
}

/** However many read, so many connections are left to writes. */
const KEPT_FOR_WRITES = 2;

/** The growth of so many customers may be so old: counting it reads all of them. That of fewer is counted in no time. */
const GROWTH_LIFE_MS = 60_000;
const MANY_GROWN = 20_000;
const MOST_GROWTHS = 1_000;
const isLongToCount = ({ months }: CustomerGrowth): boolean =>
  months.reduce((sum, { total }) => sum + total, 0) >= MANY_GROWN;

/** Everything the operations need, on a pool of connections to a migrated database and one to its replica, if any. */
export async function openService(sql: Sql, options: ServiceOptions = {}): Promise<Service> {
  const {
    groupCommit = true,
    rates = NO_LIMITS,
    failedRate = 0,
    keyUsesDays = 400,
    replica = null,
  } = options;
  const [instance] = await sql`select secret from instance`;
  const feed = new FeedWatch(sql);
  return {
    sql,
    replica: replica && (await Replica.of(sql, replica)),
    reads: customerReads(sql),
    documents: documentReads(sql),
    lists: sharedReads(),
    growth: new TimedCache(GROWTH_LIFE_MS, MOST_GROWTHS, isLongToCount),
    writes: new WriteQueue(sql, { groupCommit }, (businessId) => feed.wake(businessId)),
    authentication: new Authentication(sql, new FailedAttempts(failedRate)),
    running: new Running(),
    feed,
    upserts: { created: 0, updated: 0, unchanged: 0, found: 0 },
    limits: new RateLimits(rates),
    uses: new KeyUses(),
    keyUsesDays,
    house: { finishedAt: 0 },
    room: new Room(options.room ?? ROOM),
    waitingRoom: new Room(options.waitingRoom ?? WAITING_ROOM),
    receivingRoom: new Room(RECEIVING_ROOM),
    turns: new Turns(Math.max(1, sql.options.max - KEPT_FOR_WRITES)),
    cursorSecret: instance!.secret,
  };
}

/** Lists and counts may be answered by a replica. */
export const readOf =
  ({ replica, sql }: Service, { scope: { businessId } }: Caller): Read =>
  (reading) =>
    replica ? replica.read(businessId, reading) : reading(sql);

export interface WriteOptions {
  dryRun?: boolean | undefined;
  /** The version in If-Match. */
  ifMatch?: number | null;
  /** The Idempotency-Key. */
  retry?: Retry | null;
}

/** A write that may be part of an import. */
export type ImportedWrite = WriteOptions & { importId?: string | null };

/** The id as stored; throws 404 for what can't be one. */
export function customerId(id: string): string {
  if (!isUuid(id)) throw notFound('customer');
  return id.toLowerCase();
}

/**
 * The live customer that this id means in the caller's context: the survivor of one that was merged away. Throws 404,
 * the same for all it may not see.
 */
export async function findCustomer(service: Service, caller: Caller, id: string): Promise<StoredCustomer> {
  const { reads, sql } = service;
  const own = isUuid(id) ? await reads.submit(reachOf(caller.scope), id.toLowerCase()) : null;
  // Merges stay within a location: whoever sees the one sees the other.
  const customer = own?.merged_into ? await survivorOf(sql, caller.scope.businessId, own) : own;
  if (!customer || customer.deleted_at !== null) throw notFound('customer');
  return customer;
}

/** The record as the API shows it, ready to send: as findCustomer finds it. */
export async function findDocument(service: Service, caller: Caller, id: string): Promise<ReadyJson> {
  const own = isUuid(id)
    ? await traced('read', () => service.documents.submit(reachOf(caller.scope), id.toLowerCase()))
    : null;
  if (own?.is_live) return new ReadyJson(own.document, own);
  // Merged away, perhaps: then the survivor is shown.
  const customer = await findCustomer(service, caller, id);
  return new ReadyJson(JSON.stringify(toCustomer(customer)), customer);
}

async function survivorOf(
  sql: Sql,
  businessId: string,
  away: StoredCustomer,
): Promise<StoredCustomer | null> {
  const trail = new Map((await loadWithSurvivors(sql, businessId, [away.id])).map((row) => [row.id, row]));
  let at: StoredCustomer | undefined = away;
  for (let hops = 0; at?.merged_into && hops <= trail.size; hops++) at = trail.get(at.merged_into);
  return at && at.merged_into === null ? at : null;
}

/** The record of this id in the caller's context whatever became of it, erased ones left out. Throws 404. */
export async function findStored(service: Service, { scope }: Caller, id: string): Promise<StoredCustomer> {
  const customer = await service.reads.submit(reachOf(scope), customerId(id));
  if (!customer || customer.erased_at !== null) throw notFound('customer');
  return customer;
}

/**
 * The id of a write that looks at its record when it is planned. With a key of one location it is looked for before
 * that: what is loaded for a plan is loaded of the whole business, and would take longer for a record of another
 * location than for none. Throws 404.
 */
export async function idWithinReach(service: Service, { scope }: Caller, id: string): Promise<string> {
  const own = customerId(id);
  const isFound = scope.locationId === null || (await service.reads.submit(reachOf(scope), own)) !== null;
  if (!isFound) throw notFound('customer');
  return own;
}

/** What a write must know that brings details and names. */
export function needsOf(
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

/** What a write must know that puts these records' own contacts and names to use. */
export const needsOfRecords = (records: StoredCustomer[]): Needs => ({
  ids: records.map(({ id }) => id),
  keys: records.flatMap(({ location_id, contacts }) =>
    contacts.map(({ key }) => ({ locationId: location_id, key })),
  ),
  names: [],
  words: records.flatMap(nameWords),
  references: records.map(({ id }) => id),
});

export const listed = (change: Change | null): Change[] => (change ? [change] : []);

const NOTHING: Needs = { ids: [], keys: [], names: [], words: [] };

/** A write, or one that is refused as this was in its making: whether there is a kept answer to it is seen later. */
export async function orRefused<T>(write: Promise<Write<T>>): Promise<Write<T>> {
  try {
    return await write;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return {
      needs: NOTHING,
      refusal: error,
      plan() {
        throw error;
      },
    };
  }
}

/** Carries out one write and answers what its plan answered, or throws what it threw. */
export async function run<T>(
  service: Service,
  caller: Caller,
  write: Write<T> | Promise<Write<T>>,
  options: WriteOptions,
): Promise<T> {
  const { retry = null } = options;
  // A repetition is answered as the first time, also where its like would be refused today.
  const ready = retry && write instanceof Promise ? await orRefused(write) : await write;
  const [settled] = await service.running.alone(caller.scope.businessId, retry, () =>
    runAll(service, caller, [ready], options),
  );
  if (settled!.status === 'rejected') throw settled!.reason;
  return settled!.value;
}

/** Commits the writes together, or with `dryRun` only says what would come of them. */
export async function runAll<T>(
  service: Service,
  { scope: { businessId } }: Caller,
  writes: Write<T>[],
  { dryRun, retry = null }: WriteOptions,
): Promise<PromiseSettledResult<T>[]> {
  if (writes.length === 0) return [];
  if (dryRun) return await service.writes.rehearse(businessId, writes);
  return await service.writes.submit(businessId, { writes, retry });
}
