/** The overview: what it counts is what the list counts. */
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { barriers, useBrowser, type Visit } from './browser.ts';

const service = useService();
const browser = useBrowser(service);

const VISITS: Visit[] = [
  { theme: 'light', size: 'wide' },
  { theme: 'dark', size: 'wide' },
  { theme: 'light', size: 'phone' },
];

describe.each(VISITS)('the overview in the $theme theme on a $size screen', (visit) => {
  it('counts months, sources and locations, has no barrier and fits', async () => {
    const business = await service.business();
    const other = await business.addLocation();
    const add = async (count: number, source: string, location_id: string) => {
      for (let n = 0; n < count; n++)
        await business.send('POST', '/customers', { name: `Ann ${source} ${n}`, source, location_id });
    };
    await add(3, 'website', business.locationId);
    await add(2, 'walk-in', other);
    const page = await browser.signedIn(business, '/overview', visit);
    await page.getByRole('heading', { name: 'New customers, by month' }).waitFor();
    await page.getByRole('row', { name: 'website 3' }).waitFor();
    await page.getByRole('row', { name: 'walk-in 2' }).waitFor();
    await page.getByRole('row', { name: 'Main 3' }).waitFor();
    await page.getByRole('row', { name: 'Another 2' }).waitFor();
    expect(await page.getByRole('row', { name: / 5$/ }).count()).toBe(1);
    expect(await barriers(page)).toEqual([]);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow, 'pixels beyond the screen').toBeLessThanOrEqual(0);
    await page.getByRole('link', { name: 'walk-in' }).click();
    await page.getByText('2 customers', { exact: true }).waitFor();
  });
});
