/**
 * What a customer leaves behind beside its row: history, kept answers, words, pairs. Erasing and purging take it
 * away within the transaction that takes the row's own data, after the business's turn was taken (contract section 4).
 */
import { emptyAnswer, emptyAnswersAbout, selectAnswersAbout } from '../database/answers.ts';
import type { Transaction } from '../database/connect.ts';
import { recordset } from '../database/recordset.ts';
import { holds, type PersonalValues, redacted, valuesOf, withoutValues } from './erasure.ts';
import { gramsWanted, saltOf } from './grams.ts';
import { type ChangeEvent, type Reference, referenceField, type StoredCustomer } from './record.ts';
import { nameWords, typoKeys, wholeWord } from './search-text.ts';
import { someAbout } from './stored-answer.ts';

const WORDS = recordset({ key: 'text', word: 'text', grams: 'integer[]' });

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
    emptyAnswersAbout(tx, businessId, ids),
  ]);
  await redactFormerSurvivors(tx, businessId, history, ids, values);
}

/** The words that no other customer of the business has. */
async function forgetWords(tx: Transaction, businessId: string, words: string[]): Promise<void> {
  if (words.length === 0) return;
  const salt = saltOf(businessId);
  const rows = [...new Set(words)].flatMap((word) => {
    const grams = gramsWanted(salt, wholeWord(word));
    return typoKeys(word).map((key) => ({ key, word, grams }));
  });
  await tx`
    delete from name_words w
    using ${WORDS(rows).in(tx)} r
    where w.business_id = ${businessId}
      and w.key = r.key
      and w.word = r.word
      and not exists (
        select 1
        from customers c
        where c.business_id = ${businessId} and c.grams @> r.grams and c.search like '% ' || r.word || ' %'
      )`;
}

type Stored = Pick<ChangeEvent, 'id' | 'type' | 'changes' | 'context'> & { customer_id: string };

/**
 * Whoever had these customers merged into it for a while has their details in its history from then on, and in the
 * answers kept of writes to it; and so has whoever that one was merged into. The history leads there at the erase, so
 * that no write has to ask who is merged into its customer.
 */
async function redactFormerSurvivors(
  tx: Transaction,
  businessId: string,
  history: Pick<Stored, 'changes'>[],
  ids: string[],
  values: PersonalValues,
): Promise<void> {
  const carriers = new Set(ids);
  let next = survivorsIn(history, carriers);
  while (next.length > 0) {
    const [survivor, ...others] = next;
    const events = await tx<Stored[]>`
      select id, customer_id, type, changes, context
      from events
      where business_id = ${businessId} and customer_id = ${survivor!}
      order by id`;
    const merge = events.findIndex(
      ({ type, context }) => type === 'merged' && carriers.has(context?.from as string),
    );
    carriers.add(survivor!);
    next = [...others, ...survivorsIn(events, carriers)];
    if (merge < 0) continue;
    const before = events.slice(0, merge).map(({ changes }) => changes);
    const references = await currentReferences(tx, businessId, survivor!);
    const own = valuesOf(await currentValues(tx, businessId, survivor!), [...before, references]);
    const foreign = withoutValues(values, own);
    for (const event of events.slice(merge)) await redact(tx, businessId, event, foreign);
    for (const kept of await selectAnswersAbout(tx, businessId, survivor!))
      if (someAbout(kept.answer, survivor!, (value) => holds(value, foreign)))
        await emptyAnswer(tx, businessId, kept);
  }
}

/** Whom they were merged into, as their history tells. */
const survivorsIn = (history: Pick<Stored, 'changes'>[], known: Set<string>): string[] => {
  const ids = history.flatMap(({ changes }) => [changes.merged_into?.after, changes.merged_into?.before]);
  return [...new Set(ids)].filter((id): id is string => typeof id === 'string' && !known.has(id));
};

/** The references that a survivor has now, as a change would tell them. */
async function currentReferences(
  tx: Transaction,
  businessId: string,
  id: string,
): Promise<ChangeEvent['changes']> {
  const references = await tx<Reference[]>`
    select kind, ref, state
    from customer_references
    where business_id = ${businessId} and customer_id = ${id}`;
  return Object.fromEntries(
    references.map((reference) => [referenceField(reference), { before: null, after: reference.state }]),
  );
}

/** What a survivor has now is its own, also where the erased one had the same. */
async function currentValues(tx: Transaction, businessId: string, id: string): Promise<StoredCustomer[]> {
  return await tx<StoredCustomer[]>`
    select c.name, c.company_name, c.address, c.avatar, c.legal_hold, c.source_metadata, c.custom_fields,
      (
        select coalesce(json_agg(json_build_object('id', k.id, 'type', k.type, 'value', k.value, 'raw', k.raw)), '[]')
        from contacts k
        where k.business_id = c.business_id and k.customer_id = c.id
      ) as contacts
    from customers c
    where c.business_id = ${businessId} and c.id = ${id}`;
}

async function redact(
  tx: Transaction,
  businessId: string,
  event: Stored,
  values: PersonalValues,
): Promise<void> {
  const changes = redacted(event.changes, values);
  const context = redacted(event.context, values);
  if (JSON.stringify([changes, context]) === JSON.stringify([event.changes, event.context])) return;
  await tx`
    update events
    set changes = ${tx.json(changes as never)}, context = ${tx.json(context as never)}
    where business_id = ${businessId} and customer_id = ${event.customer_id} and id = ${event.id}`;
}
