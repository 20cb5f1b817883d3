/** Working through possible duplicates: one person, or two. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { scanDuplicates } from '../../src/customers/duplicate-scan.ts';
import { type TestBusiness, useService } from '../harness.ts';
import { barriers, heading, useBrowser, type Visit } from './browser.ts';

const service = useService();
const browser = useBrowser(service);
let business: TestBusiness;
let ann: string;
let anna: string;

/** Two customers and a call that names both: a pair. */
async function addPair(a: object, b: object, n: number, where: object = {}): Promise<[string, string]> {
  const [phone, email] = [`041234567${n}`, `pair${n}@clientele.test`];
  const made = async (body: object) => (await business.send('POST', '/customers', body)).body.id;
  const ids: [string, string] = [
    await made({ ...a, phone, ...where }),
    await made({ ...b, email, ...where }),
  ];
  expect((await business.send('PUT', '/customers', { phone, email, ...where })).status).toBe(200);
  return ids;
}

beforeEach(async () => {
  business = await service.business();
  [ann, anna] = await addPair(
    { name: 'Ann Lee', address: '1 High St, Dapto NSW 2530', tags: ['vip'], status: 'active' },
    { name: 'Anna Lee', company_name: 'Lee Pty Ltd', tags: ['strata'], status: 'lead' },
    1,
  );
});

const queue = (page: Page) =>
  page.getByRole('list', { name: 'Pairs that may be one person, the likeliest first' });
const openPair = async (visit: Visit = {}) => {
  const page = await browser.signedIn(business, '/duplicates', visit);
  await queue(page).getByRole('link', { name: 'Ann Lee' }).click();
  await heading(page, 'Are Ann Lee and Anna Lee one person?').waitFor();
  await page.getByRole('button', { name: 'Merge' }).and(page.locator(':enabled')).waitFor();
  return page;
};
const row = (page: Page, name: string | RegExp) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
const stored = async (id: string) => (await business.send('GET', `/customers/${id}`)).body;
const openPairs = async () => (await business.send('GET', '/duplicates')).body.items.length;

describe('the queue', () => {
  it('shows the likeliest pair first with the reasons in words, and its number beside the way to it', async () => {
    const address = '12 Jacaranda Avenue, Figtree NSW 2525';
    await business.send('POST', '/customers', { name: 'Mikayla Malloney', address });
    await business.send('POST', '/customers', { name: 'Mikaela Maloney', address });
    await scanDuplicates(service.sql, business.id);
    const page = await browser.signedIn(business);
    await page.getByRole('link', { name: 'Duplicates 2 open pairs' }).click();
    await page.getByText('2 pairs to look at').waitFor();
    const pairs = queue(page).getByRole('listitem');
    await pairs.nth(0).getByText('Mikaela Maloney').waitFor();
    await pairs
      .nth(0)
      .getByText(/^Very likely \(\d+%\): names alike; same address/)
      .waitFor();
    await pairs.nth(1).getByText('Anna Lee').waitFor();
    await pairs
      .nth(1)
      .getByText(/one request named the phone of one and the email of the other/)
      .waitFor();
  });

  it('is narrowed by the location', async () => {
    const other = await business.addLocation();
    const where = { location_id: other };
    // Of two locations each call names one.
    await addPair({ name: 'Bea Ng' }, { name: 'Beatrice Ng' }, 2, where);
    const page = await browser.signedIn(business, '/duplicates');
    await page.getByText('2 pairs to look at').waitFor();
    await page.getByLabel('Location').selectOption({ label: 'Another' });
    await page.getByText('1 pair to look at').waitFor();
    await queue(page).getByText('Beatrice Ng').waitFor();
    expect(await queue(page).getByText('Anna Lee').count()).toBe(0);
  });

  it('says in words that there is nothing to do', async () => {
    business = await service.business();
    const page = await browser.signedIn(business, '/duplicates');
    await heading(page, 'No possible duplicates').waitFor();
  });

  it('is reached from a customer’s page, with the pair open', async () => {
    const page = await browser.signedIn(business, `/customers/${ann}`);
    await page.getByRole('link', { name: '1 possible duplicate' }).click();
    await page.getByRole('link', { name: 'Compare side by side' }).click();
    await heading(page, 'Are Ann Lee and Anna Lee one person?').waitFor();
    await page.getByText('Only pairs with Ann Lee.').waitFor();
  });
});

describe('a pair', () => {
  it('is shown side by side: what differs, which stays and why, and what the merge would make of it', async () => {
    const page = await openPair();
    await row(page, /^Name/).getByText('differs').waitFor();
    await row(page, /^Address/)
      .getByText('only one has it')
      .waitFor();
    await page.getByText('It is the older one.').waitFor();
    expect(await page.getByRole('radio', { name: 'Record A stays' }).isChecked()).toBe(true);
    const merged = async (name: string) =>
      await row(page, new RegExp(`^${name}`))
        .getByRole('cell')
        .last()
        .innerText();
    expect(await merged('Name')).toBe('Ann Lee');
    expect(await merged('Company')).toBe('Lee Pty Ltd');
    expect(await merged('Tags')).toMatch(/vip\s+strata/);
    expect(await merged('Contact details')).toContain('pair1@clientele.test');
    await page.getByText('2 values give way and stay in the history.').waitFor();
    await page.getByRole('radio', { name: 'Record B stays' }).check();
    await expect.poll(() => merged('Name')).toBe('Anna Lee');
    expect(await openPairs()).toBe(1);
  });

  it('is merged, the next pair is shown, and Undo brings both back', async () => {
    await addPair({ name: 'Bea Ng' }, { name: 'Beatrice Ng' }, 2);
    const page = await openPair();
    await page.getByRole('button', { name: 'Merge' }).click();
    await page.getByText('Anna Lee is part of Ann Lee now.').waitFor();
    await heading(page, 'Are Bea Ng and Beatrice Ng one person?').waitFor();
    await page.getByText('1 pair to look at').waitFor();
    expect(await stored(anna)).toMatchObject({
      id: ann,
      company_name: 'Lee Pty Ltd',
      tags: ['vip', 'strata'],
    });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The merge was taken back').waitFor();
    await heading(page, 'Are Ann Lee and Anna Lee one person?').waitFor();
    expect(await stored(anna)).toMatchObject({ id: anna, company_name: 'Lee Pty Ltd', tags: ['strata'] });
    expect(await stored(ann)).toMatchObject({ company_name: null, tags: ['vip'] });
  });

  it('takes the values that were chosen, and Undo puts those back too', async () => {
    const page = await openPair();
    await page.getByRole('radio', { name: 'Name Anna Lee' }).check();
    await page.getByRole('radio', { name: 'Status Lead' }).check();
    await page.getByText('saved right after the merge').waitFor();
    await page.getByRole('button', { name: 'Merge' }).click();
    await heading(page, 'No possible duplicates').waitFor();
    expect(await stored(ann)).toMatchObject({
      name: 'Anna Lee',
      status: 'lead',
      company_name: 'Lee Pty Ltd',
    });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The merge was taken back').waitFor();
    expect(await stored(ann)).toMatchObject({ name: 'Ann Lee', status: 'active', company_name: null });
    expect(await stored(anna)).toMatchObject({ id: anna, name: 'Anna Lee', status: 'lead' });
  });

  it('is dismissed as two people and not shown again', async () => {
    const page = await openPair();
    await page.getByRole('button', { name: 'Two people' }).click();
    await page.getByText('Noted: two people.').waitFor();
    await heading(page, 'No possible duplicates').waitFor();
    expect(await openPairs()).toBe(0);
    await page.reload();
    await heading(page, 'No possible duplicates').waitFor();
  });

  it('is shown again when the dismissal is taken back, by click or with z', async () => {
    const page = await openPair();
    const undo = {
      click: () => page.getByRole('button', { name: 'Undo' }).click(),
      z: () => page.keyboard.press('z'),
    };
    for (const takeBack of [undo.click, undo.z]) {
      await page.getByRole('button', { name: 'Two people' }).click();
      await page.getByText('Noted: two people.').waitFor();
      await heading(page, 'No possible duplicates').waitFor();
      await takeBack();
      await page.getByText('Taken back: the pair is open again.').waitFor();
      await heading(page, 'Are Ann Lee and Anna Lee one person?').waitFor();
      expect(await openPairs()).toBe(1);
    }
  });

  it('that was dismissed is found among those, and opened again', async () => {
    const pair = (await business.send('GET', '/duplicates')).body.items[0]!;
    await business.send('POST', `/duplicates/${pair.id}/dismiss`);
    const page = await browser.signedIn(business, '/duplicates');
    await heading(page, 'No possible duplicates').waitFor();
    await page.getByRole('link', { name: 'Dismissed pairs' }).click();
    await page.getByText('1 dismissed pair', { exact: true }).waitFor();
    await page.getByRole('list', { name: 'Dismissed pairs' }).getByRole('link', { name: 'Ann Lee' }).click();
    await page.getByText(/Dismissed .*: two people\./).waitFor();
    expect(await page.getByRole('button', { name: 'Merge' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Open again' }).click();
    await page.getByText('The pair is open again.').waitFor();
    await heading(page, 'No dismissed pairs').waitFor();
    expect(await openPairs()).toBe(1);
    await page.keyboard.press('z');
    await page.getByText('Taken back: the pair stays dismissed.').waitFor();
    expect(await openPairs()).toBe(0);
    await heading(page, 'Are Ann Lee and Anna Lee one person?').waitFor();
    await page.getByRole('link', { name: 'Open pairs' }).click();
    await heading(page, 'No possible duplicates').waitFor();
  });

  it('that somebody changed meanwhile is not merged unseen', async () => {
    const page = await openPair();
    await business.send('PATCH', `/customers/${ann}`, { name: 'Ann Ng' });
    await page.getByRole('button', { name: 'Merge' }).click();
    await page.getByText('Somebody changed one of the two meanwhile.').waitFor();
    await heading(page, 'Are Ann Ng and Anna Lee one person?').waitFor();
    expect(await openPairs()).toBe(1);
  });

  it('that does not fit into one says why', async () => {
    const tags = (from: number) => Array.from({ length: 60 }, (_, i) => `tag ${from + i}`);
    await business.send('PATCH', `/customers/${ann}`, { tags: tags(0) });
    await business.send('PATCH', `/customers/${anna}`, { tags: tags(60) });
    const page = await browser.signedIn(business, '/duplicates');
    await queue(page).getByRole('link', { name: 'Ann Lee' }).click();
    await page.getByText('The two have 120 tags together; a customer takes 100.').waitFor();
    expect(await page.getByRole('button', { name: 'Merge' }).isDisabled()).toBe(true);
  });

  it('that somebody else has settled says so', async () => {
    const page = await browser.signedIn(business, '/duplicates');
    await queue(page).getByText('Anna Lee').waitFor();
    await business.send('DELETE', `/customers/${anna}`);
    await page.reload();
    await heading(page, 'No possible duplicates').waitFor();
  });

  it('is only looked at with a key that may not write', async () => {
    const reader = await business.addKey({ name: 'Wallboard', scopes: ['customers:read'] });
    const page = await browser.signedIn(reader, '/duplicates');
    await queue(page).getByRole('link', { name: 'Ann Lee' }).click();
    await page.getByText('This key may look, but not merge.').waitFor();
    await row(page, /^Name/).getByText('differs').waitFor();
    expect(await page.getByRole('button', { name: /Merge|Two people/ }).count()).toBe(0);
    expect(await page.getByRole('radio').count()).toBe(0);
  });
});

it('is worked through with the keyboard alone', async () => {
  const [bea] = await addPair({ name: 'Bea Ng' }, { name: 'Beatrice Ng' }, 2);
  await addPair({ name: 'Cleo Ray' }, { name: 'Cleopatra Ray' }, 3);
  const page = await browser.signedIn(business, '/duplicates');
  await page.getByText('3 pairs to look at').waitFor();
  await queue(page).getByText('Cleopatra Ray').waitFor();
  const names = await queue(page).getByRole('link').allInnerTexts();
  const focused = async () => await page.evaluate<string>('document.activeElement.innerText');
  await page.keyboard.press('j');
  await expect.poll(focused).toBe(names[0]);
  await page.keyboard.press('j');
  await expect.poll(focused).toBe(names[1]);
  await page.keyboard.press('k');
  await expect.poll(focused).toBe(names[0]);
  // Keys count for the pair that was seen: the first moments after another came do not.
  const settle = async (title: RegExp) => {
    await page.getByRole('heading', { name: title }).waitFor();
    await page.getByRole('button', { name: 'Merge' }).and(page.locator(':enabled')).waitFor();
    await page.waitForTimeout(500);
  };
  const first = names[0]!.split('\n')[0]!;
  await page.keyboard.press('Enter');
  await settle(new RegExp(`^Are ${first} and`));
  await page.keyboard.press('m');
  await page.getByText(/ is part of .* now\.$/).waitFor();
  await page.keyboard.press('z');
  await page.getByText('The merge was taken back').waitFor();
  await settle(new RegExp(`^Are ${first} and`));
  await page.keyboard.press('d');
  await page.getByText('2 pairs to look at').waitFor();
  expect(await openPairs()).toBe(2);
  expect((await stored(bea)).id).toBe(bea);
});

describe.each([
  { theme: 'light', size: 'wide' },
  { theme: 'dark', size: 'wide' },
  { theme: 'light', size: 'phone' },
] satisfies Visit[])('in the $theme theme on a $size screen', (visit) => {
  it('the queue and a pair have no barrier and fit', async () => {
    const fits = async (page: Page) => {
      expect(await barriers(page)).toEqual([]);
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, 'pixels beyond the screen').toBeLessThanOrEqual(0);
    };
    const page = await browser.signedIn(business, '/duplicates', visit);
    await queue(page).getByText('Anna Lee').waitFor();
    await fits(page);
    await fits(await openPair(visit));
    const pair = (await business.send('GET', '/duplicates')).body.items[0]!;
    await business.send('POST', `/duplicates/${pair.id}/dismiss`);
    const dismissed = await browser.signedIn(business, `/duplicates?dismissed=1&pair=${pair.id}`, visit);
    await dismissed.getByRole('button', { name: 'Open again' }).waitFor();
    await fits(dismissed);
  });
});
