/** One business, small and large: every operation of customers beside its floor. */
import { BASE as API } from '../src/http/route.ts';
import { type Book, CALLERS, secondsOf, type Theme } from './book.ts';
import { bareInsertSelect, pgbenchGet, pgbenchUpsert, pgbenchVersion } from './floors.ts';
import { customers } from './generate.ts';
import { keepPlans } from './kept-plans.ts';
import { type Figure, type Load, measure, random } from './load.ts';
import { type Running, startFloor, startService } from './processes.ts';
import type { Row } from './report.ts';
import { FILL_RATE, prepare, type Stage } from './stage.ts';

const SEARCHES: Record<string, string> = {
  'list: first page with total': '?page_size=20',
  'search: surname': '?q=smith',
  'search: three letters': '?q=ann',
  'search: two words': '?q=jo+smi',
  'search: phone digits': '?q=0412+34',
  'search: part of an e-mail': '?q=smith.1',
  'search: one letter wrong': '?q=smoth',
  'search: nothing there': '?q=qqqxzz',
  'filter: status and tag': '?status=active&tag=vip',
};
const FIGURES = 24;

export const business: Theme = {
  name: 'business',
  what: ({ sizes }) =>
    `one business of ${sizes.map((rows) => rows.toLocaleString('en')).join(', then ')} customers`,
  estimate: ({ sizes, ...options }) =>
    sizes.reduce((sum, rows) => sum + rows / FILL_RATE + rows / 30_000 + secondsOf(FIGURES, options) + 15, 0),
  async run(book) {
    const { sizes } = book.options;
    for (const rows of sizes) {
      const stage = await prepare(rows);
      try {
        await book.opened(stage);
        await measureAll(book, stage, rows);
        if (rows === sizes.at(-1)) await keepPlans(book, stage, rows);
      } finally {
        await stage.stop();
      }
    }
    if (sizes.length > 1) compareSizes(book, sizes[0]!, sizes.at(-1)!);
  },
};

async function measureAll(book: Book, stage: Stage, rows: number): Promise<void> {
  const { options } = book;
  const shown = rows.toLocaleString('en');
  const knownSource = customers(rows);
  const known = Array.from({ length: Math.min(rows, 1000) }, () => knownSource.next().value);
  const headers = { authorization: `Bearer ${stage.key}` };
  const on = ({ url }: Running, next: Load['next'], connections = CALLERS) =>
    measure({ ...options, url, headers, connections, next });
  const note = <F extends Figure | number | null>(what: string, figure: F, remark?: string) =>
    book.note(rows, what, figure, remark);

  const floor = await startFloor(await sampleAnswer(stage));
  const bareHttp = note(
    'floor: bare node:http, same core',
    await on(floor, () => ({ method: 'GET', path: '/' })),
  );
  await floor.stop();

  const service = await startService(stage);
  book.memory[`${shown} at start`] = await service.memory();
  const get = note(
    'get by id',
    await on(service, () => ({ method: 'GET', path: `${API}/customers/${random(stage.ids)}` })),
  );
  book.share(`get by id, ${shown} customers`, '≥ 40 % of bare node:http', get.rate / bareHttp.rate, 0.4);

  for (const [what, query] of Object.entries(SEARCHES)) {
    const next = () => ({ method: 'GET' as const, path: `${API}/customers${query}` });
    note(what, await on(service, next, 8));
    // How long one person waits, with nobody else in the queue.
    if (what.startsWith('search:')) note(`${what}, alone`, await on(service, next, 1));
  }
  const deep = await deepCursor(service, stage, Math.min(rows - 100, 2000));
  note('list: deep page by cursor', await on(service, () => ({ method: 'GET', path: deep }), 8));

  const source = customers(30_000_000, 1_000_000);
  let turn = 0;
  const upsert = () => ({
    method: 'PUT' as const,
    path: `${API}/customers`,
    body: JSON.stringify(turn++ % 2 ? random(known) : source.next().value),
  });
  const grouped = note('upsert, half new (group commit)', await on(service, upsert));
  const size = options.isSmoke ? 50 : 500;
  const batch = () => ({
    method: 'PUT' as const,
    path: `${API}/customers/batch`,
    body: JSON.stringify({ customers: Array.from({ length: size }, () => source.next().value) }),
  });
  const batches = await on(service, batch, 2);
  const batchRows = note(`batch of ${size} new: rows`, { ...batches, rate: batches.rate * size });
  const resident = await service.memory();
  book.memory[`${shown} after load`] = resident;
  book.verdict(
    `memory under load, ${shown} customers`,
    '≤ 150 MiB resident',
    `${Math.round(resident)} MiB`,
    resident <= 150,
  );
  await service.stop();

  const alone = await startService(stage, { CLIENTELE_GROUP_COMMIT: 'off' });
  note('upsert, half new (each committed alone)', await on(alone, upsert));
  await alone.stop();

  const pgbench = pgbenchVersion();
  const remark = pgbench ?? 'pgbench is not installed';
  note('pgbench: the statement of get', pgbench === null ? null : await pgbenchGet(stage, options), remark);
  const statements = note(
    'pgbench: the statements of upserts, half new',
    pgbench === null ? null : await pgbenchUpsert(stage, options, known),
    remark,
  );
  const bare = note(
    'bare insert … select: rows',
    await bareInsertSelect(stage, options.isSmoke ? 500 : 10_000),
  );
  book.share(
    `single upsert, ${shown} customers`,
    '≥ 50 % of pgbench with the same statements',
    statements && grouped.rate / statements.rate,
    0.5,
  );
  book.share(`batch, ${shown} customers`, '≥ 50 % of insert … select', batchRows.rate / bare, 0.5);
  book.verdict(
    `batch, ${shown} customers`,
    '≥ 10,000 rows/s',
    `${Math.round(batchRows.rate).toLocaleString('en')} rows/s`,
    batchRows.rate >= 10_000,
  );
}

/** A record of the size that a get answers. */
async function sampleAnswer({ sql, businessId, ids }: Stage): Promise<string> {
  const [sample] = await sql`
    select c.*, (
      select json_agg(k) from contacts k where k.business_id = c.business_id and k.customer_id = c.id
    ) as contacts
    from customers c
    where business_id = ${businessId} and id = ${ids[0]!}`;
  return JSON.stringify({ success: true, message: 'Customer fetched!', body: sample }).slice(0, 900);
}

/** The path of a page that lies so many records deep. */
async function deepCursor(service: Running, stage: Stage, depth: number): Promise<string> {
  let cursor = '';
  for (let seen = 0; seen < depth; seen += 100) {
    const answer = await fetch(
      `${service.url}${API}/customers?page_size=100${cursor && `&cursor=${cursor}`}`,
      { headers: { authorization: `Bearer ${stage.key}` } },
    );
    cursor = ((await answer.json()) as { body: { next_cursor: string } }).body.next_cursor;
  }
  return `${API}/customers?page_size=20&cursor=${cursor}`;
}

/** Lists and searches of the largest size beside those of the smallest. */
function compareSizes(book: Book, small: number, large: number): void {
  const shown = large.toLocaleString('en');
  const rowOf = (rows: number, what: string) =>
    book.figures.find((row) => row.rows === rows && row.what === what)!;
  const rateOf = (rows: number, what: string) => rowOf(rows, what).rate!;
  const first = 'list: first page with total';
  const list = rateOf(small, first) / rateOf(large, first);
  book.verdict(
    `list, first page, ${shown} against ${small.toLocaleString('en')}`,
    '≤ 2× the time',
    `${list.toFixed(2)}×`,
    list <= 2,
  );
  const deep = rateOf(large, first) / rateOf(large, 'list: deep page by cursor');
  book.verdict(
    `list, deep page by cursor, ${shown}`,
    'the time of page 1',
    `${deep.toFixed(2)}×`,
    deep <= 1.25,
  );
  const isAlone = ({ rows, what }: Row) =>
    rows === large && what.startsWith('search:') && what.endsWith('alone');
  for (const { what, p99 } of book.figures.filter(isAlone)) {
    const before = Math.max(rowOf(small, what).p99!, 1);
    book.verdict(
      `${what}, ${shown}`,
      'p99 ≤ 50 ms, and ≤ 5× that of the small one',
      `${p99!.toFixed(1)} ms, ${(p99! / before).toFixed(1)}×`,
      p99! <= 50 && p99! <= 5 * before,
    );
  }
}
