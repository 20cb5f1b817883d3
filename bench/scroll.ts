/**
 * `npm run scroll [-- ROWS]`: whether the console's list of so many customers (default 100,000) scrolls smoothly. Fills a
 * service, opens the list in Debian's Chromium and goes through it by wheel, by the scrollbar and by keys.
 */
import { execFileSync } from 'node:child_process';
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { packageDir } from '../src/config.ts';
import { median } from './load.ts';
import { startService } from './processes.ts';
import { environment } from './report.ts';
import { prepare } from './stage.ts';

const ROW_PX = 56;
/** Three screens at a turn: faster than anybody reads. */
const WHEEL_PX = 2400;
const DRAG_STEPS = 150;
const DRAG_STEP_MS = 16;
/** What a person notices as a jerk. */
const LONG_MS = 50;
const KEY_PRESSES = 5;
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
];

const rows = Number(process.argv[2] ?? 100_000);
if (process.argv[2] === undefined)
  execFileSync('npm', ['run', 'build'], { cwd: packageDir, stdio: 'ignore' });
const stage = await prepare(rows, { pin: false });
const service = await startService(stage);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: FLAGS,
  ignoreDefaultArgs: ['--hide-scrollbars'],
});
try {
  const page = await browser.newPage({ baseURL: service.url, viewport: { width: 1360, height: 860 } });
  await page.request.post('/api/v2/session', { data: { key: stage.key } });
  await page.goto('/');
  await page.locator('[data-index="0"] a').waitFor();
  const cdp = await page.context().newCDPSession(page);
  await page.evaluate(recorder());
  const before = await memory(cdp);

  const wheel = await recorded(page, () => walkByWheel(page));
  await lastRow(page).waitFor();
  const walked = await memory(cdp);
  const [end, home] = await keys(page);
  const drag = await recorded(page, () => dragScrollbar(page));
  const dragged = performance.now();
  await lastRow(page).waitFor();
  const rested = performance.now() - dragged;
  const after = await memory(cdp);

  const { command, commit, date, node, cpu } = environment();
  console.log(
    `\n\`${command.replace('npm run bench --', 'npm run scroll --').replace(/ --$/, '')}\` at ${commit}, ${date} UTC, Node ${node}, ${cpu}, ${browser.version()}\n`,
  );
  console.log(
    '| | frames | p50 ms | p95 ms | p99 ms | longest ms | over 50 ms | frames with rows not there yet |',
  );
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|');
  console.log(
    line(`wheel, all ${rows.toLocaleString('en')} rows in ${(wheel.took / 1000).toFixed(0)} s`, wheel),
  );
  console.log(line(`scrollbar, top to bottom in ${(drag.took / 1000).toFixed(1)} s`, drag));
  console.log(
    `\nRows there after the scrollbar rests: ${rested.toFixed(0)} ms; after End: ${end.toFixed(0)} ms, after Home: ${home.toFixed(0)} ms (medians of ${KEY_PRESSES}). ` +
      `Heap of the page, after a collection: ${before.heap.toFixed(1)} MB at first, ${walked.heap.toFixed(1)} after the walk, ${after.heap.toFixed(1)} at the end; ` +
      `nodes ${before.nodes}, ${walked.nodes}, ${after.nodes}. Service ${(await service.memory()).toFixed(0)} MiB.`,
  );
} finally {
  await browser.close();
  await service.stop();
  await stage.stop();
}

interface Recorded {
  took: number;
  frames: number[];
  /** Share of the frames looked at in which a row was not there yet. */
  waiting: number;
}

/** Notes the time of every frame, and of every fourth one whether a row in it is still on its way. */
function recorder(): string {
  return `{
    let last = performance.now();
    window.scrolled = { frames: [], looked: 0, waiting: 0 };
    const tick = (now) => {
      scrolled.frames.push(now - last);
      last = now;
      if (scrolled.frames.length % 4 === 0) {
        scrolled.looked++;
        if (document.querySelector('[role=row] .skeleton')) scrolled.waiting++;
      }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }`;
}

async function recorded(page: Page, work: () => Promise<void>): Promise<Recorded> {
  await page.evaluate('scrolled.frames = []; scrolled.looked = scrolled.waiting = 0');
  const began = performance.now();
  await work();
  const took = performance.now() - began;
  const { frames, looked, waiting } = await page.evaluate<{
    frames: number[];
    looked: number;
    waiting: number;
  }>('scrolled');
  return { took, frames: frames.slice(1), waiting: waiting / Math.max(1, looked) };
}

function lastRow(page: Page) {
  return page.locator(`[data-index="${rows - 1}"] a`);
}

function region(page: Page) {
  return page.getByRole('region', { name: 'List of customers' });
}

async function walkByWheel(page: Page): Promise<void> {
  const box = (await region(page).boundingBox())!;
  await page.mouse.move(box.x + 300, box.y + 300);
  const events = Math.ceil((rows * ROW_PX) / WHEEL_PX) + 1;
  for (let n = 0; n < events; n++) {
    await page.mouse.wheel(0, WHEEL_PX);
    // A frame for each, as with a wheel that turns.
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}

async function dragScrollbar(page: Page): Promise<void> {
  const box = (await region(page).boundingBox())!;
  const [x, top] = [box.x + box.width - 6, box.y + 24];
  await page.mouse.move(x, top);
  await page.mouse.down();
  for (let n = 1; n <= DRAG_STEPS; n++) {
    await page.mouse.move(x, top + (box.height * n) / DRAG_STEPS);
    await page.waitForTimeout(DRAG_STEP_MS);
  }
  await page.mouse.up();
}

/** Milliseconds from End, and from Home, to the rows there. */
async function keys(page: Page): Promise<[number, number]> {
  await region(page).focus();
  const took: Record<'End' | 'Home', number[]> = { End: [], Home: [] };
  await page.keyboard.press('Home');
  await page.locator('[data-index="0"] a').waitFor();
  for (let n = 0; n < KEY_PRESSES; n++) {
    for (const [key, row] of [
      ['End', lastRow(page)],
      ['Home', page.locator('[data-index="0"] a')],
    ] as const) {
      const began = performance.now();
      await page.keyboard.press(key);
      await row.waitFor();
      took[key].push(performance.now() - began);
    }
  }
  return [median(took.End), median(took.Home)];
}

async function memory(cdp: CDPSession): Promise<{ heap: number; nodes: number }> {
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('Performance.enable');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const value = (name: string) => metrics.find((one) => one.name === name)!.value;
  return { heap: value('JSHeapUsedSize') / 1e6, nodes: value('Nodes') };
}

function line(what: string, { frames, waiting }: Recorded): string {
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);
  const long = frames.filter((ms) => ms > LONG_MS).length;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `| ${what} | ${frames.length.toLocaleString('en')} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${at(1)} | ${percent(long / frames.length)} | ${percent(waiting)} |`;
}
