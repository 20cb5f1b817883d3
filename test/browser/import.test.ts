/** A file from being dropped to being taken back, in a browser. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { barriers, heading, useBrowser, type Visit } from './browser.ts';

const service = useService();
const browser = useBrowser(service);

/** As an older spreadsheet saves it: semicolons, Latin-1, phone numbers taken for numbers. */
const FILE = [
  'Name;Phone 1;E-Mail;Stadt;Notes',
  'José Núñez;0412 345 001;jose@clientele.test;Dapto;',
  'Ann Lee;0412 345 002;;Figtree;',
  'Bea Ng;6.14E+10;bea@clientele.test;Unanderra;',
  'Cleo Quill;;;Thirroul;"no; contact"',
  'J. Núñez;0412345001;;Dapto;',
  'Dan Fox;6.1412345004E+10;;Bulli;',
  'Eve Moss;;eve at home;Corrimal;=1+1',
];

const choose = async (page: Page, lines: string[], name = 'customers.csv') =>
  await page.getByLabel('Choose a CSV file').setInputFiles({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.from(lines.join('\r\n'), name.endsWith('.csv') ? 'latin1' : 'utf8'),
  });

const KEPT_FILE = `new Promise((tell) => {
  const opening = indexedDB.open('clientele-import');
  opening.onupgradeneeded = () => opening.transaction.abort();
  opening.onerror = () => tell(null);
  opening.onsuccess = () => {
    const kept = opening.result.transaction('import').objectStore('import').get('file');
    kept.onsuccess = () => tell(kept.result?.name ?? null);
    opening.result.close();
  };
})`;

/** Waits until the browser keeps this file (or none): a page that is left sooner is as if nobody had chosen it. */
const keeps = async (page: Page, file: string | null) =>
  await expect.poll(() => page.evaluate(KEPT_FILE)).toBe(file);

/** A business that knows Ann by another name. */
async function withAnn(): Promise<TestBusiness> {
  const business = await service.business();
  await business.send('PUT', '/customers', { name: 'Anne Li', phone: '0412 345 002' });
  return business;
}

/** The figures as they are shown, by what they count. */
async function figures(page: Page): Promise<Record<string, number>> {
  const texts = await page.getByRole('button', { pressed: false }).allInnerTexts();
  const counted = texts.map((text) => /^([\d,]+)\s+(.+)$/s.exec(text)).filter((found) => found !== null);
  return Object.fromEntries(counted.map(([, count, name]) => [name, Number(count!.replace(',', ''))]));
}

const customersOf = async (business: TestBusiness) =>
  (await business.send('GET', '/customers?page_size=100&sort=name')).body.items;

describe('an import', () => {
  it('is matched, checked, repaired, done, and taken back', async () => {
    const business = await withAnn();
    const page = await browser.signedIn(business, '/');
    await page.getByRole('link', { name: 'Import', exact: true }).click();
    await choose(page, FILE);
    await page.getByText('7 rows in customers.csv.').waitFor();
    await page.getByText('Western European').waitFor();
    await page.getByText('separated by semicolons').waitFor();
    await page.getByText('In 1 row a spreadsheet has shortened the phone number, to 6.14E+10').waitFor();
    await page.getByText('written like 6.1412345004E+10').waitFor();
    await page.getByText('José Núñez · Ann Lee · Bea Ng').waitFor();
    const becomes = (column: string) => page.getByLabel(`What the column ${column} becomes`);
    expect(await becomes('Phone 1').inputValue()).toBe('phone');
    expect(await becomes('Stadt').inputValue()).toBe('custom_fields');
    await becomes('Stadt').selectOption({ label: 'Address, or a part of it' });

    await page.getByRole('button', { name: 'Check what would happen' }).click();
    await page.getByText('Nothing was written yet.').waitFor();
    expect(await figures(page)).toEqual({
      New: 2,
      Changed: 1,
      Unchanged: 0,
      'Again in the file': 1,
      Problem: 3,
    });
    await page.getByText('Joined with row 2').waitFor();
    await page.getByText('Name: Ann Lee, Address: Figtree').waitFor();
    expect((await customersOf(business)).map(({ name }) => name)).toEqual(['Anne Li']);

    await page.getByRole('button', { name: 'Repair row 4' }).click();
    const form = page.getByRole('form', { name: 'Repair row 4' });
    await form.getByLabel('Phone 1').fill('0412 345 003');
    await form.getByRole('button', { name: 'Check again' }).click();
    await page.getByText('Row 4: new.').waitFor();
    await page.getByRole('button', { name: 'Leave out row 5' }).click();
    await page.getByRole('button', { name: 'Import 5 rows' }).click();

    await page.getByText('All 7 rows are accounted for.').waitFor();
    expect(await figures(page)).toEqual({ New: 3, Changed: 2, Unchanged: 0, Problem: 1, 'Left out': 1 });
    expect((await customersOf(business)).map(({ name, phone, address }) => [name, phone, address])).toEqual([
      ['Ann Lee', '+61412345002', 'Figtree'],
      ['Bea Ng', '+61412345003', 'Unanderra'],
      ['Dan Fox', '+61412345004', 'Bulli'],
      ['J. Núñez', '+61412345001', 'Dapto'],
    ]);

    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the 2 rows that did not get in' }).click();
    const file = await downloading;
    expect(file.suggestedFilename()).toBe('customers.failures.csv');
    const lines = (await readFile(await file.path(), 'utf8')).split('\n');
    expect(lines[0]).toBe('\uFEFFimport_row;import_reason;Name;Phone 1;E-Mail;Stadt;Notes');
    expect(lines[1]).toBe('5;left_out: Left out by hand.;Cleo Quill;;;Thirroul;"no; contact"');
    expect(lines[2]).toMatch(/^8;.*e-mail address.*;Eve Moss;;eve at home;Corrimal;'=1\+1$/);

    await page.getByRole('button', { name: 'Take the import back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take the import back' }).click();
    await page.getByText('The import was taken back.').waitFor();
    await page.getByText('3 deleted again · 1 as they were before').waitFor();
    expect((await customersOf(business)).map(({ name, address }) => [name, address])).toEqual([
      ['Anne Li', null],
    ]);
  });

  it('that a reload cuts off goes on after what is done, and makes nobody twice', async () => {
    const business = await service.business();
    const page = await browser.signedIn(business, '/import');
    const rows = Array.from({ length: 1_200 }, (_, i) => `Ann ${i},0412${String(100_000 + i)}`);
    await choose(page, ['Name,Mobile', ...rows]);
    await page.getByRole('button', { name: 'Check what would happen' }).click();
    await page.getByRole('button', { name: 'Import 1,200 rows' }).waitFor();
    let groups = 0;
    // The second group reaches the service, its answer never reaches the page.
    await page.route(/import_id/, async (route) => {
      groups++;
      if (groups === 1) return await route.continue();
      if (groups === 2) await route.fetch();
    });
    await page.getByRole('button', { name: 'Import 1,200 rows' }).click();
    await page.getByText('500 of 1,200 rows').waitFor();
    await expect.poll(async () => (await business.send('GET', '/customers')).body.total).toBe(1000);
    await page.unroute(/import_id/);
    await page.reload();
    await heading(page, 'An import is not finished').waitFor();
    await page.getByText('500 rows are imported.').waitFor();
    await page.getByRole('button', { name: 'Go on importing' }).click();
    await page.getByText('All 1,200 rows are accounted for.').waitFor();
    expect((await figures(page)).New).toBe(1200);
    expect((await business.send('GET', '/customers')).body.total).toBe(1200);

    // The result is there after a reload as well, until it is thrown away.
    await page.reload();
    await page.getByRole('button', { name: 'Show the result' }).click();
    await page.getByText('All 1,200 rows are accounted for.').waitFor();
    await page.getByRole('button', { name: 'Import another file' }).click();
    await keeps(page, null);
    await page.reload();
    await page.getByLabel('Choose a CSV file').waitFor({ state: 'attached' });
    expect(await heading(page, 'The last import').count()).toBe(0);
  });

  it('waits for a service that is away, and can be stopped', async () => {
    const business = await service.business();
    const page = await browser.signedIn(business, '/import');
    await choose(page, ['Name,Mobile', 'Ann,0412 345 001']);
    await page.getByRole('button', { name: 'Check what would happen' }).click();
    await page.getByRole('button', { name: 'Import 1 row' }).waitFor();
    await page.route(/import_id/, (route) => route.abort());
    await page.getByRole('button', { name: 'Import 1 row' }).click();
    await page.getByText('It is asked again until it does').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped. What is imported stays').waitFor();
    await page.unroute(/import_id/);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('The one row is accounted for.').waitFor();
  });

  it('asks where the customers belong when there are several locations', async () => {
    const business = await service.business();
    await business.addLocation();
    const page = await browser.signedIn(business, '/import');
    await choose(page, ['Name,Mobile', 'Ann,0412 345 001']);
    await page.getByRole('button', { name: 'Check what would happen' }).click();
    expect(await page.evaluate('document.activeElement.getAttribute("aria-invalid")')).toBe('true');
    await page.getByRole('main').getByLabel('Location', { exact: true }).selectOption({ label: 'Another' });
    await page.getByRole('button', { name: 'Check what would happen' }).click();
    await page.getByRole('button', { name: 'Import 1 row' }).waitFor();
  });

  it('leads to the customers it touched, and is listed and taken back where imports begin', async () => {
    const business = await withAnn();
    await business.send('PUT', '/customers', { name: 'Zoe', phone: '0412 345 009' });
    const page = await browser.signedIn(business, '/import');
    await choose(page, ['Name,Mobile', 'Ann Lee,0412 345 002', 'Dan Fox,0412 345 004']);
    await page.getByRole('button', { name: 'Check what would happen' }).click();
    await page.getByRole('button', { name: 'Import 2 rows' }).click();
    await page.getByRole('link', { name: 'Show the 2 customers it touched' }).click();
    await page.getByRole('link', { name: 'Dan Fox' }).waitFor();
    await page.getByText('2 customers', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Zoe' }).count()).toBe(0);
    expect(new URL(page.url()).searchParams.get('import')).toMatch(/^[\da-f-]{36}$/);
    await page.getByRole('button', { name: /^Remove the filter: Import of / }).click();
    await page.getByRole('link', { name: 'Zoe' }).waitFor();

    await page.getByRole('link', { name: 'Import', exact: true }).click();
    await page.getByRole('button', { name: 'Import another file' }).click();
    const recent = page.getByRole('region', { name: 'Recent imports' });
    await recent.getByText('1 new · 1 changed').waitFor();
    await recent.getByRole('link', { name: /^Show customers/ }).click();
    await page.getByRole('link', { name: 'Dan Fox' }).waitFor();
    expect(await page.getByRole('link', { name: 'Zoe' }).count()).toBe(0);
    await page.goBack();
    await recent.getByRole('button', { name: /^Take back/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await page.getByText('2 taken back.').waitFor();
    await recent.getByText('1 new · 1 changed · 2 taken back').waitFor();
    expect(await recent.getByRole('button', { name: /^Take back/ }).count()).toBe(0);
    expect((await customersOf(business)).map(({ name }) => name)).toEqual(['Anne Li', 'Zoe']);

    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await recent.getByText('1 new · 1 changed · 2 taken back').waitFor();
  });

  it('that is not finished is not thrown away for another file unasked', async () => {
    const page = await browser.signedIn(await service.business(), '/import');
    await choose(page, ['Name,Mobile', 'Ann,0412 345 001']);
    await page.getByText('1 row in customers.csv.').waitFor();
    await keeps(page, 'customers.csv');
    await page.reload();
    await heading(page, 'An import is not finished').waitFor();
    await choose(page, ['Name,Mobile', 'Bea,0412 345 002', 'Cat,0412 345 003'], 'other.csv');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Your choice of columns for customers.csv').waitFor();
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Go on', exact: true }).click();
    await page.getByText('1 row in customers.csv.').waitFor();
    await page.reload();
    await choose(page, ['Name,Mobile', 'Bea,0412 345 002', 'Cat,0412 345 003'], 'other.csv');
    await dialog.getByRole('button', { name: 'Throw it away and take other.csv' }).click();
    await page.getByText('2 rows in other.csv.').waitFor();
    await keeps(page, 'other.csv');
    await page.reload();
    await page.getByText('other.csv: your choice of columns is still here.').waitFor();
  });

  it('takes lines of JSON, repaired where they stand, and gives back those that did not get in', async () => {
    const business = await service.business();
    const page = await browser.signedIn(business, '/import');
    const lines = [
      JSON.stringify({ name: 'José Núñez', phone: '0412 345 001', tags: ['vip'] }),
      '',
      '{"name": "Bea", "email": ',
      JSON.stringify({ name: 'Cat' }),
    ];
    await choose(page, lines, 'people.ndjson');
    await page.getByText('3 lines in people.ndjson.').waitFor();
    await page.getByText('Each line names its fields itself').waitFor();
    await page.getByRole('button', { name: 'Check what would happen' }).click();
    await page.getByRole('button', { name: 'Repair row 3' }).click();
    const form = page.getByRole('form', { name: 'Repair row 3' });
    await form.getByLabel('The line (JSON)').fill('{"name": "Bea Ng", "email": "bea@clientele.test"}');
    await form.getByRole('button', { name: 'Check again' }).click();
    await page.getByText('Row 3: new.').waitFor();
    await page.getByRole('button', { name: 'Import 2 rows' }).click();
    await page.getByText('All 3 rows are accounted for.').waitFor();
    const found = await customersOf(business);
    expect(found.map(({ name, tags }) => [name, tags])).toEqual([
      ['Bea Ng', []],
      ['José Núñez', ['vip']],
    ]);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the 1 row that did not get in' }).click();
    const file = await downloading;
    expect(file.suggestedFilename()).toBe('people.failures.ndjson');
    expect(JSON.parse(await readFile(await file.path(), 'utf8'))).toMatchObject({
      import_row: 4,
      import_reason: expect.stringContaining('contact_details_required'),
      name: 'Cat',
    });
  });

  it('gone on with a day later makes nobody twice who has no contact details: it stops and says so', async () => {
    const business = await service.business();
    const page = await browser.signedIn(business, '/import');
    await choose(page, ['Name,Mobile', 'Ann,', 'Bea,0412 345 002']);
    await page.getByLabel('Also take people without phone number and e-mail address').check();
    await page.getByRole('button', { name: 'Check what would happen' }).click();
    // Ann is made; the answer never reaches the page.
    await page.route(/customers\?import_id/, async (route) => void (await route.fetch()));
    await page.getByRole('button', { name: 'Import 2 rows' }).click();
    await expect.poll(async () => (await business.send('GET', '/customers')).body.total).toBe(2);
    await service.sql`update idempotency_keys set created_at = created_at - interval '25 hours'`;
    await page.addInitScript('const now = Date.now; Date.now = () => now() + 25 * 60 * 60 * 1000');
    await page.reload();
    await page.getByRole('button', { name: 'Go on importing' }).click();
    await page.getByText('One of the next rows has neither phone number nor e-mail address').waitFor();
    await page.getByRole('button', { name: 'Leave it at that' }).waitFor();
    expect((await customersOf(business)).map(({ name }) => name)).toEqual(['Ann', 'Bea']);
  });

  it('takes people without contact details where that is wanted, each once though its answer is lost', async () => {
    const business = await service.business();
    const page = await browser.signedIn(business, '/import');
    await choose(page, ['Name,Mobile,Tags', 'Ann,,vip', 'Bea,0412 345 002,', ',,nobody']);
    await page.getByLabel('Also take people without phone number and e-mail address').check();
    await page.getByRole('button', { name: 'Check what would happen' }).click();
    await page.getByRole('button', { name: 'Import 2 rows' }).waitFor();
    expect(await figures(page)).toMatchObject({ New: 2, Problem: 1 });
    expect((await business.send('GET', '/customers')).body.total).toBe(0);
    // The customer without contact details is made, its answer never reaches the page.
    let creates = 0;
    await page.route(/customers\?import_id/, async (route) => {
      if (++creates > 1) return await route.continue();
      await route.fetch();
      await route.abort();
    });
    await page.getByRole('button', { name: 'Import 2 rows' }).click();
    await page.getByText('All 3 rows are accounted for.').waitFor();
    expect(creates).toBeGreaterThan(1);
    expect((await customersOf(business)).map(({ name, tags }) => [name, tags])).toEqual([
      ['Ann', ['vip']],
      ['Bea', []],
    ]);
    await page.getByRole('button', { name: 'Take the import back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take the import back' }).click();
    await page.getByText('2 deleted again').waitFor();
  });

  it('of a file that is none is refused in words', async () => {
    const page = await browser.signedIn(await service.business(), '/import');
    await choose(page, ['Name,Mobile']);
    await page.getByText('customers.csv has no rows below its first one.').waitFor();
    await choose(page, ['Name,Mobile', 'Ann,0412 345 001']);
    await page.getByText('1 row in customers.csv.').waitFor();
  });

  it('is for keys that may write', async () => {
    const business = await service.business();
    const page = await browser.signedIn(await business.addKey({ scopes: ['customers:read'] }), '/import');
    await page.getByText('This key may not change customers.').waitFor();
    expect(await page.getByRole('link', { name: 'Import', exact: true }).count()).toBe(0);
  });

  it('is forgotten with signing out', async () => {
    const business = await service.business();
    const page = await browser.signedIn(business, '/import');
    await choose(page, ['Name,Mobile', 'Ann,0412 345 001']);
    await page.getByText('1 row in customers.csv.').waitFor();
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').fill(business.key);
    await page.keyboard.press('Enter');
    await page.getByLabel('Choose a CSV file').waitFor({ state: 'attached' });
    expect(await heading(page, 'An import is not finished').count()).toBe(0);
  });
});

describe('an export', () => {
  it('holds what the list shows', async () => {
    const business = await service.business();
    await business.send('POST', '/customers', { name: 'Ann Lee', tags: ['vip'] });
    await business.send('POST', '/customers', { name: 'Bea Ng' });
    const page = await browser.signedIn(business, '/?tag=vip');
    await page.getByRole('link', { name: 'Ann Lee' }).waitFor();
    for (const [choice, name] of [
      ['CSV', 'customers.csv'],
      ['JSON lines', 'customers.ndjson'],
    ]) {
      await page.getByRole('button', { name: 'Export' }).click();
      const downloading = page.waitForEvent('download');
      await page.getByRole('link', { name: choice! }).click();
      const file = await downloading;
      expect(file.suggestedFilename()).toBe(name);
      const text = await readFile(await file.path(), 'utf8');
      expect([text.includes('Ann Lee'), text.includes('Bea Ng')]).toEqual([true, false]);
    }
  });
});

const VISITS: Visit[] = [
  { theme: 'light', size: 'wide' },
  { theme: 'dark', size: 'wide' },
  { theme: 'dark', size: 'phone' },
];

describe.each(VISITS)('in the $theme theme on a $size screen', (visit) => {
  it('no step has a barrier, and each fits', { timeout: 90_000 }, async () => {
    const found: string[] = [];
    const look = async (page: Page, step: string) => {
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      if (overflow > 0) found.push(`${step}: ${overflow} pixels beyond the screen`);
      found.push(...(await barriers(page)).map((one) => `${step}: ${one}`));
    };
    const page = await browser.signedIn(await withAnn(), '/import', visit);
    await page.getByLabel('Choose a CSV file').waitFor({ state: 'attached' });
    await look(page, 'choose');
    await choose(page, FILE);
    await page.getByText('7 rows in customers.csv.').waitFor();
    await look(page, 'match');
    await page.getByRole('button', { name: 'Check what would happen' }).click();
    await page.getByText('Nothing was written yet.').waitFor();
    await look(page, 'check');
    await page.getByRole('button', { name: 'Repair row 4' }).click();
    await look(page, 'repair');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Import \d rows/ }).click();
    await page.getByText('All 7 rows are accounted for.').waitFor();
    await look(page, 'result');
    await page.getByRole('button', { name: 'Take the import back' }).click();
    await look(page, 'undo');
    await page.getByRole('dialog').getByRole('button', { name: 'Take the import back' }).click();
    await page.getByText('The import was taken back.').waitFor();
    await look(page, 'undone');
    await page.getByRole('button', { name: 'Import another file' }).click();
    await page.getByRole('region', { name: 'Recent imports' }).getByRole('listitem').waitFor();
    await look(page, 'recent imports');
    await choose(page, ['{"name": "Ann", "phone": "0412 345 001"}'], 'people.jsonl');
    await page.getByText('1 line in people.jsonl.').waitFor();
    await look(page, 'lines');
    await page.reload();
    await heading(page, 'An import is not finished').waitFor();
    await choose(page, ['Name,Mobile', 'Ann,0412 345 001'], 'other.csv');
    await look(page, 'discard');
    expect(found).toEqual([]);
  });
});
