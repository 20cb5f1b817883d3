/**
 * What a customer leaves behind beside its row: history, kept answers, words, pairs. Erasing and purging take it
 * away within the transaction that takes the row's own data, after the business's turn was taken (contract section 4).
 */
import { replaceAnswer, selectAnswersAbout } from '../database/answers.ts';
import type { Transaction } from '../database/connect.ts';
import { redacted, valuesOf } from './erasure.ts';
import type { ChangeEvent, StoredCustomer } from './record.ts';
import { nameWords } from './search-text.ts';
import { withoutCustomers } from './stored-answer.ts';

/** Takes away every trace of these customers but the bare fact of each event. */
export async function eraseTraces(
  tx: Transaction,
  businessId: string,
  records: StoredCustomer[],
): Promise<void> {
  const ids = records.map(({ id }) => id);
  const history = await tx<(Pick<ChangeEvent, 'type' | 'changes' | 'context'> & { customer_id: string })[]>`
    select customer_id, type, changes, context
    from events
    where business_id = ${businessId} and customer_id = any(${ids}::uuid[])`;
  const changes = history.map((event) => event.changes);
  const values = valuesOf(records, changes);
  await Promise.all([
    tx`
      update events
      set changes = '{}', context = null
      where business_id = ${businessId} and customer_id = any(${ids}::uuid[])`,
    tx`delete from possible_duplicates where business_id = ${businessId} and a = any(${ids}::uuid[])`,
    tx`delete from possible_duplicates where business_id = ${businessId} and b = any(${ids}::uuid[])`,
    tx`delete from duplicate_keys where business_id = ${businessId} and customer_id = any(${ids}::uuid[])`,
    forgetWords(
      tx,
      businessId,
      [...values.texts].flatMap((text) => nameWords({ name: text, company_name: null })),
    ),
    forgetAnswers(tx, businessId, ids),
  ]);
  await redactFormerSurvivors(tx, businessId, history, ids, values);
}

/** The words that no other customer of the business has. */
async function forgetWords(tx: Transaction, businessId: string, words: string[]): Promise<void> {
  if (words.length === 0) return;
  await tx`
    delete from name_words w
    where w.business_id = ${businessId}
      and w.word = any(${[...new Set(words)]}::text[])
      and not exists (
        select 1
        from customers c
        where c.business_id = ${businessId} and c.search like '% ' || w.word || ' %'
      )`;
}

async function forgetAnswers(tx: Transaction, businessId: string, ids: string[]): Promise<void> {
  for (const kept of await selectAnswersAbout(tx, businessId, ids))
    await replaceAnswer(tx, businessId, { ...kept, answer: withoutCustomers(kept.answer, ids) });
}

/** Whoever had these customers merged into it for a while has their details in its history. */
async function redactFormerSurvivors(
  tx: Transaction,
  businessId: string,
  history: { type: string; changes: ChangeEvent['changes'] }[],
  ids: string[],
  values: ReturnType<typeof valuesOf>,
): Promise<void> {
  const survivors = history
    .flatMap(({ changes }) => [changes.merged_into?.after, changes.merged_into?.before])
    .filter((id): id is string => typeof id === 'string' && !ids.includes(id));
  if (survivors.length === 0) return;
  const rows = await tx<
    Pick<ChangeEvent & { customer_id: string }, 'id' | 'customer_id' | 'changes' | 'context'>[]
  >`
    select id, customer_id, changes, context
    from events
    where business_id = ${businessId} and customer_id = any(${[...new Set(survivors)]}::uuid[])`;
  for (const row of rows) {
    const changes = redacted(row.changes, values);
    const context = redacted(row.context, values);
    if (JSON.stringify([changes, context]) === JSON.stringify([row.changes, row.context])) continue;
    await tx`
      update events
      set changes = ${tx.json(changes as never)}, context = ${tx.json(context as never)}
      where business_id = ${businessId} and customer_id = ${row.customer_id} and id = ${row.id}`;
  }
}
