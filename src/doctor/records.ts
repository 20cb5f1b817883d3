/**
 * Whether each record, its contacts, its history and what is kept beside it agree. Page by page, each page in a snapshot
 * of its own: memory stays bounded at any size, and who writes meanwhile is not in the way.
 */
import { derivedOf } from '../customers/commit.ts';
import { deriveCustomers } from '../customers/commit-sql.ts';
import { standingOf } from '../customers/found.ts';
import { saltOf } from '../customers/grams.ts';
import { customerColumns, loadCustomers } from '../customers/load.ts';
import { isSame, type StoredCustomer, toCustomer } from '../customers/record.ts';
import { nameKey } from '../customers/search-text.ts';
import type { Sql, Transaction } from '../database/connect.ts';
import { Replay, type Step } from '../events/replay.ts';
import { EXAMPLES, type Finding, named, RESTORE, RUN_FIX } from './finding.ts';
import { faultOf } from './history.ts';

const PAGE = 500;
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const EVENTS_AT_ONCE = 1_000;
/** Records whose derived columns are put right are kept by id until then. */
const MOST_REPAIRED = 10_000;

type Kept = StoredCustomer & { search: string; facets: string[]; document: string };
interface ContactStanding {
  customer_id: string;
  id: string;
  standing: string;
  holder_name: string;
}

/** How often something was found, and the first who had it. */
class Tally {
  count = 0;
  readonly examples: string[] = [];
  add(example: string): void {
    this.count++;
    if (this.examples.length < EXAMPLES) this.examples.push(example);
  }
}

/** Walks all customers of a business; `onPage` hears how many each page had. */
export async function examineRecords(
  sql: Sql,
  businessId: string,
  onPage: (customers: number) => void,
): Promise<Finding[]> {
  const standings = new Tally();
  const histories = new Tally();
  const strays = new Map(['contact', 'reference', 'event'].map((noun) => [noun, new Tally()]));
  const derived: string[] = [];
  const salt = saltOf(businessId);
  let stale = 0;
  for (let after: string | null = null; ; ) {
    const doubtful = new Set<string>();
    const page: Kept[] = await sql.begin('isolation level repeatable read read only', async (tx) => {
      const records = await selectPage(tx, businessId, after);
      // The last page reaches to the end, for what belongs to nobody there.
      const range = { businessId, after, last: records.length < PAGE ? LAST_ID : records.at(-1)!.id };
      const contacts = await selectStandings(tx, range);
      const replays = await replay(tx, range);
      const known = new Set(records.map(({ id }) => id));
      const count = (noun: string, ids: Iterable<string>) => {
        for (const id of ids) if (!known.has(id)) strays.get(noun)!.add(id);
      };
      count(
        'contact',
        contacts.map((row) => row.customer_id),
      );
      count('reference', await selectReferenced(tx, range));
      // Of one that was purged, the bare events remain.
      count(
        'event',
        [...replays].filter(([, one]) => !one.isPurged).map(([id]) => id),
      );
      const wrong = wrongStandings(records, contacts);
      for (const record of records) {
        if (wrong.has(record.id)) standings.add(record.id);
        const fault = faultOf(replays.get(record.id) ?? new Replay(), record);
        if (!fault) continue;
        histories.add(`${record.id}: ${fault}`);
        doubtful.add(record.id);
      }
      return records;
    });
    for (const record of page) {
      // Which of the two is right is not known where the history tells another story: nothing is written over.
      if (doubtful.has(record.id) || isDerived(salt, record)) continue;
      stale++;
      if (derived.length < MOST_REPAIRED) derived.push(record.id);
    }
    onPage(page.length);
    if (page.length < PAGE) break;
    after = page.at(-1)!.id;
  }
  return [
    ...findingIf(standings, 'whose contacts do not stand as the record does', RESTORE),
    ...findingIf(histories, 'whose history does not lead to the record', RESTORE),
    ...[...strays].flatMap(([noun, { count, examples }]) =>
      count === 0
        ? []
        : [
            {
              what: `${named(count, noun, examples)} of customers that do not exist.`,
              remedy: RESTORE,
            },
          ],
    ),
    ...staleFinding(businessId, stale, derived),
  ];
}

const findingIf = ({ count, examples }: Tally, fault: string, remedy: string): Finding[] =>
  count === 0 ? [] : [{ what: `${named(count, 'customer', examples)} ${fault}.`, remedy }];

async function selectPage(tx: Transaction, businessId: string, after: string | null): Promise<Kept[]> {
  return await tx<Kept[]>`
    select ${customerColumns(tx)}, c.search, c.facets, c.document
    from customers c
    where c.business_id = ${businessId} and (${after}::uuid is null or c.id > ${after}::uuid)
    order by c.id
    limit ${PAGE}`;
}

/** Customers by id: those after one (null: from the first) to another. */
interface Range {
  businessId: string;
  after: string | null;
  last: string;
}

async function selectStandings(
  tx: Transaction,
  { businessId, after, last }: Range,
): Promise<ContactStanding[]> {
  return await tx<ContactStanding[]>`
    select customer_id, id, standing, holder_name
    from contacts
    where business_id = ${businessId}
      and customer_id <= ${last}
      and (${after}::uuid is null or customer_id > ${after}::uuid)`;
}

async function selectReferenced(tx: Transaction, { businessId, after, last }: Range): Promise<string[]> {
  const rows = await tx`
    select distinct customer_id
    from customer_references
    where business_id = ${businessId}
      and customer_id <= ${last}
      and (${after}::uuid is null or customer_id > ${after}::uuid)`;
  return rows.map((row) => row.customer_id as string);
}

/** The customers that have a contact which holds, shares or has let go where it should not. */
function wrongStandings(records: StoredCustomer[], contacts: ContactStanding[]): Set<string> {
  const is = new Map(contacts.map((row) => [`${row.customer_id} ${row.id}`, row]));
  const wrong = new Set<string>();
  for (const record of records) {
    for (const contact of record.contacts) {
      const row = is.get(`${record.id} ${contact.id}`);
      const standing = standingOf(record, contact);
      const holder = standing === 'shared' ? nameKey(record) : '';
      if (row?.standing !== standing || row.holder_name !== holder) wrong.add(record.id);
    }
  }
  return wrong;
}

/** Follows the events of a page of customers as they come. */
async function replay(tx: Transaction, { businessId, after, last }: Range): Promise<Map<string, Replay>> {
  const replays = new Map<string, Replay>();
  const events = tx<(Step & { customer_id: string })[]>`
    select customer_id, type, version, changes
    from events
    where business_id = ${businessId}
      and customer_id <= ${last}
      and (${after}::uuid is null or customer_id > ${after}::uuid)
    order by customer_id, id`.cursor(EVENTS_AT_ONCE);
  for await (const rows of events) {
    for (const { customer_id: id, ...step } of rows) {
      const one = replays.get(id) ?? new Replay();
      replays.set(id, one);
      one.step(step);
    }
  }
  return replays;
}

function isDerived(salt: number, record: Kept): boolean {
  // Empty: a start of this version has yet to write it.
  if (record.document === '') return true;
  const should = derivedOf(salt, record);
  return (
    record.search === should.search &&
    isSame(record.facets, should.facets) &&
    isSame(parsed(record.document), JSON.parse(JSON.stringify(toCustomer(record))))
  );
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return null;
  }
}

function staleFinding(businessId: string, count: number, ids: string[]): Finding[] {
  if (count === 0) return [];
  return [
    {
      what: `${named(count, 'customer', ids)} shown or found otherwise than stored.`,
      remedy: `${RUN_FIX}${count > ids.length ? ' Repeat until it finds none.' : ''}`,
      repair: async (sql) => {
        const salt = saltOf(businessId);
        for (let start = 0; start < ids.length; start += PAGE) {
          const records = await loadCustomers(sql, businessId, ids.slice(start, start + PAGE));
          const rows = records.map((record) => ({
            ...derivedOf(salt, record),
            id: record.id,
            version: record.version,
          }));
          await deriveCustomers(businessId, rows)(sql);
        }
      },
    },
  ];
}
