/** Whether the tables of a business agree with each other: counters, the feed, and what should be gone. */
import { miscountedImports, recountImports } from '../customers/commit-imports.ts';
import { deletePairsOfGone } from '../customers/commit-sql.ts';
import { ANSWER_LIFE_MS } from '../database/answer-life.ts';
import { deleteExpiredAnswers } from '../database/answers.ts';
import { type Sql, timeOf } from '../database/connect.ts';
import { deleteExpiredSessions } from '../tenancy/session-store.ts';
import { COUNT_SLOTS, recountCustomers } from '../tenancy/store.ts';
import { EXAMPLES, type Finding, named, RESTORE, RUN_FIX } from './finding.ts';

export type TableCheck = (sql: Sql, businessId: string) => Promise<Finding[]>;

/** The counters of each location are the number of its live customers. */
export const counters: TableCheck = async (sql, businessId) => {
  const rows = await sql<{ name: string; counted: number; slots: number; live: number }[]>`
    select l.name,
      (
        select coalesce(sum(n.n), 0)::int8
        from customer_counts n
        where n.business_id = l.business_id and n.location_id = l.id
      ) as counted,
      (
        select count(*)::int
        from customer_counts n
        where n.business_id = l.business_id and n.location_id = l.id
      ) as slots,
      (
        select count(*)
        from customers c
        where c.business_id = l.business_id and c.location_id = l.id and c.deleted_at is null
      ) as live
    from locations l
    where l.business_id = ${businessId}
    order by l.id`;
  return rows
    .filter(({ counted, slots, live }) => counted !== live || slots !== COUNT_SLOTS)
    .map(({ name, counted, slots, live }) => ({
      what:
        counted === live
          ? `The location "${name}" has ${slots} counters instead of ${COUNT_SLOTS}: some writes find none.`
          : `The location "${name}" counts ${counted} customers and has ${live}.`,
      remedy: RUN_FIX,
      repair: (sql) => recountCustomers(sql, businessId),
    }));
};

/** Events are numbered from 1 to the feed's own number without gaps, and none is older than the one before. */
export const feed: TableCheck = async (sql, businessId) => {
  const [row] = await sql<
    { seq: number | null; n: number; first: number | null; last: number | null; backwards: number }[]
  >`
    select
      (select f.seq from feeds f where f.business_id = ${businessId}) as seq,
      count(*) as n, min(e.seq) as first, max(e.seq) as last,
      count(*) filter (where e.at < e.before) as backwards
    from (
      select seq, at, lag(at) over (order by seq) as before
      from events
      where business_id = ${businessId}
    ) e`;
  const { seq, n, first, last, backwards } = row!;
  const findings: Finding[] = [];
  if (seq === null)
    return [
      { what: 'The business has no row in feeds: none of its writes can be committed.', remedy: RESTORE },
    ];
  if (n !== seq || (n > 0 && (first !== 1 || last !== n)))
    findings.push({
      what: `The feed is at number ${seq} and has ${named(n, 'event', [])}, numbered ${first ?? '-'} to ${last ?? '-'}.`,
      remedy: `Readers of the feed may miss something: have them read it from the beginning. ${RESTORE}`,
    });
  if (backwards > 0)
    findings.push({
      what: `${named(backwards, 'event', [])} of the feed older than the one before.`,
      remedy: RESTORE,
    });
  return findings;
};

/** The row of each import says what its events come to. */
export const imports: TableCheck = async (sql, businessId) => {
  const { count, examples } = await miscountedImports(sql, businessId, EXAMPLES);
  if (count === 0) return [];
  return [
    {
      what: `${named(count, 'import', examples)} whose rows say otherwise than their events.`,
      remedy: `${RUN_FIX} An earlier version wrote beside this one: after the last of its processes has stopped.`,
      repair: (sql) => recountImports(sql, businessId),
    },
  ];
};

/** A pair of possible duplicates goes with either of the two. */
export const pairs: TableCheck = async (sql, businessId) => {
  const [row] = await sql<{ n: number }[]>`
    select count(*) as n
    from possible_duplicates p
    where p.business_id = ${businessId}
      and not coalesce(
        (select c.erased_at is null from customers c where c.business_id = ${businessId} and c.id = p.a)
        and (select c.erased_at is null from customers c where c.business_id = ${businessId} and c.id = p.b),
        false
      )`;
  if (row!.n === 0) return [];
  return [
    {
      what: `${named(row!.n, 'pair', [])} of possible duplicates with customers that are gone.`,
      remedy: RUN_FIX,
      repair: async (sql) => {
        await deletePairsOfGone(sql, businessId);
      },
    },
  ];
};

/** Housekeeping comes once a minute; what is over for an hour was left lying. */
const LATE_MS = 3_600_000;

/** Kept answers and sessions go when their time is over: they hold personal data, or let somebody in. */
export const leftovers: TableCheck = async (sql, businessId) => {
  const now = await timeOf(sql);
  const late = Date.parse(now) - LATE_MS;
  const [row] = await sql<{ answers: number; sessions: number }[]>`
    select
      (
        select count(*)
        from idempotency_keys i
        where i.business_id = ${businessId}
          and i.created_at <= ${new Date(late - ANSWER_LIFE_MS).toISOString()}
      ) as answers,
      (
        select count(*)
        from sessions s
        where s.business_id = ${businessId} and s.expires_at <= ${new Date(late).toISOString()}
      ) as sessions`;
  const { answers, sessions } = row!;
  const remedy = `A service that runs does this within a minute. ${RUN_FIX}`;
  const findings: Finding[] = [];
  if (answers > 0)
    findings.push({
      what: `${named(answers, 'kept answer', [])} older than 24 hours, with what they say of customers.`,
      remedy,
      repair: (sql) => deleteExpiredAnswers(sql, businessId, now),
    });
  if (sessions > 0)
    findings.push({
      what: `${named(sessions, 'session', [])} that ran out.`,
      remedy,
      repair: (sql) => deleteExpiredSessions(sql, businessId, now),
    });
  return findings;
};
