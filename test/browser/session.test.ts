/** Signing in at the console and out of it, in a browser. */
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { heading, useBrowser } from './browser.ts';

const service = useService();
const browser = useBrowser(service);

describe('signing in', () => {
  it('exchanges the key for a session; the key stays nowhere in the browser', async () => {
    const business = await service.business();
    const page = await browser.open();
    await page.getByLabel('API key').fill(business.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading(page, 'Customers').waitFor();
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({
      name: 'clientele_session',
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
    });
    const stored = await page.evaluate<string>(
      'JSON.stringify([localStorage, sessionStorage, document.cookie])',
    );
    const secret = business.key.split('_')[2]!;
    expect([stored, await page.content(), page.url()].filter((text) => text.includes(secret))).toEqual([]);
    await page.reload();
    await heading(page, 'Customers').waitFor();
  });

  it('says what is wrong with a key, beside the field', async () => {
    const page = await browser.open();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Paste the API key first.').waitFor();
    await page.getByLabel('API key').fill('clt_nonsense');
    await page.keyboard.press('Enter');
    await page.getByText('The API key is mistyped or incomplete').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('key');
  });

  it('leads to the page that was asked for', async () => {
    const business = await service.business();
    const { body } = await business.send('POST', '/customers', { name: 'Ann Lee' });
    const page = await browser.open();
    await page.goto(`/customers/${body.id}`);
    await page.getByLabel('API key').fill(business.key);
    await page.keyboard.press('Enter');
    await heading(page, 'Ann Lee').waitFor();
  });
});

describe('a session', () => {
  it('ends when signed out', async () => {
    const page = await browser.signedIn(await service.business());
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await page.goto('/');
    await page.getByLabel('API key').waitFor();
  });

  it('ends when the key is revoked: the next thing asked for leads back to signing in', async () => {
    const business = await service.business();
    const key = await business.addKey({ scopes: ['customers:read'] });
    const page = await browser.signedIn(key);
    await heading(page, 'No customers yet').waitFor();
    await business.send('DELETE', `/api-keys/${key.id}`);
    await page.getByLabel('Search customers').fill('ann');
    await page.getByText('Your session is over.').waitFor();
  });

  it('shows only what the key may do', async () => {
    const business = await service.business();
    const { body } = await business.send('POST', '/customers', { name: 'Ann Lee', phone: '0412 345 678' });
    const reader = await browser.signedIn(
      await business.addKey({ name: 'Wallboard', scopes: ['customers:read'] }),
      `/customers/${body.id}`,
    );
    await heading(reader, 'Ann Lee').waitFor();
    expect(await reader.getByRole('button', { name: /Edit|Delete|Add contact|Make primary/ }).count()).toBe(
      0,
    );
    const owner = await browser.signedIn(business, `/customers/${body.id}`);
    await owner.getByRole('button', { name: 'Delete' }).waitFor();
  });

  it('of a key for all locations can be narrowed to one', async () => {
    const business = await service.business();
    const other = await business.addLocation();
    await business.send('POST', '/customers', { name: 'Ann Main', location_id: business.locationId });
    await business.send('POST', '/customers', { name: 'Bea Other', location_id: other });
    const page = await browser.signedIn(business);
    await page.getByRole('link', { name: 'Ann Main' }).waitFor();
    await page.getByLabel('Location').selectOption({ label: 'Another' });
    await page.getByText('1 customer', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Ann Main' }).count()).toBe(0);
    // The choice goes along to the customer and back.
    await page.getByRole('link', { name: 'Bea Other' }).click();
    await heading(page, 'Bea Other').waitFor();
    expect(page.url()).toContain(`location=${other}`);
  });
});
