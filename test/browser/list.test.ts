/** Finding somebody in the list. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { addCustomers, barriers, heading, useBrowser, type Visit } from './browser.ts';

const service = useService();
const browser = useBrowser(service);
let business: TestBusiness;
beforeAll(async () => {
  business = await service.business();
  await addCustomers(business, 3000);
  await business.send('PUT', '/customers', {
    name: 'José Quill',
    phone: '0298 765 432',
    company_name: 'Quill & Sons',
    source: 'walk-in',
    tags: ['strata'],
  });
});

describe('the search', () => {
  it('has the focus on load, and finds as one types, by any part and any format', async () => {
    const page = await browser.signedIn(business);
    await page.getByText('3,001 customers').waitFor();
    for (const [typed, found] of [
      ['jose qui', 'José Quill'],
      ['9876 5432', 'José Quill'],
      ['0410002999', 'Ann Lee 2999'],
      ['ann17@', 'Ann Lee 17'],
    ] as const) {
      await page.keyboard.press('/');
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(typed);
      await page.getByText('1 customer', { exact: true }).waitFor();
      await page.getByRole('link', { name: found, exact: true }).waitFor();
    }
    expect(new URL(page.url()).searchParams.get('q')).toBe('ann17@');
  });

  it('gives up a request that was overtaken, and shows the last one', async () => {
    const page = await browser.signedIn(business);
    await page.getByText('3,001 customers').waitFor();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/q=quill&|q=quill$/, async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    const cancelled = page.waitForEvent('requestfailed', (request) => request.url().includes('q=quill'));
    await page.keyboard.type('quill');
    await page.waitForRequest(/q=quill/);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('2999');
    expect((await cancelled).failure()?.errorText).toBe('net::ERR_ABORTED');
    release();
    await page.getByText('1 customer', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Ann Lee 2999' }).waitFor();
    expect(await page.getByRole('link', { name: 'José Quill' }).count()).toBe(0);
  });

  it('opens the first one found with Enter, and leads back to the same list', async () => {
    const page = await browser.signedIn(business);
    await page.getByText('3,001 customers').waitFor();
    // At once: what is opened is the first of what was typed, never of the list before.
    await page.keyboard.type('jose');
    await page.keyboard.press('Enter');
    await heading(page, 'José Quill').waitFor();
    await page.keyboard.press('u');
    await page.getByText('1 customer', { exact: true }).waitFor();
    expect(await page.getByLabel('Search customers').inputValue()).toBe('jose');
  });

  it('says what to do when nobody is found', async () => {
    const page = await browser.signedIn(business);
    await page.getByText('3,001 customers').waitFor();
    await page.keyboard.type('nobody at all');
    await heading(page, 'Nobody found').waitFor();
    await page.getByRole('button', { name: 'Show all customers' }).click();
    await page.getByText('3,001 customers').waitFor();
  });
});

describe('the table', () => {
  it('keeps a page of rows in the document and reaches the last of thousands', async () => {
    const page = await browser.signedIn(business);
    await page.getByRole('link', { name: 'José Quill' }).waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    const region = page.getByRole('region', { name: 'List of customers' });
    await expect
      .poll(
        async () => {
          await region.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
          return await page.getByRole('link', { name: 'Ann Lee 1', exact: true }).count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    expect(await page.getByRole('row').count()).toBeLessThan(60);
  });

  it('is walked with j and k, and a customer opened with Enter', async () => {
    const page = await browser.signedIn(business);
    await page.getByRole('link', { name: 'José Quill' }).waitFor();
    await page.keyboard.press('ArrowDown');
    const focused = async () => await page.evaluate('document.activeElement.textContent');
    await expect.poll(focused).toBe('José Quill');
    await page.keyboard.press('j');
    await expect.poll(focused).toBe('Ann Lee 3000');
    await page.keyboard.press('j');
    await expect.poll(focused).toBe('Ann Lee 2999');
    await page.keyboard.press('k');
    await expect.poll(focused).toBe('Ann Lee 3000');
    await page.keyboard.press('Enter');
    await heading(page, 'Ann Lee 3000').waitFor();
  });

  it('writes numbers the local way', async () => {
    const page = await browser.signedIn(business, '/?q=jose');
    await page.getByText('(02) 9876 5432').filter({ visible: true }).waitFor();
  });

  it('shows the columns that were chosen, and remembers them', async () => {
    const page = await browser.signedIn(business);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Source' }).check();
    await page.getByRole('checkbox', { name: 'E-mail' }).uncheck();
    const heads = async () => (await page.getByRole('columnheader').allTextContents()).join(' ');
    await expect.poll(heads).toBe('Name Phone Company Status Tags Source Added');
    await page.reload();
    await expect.poll(heads).toBe('Name Phone Company Status Tags Source Added');
  });
});

describe('a list of thousands', () => {
  const region = (page: Page) => page.getByRole('region', { name: 'List of customers' });
  const asked = (page: Page) => {
    const pages: string[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === '/api/v2/customers')
        pages.push(searchParams.get('page') ?? (searchParams.has('cursor') ? 'cursor' : 'first'));
    });
    return pages;
  };

  it('is jumped through by key: End and Home ask for nothing that lies between', async () => {
    const page = await browser.signedIn(business);
    await page.getByRole('link', { name: 'José Quill' }).waitFor();
    await page.waitForTimeout(300);
    const pages = asked(page);
    await region(page).focus();
    await page.keyboard.press('End');
    await page.getByRole('link', { name: 'Ann Lee 1', exact: true }).waitFor();
    expect(pages).toContain('31');
    // Neighbours of where it begins and ends may come too.
    const between = () => pages.filter((one) => Number(one) > 5 && Number(one) < 28);
    expect(between()).toEqual([]);
    const { length } = pages;
    await page.keyboard.press('Home');
    await page.getByRole('link', { name: 'José Quill' }).waitFor();
    expect(between()).toEqual([]);
    expect(pages.slice(length).filter((one) => one === 'first')).toEqual([]);
  });

  it('goes on by cursor where somebody scrolls, and shows each customer in its row while others write', async () => {
    const one = await service.business();
    await addCustomers(one, 1500);
    const page = await browser.signedIn(one);
    await page.getByRole('link', { name: 'Ann Lee 1500', exact: true }).waitFor();
    await one.send('POST', '/customers', { name: 'Newcomer' });
    const pages = asked(page);
    for (let row = 0; row < 1500; row += 25) {
      await region(page).evaluate((element, top) => element.scrollTo({ top }), row * 56);
      const link = page.locator(`[data-index="${row}"] a`);
      await link.waitFor();
      expect(await link.textContent()).toBe(`Ann Lee ${1500 - row}`);
    }
    expect(new Set(pages)).toEqual(new Set(['cursor']));
  });

  it('is where somebody left it, after a customer far down was opened and changed', async () => {
    const page = await browser.signedIn(business);
    await page.getByRole('link', { name: 'José Quill' }).waitFor();
    await region(page).evaluate((element) => element.scrollTo({ top: 2000 * 56 }));
    await page.getByRole('link', { name: 'Ann Lee 1000', exact: true }).click();
    await heading(page, 'Ann Lee 1000').waitFor();
    const { items } = (await business.send('GET', '/customers?q=ann1000@')).body;
    await page.keyboard.press('e');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('Ann Far');
    await page.keyboard.press('Enter');
    await heading(page, 'Ann Far').waitFor();
    await page.keyboard.press('u');
    await page.getByRole('link', { name: 'Ann Far', exact: true }).waitFor();
    await business.send('PATCH', `/customers/${items[0]!.id}`, { name: 'Ann Lee 1000' });
  });

  it('says so when a page could not be had, and asks again', async () => {
    const page = await browser.signedIn(business);
    await page.getByRole('link', { name: 'José Quill' }).waitFor();
    await page.route(/[?&]page=31/, (route) =>
      route.fulfill({ status: 422, json: { success: false, message: 'No.', body: { code: 'no' } } }),
    );
    await region(page).evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await page.getByText('Some of these customers could not be loaded.').waitFor();
    await page.unroute(/[?&]page=31/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Ann Lee 1', exact: true }).waitFor();
  });
});

describe('filters and sorting', () => {
  it('stand in the address, and an address brings them back', async () => {
    const page = await browser.signedIn(business);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByRole('combobox', { name: 'Status' }).selectOption('lead');
    await page.getByLabel('Tag', { exact: true }).fill('vip');
    await page.getByText('300 customers').waitFor();
    await page.getByRole('button', { name: 'Sort by Name' }).click();
    await expect
      .poll(() => Object.fromEntries(new URL(page.url()).searchParams))
      .toEqual({ status: 'lead', tag: 'vip', sort: 'name' });
    const again = await browser.signedIn(business, new URL(page.url()).pathname + new URL(page.url()).search);
    await again.getByText('300 customers').waitFor();
    await again.getByRole('link', { name: 'Ann Lee 10', exact: true }).waitFor();
    expect(await again.getByRole('combobox', { name: 'Status' }).inputValue()).toBe('lead');
  });

  it('read days as those of the location, not of the browser', async () => {
    const page = await browser.signedIn(business);
    const asked = page.waitForRequest(/created_after/);
    await page.goto('/?from=2026-01-15&to=2026-01-15&since=2026-01-15');
    const query = new URL((await asked).url()).searchParams;
    // Sydney is eleven hours ahead in January.
    expect(['created_after', 'created_before', 'updated_after'].map((name) => query.get(name))).toEqual([
      '2026-01-14T13:00:00.000Z',
      '2026-01-15T13:00:00.000Z',
      '2026-01-14T13:00:00.000Z',
    ]);
    expect(await page.getByLabel('Changed since').inputValue()).toBe('2026-01-15');
  });

  it('several tags must all match', async () => {
    const one = await service.business();
    await one.send('POST', '/customers', { name: 'Both', tags: ['vip', 'trade'] });
    await one.send('POST', '/customers', { name: 'Half', tags: ['vip'] });
    const page = await browser.signedIn(one);
    await page.getByText('2 customers').waitFor();
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel('Tag', { exact: true }).fill('vip, trade');
    await page.getByText('1 customer', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Both' }).waitFor();
  });

  it('an address that makes no sense shows everybody', async () => {
    const page = await browser.signedIn(business, '/?status=nonsense&from=soon&sort=id&x=1');
    await page.getByText('3,001 customers').waitFor();
  });

  it('deleted customers are listed apart, and restored', async () => {
    const one = await service.business();
    const { body } = await one.send('POST', '/customers', { name: 'Cleo Gone' });
    await one.send('DELETE', `/customers/${body.id}`);
    const page = await browser.signedIn(one, '/?deleted=1');
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('Cleo Gone is back.').waitFor();
    expect((await one.send('GET', `/customers/${body.id}`)).status).toBe(200);
  });
});

describe('no customers yet', () => {
  it('shows the first call to make', async () => {
    const page = await browser.signedIn(await service.business());
    await heading(page, 'No customers yet').waitFor();
    await page.getByText(`curl -X PUT ${service.url}/api/v2/customers`).waitFor();
  });
});

describe('many at once', () => {
  it('some are chosen with x and tagged; one click takes it back', async () => {
    const one = await service.business();
    await addCustomers(one, 12);
    const tagged = async () => (await one.send('GET', '/customers?tag=winter')).body.total;
    const page = await browser.signedIn(one);
    await page.getByText('12 customers').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByRole('checkbox', { name: 'Choose Ann Lee 1', exact: true }).check();
    await page.getByText('3 chosen').waitFor();
    await page.getByLabel('Tag', { exact: true }).fill('winter');
    await page.keyboard.press('Enter');
    await page.getByText('3 customers changed.').waitFor();
    expect(await tagged()).toBe(3);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Taken back for 3.').waitFor();
    expect(await tagged()).toBe(0);
    expect((await one.send('GET', '/customers?tag=vip')).body.total).toBe(1);
  });

  it('all that match are deleted but for those a rule keeps, and restored', async () => {
    const one = await service.business();
    await addCustomers(one, 250);
    await one.send('PUT', '/delete-rules', { protected_tags: ['vip'] });
    const left = async () => (await one.send('GET', '/customers')).body.total;
    const page = await browser.signedIn(one, '/?status=lead');
    await page.getByText('125 customers').waitFor();
    await page.getByRole('checkbox', { name: 'Choose all that match' }).check();
    await page.getByText('125 chosen').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page
      .getByRole('dialog', { name: 'Delete 125 customers?' })
      .getByRole('button', { name: 'Delete' })
      .click();
    await page.getByText(/^100 changed, 25 left as they were: .*"vip" are kept/).waitFor();
    expect(await left()).toBe(150);
    await page.getByRole('button', { name: 'Which ones' }).click();
    const which = page.getByRole('dialog', { name: '25 customers were left as they were' });
    expect(await which.getByRole('link').count()).toBe(25);
    expect(await barriers(page)).toEqual([]);
    await which.getByRole('link').first().waitFor();
    await which.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Taken back for 100.').waitFor();
    expect(await left()).toBe(250);
  });

  it('a range is chosen with X, or with shift and a click, and nobody with Escape', async () => {
    const page = await browser.signedIn(business);
    await page.getByRole('link', { name: 'José Quill' }).waitFor();
    await page.keyboard.press('ArrowDown');
    for (const key of ['j', 'x', 'j', 'j', 'Shift+X']) await page.keyboard.press(key);
    await page.getByText('3 chosen').waitFor();
    await page
      .getByRole('checkbox', { name: 'Choose Ann Lee 2993', exact: true })
      .click({ modifiers: ['Shift'] });
    await page.getByText('8 chosen').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('8 chosen').waitFor({ state: 'detached' });
    // From one end of the list to the other: what lies between is fetched.
    await page.getByRole('checkbox', { name: 'Choose José Quill' }).click();
    await page
      .getByRole('region', { name: 'List of customers' })
      .evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await page
      .getByRole('checkbox', { name: 'Choose Ann Lee 1', exact: true })
      .click({ modifiers: ['Shift'] });
    await page.getByText('3,001 chosen').waitFor();
  });

  it('those chosen are deleted with #, and the dialog closes by Escape without choosing nobody', async () => {
    const one = await service.business();
    await addCustomers(one, 5);
    const page = await browser.signedIn(one);
    await page.getByText('5 customers').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('x');
    for (const key of ['#', 'Delete']) {
      await page.keyboard.press(key);
      await page.getByRole('dialog', { name: 'Delete 1 customer?' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByText('1 chosen').waitFor();
    }
    await page.keyboard.press('#');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
    await page.getByText('1 customer changed.').waitFor();
    await page.keyboard.press('z');
    await page.getByText('Taken back for 1.').waitFor();
    expect((await one.send('GET', '/customers')).body.total).toBe(5);
  });

  it('a long change goes on beside other work, is stopped, and what was done is taken back', async () => {
    const one = await service.business();
    await addCustomers(one, 2000);
    const tagged = async () => (await one.send('GET', '/customers?tag=winter')).body.total;
    const page = await browser.signedIn(one);
    await page.getByText('2,000 customers').waitFor();
    await page.getByRole('checkbox', { name: 'Choose all that match' }).check();
    await page.getByText('2,000 chosen').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('t');
    await page.keyboard.type('winter');
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar', { name: 'Adding the tag' }).waitFor();
    await page.getByRole('link', { name: 'Ann Lee 2000', exact: true }).click();
    await heading(page, 'Ann Lee 2000').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(/customers? changed\. Stopped before [\d,]+ more\./).waitFor();
    expect(await tagged()).toBeLessThan(2000);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/^Taken back for/).waitFor();
    expect(await tagged()).toBe(0);
  });
});

it('a customer is found, changed, and two are tagged and that taken back, by keyboard alone from signing in', async () => {
  const one = await service.business();
  await addCustomers(one, 12);
  const page = await browser.open();
  const focused = async () => await page.evaluate<string>('document.activeElement.textContent');
  await page.getByRole('textbox', { name: 'API key' }).waitFor();
  await page.keyboard.type(one.key);
  await page.keyboard.press('Enter');
  await page.getByText('12 customers').waitFor();
  await page.keyboard.type('ann lee 1');
  await page.getByText('4 customers', { exact: true }).waitFor();
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toBe('Ann Lee 12');
  await page.keyboard.press('Enter');
  await heading(page, 'Ann Lee 12').waitFor();
  await page.keyboard.press('e');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Ann Lee 12 Senior');
  await page.keyboard.press('Enter');
  await heading(page, 'Ann Lee 12 Senior').waitFor();
  await page.keyboard.press('u');
  await page.getByText('4 customers', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Ann Lee 12 Senior' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toBe('Ann Lee 12 Senior');
  for (const key of ['x', 'j', 'x', 't']) await page.keyboard.press(key);
  await page.getByText('2 chosen').waitFor();
  await page.keyboard.type('winter');
  await page.keyboard.press('Enter');
  await page.getByText('2 customers changed.').waitFor();
  expect((await one.send('GET', '/customers?tag=winter')).body.total).toBe(2);
  await page.keyboard.press('z');
  await page.getByText('Taken back for 2.').waitFor();
  expect((await one.send('GET', '/customers?tag=winter')).body.total).toBe(0);
  await page.keyboard.press('?');
  for (const meaning of ['Tag the chosen ones', 'Delete the chosen ones', 'Choose nobody'])
    await page.getByText(meaning).waitFor();
});

describe.each([
  { theme: 'light', size: 'wide' },
  { theme: 'dark', size: 'wide' },
  { theme: 'light', size: 'phone' },
] satisfies Visit[])('in the $theme theme on a $size screen', (visit) => {
  it('the list with its filters, and with some chosen, has no barrier and fits', async () => {
    const page = await browser.signedIn(business, '/?status=lead&tag=vip', visit);
    await page.getByText('300 customers').waitFor();
    if (visit.size === 'phone') await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel('Changed since').waitFor();
    await page.keyboard.press('Tab');
    await page.locator('[data-index="0"] a').focus();
    await page.keyboard.press('x');
    await page.getByText('1 chosen').waitFor();
    expect(await barriers(page)).toEqual([]);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow, 'pixels beyond the screen').toBeLessThanOrEqual(0);
    if (process.env.CLIENTELE_PICTURES)
      await page.screenshot({ path: `${process.env.CLIENTELE_PICTURES}-${visit.theme}-${visit.size}.png` });
  });
});
