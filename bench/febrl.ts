/**
 * How well the duplicate score finds known duplicates, by name and address alone: `tsx bench/febrl.ts DIRECTORY` with
 * febrl1.csv and febrl3.csv (Christen's FEBRL data sets; rec-N-org and rec-N-dup-K are one person).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import {
  blockingKeys,
  type Comparable,
  prepare,
  SHARED_KEYS,
  scorePrepared,
  THRESHOLD,
} from '../src/customers/duplicate-score.ts';

/** As many as the scan takes: a key that more share says nothing. */
const MOST_HOLDERS = 50;

interface Row {
  rec_id: string;
  given_name: string;
  surname: string;
  street_number: string;
  address_1: string;
  address_2: string;
  suburb: string;
  postcode: string;
  state: string;
}

const joined = (parts: string[], by: string) => parts.filter((part) => part !== '').join(by);

/** Name and address as a form has them; no date of birth, no id number. */
const toRecord = (row: Row): Comparable & { person: string } => ({
  person: row.rec_id.split('-')[1]!,
  name: joined([row.given_name, row.surname], ' ') || null,
  company_name: null,
  address:
    joined(
      [
        joined([row.street_number, row.address_1], ' '),
        row.address_2,
        joined([row.suburb, row.state, row.postcode], ' '),
      ],
      ', ',
    ) || null,
  contacts: [],
});

export function measure(file: string) {
  const rows: Row[] = parse(readFileSync(file), { columns: true, trim: true });
  const records = rows.map(toRecord);
  const holders = new Map<string, number[]>();
  for (const [i, record] of records.entries())
    for (const key of blockingKeys(record)) holders.set(key, [...(holders.get(key) ?? []), i]);
  const shared = new Map<number, number>();
  for (const ids of holders.values()) {
    if (ids.length > MOST_HOLDERS) continue;
    for (const a of ids) {
      for (const b of ids) {
        const pair = a * records.length + b;
        if (a < b) shared.set(pair, (shared.get(pair) ?? 0) + 1);
      }
    }
  }
  const candidates = new Set([...shared].filter(([, keys]) => keys >= SHARED_KEYS).map(([pair]) => pair));
  const prepared = records.map(prepare);
  const start = performance.now();
  const scored = [...candidates].map((pair) => {
    const [a, b] = [Math.floor(pair / records.length), pair % records.length];
    const { score } = scorePrepared(prepared[a]!, prepared[b]!);
    return { score, same: records[a]!.person === records[b]!.person, a, b };
  });
  const millis = performance.now() - start;
  const people = new Map<string, number>();
  for (const { person } of records) people.set(person, (people.get(person) ?? 0) + 1);
  const pairs = [...people.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const at = (threshold: number) => {
    const found = scored.filter(({ score }) => score >= threshold);
    const right = found.filter(({ same }) => same).length;
    const precision = right / found.length;
    const recall = right / pairs;
    return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
  };
  return {
    records: rows.map(toRecord),

    scored,
    pairs,
    candidates: candidates.size,
    completeness: scored.filter(({ same }) => same).length / pairs,
    keysPerRecord: [...holders.values()].reduce((sum, ids) => sum + ids.length, 0) / records.length,
    millisPer10k: (millis / candidates.size) * 10_000,
    at,
  };
}

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

if (process.argv[1] === import.meta.filename) {
  const directory = process.argv[2];
  if (!directory) throw new Error('Say where febrl1.csv and febrl3.csv are: tsx bench/febrl.ts DIRECTORY');
  for (const name of ['febrl1', 'febrl3']) {
    const found = measure(join(directory, `${name}.csv`));
    console.log(
      `${name}: ${found.records.length} records, ${found.pairs} true pairs, ${found.keysPerRecord.toFixed(1)} keys a record, ` +
        `${found.candidates} candidates (${percent(found.completeness)} of the true pairs), ${found.millisPer10k.toFixed(0)} ms for 10,000 comparisons`,
    );
    for (const threshold of [0.3, THRESHOLD, 0.7, 0.9, 0.97]) {
      const { precision, recall, f1 } = found.at(threshold);
      const mark = threshold === THRESHOLD ? '  <- the threshold' : '';
      console.log(
        `  at ${threshold}: precision ${percent(precision)}, recall ${percent(recall)}, F1 ${f1.toFixed(4)}${mark}`,
      );
    }
  }
}
