/**
 * The answers kept for retries: every statement about idempotency_keys. A write stores its answer in the commit of
 * its effect, whoever commits it.
 */
import type { Fragment, Queryable } from './connect.ts';
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

/** Retries are answered for so long (contract section 5, "safety"). */
export const ANSWER_LIFE_MS = 24 * 60 * 60 * 1000;
const cutoff = (at: string) => new Date(Date.parse(at) - ANSWER_LIFE_MS).toISOString();

/**
 * What is kept under the keys of these slots and has not expired: every part, so that it is seen whose the key is; answers of
 * the parts asked for alone, '' for the others.
 */
export async function selectAnswers(
  sql: Queryable,
  businessId: string,
  slots: AnswerSlot[],
): Promise<StoredAnswer[]> {
  return await sql<StoredAnswer[]>`
    select context, key, part, encode(fingerprint, 'hex') as fingerprint,
      case when part = any(${[...new Set(slots.map((slot) => slot.part))]}::smallint[]) then answer else '' end as answer
    from idempotency_keys
    where business_id = ${businessId}
      and context = any(${[...new Set(slots.map((slot) => slot.context))]}::uuid[])
      and key = any(${[...new Set(slots.map((slot) => slot.key))]}::text[])
      and created_at > ${cutoff(new Date().toISOString())}`;
}

const ANSWERS = recordset({
  context: 'uuid',
  key: 'text',
  part: 'smallint',
  fingerprint: 'text',
  answer: 'text',
  customer_ids: 'uuid[]',
});

/** Stores answers; a slot that is taken stays as it is and is not counted. What has expired makes room. */
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

/** Forgets answers that have expired; answers how many. */
export async function deleteExpiredAnswers(sql: Queryable, businessId: string): Promise<number> {
  const { count } = await sql`
    delete from idempotency_keys
    where business_id = ${businessId} and created_at <= ${cutoff(new Date().toISOString())}`;
  return count;
}
