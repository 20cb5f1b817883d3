/** For everybody: no barriers in either theme at any width, nothing that jumps, errors that say what to do. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { addCustomers, barriers, heading, useBrowser, type Visit } from './browser.ts';

const service = useService();
const browser = useBrowser(service);
let business: TestBusiness;
let empty: TestBusiness;
let id: string;
beforeAll(async () => {
  [business, empty] = await Promise.all([service.business(), service.business()]);
  await business.addLocation();
  for (const one of [business])
    await one.send('PATCH', `/locations/${one.locationId}`, { name: 'Wollongong' });
  await addCustomersAt(business);
  const made = await business.send('PUT', '/customers', {
    name: 'Mikayla Malloney',
    phone: '0412 345 678',
    email: 'mikayla@clientele.test',
    tags: ['vip'],
    location_id: business.locationId,
    custom_fields: { plumber: 'Sam' },
  });
  id = made.body.id;
  await business.send('PATCH', `/customers/${id}`, { address: '1 High St', added_tags: ['strata'] });
});

/** The keys of these customers need a location. */
const addCustomersAt = async (one: TestBusiness) => {
  const { send } = await one.addKey({
    scopes: ['customers:read', 'customers:write'],
    location_id: one.locationId,
  });
  await addCustomers({ ...one, send }, 200);
};

const list = (page: Page) => page.getByRole('link', { name: 'Mikayla Malloney' }).waitFor();
const customer = async (page: Page) => {
  await heading(page, 'Mikayla Malloney').waitFor();
  await page.getByText('Added the customer').waitFor();
};

/** Every page, in the states it has. */
const PAGES: Record<string, (visit: Visit) => Promise<Page>> = {
  'signing in': async (visit) => {
    const page = await browser.open(visit);
    await page.getByLabel('API key').waitFor();
    return page;
  },
  'the list': async (visit) => {
    const page = await browser.signedIn(business, '/', visit);
    await list(page);
    return page;
  },
  'the list with its filters': async (visit) => {
    const page = await browser.signedIn(business, '/', visit);
    await list(page);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel('Tag', { exact: true }).waitFor();
    return page;
  },
  'customers chosen': async (visit) => {
    const page = await browser.signedIn(business, '/', visit);
    await list(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('x');
    await page.getByText('1 chosen').waitFor();
    return page;
  },
  'the account': async (visit) => {
    const page = await browser.signedIn(business, '/', visit);
    await list(page);
    await page.getByRole('button', { name: /^Account/ }).click();
    return page;
  },
  'no customers yet': async (visit) => {
    const page = await browser.signedIn(empty, '/', visit);
    await heading(page, 'No customers yet').waitFor();
    return page;
  },
  'nobody found': async (visit) => {
    const page = await browser.signedIn(business, '/?q=nobody', visit);
    await heading(page, 'Nobody found').waitFor();
    return page;
  },
  'a customer': async (visit) => {
    const page = await browser.signedIn(business, `/customers/${id}`, visit);
    await customer(page);
    return page;
  },
  'a customer being edited': async (visit) => {
    const page = await browser.signedIn(business, `/customers/${id}`, visit);
    await customer(page);
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Add contact' }).click();
    return page;
  },
  'a customer being deleted': async (visit) => {
    const page = await browser.signedIn(business, `/customers/${id}`, visit);
    await customer(page);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The record is hidden at once').waitFor();
    return page;
  },
  'a page that is not there': async (visit) => {
    const page = await browser.signedIn(business, '/nowhere', visit);
    await heading(page, 'There is no such page').waitFor();
    return page;
  },
};

/** Colours are those of the theme at any width. */
const VISITS: Visit[] = [
  { theme: 'light', size: 'wide' },
  { theme: 'dark', size: 'wide' },
  { theme: 'light', size: 'phone' },
];

describe.each(VISITS)('in the $theme theme on a $size screen', (to) => {
  it.each(Object.entries(PAGES))('%s has no barrier and fits', async (_name, visit) => {
    const page = await visit(to);
    expect(await barriers(page)).toEqual([]);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow, 'pixels beyond the screen').toBeLessThanOrEqual(0);
  });
});

it('is walked with the keyboard alone: past the navigation, to the help and back', async () => {
  const page = await browser.signedIn(business);
  await list(page);
  await page.evaluate('document.querySelector("a").focus()');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

it('a service that does not answer is said in words, with a way on', async () => {
  const page = await browser.signedIn(business);
  await list(page);
  await page.route(/\/api\/v2\/customers\?/, (route) => route.abort());
  await page.getByLabel('Search customers').fill('mikayla');
  await page.getByText('The service does not answer.').waitFor();
  await page.unroute(/\/api\/v2\/customers\?/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('1 customer', { exact: true }).waitFor();
});

it('nothing jumps while a page comes in', async () => {
  const page = await browser.signedIn(business);
  await page.addInitScript(`
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });`);
  for (const path of ['/', `/customers/${id}`]) {
    await page.goto(path);
    await (path === '/' ? list(page) : customer(page));
    await page.waitForTimeout(300);
    expect(await page.evaluate('window.shift'), path).toBeLessThan(0.02);
  }
});

it('shows the list within a second of opening it', async () => {
  const page = await browser.signedIn(business);
  await list(page);
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    await page.reload({ waitUntil: 'commit' });
    await list(page);
    times.push(performance.now() - started);
  }
  // The machine may have been busy with something else once or twice.
  expect(Math.min(...times)).toBeLessThan(1_000);
});

it('loads nothing from anywhere else', async () => {
  const page = await browser.signedIn(business);
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(service.url)) elsewhere.push(request.url());
  });
  await page.reload();
  await list(page);
  await page.goto(`/customers/${id}`);
  await customer(page);
  expect(elsewhere).toEqual([]);
});
