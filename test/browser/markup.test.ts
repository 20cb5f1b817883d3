/** What somebody has stored as markup is text at the console, wherever it is shown; nothing of it runs. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { useBrowser } from './browser.ts';

const service = useService();
const browser = useBrowser(service);
const NAME = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>';
const SHORT = '<img src=x onerror=window.ran=1>';
let business: TestBusiness;
let id: string;

beforeAll(async () => {
  business = await service.business();
  const { body, status } = await business.send('POST', '/customers', {
    name: 'Ann',
    company_name: `Company ${NAME}`,
    address: `Address ${NAME}`,
    source: SHORT,
    tags: [SHORT],
    custom_fields: { [`field ${SHORT}`]: `value ${NAME}` },
    contacts: [
      { type: 'phone', value: '0412 345 678', label: `label ${SHORT}` },
      { type: 'email', value: 'ann@clientele.test' },
    ],
  });
  expect(status).toBe(201);
  id = body.id;
  // The history has what it was, what it is, and who changed it.
  const key = await business.addKey({ name: `key ${NAME}` });
  await key.send('PATCH', `/customers/${id}`, { name: NAME });
  // A call that names both: a pair.
  await business.send('POST', '/customers', { name: `${NAME} Lee`, phone: '0499 999 999' });
  await business.send('PUT', '/customers', { phone: '0499 999 999', email: 'ann@clientele.test' });
  const place = await business.send('POST', '/locations', { name: `location ${NAME}` });
  expect(place.status).toBe(201);
});

/** Each page, and what of ours it must show. */
const PAGES: [page: string, path: () => string, shown: string[]][] = [
  ['the list', () => '/', [NAME, SHORT]],
  ['a search', () => `/?q=${encodeURIComponent('onerror')}`, [NAME]],
  [
    'a customer',
    () => `/customers/${id}`,
    ['Company ', 'Address ', 'value ', 'key ', '']
      .map((word) => word + NAME)
      .concat(SHORT, `field ${SHORT}`, `label ${SHORT}`),
  ],
  ['possible duplicates', () => '/duplicates', [NAME, `${NAME} Lee`]],
  ['the overview', () => '/overview', [SHORT, `location ${NAME}`]],
  ['settings', () => '/settings', [`key ${NAME}`, `location ${NAME}`]],
];

it.each(PAGES)('%s shows it as it was written', async (_page, path, shown) => {
  const page = await browser.signedIn(business, path());
  for (const text of shown) await page.getByText(text).first().waitFor({ state: 'attached' });
  await expectNothingRan(page);
});

it('so does a dialog that asks, and what is said afterwards', async () => {
  const page = await browser.signedIn(business, `/customers/${id}`);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText(NAME).first().waitFor();
  await expectNothingRan(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  await page.getByText(`${NAME} was deleted.`).waitFor();
  await expectNothingRan(page);
});

async function expectNothingRan(page: Page): Promise<void> {
  expect(await page.locator('img[src="x"], script:not([src])').count(), 'elements made of it').toBe(0);
  expect(await page.evaluate('window.ran'), 'what it would have done').toBeUndefined();
}
