/** Seeing and correcting one customer. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { useBrowser } from './browser.ts';

const service = useService();
const browser = useBrowser(service);
let business: TestBusiness;
let id: string;
let page: Page;
const stored = async () => (await business.send('GET', `/customers/${id}`)).body;

beforeEach(async () => {
  business = await service.business();
  const made = await business.send('POST', '/customers', {
    name: 'Ann Lee',
    phone: '0412 345 678',
    email: 'ann@clientele.test',
    address: '1 High St, Dapto NSW 2530',
    tags: ['vip'],
  });
  id = made.body.id;
  page = await browser.signedIn(business, `/customers/${id}`);
  await page.getByRole('heading', { name: 'Ann Lee' }).waitFor();
});

const edit = async (field: string, value: string) => {
  await page.getByRole('button', { name: `Edit ${field.toLowerCase()}` }).click();
  await page.getByLabel(field, { exact: true }).fill(value);
  await page.keyboard.press('Enter');
};

describe('a field', () => {
  it('is corrected where it stands; Enter saves, Escape does not', async () => {
    await page.keyboard.press('e');
    await page.keyboard.type('Ann Ng');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ann Ng' }).waitFor();
    await page.getByText('Changed the name from “Ann Lee” to “Ann Ng”').waitFor();
    await page.getByRole('button', { name: 'Edit address' }).click();
    await page.keyboard.type('nowhere');
    await page.keyboard.press('Escape');
    expect(await stored()).toMatchObject({
      name: 'Ann Ng',
      address: '1 High St, Dapto NSW 2530',
      version: 2,
    });
  });

  it('that somebody else changed meanwhile shows both values: mine is saved when I say so', async () => {
    await business.send('PATCH', `/customers/${id}`, { address: '2 Low St', company_name: 'Lee Pty Ltd' });
    await edit('Address', '3 Mid St');
    const conflict = page.getByRole('alert');
    await conflict.getByText('Address was changed meanwhile').waitFor();
    await conflict.getByText('3 Mid St').waitFor();
    await conflict.getByText('2 Low St').waitFor();
    expect((await stored()).address).toBe('2 Low St');
    await page.getByRole('button', { name: 'Save mine' }).click();
    await conflict.waitFor({ state: 'detached' });
    expect(await stored()).toMatchObject({ address: '3 Mid St', company_name: 'Lee Pty Ltd' });
  });

  it('that somebody else changed meanwhile stays as theirs when I say so', async () => {
    await business.send('PATCH', `/customers/${id}`, { address: '2 Low St' });
    await edit('Address', '3 Mid St');
    await page.getByRole('button', { name: 'Keep theirs' }).click();
    await page.getByText('2 Low St').first().waitFor();
    expect((await stored()).address).toBe('2 Low St');
  });
});

describe('contacts and tags', () => {
  it('a contact is added, made primary, marked as shared and removed', async () => {
    await page.getByRole('button', { name: 'Add contact' }).click();
    await page.getByLabel('Number or address').fill('02 4261 0000');
    await page.getByLabel('Label').fill('work');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: '(02) 4261 0000' }).waitFor();
    await page.getByRole('button', { name: 'Make primary' }).click();
    await expect.poll(async () => (await stored()).phone).toBe('+61242610000');

    await page.getByRole('button', { name: 'Edit +61412345678' }).click();
    await page.getByRole('checkbox', { name: /^Shared/ }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Shared', { exact: true }).waitFor();
    expect((await stored()).contacts.find(({ value }) => value === '+61412345678')?.matchable).toBe(false);

    await page.getByRole('button', { name: 'Edit +61412345678' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await expect.poll(async () => (await stored()).contacts.length).toBe(2);
    await page.getByText('Removed 0412 345 678').waitFor();
  });

  it('a contact of somebody else is refused, in words', async () => {
    await business.send('POST', '/customers', { name: 'Bea', phone: '0499 999 999' });
    await page.getByRole('button', { name: 'Add contact' }).click();
    await page.getByLabel('Number or address').fill('0499 999 999');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/belongs to another customer/).waitFor();
    expect((await stored()).contacts.length).toBe(2);
  });

  it('tags are added and removed', async () => {
    await page.getByLabel('Add a tag').fill('strata');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove the tag strata' }).waitFor();
    await page.getByRole('button', { name: 'Remove the tag vip' }).click();
    await page.getByText('Removed the tag “vip”').waitFor();
    expect((await stored()).tags).toEqual(['strata']);
  });
});

describe('deleting', () => {
  it('is asked for, done, and undone with one click', async () => {
    await page.getByRole('button', { name: 'Delete' }).click();
    await page
      .getByRole('dialog', { name: 'Delete Ann Lee?' })
      .getByRole('button', { name: 'Delete' })
      .click();
    await page.getByText('Ann Lee was deleted.').waitFor();
    expect((await business.send('GET', `/customers/${id}`)).status).toBe(404);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'Ann Lee' }).waitFor();
    expect((await stored()).name).toBe('Ann Lee');
  });

  it('says what keeps the record and how to clear it, before anything is done', async () => {
    await business.send('PUT', `/customers/${id}/references/booking/B-118`, { state: 'open' });
    await business.send('PUT', '/delete-rules', { protected_tags: ['vip'] });
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page
      .getByRole('dialog', { name: 'Ann Lee can’t be deleted yet' })
      .or(page.getByRole('dialog'));
    await dialog.getByText('booking B-118').waitFor();
    await dialog.getByText('Customers tagged "vip" are kept.').waitFor();
    await dialog.getByText('Remove the tag, then delete.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('a deleted customer’s address offers to bring it back', async () => {
    await business.send('DELETE', `/customers/${id}`);
    await page.reload();
    await page.getByRole('button', { name: 'Restore it if it was deleted' }).click();
    await page.getByRole('heading', { name: 'Ann Lee' }).waitFor();
  });
});

it('says who may be the same person, and leads there', async () => {
  await business.send('POST', '/customers', { name: 'Anna Lee', phone: '0499 999 999' });
  // Details of both in one call: the pair is remembered.
  await business.send('PUT', '/customers', { phone: '0499 999 999', email: 'ann@clientele.test' });
  await page.reload();
  await page.getByRole('button', { name: '1 possible duplicate' }).click();
  await page.getByRole('link', { name: 'Anna Lee' }).click();
  await page.getByRole('heading', { name: 'Anna Lee' }).waitFor();
});

it('times are those of the location, not of the browser', async () => {
  const at = (await stored()).created_at;
  const sydney = new Intl.DateTimeFormat('en-AU', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'Australia/Sydney',
  }).format(new Date(at));
  await page.getByText(sydney.replaceAll('\u202f', ' ')).first().waitFor();
});
