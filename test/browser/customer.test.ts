/** Seeing and correcting one customer. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { barriers, heading, useBrowser, type Visit } from './browser.ts';

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
  await heading(page, 'Ann Lee').waitFor();
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
    await heading(page, 'Ann Ng').waitFor();
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
    await heading(page, 'Ann Lee was deleted').waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    await heading(page, 'Ann Lee').waitFor();
    expect((await stored()).name).toBe('Ann Lee');
  });
});

describe('possible duplicates', () => {
  /** Details of both in one call: the pair is remembered. */
  const addDuplicate = async (name: string, phone: string) => {
    await business.send('POST', '/customers', { name, phone });
    await business.send('PUT', '/customers', { phone, email: 'ann@clientele.test' });
  };

  it('are named beside the record with the reasons, and lead to both of them side by side', async () => {
    await addDuplicate('Anna Lee', '0499 999 999');
    await page.reload();
    await page.getByRole('link', { name: '1 possible duplicate' }).click();
    const section = page.getByRole('region', { name: 'Possibly the same person' });
    await section.getByText('0499 999 999').waitFor();
    await section.getByText(/^one request named .*names alike/i).waitFor();
    await section.getByRole('link', { name: 'Compare side by side with Anna Lee' }).click();
    await page.getByText(/Are .* and .* one person\?/).waitFor();
    await page.goBack();
    await section.getByRole('link', { name: 'Anna Lee', exact: true }).click();
    await heading(page, 'Anna Lee').waitFor();
  });

  it('three are shown, the likeliest; the rest is a click away, and nothing moves when they come', async () => {
    for (const n of [1, 2, 3, 4]) await addDuplicate(`Ann Lee ${n}`, `049999999${n}`);
    await page.addInitScript(`
      window.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });`);
    await page.reload();
    const section = page.getByRole('region', { name: 'Possibly the same person' });
    await section.getByRole('listitem').nth(2).waitFor();
    expect(await section.getByRole('listitem').count()).toBe(3);
    await page.waitForTimeout(300);
    expect(await page.evaluate('window.shift')).toBeLessThan(0.02);
    await section.getByRole('link', { name: 'See all 4' }).click();
    await page.getByText('4 pairs to look at').waitFor();
  });
});

describe('the record as it was', () => {
  const banner = () => page.getByRole('region', { name: /^As it was on/ });
  /** The link of the entry that says this. */
  const seen = (entry: string) =>
    page
      .getByRole('listitem')
      .filter({ hasText: entry })
      .getByRole('link', { name: /^See as it was then/ });
  const past = async () => (await business.send('GET', `/customers/${id}/events`)).body.items;

  it('is shown right after an entry of the history, to be read only, with what it is now beside it', async () => {
    await business.send('PATCH', `/customers/${id}`, { name: 'Ann Ng', custom_fields: { gate: '12' } });
    await business.send('PATCH', `/customers/${id}`, { address: null, tags: ['new'], email: null });
    const [, renamed] = await past();
    await page.reload();
    await seen('Changed the name').click();
    await banner().getByText('Read only. 4 things differ from now').waitFor();
    expect(new URL(page.url()).search).toBe(`?at=${renamed!.id}`);
    await page.getByText('Ann Ng', { exact: true }).waitFor();
    await page.getByText('1 High St, Dapto NSW 2530').first().waitFor();
    await page.getByText('Now: (empty)').waitFor();
    await page.getByText('Not there any more').nth(1).waitFor();
    await page.getByText('Added since: new').waitFor();
    expect(await page.getByRole('button', { name: /^(Edit|Add|Delete|Erase|Remove)/ }).count()).toBe(0);
    expect(await page.getByRole('main').getByRole('textbox').count()).toBe(0);
    await page.getByText('Shown above').waitFor();

    await seen('Added the customer').click();
    await page.getByText('Now: Ann Ng').waitFor();
    await page.getByText('Added since: gate 12').waitFor();
    await page.reload();
    await page.getByText('Now: Ann Ng').waitFor();
    await page.goBack();
    await page.getByText('Ann Ng', { exact: true }).waitFor();
    await page.getByText('Now: Ann Ng').waitFor({ state: 'detached' });
    await banner().getByRole('link', { name: 'Back to now' }).click();
    await heading(page, 'Ann Ng').waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('is that of its own entry also when several are of one moment', async () => {
    const customers = ['One', 'Two', 'Three'].map((name) => ({ name, phone: '0412 345 678' }));
    await business.send('PUT', '/customers/batch', { customers });
    await page.reload();
    await seen('from “One” to “Two”').click();
    await page.getByText('Two', { exact: true }).waitFor();
    await page.getByText('Now: Three').waitFor();
  });

  it('of a record merged in since is that record, beside the one it is now', async () => {
    const other = await business.send('POST', '/customers', { name: 'Bea', phone: '0499 999 999' });
    await business.send('PATCH', `/customers/${other.body.id}`, { name: 'Beatrice' });
    await business.send('POST', `/customers/${id}/merge`, { from: other.body.id });
    await page.reload();
    await seen('from “Bea” to “Beatrice”').click();
    await banner().getByText('“now” is the record of Ann Lee').waitFor();
    await page.getByText('Beatrice', { exact: true }).waitFor();
    await page.getByText('Now: Ann Lee').waitFor();
    await banner().getByRole('link', { name: 'Back to now' }).click();
    await heading(page, 'Ann Lee').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/customers/${id}`);
  });

  it('of a time, in a link, is told in the time of the location', async () => {
    const at = (await past())[0]!.at;
    await business.send('PATCH', `/customers/${id}`, { name: 'Ann Ng' });
    await page.goto(`/customers/${id}?at=${at}`);
    const sydney = new Intl.DateTimeFormat('en-AU', {
      dateStyle: 'long',
      timeStyle: 'short',
      timeZone: 'Australia/Sydney',
    }).format(new Date(at));
    const title = (await banner().getByRole('heading').textContent())!;
    expect(title.replaceAll('\u202f', ' ')).toBe(`As it was on ${sydney.replaceAll('\u202f', ' ')}`);
    await page.getByText('Now: Ann Ng').waitFor();
  });

  it('is not there before it was added, nor while it was deleted: both are said in words', async () => {
    await page.goto(`/customers/${id}?at=2020-01-01T00:00:00Z`);
    await page.getByText('The customer was not here yet: it was added on').waitFor();
    await business.send('DELETE', `/customers/${id}`);
    await business.send('POST', `/customers/${id}/restore`);
    await page.reload();
    await seen('Deleted the customer').click();
    await page.getByText('The record was deleted at that time.').waitFor();
  });

  it('of a customer who is deleted now is still shown, and says so', async () => {
    const [created] = await past();
    await business.send('DELETE', `/customers/${id}`);
    await page.goto(`/customers/${id}?at=${created!.id}`);
    await banner().getByText('The record is deleted now.').waitFor();
    await page.getByText('Ann Lee', { exact: true }).waitFor();
  });

  it('is reached and left with the keyboard alone', async () => {
    await seen('Added the customer').focus();
    await page.keyboard.press('Enter');
    await banner().getByText('Nothing differs from now.').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('past');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading(page, 'Ann Lee').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('title');
  });
});

describe('erasing', () => {
  const dialog = () => page.getByRole('dialog');
  const confirm = () => dialog().getByRole('button', { name: 'Erase for good' });

  it('wants the name typed, then nothing is left of the person, in this browser either', async () => {
    const other = await business.send('POST', '/customers', { name: 'Anna Lee', phone: '0499 999 999' });
    await business.send('PUT', '/customers', { phone: '0499 999 999', email: 'ann@clientele.test' });
    // The browser has seen the person in a list, in a pair and in the past.
    await page.goto('/');
    await page.getByRole('link', { name: 'Ann Lee', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Duplicates' }).click();
    await page.getByText('Ann Lee').first().waitFor();
    await page.getByRole('link', { name: 'Customers', exact: true }).click();
    await page.getByRole('link', { name: 'Ann Lee', exact: true }).click();
    await page.getByText('Added the customer').waitFor();
    await page.keyboard.press('e');
    await page.keyboard.type('Ann Ng');
    await page.keyboard.press('Enter');
    await heading(page, 'Ann Ng').waitFor();

    await page.getByRole('button', { name: 'Erase for good…' }).focus();
    await page.keyboard.press('Enter');
    await dialog().getByText('Goes for good, at once').waitFor();
    expect(await confirm().isEnabled()).toBe(false);
    await page.keyboard.type('Ann Lee');
    await page.keyboard.press('Enter');
    expect(await confirm().isEnabled()).toBe(false);
    await page.getByLabel('Type “Ann Ng” to confirm').fill('');
    await page.keyboard.type(' ann  ng');
    await page.keyboard.press('Enter');
    await heading(page, 'This customer was erased').waitFor();
    expect((await business.send('GET', `/customers/${id}/events`)).status).toBe(404);
    expect((await business.send('GET', '/customers?deleted=true')).body.items).toEqual([]);
    expect(await page.title()).not.toContain('Ann');

    // Whatever is still shown without asking the service again was kept.
    await page.route(/\/api\/v2\/(?!session)/, (route) => route.abort());
    for (const away of ['Duplicates', 'Customers', 'Overview']) {
      await page.getByRole('navigation').getByRole('link', { name: away }).click();
      await page.waitForTimeout(300);
      expect(await page.locator('body').textContent(), away).not.toMatch(/Ann (Lee|Ng)|Anna/);
    }
    await page.unroute(/\/api\/v2\/(?!session)/);
    await page.goto('/');
    await page.getByRole('link', { name: 'Anna Lee' }).waitFor();
    expect(await page.getByText('Ann Ng').count()).toBe(0);
    expect((await business.send('GET', `/customers/${other.body.id}`)).status).toBe(200);
    await page.goto(`/customers/${id}`);
    await heading(page, 'This customer was erased').waitFor();
  });

  it('of somebody without a name wants the word shown', async () => {
    await business.send('PATCH', `/customers/${id}`, { name: null });
    await page.reload();
    await page.getByRole('button', { name: 'Erase for good…' }).click();
    await page.getByLabel('Type “erase” to confirm').fill('erase');
    await confirm().click();
    await heading(page, 'This customer was erased').waitFor();
  });

  it('says what keeps the record, and erases nothing', async () => {
    await business.send('PUT', `/customers/${id}/legal-hold`, { reason: 'Claim 2026/118' });
    await page.getByRole('button', { name: 'Erase for good…' }).click();
    await page.getByRole('dialog', { name: 'Ann Lee can’t be erased yet' }).waitFor();
    await dialog().getByText('An administrator lifts the hold.').waitFor();
    expect(await confirm().count()).toBe(0);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect((await stored()).name).toBe('Ann Lee');
  });

  it('is offered for a deleted record too', async () => {
    await business.send('DELETE', `/customers/${id}`);
    await page.reload();
    await page.getByRole('button', { name: 'Erase for good…' }).click();
    await page.getByLabel('Type “Ann Lee” to confirm').fill('Ann Lee');
    await confirm().click();
    await heading(page, 'This customer was erased').waitFor();
    expect((await business.send('POST', `/customers/${id}/restore`)).status).toBe(404);
  });

  it('is not offered to a key that may not', async () => {
    const key = await business.addKey({ scopes: ['customers:read', 'customers:write', 'customers:delete'] });
    page = await browser.signedIn(key, `/customers/${id}`);
    await page.getByRole('button', { name: 'Delete' }).waitFor();
    expect(await page.getByRole('button', { name: /^Erase/ }).count()).toBe(0);
    await business.send('DELETE', `/customers/${id}`);
    await page.reload();
    await page.getByRole('button', { name: 'Restore' }).waitFor();
    expect(await page.getByRole('button', { name: /^Erase/ }).count()).toBe(0);
  });
});

describe('the business’s own fields', () => {
  it('are added, edited and removed where they stand; numbers stay numbers', async () => {
    await business.send('PATCH', `/customers/${id}`, { custom_fields: { visits: 3, pets: ['cat'] } });
    await page.reload();
    await page.getByRole('button', { name: 'Add field' }).click();
    await page.keyboard.type('gate');
    await page.getByLabel('Value').fill('12');
    await page.keyboard.press('Enter');
    await page.getByText('Set gate to “12”').waitFor();
    await page.getByRole('button', { name: 'Edit visits' }).click();
    await page.getByLabel('visits', { exact: true }).fill('4');
    await page.keyboard.press('Enter');
    await page.getByText('Changed visits from “3” to “4”').waitFor();
    expect((await stored()).custom_fields).toEqual({ visits: 4, pets: ['cat'], gate: '12' });
    // What is no plain text is shown, and left to who wrote it.
    expect(await page.getByRole('button', { name: 'Edit pets' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Edit gate' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Cleared gate').waitFor();
    expect((await stored()).custom_fields).toEqual({ visits: 4, pets: ['cat'] });
  });

  it('a name that is taken is refused before anything is written', async () => {
    await business.send('PATCH', `/customers/${id}`, { custom_fields: { gate: '12' } });
    await page.reload();
    await page.getByRole('button', { name: 'Add field' }).click();
    await page.keyboard.type('gate');
    await page.getByText('There is a field “gate” already').waitFor();
    await page.getByLabel('Value').fill('99');
    await page.keyboard.press('Enter');
    expect((await stored()).custom_fields).toEqual({ gate: '12' });
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Add field');
  });

  it('that somebody else changed meanwhile shows both values', async () => {
    await business.send('PATCH', `/customers/${id}`, { custom_fields: { gate: '12', key: 'box' } });
    await page.reload();
    await page.getByRole('button', { name: 'Edit gate' }).click();
    await business.send('PATCH', `/customers/${id}`, { custom_fields: { gate: '13' } });
    await page.getByLabel('gate', { exact: true }).fill('14');
    await page.keyboard.press('Enter');
    const conflict = page.getByRole('alert');
    await conflict.getByText('gate: 14').waitFor();
    await conflict.getByText('gate: 13').waitFor();
    await page.getByRole('button', { name: 'Save mine' }).click();
    await conflict.waitFor({ state: 'detached' });
    expect((await stored()).custom_fields).toEqual({ gate: '14', key: 'box' });
  });
});

it('the address of a record merged away leads to the survivor, where changes are seen at once', async () => {
  const other = await business.send('POST', '/customers', { name: 'Bea', phone: '0499 999 999' });
  await business.send('POST', `/customers/${id}/merge`, { from: other.body.id });
  await page.goto(`/customers/${other.body.id}`);
  await page.waitForURL(`**/customers/${id}`);
  await edit('Address', '3 Mid St');
  await page.getByText('3 Mid St', { exact: true }).waitFor();
});

/** The states of this page that only its own keys and records have, beside those of care.test.ts. */
const STATES: Record<string, () => Promise<unknown>> = {
  'as it was': async () => {
    await business.send('PATCH', `/customers/${id}`, {
      name: 'Ann Ng',
      tags: ['new'],
      status: 'lead',
      contacts: [{ type: 'phone', value: '02 4261 0000' }],
      custom_fields: { gate: '12' },
    });
    const { items } = (await business.send('GET', `/customers/${id}/events`)).body;
    await page.goto(`/customers/${id}?at=${items[1]!.id}`);
    await page.getByText('Now: Ann Ng').waitFor();
  },
  'not there at that time': async () => {
    await page.goto(`/customers/${id}?at=2020-01-01T00:00:00Z`);
    await page.getByText('There is nothing to show for that time').waitFor();
  },
  'with duplicates and fields': async () => {
    await business.send('PATCH', `/customers/${id}`, { custom_fields: { gate: '12', plumber: 'Sam' } });
    await business.send('POST', '/customers', { name: 'Anna Lee', phone: '0499 999 999' });
    await business.send('PUT', '/customers', { phone: '0499 999 999', email: 'ann@clientele.test' });
    await page.reload();
    await heading(page, 'Possibly the same person').waitFor();
    await page.getByRole('button', { name: 'Edit gate' }).click();
  },
  'being erased, and erased': async () => {
    await page.getByRole('button', { name: 'Erase for good…' }).click();
    await page.getByLabel('Type “Ann Lee” to confirm').fill('Ann Lee');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await heading(page, 'This customer was erased').waitFor();
  },
  deleted: async () => {
    await business.send('DELETE', `/customers/${id}`);
    await page.reload();
    await heading(page, 'Ann Lee was deleted').waitFor();
  },
};
const VISITS: Visit[] = [
  { theme: 'light', size: 'wide' },
  { theme: 'dark', size: 'wide' },
  { theme: 'light', size: 'phone' },
];
describe.each(VISITS)('in the $theme theme on a $size screen', (visit) => {
  it.each(Object.entries(STATES))('a customer %s has no barrier and fits', async (_name, reach) => {
    page = await browser.signedIn(business, `/customers/${id}`, visit);
    await heading(page, 'Ann Lee').waitFor();
    await reach();
    expect(await barriers(page)).toEqual([]);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow, 'pixels beyond the screen').toBeLessThanOrEqual(0);
  });
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
