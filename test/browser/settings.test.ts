/** Settings at the console: locations, keys and delete rules. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { barriers, heading, useBrowser, type Visit } from './browser.ts';

const service = useService();
const browser = useBrowser(service);
let business: TestBusiness;
beforeEach(async () => {
  business = await service.business();
});

const settings = async (visit: Visit = {}): Promise<Page> => {
  const page = await browser.signedIn(business, '/settings', visit);
  await heading(page, 'Delete rules').waitFor();
  return page;
};

describe('settings', () => {
  it('are in the navigation for those alone who may change them', async () => {
    const page = await browser.signedIn(business);
    await page.getByRole('link', { name: 'Settings' }).click();
    await heading(page, 'Settings').waitFor();
    const desk = await business.addKey({ scopes: ['customers:read'] });
    const other = await browser.signedIn(desk);
    await heading(other, 'No customers yet').waitFor();
    expect(await other.getByRole('link', { name: 'Settings' }).count()).toBe(0);
    await other.goto('/settings');
    await other.getByText('This key may not change settings.').waitFor();
  });

  it('a location is added and renamed, and every list knows it', async () => {
    const page = await settings();
    await page.getByRole('button', { name: 'Add location' }).click();
    await page.getByLabel('Name', { exact: true }).press('Enter');
    await page.getByText('Fill this in first.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Queenstown');
    await page.getByLabel('Country').selectOption({ label: 'New Zealand' });
    await page.getByLabel('Time zone').selectOption('Pacific/Auckland');
    await page.getByRole('dialog').getByRole('button', { name: 'Add location' }).click();
    await page.getByText('Queenstown was added.').waitFor();
    await page.getByRole('button', { name: 'Edit Queenstown' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Wānaka');
    await page.keyboard.press('Enter');
    await page.getByText('Wānaka was saved.').waitFor();
    const { items } = (await business.send('GET', '/locations')).body;
    expect(items.at(-1)).toMatchObject({ name: 'Wānaka', country: 'NZ', timezone: 'Pacific/Auckland' });
    await page.getByRole('link', { name: 'Customers' }).click();
    await page.getByLabel('Location').selectOption({ label: 'Wānaka' });
  });
});

describe('an API key', () => {
  const create = async (page: Page, name: string): Promise<string> => {
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByLabel('What it is for').fill(name);
    await page.getByRole('checkbox', { name: /^Change customers/i }).uncheck();
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    const shown = page.getByRole('dialog', { name: `The key for ${name}` });
    const key = await shown.getByLabel('API key').inputValue();
    // Escape would lose it.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await shown.getByText('will not be shown again').waitFor();
    await shown.getByRole('button', { name: 'I have copied it' }).click();
    await shown.waitFor({ state: 'detached' });
    return key;
  };

  it('is shown once, opens the console, and ends within a second of being revoked, with its session', async () => {
    const page = await settings();
    const key = await create(page, 'Front desk');
    expect(key).toMatch(/^clt_/);
    expect(await page.content()).not.toContain(key.split('_')[2]!);

    const desk = await browser.open();
    await desk.getByLabel('API key').fill(key);
    await desk.keyboard.press('Enter');
    await heading(desk, 'No customers yet').waitFor();
    expect((await business.send('POST', '/customers', { name: 'Ann' }, { key })).status).toBe(403);

    await page.getByRole('button', { name: 'Revoke Front desk' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke the key Front desk?' });
    await dialog.getByText('It can no longer see customers (All locations).').waitFor();
    await dialog.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('The key Front desk no longer works.').waitFor();
    await page.getByText('1 key that no longer works').waitFor();
    await expect
      .poll(async () => (await business.send('GET', '/customers', undefined, { key })).status, {
        timeout: 1_000,
        interval: 50,
      })
      .toBe(401);
    await desk.getByLabel('Search customers').fill('ann');
    await desk.getByText('Your session is over.').waitFor();
  });

  it('that one is signed in with is marked; revoking it is warned about and ends the session', async () => {
    const page = await settings();
    await page.getByText('You are signed in with this key').waitFor();
    await page.getByRole('button', { name: 'Revoke First key' }).click();
    await page.getByText('you will be signed out at once').waitFor();
    await page.getByText('It is the only key that may change settings.').waitFor();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('Your session is over.').waitFor();
  });

  it('shows what it was used for when that is opened, refused requests too', async () => {
    const phones = await business.addKey({ name: 'Phones', scopes: ['customers:read'] });
    await phones.send('GET', '/customers');
    await phones.send('GET', '/customers');
    await phones.send('GET', '/api-keys');
    const page = await settings();
    await service.uses.flush(service.sql);
    await page.getByText('What it was used for Phones').click();
    const table = page.getByRole('region', { name: 'What Phones was used for' }).getByRole('table');
    await table.getByRole('row', { name: / listCustomers, listApiKeys 3 1$/ }).waitFor();
    await page.getByText('The last request that succeeded was on').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it('is rotated: the new one works, the old one as long as was said', async () => {
    const old = await business.addKey({ name: 'Phones', scopes: ['customers:read'] });
    const page = await settings();
    await page.getByRole('button', { name: 'Rotate Phones' }).click();
    await page.getByLabel('The old key works for').selectOption({ label: 'another hour' });
    await page.getByRole('button', { name: 'Make the new key' }).click();
    const fresh = await page.getByRole('dialog').getByLabel('API key').inputValue();
    for (const key of [fresh, old.key])
      expect((await business.send('GET', '/customers', undefined, { key })).status).toBe(200);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText(/works until/).waitFor();
  });

  it('with an expiry that is over or nothing that it may do is not made, and the form says why', async () => {
    const page = await settings();
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByLabel('What it is for').fill('Nothing');
    await page.getByLabel('Works until the end of').fill('2026-01-01');
    await page.getByRole('checkbox', { name: /^See customers/i }).uncheck();
    await page.getByRole('checkbox', { name: /^Change customers/i }).uncheck();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    await page.getByText('Choose at least one thing it may do.').waitFor();
    await page.getByText('This day is over.').waitFor();
    expect((await business.send('GET', '/api-keys')).body.items.length).toBe(1);
  });
});

describe('delete rules', () => {
  it('are saved, and keep a customer', async () => {
    const page = await settings();
    await page.getByLabel('Days a deleted customer can be restored').fill('7');
    await page.getByText('can be restored for 7 days').waitFor();
    await page.getByLabel('Tag', { exact: true }).fill('vip');
    await page.getByRole('button', { name: 'Add: Tag' }).click();
    await page.getByLabel('Kind', { exact: true }).fill('An enquiry');
    await page.getByRole('button', { name: 'Save the rules' }).click();
    await page.getByText('A kind has 1 to 64 of the characters').waitFor();
    // What is typed and not added is saved with the rest.
    await page.getByLabel('Kind', { exact: true }).fill('enquiry');
    await page.getByRole('checkbox', { name: 'Blocked' }).check();
    await page.getByRole('button', { name: 'Save the rules' }).click();
    await page.getByText('The delete rules are saved.').waitFor();
    expect((await business.send('GET', '/delete-rules')).body).toEqual({
      protected_statuses: ['blocked'],
      protected_tags: ['vip'],
      soft_reference_kinds: ['enquiry'],
      retention_days: 7,
    });
    const { body } = await business.send('POST', '/customers', { name: 'Ann Lee', tags: ['vip'] });
    await page.goto(`/customers/${body.id}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Remove the tag, then delete.').waitFor();
  });

  it('of a key for one location are read, not changed', async () => {
    const key = await business.addKey({ scopes: ['admin'], location_id: business.locationId });
    const page = await browser.signedIn(key, '/settings');
    await page.getByText('You are signed in with a key of one location.').waitFor();
    expect(await page.getByRole('button', { name: /Add location|Save the rules/ }).count()).toBe(0);
  });
});

const DIALOGS: Record<string, ((page: Page) => Promise<void>) | null> = {
  'the page': null,
  'adding a location': async (page) => await page.getByRole('button', { name: 'Add location' }).click(),
  'creating a key': async (page) => await page.getByRole('button', { name: 'Create key' }).click(),
  'rotating a key': async (page) => await page.getByRole('button', { name: 'Rotate First key' }).click(),
  'revoking a key': async (page) => await page.getByRole('button', { name: 'Revoke First key' }).click(),
  'what a key was used for': async (page) => {
    await service.uses.flush(service.sql);
    await page.getByText('What it was used for First key').click();
    await page.getByRole('region', { name: 'What First key was used for' }).waitFor();
  },
};
const VISITS: Visit[] = [
  { theme: 'light', size: 'wide' },
  { theme: 'dark', size: 'wide' },
  { theme: 'light', size: 'phone' },
];

describe.each(VISITS)('in the $theme theme on a $size screen', (visit) => {
  it('has no barrier and fits', async () => {
    const page = await settings(visit);
    for (const [name, open] of Object.entries(DIALOGS)) {
      await open?.(page);
      expect(await barriers(page), name).toEqual([]);
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, `pixels beyond the screen: ${name}`).toBeLessThanOrEqual(0);
      await page.keyboard.press('Escape');
    }
  });
});
