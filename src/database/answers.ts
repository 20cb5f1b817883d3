/**
 * The answers kept for retries: every statement about idempotency_keys. A write stores its answer in the commit of
 * its effect, whoever commits it.
 */
import { ANSWER_LIFE_MS } from './answer-life.ts';
import type { Fragment, Queryable, Sql } from './connect.ts';
import { recordset } from './recordset.ts';

/** Where one answer is kept. */
export interface AnswerSlot {
  /** The location of the API key, else the business. */
  context: string;
  key: string;
  part: number;
}

export interface StoredAnswer extends AnswerSlot {
  /** SHA-256 of the request, in hexadecimal; NO_FINGERPRINT since one of its customers was erased, and no answer then. */
  fingerprint: string;
  /** JSON text. */
  answer: string;
}

export const NO_FINGERPRINT = '';

const cutoff = (at: string) => new Date(Date.parse(at) - ANSWER_LIFE_MS).toISOString();

/**
 * What is kept under the keys of these slots and has not expired, by the database's clock: every part, so that it is seen whose
 * the key is; answers of the parts asked for alone, '' for the others. And what that clock shows: what is kept in this
 * transaction is of that time.
 */
export async function selectAnswers(
  sql: Queryable,
  businessId: string,
  slots: AnswerSlot[],
): Promise<{ answers: StoredAnswer[]; now: string }> {
  const rows = await sql<(StoredAnswer & { now: string })[]>`
    select now() as now, i.context, i.key, i.part, encode(i.fingerprint, 'hex') as fingerprint,
      case when i.part = any(${[...new Set(slots.map((slot) => slot.part))]}::smallint[]) then i.answer else '' end as answer
    from businesses b
    left join idempotency_keys i on i.business_id = b.id
      and i.context = any(${[...new Set(slots.map((slot) => slot.context))]}::uuid[])
      and i.key = any(${[...new Set(slots.map((slot) => slot.key))]}::text[])
      and i.created_at > now() - make_interval(secs => ${ANSWER_LIFE_MS / 1000})
    where b.id = ${businessId}`;
  return { answers: rows.filter(({ key }) => key !== null), now: rows[0]!.now };
}

const ANSWERS = recordset({
  context: 'uuid',
  key: 'text',
  part: 'smallint',
  fingerprint: 'text',
  answer: 'text',
  customer_ids: 'uuid[]',
});

/**
 * Stores answers of a time by the database's clock; a slot that is taken stays as it is and is not counted. What has expired
 * makes room.
 */
export function insertAnswers(
  sql: Queryable,
  businessId: string,
  answers: (StoredAnswer & { customer_ids: string[] })[],
  at: string,
) {
  return sql`
    insert into idempotency_keys as i (business_id, context, key, part, fingerprint, answer, customer_ids, created_at)
    select b.id, r.context, r.key, r.part, decode(r.fingerprint, 'hex'), r.answer, r.customer_ids, ${at}::timestamptz
    from ${ANSWERS(answers).in(sql)} r
    join businesses b on b.id = ${businessId}
    on conflict (business_id, context, key, part) do update
    set fingerprint = excluded.fingerprint, answer = excluded.answer, customer_ids = excluded.customer_ids,
        created_at = excluded.created_at
    where i.created_at <= ${cutoff(at)}`;
}

/** The kept answers that name the customer. */
export async function selectAnswersAbout(
  sql: Queryable,
  businessId: string,
  customerId: string,
): Promise<(AnswerSlot & { answer: string })[]> {
  return await sql<(AnswerSlot & { answer: string })[]>`
    select context, key, part, answer
    from idempotency_keys
    where business_id = ${businessId}
      and customer_ids && array[${customerId}::uuid]
      and octet_length(fingerprint) > 0`;
}

/** Empties kept answers, and what was asked: of that a phone number could be found by trying. */
const emptyAnswers = (sql: Queryable, businessId: string, which: Fragment) => sql`
  update idempotency_keys
  set answer = '[]', fingerprint = ''
  where business_id = ${businessId} and ${which}`;

/** Empties those that name these customers. */
export const emptyAnswersAbout = (sql: Queryable, businessId: string, customerIds: string[]) =>
  emptyAnswers(sql, businessId, sql`customer_ids && ${customerIds}::uuid[]`);

/** Empties the one in this slot. */
export const emptyAnswer = (sql: Queryable, businessId: string, { context, key, part }: AnswerSlot) =>
  emptyAnswers(sql, businessId, sql`context = ${context} and key = ${key} and part = ${part}`);

/** So many in one statement: a million would not be done before it is given up. */
const DELETED_AT_ONCE = 1_000;

/** Forgets answers that have expired by then, some at a time while it may go on. */
export async function deleteExpiredAnswers(
  sql: Sql,
  businessId: string,
  now: string,
  mayGoOn: () => Promise<boolean> | boolean = () => true,
): Promise<void> {
  do {
    const { count } = await sql`
      delete from idempotency_keys
      where business_id = ${businessId}
        and (context, key, part) in (
          select context, key, part
          from idempotency_keys
          where business_id = ${businessId} and created_at <= ${cutoff(now)}
          order by created_at
          limit ${DELETED_AT_ONCE}
        )`;
    if (count < DELETED_AT_ONCE) return;
  } while (await mayGoOn());
}
