/**
 * `npm run bench`: what the service bears beside its floors, in one run on the same cores.
 * Options: --rows 10000,200000  --seconds 5  --repetitions 3  --peers 100000 (what people use today, beside the service
 * with so many customers)  --full (10,000 and 1,000,000 customers, and the peers)  --smoke (small, writes nothing)
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageDir } from '../src/config.ts';
import { BASE as API } from '../src/http/route.ts';
import { chart } from './chart.ts';
import { type Compared, compare } from './compare.ts';
import { bareInsertSelect, driverGet, driverUpsert } from './driver.ts';
import { customers } from './generate.ts';
import { type Figure, type Load, measure, random } from './load.ts';
import { environment, page, peerLine, type Row, type Run, table, type Verdict } from './report.ts';
import { prepare, type Running, type Stage, startFloor, startService } from './stage.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string' },
    peers: { type: 'string' },
    full: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    repetitions: { type: 'string', default: '3' },
    smoke: { type: 'boolean', default: false },
  },
});
const rows = options.rows ?? (options.full ? '10000,1000000' : '10000,200000');
const sizes = options.smoke ? [500] : rows.split(',').map(Number);
const peerRows = Number(options.peers ?? (options.full ? 100_000 : 0));
const seconds = options.smoke ? 0.5 : Number(options.seconds);
const repetitions = options.smoke ? 1 : Number(options.repetitions);
const CALLERS = 32;

if (!options.smoke) execFileSync('npm', ['run', 'build'], { cwd: packageDir, stdio: 'ignore' });
const figures: Row[] = [];
const memory: Record<string, number> = {};
const verdicts: Verdict[] = [];
let postgres = '';
let pinned = false;

for (const rows of sizes) {
  console.log(`\n${rows.toLocaleString('en')} customers: filling …`);
  const stage = await prepare(rows);
  try {
    postgres = String((await stage.sql`show server_version`)[0]!.server_version);
    pinned = stage.isPinned;
    await bench(stage, rows);
  } finally {
    await stage.stop();
  }
}
compareSizes();

const compared: Compared[] =
  peerRows > 0
    ? await compare(peerRows, { seconds, repetitions }, (result) => console.log(peerLine(result)))
    : [];
const run: Run = {
  ...environment(),
  postgres,
  pinned,
  figures,
  memory,
  verdicts,
  compared: { rows: peerRows, systems: compared },
};
console.log(
  `\n${run.command} · ${run.commit} · Node ${run.node} · PostgreSQL ${run.postgres} · ${run.cpu}\n\n${table(run)}\n`,
);
for (const { work, target, figure, met } of verdicts)
  console.log(`${met ? 'met   ' : 'MISSED'} ${work}: ${figure} (target ${target})`);
if (!options.smoke) {
  mkdirSync(join(packageDir, 'bench/results'), { recursive: true });
  writeFileSync(
    join(packageDir, `bench/results/${run.date.replace(/\D/g, '')}.json`),
    `${JSON.stringify(run, null, 2)}\n`,
  );
  writeFileSync(join(packageDir, 'bench/RESULTS.md'), page(run));
  if (compared.length > 0) writeFileSync(join(packageDir, 'docs/bench.svg'), chart(run));
}

async function bench(stage: Stage, rows: number): Promise<void> {
  const knownSource = customers(rows);
  const known = Array.from({ length: Math.min(rows, 1000) }, () => knownSource.next().value);
  const note = (what: string, figure: Figure | number): Figure | number => {
    const row = typeof figure === 'number' ? { rate: figure } : figure;
    figures.push({ rows, what, ...row });
    console.log(`${what.padEnd(52)} ${Math.round(row.rate).toLocaleString('en').padStart(8)} /s`);
    return figure;
  };
  const on = (server: Running, next: Load['next'], connections = CALLERS) =>
    measure({
      url: server.url,
      headers: { authorization: `Bearer ${stage.key}` },
      connections,
      seconds,
      repetitions,
      next,
    });

  // The floor answers a record of the same size.
  const [sample] =
    await stage.sql`select c.*, (select json_agg(k) from contacts k where k.business_id = c.business_id and k.customer_id = c.id) as contacts
    from customers c where business_id = ${stage.businessId} and id = ${stage.ids[0]!}`;
  const floor = await startFloor(
    JSON.stringify({ success: true, message: 'Customer fetched!', body: sample }).slice(0, 900),
  );
  const floorRate = (
    (await note(
      'floor: bare node:http, same core',
      await on(floor, () => ({ method: 'GET', path: '/' })),
    )) as Figure
  ).rate;
  await floor.stop();

  const service = await startService(stage);
  memory[`${rows.toLocaleString('en')} at start`] = await service.memory();
  const get = (await note(
    'get by id',
    await on(service, () => ({ method: 'GET', path: `${API}/customers/${random(stage.ids)}` })),
  )) as Figure;
  note('driver alone: the statement of get', await driverGet(stage, CALLERS, seconds));
  verdict(
    `get by id, ${rows.toLocaleString('en')} customers`,
    '≥ 40 % of bare node:http',
    get.rate / floorRate,
    0.4,
  );

  const searches: Record<string, string> = {
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
  for (const [what, query] of Object.entries(searches)) {
    const next = () => ({ method: 'GET' as const, path: `${API}/customers${query}` });
    note(what, await on(service, next, 8));
    // How long one person waits, with nobody else in the queue.
    if (what.startsWith('search:')) note(`${what}, alone`, await on(service, next, 1));
  }
  const deep = await deepCursor(service, stage, Math.min(rows - 100, 2000));
  const deepPage = () => ({ method: 'GET' as const, path: deep });
  note('list: deep page by cursor', await on(service, deepPage, 8));

  let fresh = 1_000_000;
  const source = customers(50_000_000, fresh);
  let turn = 0;
  const upsert = () => ({
    method: 'PUT' as const,
    path: `${API}/customers`,
    body: JSON.stringify(turn++ % 2 ? random(known) : source.next().value),
  });
  const grouped = (await note('upsert, half new (group commit)', await on(service, upsert))) as Figure;
  const batch = () => ({
    method: 'PUT' as const,
    path: `${API}/customers/batch`,
    body: JSON.stringify({ customers: Array.from({ length: 500 }, () => source.next().value) }),
  });
  const batches = await on(service, batch, 2);
  const batchRows = (await note('batch of 500 new: rows', {
    ...batches,
    rate: batches.rate * 500,
  })) as Figure;
  const resident = await service.memory();
  memory[`${rows.toLocaleString('en')} after load`] = resident;
  verdicts.push({
    work: `memory under load, ${rows.toLocaleString('en')} customers`,
    target: '≤ 150 MiB resident',
    figure: `${Math.round(resident)} MiB`,
    met: resident <= 150,
  });
  await service.stop();

  const alone = await startService(stage, { CLIENTELE_GROUP_COMMIT: 'off' });
  note('upsert, half new (each committed alone)', await on(alone, upsert));
  await alone.stop();

  fresh += 20_000_000;
  const driver = (await note(
    'driver alone: upsert, each committed alone',
    await driverUpsert(stage, 1, CALLERS, seconds, fresh),
  )) as number;
  fresh += 5_000_000;
  note('driver alone: upserts, 32 in a transaction', await driverUpsert(stage, 32, 1, seconds, fresh));
  const bare = (await note(
    'bare insert … select: rows',
    await bareInsertSelect(stage, options.smoke ? 500 : 10_000),
  )) as number;
  verdict(
    `single upsert, ${rows.toLocaleString('en')} customers`,
    '≥ 50 % of the same statements',
    grouped.rate / driver,
    0.5,
  );
  verdict(
    `batch, ${rows.toLocaleString('en')} customers`,
    '≥ 50 % of insert … select',
    batchRows.rate / bare,
    0.5,
  );
  verdicts.push({
    work: `batch, ${rows.toLocaleString('en')} customers`,
    target: '≥ 10,000 rows/s',
    figure: `${Math.round(batchRows.rate).toLocaleString('en')} rows/s`,
    met: batchRows.rate >= 10_000,
  });
}

function verdict(work: string, target: string, ratio: number, least: number): void {
  verdicts.push({ work, target, figure: `${(ratio * 100).toFixed(0)} %`, met: ratio >= least });
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
function compareSizes(): void {
  const [small, large] = [sizes[0]!, sizes.at(-1)!];
  if (small === large) return;
  const rowOf = (rows: number, what: string) =>
    figures.find((row) => row.rows === rows && row.what === what)!;
  const list =
    rowOf(small, 'list: first page with total').rate / rowOf(large, 'list: first page with total').rate;
  verdicts.push({
    work: `list, first page, ${large.toLocaleString('en')} against ${small.toLocaleString('en')}`,
    target: '≤ 2× the time',
    figure: `${list.toFixed(2)}×`,
    met: list <= 2,
  });
  const deep =
    rowOf(large, 'list: first page with total').rate / rowOf(large, 'list: deep page by cursor').rate;
  verdicts.push({
    work: `list, deep page by cursor, ${large.toLocaleString('en')}`,
    target: 'the time of page 1',
    figure: `${deep.toFixed(2)}×`,
    met: deep <= 1.25,
  });
  const isAlone = ({ rows, what }: Row) =>
    rows === large && what.startsWith('search:') && what.endsWith('alone');
  for (const { what, p99 } of figures.filter(isAlone)) {
    const before = rowOf(small, what).p99!;
    verdicts.push({
      work: `${what}, ${large.toLocaleString('en')}`,
      target: 'p99 ≤ 50 ms, and ≤ 5× that of the small one',
      figure: `${p99!.toFixed(1)} ms, ${(p99! / Math.max(before, 1)).toFixed(1)}×`,
      met: p99! <= 50 && p99! <= 5 * Math.max(before, 1),
    });
  }
}
