/** How long the service takes to be ready, what a second process adds, and whether its memory stays as it is. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageDir } from '../src/config.ts';
import { freePort } from '../src/database/embedded.ts';
import { BASE as API } from '../src/http/route.ts';
import { CALLERS, secondsOf, type Theme } from './book.ts';
import { customers } from './generate.ts';
import { type Load, measure, median, random } from './load.ts';
import { end, launch, startService, takeAllCores } from './processes.ts';
import { FILL_RATE, prepare, type Stage, scratchDirectory } from './stage.ts';

const ROWS = 10_000;
const SMOKE_ROWS = 500;
const STARTS = 3;
const LONGEST_START_MS = 60_000;
/** Above the noise of a garbage collector. */
const FLAT = 1.1;

export const start: Theme = {
  name: 'start',
  what: () => 'time to ready on a new and on an existing data directory',
  estimate: ({ isSmoke }) => (isSmoke ? 1 : STARTS) * 8,
  async run(book) {
    takeAllCores();
    const times: { fresh: number[]; existing: number[] } = { fresh: [], existing: [] };
    for (let n = 0; n < (book.options.isSmoke ? 1 : STARTS); n++) {
      const { dir, remove } = await scratchDirectory();
      times.fresh.push(await secondsToReady(dir));
      times.existing.push(await secondsToReady(dir));
      await remove();
    }
    for (const [what, seconds, most] of [
      ['start on a new data directory', times.fresh, 5],
      ['start on an existing data directory', times.existing, 2],
    ] as const) {
      const middle = median(seconds);
      const all = seconds.map((one) => one.toFixed(2)).join(', ');
      book.note(0, what, null, `ready after ${middle.toFixed(2)} s (${all})`);
      book.verdict(what, `ready in ≤ ${most} s`, `${middle.toFixed(2)} s`, middle <= most);
    }
  },
};

/** From the command to the first 200 of /ready, with the PostgreSQL that comes along. */
async function secondsToReady(dataDir: string): Promise<number> {
  const port = String(await freePort());
  const began = performance.now();
  const env = { CLIENTELE_DATA: join(dataDir, 'data'), DATABASE_URL: '', PORT: port };
  const child = launch([join(packageDir, 'dist/main.js')], env, false);
  child.stdout!.resume();
  try {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => null);
      await answer?.body?.cancel();
      const took = performance.now() - began;
      if (answer?.status === 200) return took / 1000;
      if (child.exitCode !== null || took > LONGEST_START_MS) throw new Error('the service did not start');
      await sleep(10);
    }
  } finally {
    await end(child);
  }
}

export const workers: Theme = {
  name: 'workers',
  what: () => 'two processes beside one',
  estimate: (options) => ROWS / FILL_RATE + secondsOf(4, options) + 10,
  async run(book) {
    const rows = book.options.isSmoke ? SMOKE_ROWS : ROWS;
    const stage = await prepare(rows, { pin: false });
    const here = `database and load on the same ${cpus().length} cores`;
    try {
      await book.opened(stage);
      const [one, two] = [await processes(1), await processes(2)];
      const ratios = { get: two.get / one.get, 'first page': two.firstPage / one.firstPage };
      book.verdict(
        'two processes beside one',
        '≥ 1.6× on two cores, the database elsewhere',
        `${Object.entries(ratios)
          .map(([what, ratio]) => `${what} ${ratio.toFixed(2)}×`)
          .join(', ')}: ${here}`,
        Math.min(...Object.values(ratios)) >= 1.6,
      );
    } finally {
      await stage.stop();
    }

    async function processes(count: number): Promise<{ get: number; firstPage: number }> {
      const service = await startService(stage, { CLIENTELE_WORKERS: String(count) });
      const headers = { authorization: `Bearer ${stage.key}` };
      const of = count === 1 ? ', one process' : `, ${count} processes`;
      const on = async (what: string, path: () => string) => {
        const next = () => ({ method: 'GET' as const, path: `${API}/customers${path()}` });
        const load = { ...book.options, url: service.url, headers, connections: CALLERS, next };
        return book.note(rows, what + of, await measure(load), here).rate;
      };
      const get = await on('get by id', () => `/${random(stage.ids)}`);
      const firstPage = await on('list: first page with total', () => '?page_size=20');
      await service.stop();
      return { get, firstPage };
    }
  },
};

export const flat: Theme = {
  name: 'flat',
  what: ({ flat }) => `memory over ${flat} s of mixed load`,
  estimate: ({ flat }) => ROWS / FILL_RATE + flat + 15,
  async run(book) {
    const { flat: seconds, isSmoke } = book.options;
    const rows = isSmoke ? SMOKE_ROWS : ROWS;
    const stage = await prepare(rows);
    try {
      await book.opened(stage);
      const service = await startService(stage);
      const samples: number[] = [];
      const every = isSmoke ? 200 : 5000;
      const sampling = setInterval(async () => samples.push(await service.memory()), every);
      const headers = { authorization: `Bearer ${stage.key}` };
      const load = { url: service.url, headers, connections: CALLERS, next: mixed(stage, rows) };
      const figure = await measure({ ...load, seconds, repetitions: 1 });
      clearInterval(sampling);
      await service.stop();

      const quarter = Math.max(1, Math.floor(samples.length / 4));
      const [first, last] = [median(samples.slice(0, quarter)), median(samples.slice(-quarter))];
      const [from, to] = [`${Math.round(first)} MiB`, `${Math.round(last)} MiB`];
      book.note(
        rows,
        `mixed load for ${seconds} s`,
        figure,
        `memory ${from} in the first quarter, ${to} in the last`,
      );
      book.verdict(
        `memory over ${seconds} s of mixed load`,
        `flat: the last quarter ≤ ${FLAT}× the first`,
        `${from}, then ${to}`,
        last <= FLAT * first,
      );
    } finally {
      await stage.stop();
    }
  },
};

/** Seven gets in ten, two first pages, one upsert (half new). */
function mixed(stage: Stage, rows: number): Load['next'] {
  const source = customers(30_000_000, 1_000_000);
  let turn = 0;
  return () => {
    const kind = turn++ % 10;
    if (kind < 7) return { method: 'GET', path: `${API}/customers/${random(stage.ids)}` };
    if (kind < 9) return { method: 'GET', path: `${API}/customers?page_size=20` };
    const known = () => customers(1, Math.floor(Math.random() * rows)).next().value;
    const body = JSON.stringify(turn % 20 < 10 ? known() : source.next().value);
    return { method: 'PUT', path: `${API}/customers`, body };
  };
}
