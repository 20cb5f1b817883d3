/** Customers to look around with, at the console: loaded with one click, taken away with two. */
import { expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { useBrowser } from './browser.ts';

const service = useService();
const browser = useBrowser(service);

it('demo customers are loaded into an empty business and taken away again, changed ones too', async () => {
  const business = await service.business();
  const page = await browser.signedIn(business);
  await page.getByRole('button', { name: 'Load demo customers' }).click();
  await page.getByText('2,000 customers', { exact: true }).waitFor();
  await page.getByText('These are demo customers.').waitFor();
  // One is changed, and has something open: it goes with the rest.
  const [one] = (await business.send('GET', '/customers?page_size=1')).body.items;
  await business.send('PUT', `/customers/${one!.id}/references/booking/X-1`, { state: 'open' });
  const own = await business.send('POST', '/customers', { name: 'My own', phone: '0412 345 678' });
  await page.getByRole('link', { name: 'Customers', exact: true }).click();
  await page.getByRole('button', { name: 'Take them away' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take them away' }).click();
  await page.getByText('2,000 demo customers were taken away.').waitFor();
  await page.getByRole('link', { name: 'My own' }).waitFor();
  await page.getByText('1 customer', { exact: true }).waitFor();
  expect((await business.send('GET', `/customers/${own.body.id}`)).status).toBe(200);
});
