/** Drives Debian's Chromium through the console as it was built, on the real server. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { TestBusiness, TestService } from '../harness.ts';
import { installChromium, launchChromium, requireConsole } from './chromium.ts';

const SIZES = { wide: { width: 1360, height: 860 }, phone: { width: 390, height: 800 } };

export interface Visit {
  theme?: 'light' | 'dark';
  size?: keyof typeof SIZES;
}

export interface Console {
  /** A new browser, at the page for signing in. */
  open(visit?: Visit): Promise<Page>;
  /** A new browser, signed in with this key at a path. */
  signedIn(business: Pick<TestBusiness, 'key'>, path?: string, visit?: Visit): Promise<Page>;
}

/** A browser for the tests of one file. A page that throws, or breaks its own policy, fails its test. */
export function useBrowser(service: TestService): Console {
  let browser: Browser;
  let contexts: BrowserContext[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    requireConsole();
    installChromium();
    browser = await launchChromium();
  }, 300_000);
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    contexts = [];
    expect(faults.splice(0), 'what the pages complained of').toEqual([]);
  });
  afterAll(() => browser?.close());

  const open = async (
    { theme = 'light', size = 'wide' }: Visit = {},
    path: string | null = '/',
  ): Promise<Page> => {
    const context = await browser.newContext({
      baseURL: service.url,
      colorScheme: theme,
      viewport: SIZES[size],
      locale: 'en-AU',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
    });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      // A refused request is said by the page itself.
      const isFault = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
      if (isFault) faults.push(message.text());
    });
    if (path) await page.goto(path);
    return page;
  };
  return {
    open,
    // As the page for signing in does it; the tests of that page fill it in.
    signedIn: async ({ key }, path = '/', visit = {}) => {
      const page = await open(visit, null);
      const answer = await page.request.post('/api/v2/session', { data: { key } });
      expect(answer.status()).toBe(200);
      await page.goto(path);
      return page;
    },
  };
}

/** The heading of these words and no more: “Customers” is not “No customers yet”, which a slower page shows beside it. */
export const heading = (page: Page, name: string): Locator =>
  page.getByRole('heading', { name, exact: true });

/** What a person with a screen reader, poor sight or a keyboard alone would stumble over (WCAG 2.2 A and AA). */
export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.map(
    ({ id, impact, nodes }) =>
      `${id} (${impact}): ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

/** So many customers, Ann Lee 1 and on, the last one the newest. */
export async function addCustomers({ send }: TestBusiness, count: number): Promise<void> {
  for (let from = 0; from < count; from += 1000) {
    const customers = Array.from({ length: Math.min(1000, count - from) }, (_, i) => {
      const n = from + i + 1;
      return {
        name: `Ann Lee ${n}`,
        phone: `04${String(10_000_000 + n)}`,
        email: `ann${n}@clientele.test`,
        status: n % 2 ? 'active' : 'lead',
        tags: n % 10 ? [] : ['vip'],
      };
    });
    expect((await send('PUT', '/customers/batch', { customers })).body.failed).toBe(0);
  }
}
