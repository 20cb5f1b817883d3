/**
 * `npm run pictures` renews the pictures of README; `npm run pictures -- --all DIRECTORY` shows every screen there, in both
 * themes, on a desk and on a phone; `--only overview,list` some of them.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import {
  BINARY,
  hasChromium,
  INSTALLING,
  launchChromium,
  requireConsole,
} from '../../test/browser/chromium.ts';
import { CUSTOMER, IMPORT_CHECK, LIST, SCREENS, type Screen } from './screens.ts';
import { NOW, type Stage, setStage } from './stage.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const README_PICTURES = {
  'console-list': LIST,
  'console-customer': CUSTOMER,
  'console-import': IMPORT_CHECK,
};

interface View {
  theme: 'light' | 'dark';
  width: number;
  height: number;
  /** Pixels of the screen for each of the page. */
  scale: number;
}
const README_VIEW: View = { theme: 'light', width: 1200, height: 750, scale: 2 };
const THEMES = ['light', 'dark'] as const;
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

const { values } = parseArgs({ options: { all: { type: 'string' }, only: { type: 'string' } } });

/** Opens a screen in a browser of its own, and leaves it as it is looked at. */
async function open(browser: Browser, stage: Stage, screen: Screen, view: View): Promise<Page> {
  const { width, height } = view;
  const context = await browser.newContext({
    baseURL: stage.url,
    colorScheme: view.theme,
    viewport: { width, height },
    deviceScaleFactor: view.scale,
    locale: 'en-AU',
    timezoneId: 'Australia/Sydney',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.clock.setFixedTime(NOW);
  const { who = 'everything', path, show } = screen;
  if (who) {
    const key = { everything: stage.key, empty: stage.emptyKey, desk: stage.deskKey }[who];
    const answer = await page.request.post('/api/v2/session', { data: { key } });
    if (!answer.ok()) throw new Error(`Signing in: ${answer.status()}`);
  }
  await page.goto(typeof path === 'string' ? path : path(stage));
  await show(page, stage);
  // Nothing blinks, nothing is half loaded; phone numbers are written the local way once their rules are there.
  await page.addStyleTag({ content: '* { caret-color: transparent !important }' }).catch(() => {});
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(300);
  return page;
}

async function picture(
  browser: Browser,
  stage: Stage,
  screen: Screen,
  view: View,
  file: string,
): Promise<void> {
  const page = await open(browser, stage, screen, view);
  const bytes = file.endsWith('.webp') ? await webpOf(page) : await page.screenshot();
  await writeFile(file, bytes);
  console.log(`${file}  ${Math.round(bytes.length / 1000)} kB`);
  await page.context().close();
}

/** For README: a third of a PNG, and sharp. Playwright itself writes none. */
async function webpOf(page: Page): Promise<Buffer> {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 86 });
  return Buffer.from(data, 'base64');
}

async function main(): Promise<void> {
  requireConsole();
  if (!hasChromium()) throw new Error(`There is no ${BINARY}. On Debian and Ubuntu: ${INSTALLING}`);
  const stage = await setStage();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stage.stop().finally(() => process.exit(1)));
  const browser = await launchChromium();
  let failed = 0;
  try {
    if (values.all === undefined) {
      for (const [name, screen] of Object.entries(README_PICTURES))
        await picture(browser, stage, screen, README_VIEW, join(DOCS, `${name}.webp`));
      return;
    }
    await mkdir(values.all, { recursive: true });
    const only = values.only?.split(',');
    for (const screen of SCREENS.filter(({ name }) => !only || only.includes(name)))
      for (const theme of THEMES)
        for (const [size, dimensions] of Object.entries(SIZES)) {
          if (screen.isWide && size === 'phone') continue;
          const file = join(values.all, `${screen.name}-${theme}-${size}.png`);
          const view = { theme, ...dimensions, scale: 1 };
          // One that cannot be reached does not keep back the others.
          await picture(browser, stage, screen, view, file).catch((error) => {
            failed++;
            console.error(`${file}: ${error instanceof Error ? error.message : error}`);
          });
        }
    if (failed > 0) throw new Error(`${failed} pictures could not be taken.`);
  } finally {
    await browser.close();
    await stage.stop();
  }
}

main().catch((error) => {
  console.error(`pictures: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
