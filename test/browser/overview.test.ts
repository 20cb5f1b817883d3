/** The overview: what it counts is what the list counts. */
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { barriers, heading, useBrowser, type Visit } from './browser.ts';

const service = useService();
const browser = useBrowser(service);

const VISITS: Visit[] = [
  { theme: 'light', size: 'wide' },
  { theme: 'dark', size: 'wide' },
  { theme: 'light', size: 'phone' },
  { theme: 'dark', size: 'phone' },
];
/** This month as the time zone of the location has it. */
const MONTH = new Intl.DateTimeFormat('en-AU', {
  month: 'long',
  year: 'numeric',
  timeZone: 'Australia/Sydney',
}).format(new Date());

describe.each(VISITS)('the overview in the $theme theme on a $size screen', (visit) => {
  it('counts months by source, and locations, has no barrier and fits', async () => {
    const business = await service.business();
    const other = await business.addLocation();
    const add = async (count: number, source: string | null, location_id: string) => {
      for (let n = 0; n < count; n++)
        await business.send('POST', '/customers', { name: `Ann ${source} ${n}`, source, location_id });
    };
    await add(3, 'website', business.locationId);
    await add(2, 'walk-in', other);
    await add(1, null, other);
    const page = await browser.signedIn(business, '/overview', visit);
    await heading(page, 'New customers, by month and source').waitFor();
    await page.getByRole('row', { name: 'Main 3' }).waitFor();
    await page.getByRole('row', { name: 'Another 3' }).waitFor();
    const legend = page.getByRole('list', { name: 'Sources' });
    const shown = async () => (await legend.getByRole('listitem').allInnerTexts()).map(oneLine);
    expect(await shown()).toEqual(['website 3', 'walk-in 2', 'No source 1']);

    // A month says its figures to whoever points at it, reaches it by keys, or has it read aloud.
    const column = page.getByRole('button', {
      name: `${MONTH}: 6 customers, website 3, walk-in 2, No source 1`,
    });
    const others = page.getByRole('button', { name: / 0 customers$/ });
    expect([await column.count(), await others.count()]).toEqual([1, 11]);
    await others.last().hover();
    expect(await shown()).toEqual(['website 0', 'walk-in 0', 'No source 0']);
    await column.focus();
    expect(await shown()).toEqual(['website 3', 'walk-in 2', 'No source 1']);
    await page.keyboard.press('Home');
    expect(await shown()).toEqual(['website 0', 'walk-in 0', 'No source 0']);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1 }).hover();
    await column.evaluate('document.activeElement.blur()');
    expect(await column.getAttribute('aria-pressed')).toBe('true');
    await page.getByText(MONTH, { exact: true }).first().waitFor();

    await page.getByText('Show as table').click();
    await page.getByRole('row', { name: `${MONTH} 6 3 2 1` }).waitFor();
    await page.getByRole('row', { name: 'Last 12 months 6 3 2 1' }).waitFor();
    expect(await page.locator('main [style], main[style]').count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow, 'pixels beyond the screen').toBeLessThanOrEqual(0);
    await page.getByRole('link', { name: 'walk-in' }).click();
    await page.getByText('2 customers', { exact: true }).waitFor();
  });
});

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
