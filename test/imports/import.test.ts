/** Files through the whole way: read, mapped, sent over HTTP to the real service, accounted for. */
import { existsSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientele, csvFile, figures, textOf } from '../cli/session.ts';
import { type TestBusiness, useService } from '../harness.ts';

const service = useService();

async function importFile(business: TestBusiness, path: string, ...args: string[]) {
  const ran = await clientele(['import', path, '--url', service.url, ...args], {
    CLIENTELE_KEY: business.key,
  });
  return { ...ran, figures: figures(ran.out), failures: () => textOf(path.replace('.csv', '.failures.csv')) };
}

const customers = async ({ send }: TestBusiness) => (await send('GET', '/customers?sort=created_at')).body;
const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i + 1)).join('\n');

describe('an import', () => {
  it('accounts for every row, and again: the second time nothing changes', async () => {
    const business = await service.business();
    const rows = lines(1234, (n) => `Person ${n},0412 ${String(100_000 + n)},p${n}@example.com.au,note ${n}`);
    const path = await csvFile(`Name,Mobile,E-mail,Notes\n${rows}\n`);
    const first = await importFile(business, path);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('1234 rows');
    expect(first.out).toMatch(/Notes +→ custom_fields/);
    expect(first.figures).toMatchObject({ 'rows read': 1234, created: 1234, failed: 0 });
    const second = await importFile(business, path);
    expect(second.figures).toMatchObject({ 'rows read': 1234, unchanged: 1234, created: 0, updated: 0 });
    expect((await customers(business)).total).toBe(1234);
  });

  it('writes nothing in a dry run', async () => {
    const business = await service.business();
    const path = await csvFile('Name,Email\nAnn,ann@example.com.au\n,none\n');
    const ran = await importFile(business, path, '--dry-run');
    expect(ran.code).toBe(3);
    expect(ran.figures).toMatchObject({ created: 1, failed: 1 });
    expect((await customers(business)).total).toBe(0);
  });

  it('makes two people of two whose numbers a spreadsheet has shortened alike: neither gets in', async () => {
    const business = await service.business();
    const path = await csvFile('Name,Mobile\nAnn,6.14123E+10\nBea,6.14123E+10\nCleo,6.1412345678E+10\n');
    const ran = await importFile(business, path);
    expect(ran.figures).toMatchObject({ created: 1, failed: 2 });
    expect((await customers(business)).items[0]).toMatchObject({ name: 'Cleo', phone: '+61412345678' });
    expect(await ran.failures()).toContain('its last digits are gone');
  });

  it('keeps every cell: what no field takes is a custom field', async () => {
    const business = await service.business();
    const path = await csvFile(
      '\uFEFFGiven name;Surname;Town;Country;Phone 1;Phone 2;Mail;Tags;Status;Joined\r\n' +
        'José;Lee;Dapto;Australia;0412 345 678;02 9374 4000;jose@example.com.au;"vip|north";lead;2024-12-15\r\n',
    );
    await importFile(business, path, '--source', 'Old system', '--tag', 'imported');
    const { items } = await customers(business);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      name: 'José Lee',
      address: 'Dapto, Australia',
      phone: '+61412345678',
      email: 'jose@example.com.au',
      tags: ['vip', 'north', 'imported'],
      status: 'lead',
      source: 'Old system',
      custom_fields: { Joined: '2024-12-15' },
    });
    expect(items[0]!.contacts.map(({ value }) => value).sort()).toEqual([
      '+61293744000',
      '+61412345678',
      'jose@example.com.au',
    ]);
  });

  it('writes rows that fail beside the file: number, reason, the row as it was, nothing a spreadsheet runs', async () => {
    const business = await service.business();
    const path = await csvFile(
      [
        'Name,Phone,Email,Notes',
        'Good,0412 000 001,,fine',
        'Nobody,,n/a,"=HYPERLINK(""http://evil.test"")"',
        'Ragged,0412 000 002',
        'Wrong,+61412000003,bob at home,@SUM(A1)',
        `${'x'.repeat(201)},0412 000 004,,too long`,
        'Also good,0412 000 005,,"two\nlines"',
      ].join('\r\n'),
    );
    const ran = await importFile(business, path);
    expect(ran.code).toBe(3);
    expect(ran.figures).toMatchObject({ 'rows read': 6, created: 2, failed: 4 });
    const failures = await ran.failures();
    expect(failures.split('\n')[0]).toBe('\uFEFFimport_row,import_reason,Name,Phone,Email,Notes');
    expect(failures).toMatch(
      /^3,contact_details_required: .*,Nobody,,n\/a,"'=HYPERLINK\(""http:\/\/evil\.test""\)"$/m,
    );
    expect(failures).toMatch(/^4,"The row has 2 cells, the header 4\.",Ragged,0412 000 002$/m);
    expect(failures).toMatch(/^5,.*validation_failed: .*,Wrong,\+61412000003,bob at home,'@SUM\(A1\)$/m);
    expect(failures).toMatch(/^6,.*name.*,x{201},0412 000 004,,too long$/m);
  });

  it('takes its own file of failures once it is mended', async () => {
    const business = await service.business();
    const path = await csvFile('Name,Email,Notes\nAnn,ann at home,=1+1\n', 'people.csv');
    await importFile(business, path);
    const mended = (await textOf(path.replace('.csv', '.failures.csv'))).replace(
      'ann at home',
      'ann@home.com.au',
    );
    const again = await importFile(business, await csvFile(mended, 'people.failures.csv'));
    expect(again.figures).toMatchObject({ created: 1, failed: 0 });
    const [ann] = (await customers(business)).items;
    expect(ann).toMatchObject({ name: 'Ann', custom_fields: { Notes: '=1+1' } });
    expect(Object.keys(ann!.custom_fields)).toEqual(['Notes']);
  });

  it('creates rows without contact details when told to, if they say who they are', async () => {
    const business = await service.business();
    const path = await csvFile(
      'Name,Company,Phone,Tags\nAnn,,,vip\n,Acme,n/a,\n,,,vip\nBob,,0412 000 001,\n',
    );
    const strict = await importFile(business, path);
    expect(strict.figures).toMatchObject({ created: 1, failed: 3 });
    const ran = await importFile(business, path, '--allow-no-contact');
    expect(ran.code).toBe(3);
    expect(ran.figures).toMatchObject({ 'rows read': 4, created: 2, unchanged: 1, failed: 1 });
    expect(
      (await customers(business)).items.map(({ name, company_name, tags }) => [name, company_name, tags]),
    ).toEqual([
      ['Bob', null, []],
      ['Ann', null, ['vip']],
      [null, 'Acme', []],
    ]);
  });

  it('keeps numbers it does not recognise, with a warning', async () => {
    const business = await service.business();
    const path = await csvFile('Name,Phone\nAnn,12-34x9999999999999999\nBea,0412 000 001\n');
    const ran = await importFile(business, path);
    expect(ran.figures).toMatchObject({ created: 2, 'warning phone_unrecognised': 1 });
    expect((await customers(business)).items[0]!.phone).toBe('12-34x9999999999999999');
  });

  it('is unharmed by hostile cells and headings', async () => {
    const business = await service.business();
    const path = await csvFile(
      [
        'Name,Email,__proto__,constructor,\u001b[31mred\u001b[0m',
        `"'; drop table customers; --",a@example.com.au,,y,z`,
        'nul\u0000byte,b@example.com.au,,,',
        `${'深'.repeat(200)},c@example.com.au,,,${'y'.repeat(20_000)}`,
        'Proto,e@example.com.au,polluted,,',
        '<script>alert(1)</script>,d@example.com.au,,,=1',
      ].join('\n'),
    );
    const ran = await importFile(business, path);
    expect(ran.figures).toMatchObject({ 'rows read': 5, created: 2, failed: 3 });
    expect(ran.out).not.toContain('\u001b');
    expect((await customers(business)).items.map(({ name }) => name)).toEqual([
      "'; drop table customers; --",
      '<script>alert(1)</script>',
    ]);
  });

  it('tells of rows that name two customers', async () => {
    const business = await service.business();
    const path = await csvFile(
      'Name,Phone,Email\nAnn,0412 000 001,\nBea,,bea@example.com.au\nCy,0412 000 001,bea@example.com.au\n',
    );
    const ran = await importFile(business, path);
    expect(ran.figures).toMatchObject({ created: 2, updated: 1 });
    expect(ran.out).toContain('belong to two customers (possible duplicates): 1');
  });

  it('goes to the location named; without one, a key of several is told to name it', async () => {
    const business = await service.business();
    const second = await business.addLocation();
    const path = await csvFile('Name,Email\nAnn,ann@example.com.au\n');
    const unnamed = await importFile(business, path);
    expect(unnamed).toMatchObject({ code: 1, err: expect.stringMatching(/stopped at row 2\..*--location/) });
    await importFile(business, path, '--location', second);
    expect((await customers(business)).items[0]!.location_id).toBe(second);
  });

  it('stops at a key that is refused', async () => {
    const business = await service.business();
    const path = await csvFile('Name,Email\nAnn,ann@example.com.au\n');
    const ran = await importFile(business, path, '--key', 'clt_wrong');
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('refuses the import (401)') });
    expect(ran.err).not.toMatch(/\n\s+at /);
  });
});

describe('an import of people without contact details that is cut off', () => {
  const DAY_MS = 24 * 60 * 60 * 1000;
  const total = async (business: TestBusiness) => (await customers(business)).total;

  /** Imports so many people; the service breaks off at one of them. Answers how to go on. */
  async function cutOff(business: TestBusiness, count: number, at: number) {
    const path = await csvFile(`Name,Email\n${lines(count, (n) => (n === at ? 'Stop,' : `Person ${n},`))}\n`);
    const run = () => importFile(business, path, '--allow-no-contact');
    await service.sql.unsafe(`
      create function stop() returns trigger language plpgsql as $$ begin raise exception 'stop'; end $$;
      create trigger stop before insert on customers for each row when (new.name = 'Stop') execute function stop()`);
    expect(await run()).toMatchObject({ code: 1, err: expect.stringContaining('stopped at row') });
    await service.sql.unsafe('drop trigger stop on customers; drop function stop');
    return { run, note: `${path}.import.json` };
  }

  it.each([
    ['at its beginning', 20, 10],
    ['later', 60, 40],
  ])('%s, makes nobody twice when it goes on', async (_when, count, at) => {
    const business = await service.business();
    const { run } = await cutOff(business, count, at);
    expect((await run()).figures).toMatchObject({ 'rows read': count, created: count });
    expect(await total(business)).toBe(count);
  });

  it.each([
    ['at its beginning', 10, 2],
    ['later', 40, 27],
  ])(
    '%s, does not go on a day later where somebody may have been made already',
    async (_when, at, inDoubt) => {
      const business = await service.business();
      const { run, note } = await cutOff(business, 60, at);
      const yesterday = new Date(Date.now() - DAY_MS - 1_000);
      await utimes(note, yesterday, yesterday);
      await service.sql`delete from idempotency_keys where business_id = ${business.id}`;
      for (const _time of ['once', 'again'])
        expect(await run()).toMatchObject({
          code: 1,
          err: expect.stringMatching(new RegExp(`stopped at row ${inDoubt}\\. .*24 hours.*import_id=`)),
        });
      const names = (await service.sql`select name from customers where business_id = ${business.id}`).map(
        (row) => row.name,
      );
      expect(new Set(names).size).toBe(names.length);
    },
  );
});

const tenThousand = join(import.meta.dirname, '../../../shared/data/customers-10000.csv');
if (existsSync(tenThousand)) {
  describe('ten thousand customers', () => {
    it('are all accounted for, twice', { timeout: 120_000 }, async () => {
      const business = await service.business();
      const path = await csvFile(await textOf(tenThousand));
      const first = await importFile(business, path);
      expect(first.figures).toMatchObject({ 'rows read': 10_000, created: 10_000, failed: 0 });
      const second = await importFile(business, path);
      expect(second.figures).toMatchObject({ 'rows read': 10_000, unchanged: 10_000, failed: 0 });
    });
  });
} else {
  console.log('Skipped: ../shared/data/customers-10000.csv is not here, so its import is not tested.');
}

describe('clientele undo', () => {
  const undo = (business: TestBusiness, id: string) =>
    clientele(['undo', id, '--url', service.url], { CLIENTELE_KEY: business.key });

  it('takes back what an import wrote, by the id printed at its end', async () => {
    const business = await service.business();
    await business.send('PUT', '/customers', { name: 'Ann', email: 'p1@example.com.au', tags: ['known'] });
    const [before] = (await customers(business)).items;
    const path = await csvFile(
      `Name,Email\n${lines(700, (n) => `Person ${n},p${n}@example.com.au`)}\nNobody,\n`,
    );
    const ran = await importFile(business, path, '--allow-no-contact', '--tag', 'imported');
    const id = /clientele undo ([0-9a-f-]{36})$/m.exec(ran.out)![1]!;
    expect((await customers(business)).total).toBe(701);
    const undone = await undo(business, id);
    expect(undone.code).toBe(0);
    expect(figures(undone.out)).toEqual({ 'put back': 1, deleted: 700, left: 0 });
    const { items } = await customers(business);
    expect(items).toMatchObject([{ id: before!.id, name: 'Ann', tags: ['known'] }]);
    expect(figures((await undo(business, id)).out)).toMatchObject({ deleted: 0, 'undone before': 701 });
  });

  it('names what was edited since, and says when there is no such import', async () => {
    const business = await service.business();
    const ran = await importFile(business, await csvFile('Name,Email\nAnn,ann@example.com.au\n'));
    const customer = (await customers(business)).items[0]!.id;
    await business.send('PATCH', `/customers/${customer}`, { name: 'Ann Lee' });
    const undone = await undo(business, /clientele undo (\S+)$/m.exec(ran.out)![1]!);
    expect(undone.out).toContain(`left as it is: ${customer}, which was edited since`);
    const unknown = await undo(business, '0190d3c1-7a4e-7cc3-98c4-dc0c0c07398f');
    expect(unknown).toMatchObject({ code: 1, err: 'clientele: Import not found.' });
  });
});
