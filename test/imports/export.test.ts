/** What goes out comes back: exported files import again without a change, and into an empty business as they were. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { walk } from '../../src/customers/list.ts';
import { clientele, csvFile, figures, scratch, textOf } from '../cli/session.ts';
import { type TestBusiness, useService } from '../harness.ts';

const service = useService();
const root = join(import.meta.dirname, '../..');

const asKey = ({ key }: { key: string }) => ({ CLIENTELE_KEY: key, CLIENTELE_URL: service.url });

async function exported(business: { key: string }, name: string, ...args: string[]): Promise<string> {
  const path = join(await scratch(), name);
  const ran = await clientele(['export', path, ...args], asKey(business));
  expect(ran).toMatchObject({ code: 0, err: '' });
  return path;
}

const imported = async (business: { key: string }, path: string, ...args: string[]) => {
  const ran = await clientele(['import', path, ...args], asKey(business));
  return { ...ran, figures: figures(ran.out) };
};

/** People whom a file could spoil. */
const PEOPLE: object[] = [
  { name: 'Ann Lee', email: 'ann@example.com', phone: '0412 345 678', tags: ['vip', 'north; east', '[x]'] },
  { name: '=cmd()', company_name: '+1+cmd|calc', email: 'formula@example.com', address: '-5 Low St' },
  {
    name: '@SUM(A1)',
    phone: '+61 2 9374 4000',
    source: '=source',
    custom_fields: { '=a': '=b', n: { deep: [1, null] } },
  },
  { name: "'quoted", phone: '0412 345 679', address: 'Line one\nLine two, "Dapto"' },
  { name: 'José Ñandú 龍', email: 'bücher@bücher.example', source_metadata: { utm: 'spring; "autumn"' } },
  { company_name: 'Shared Pty Ltd', phone: '1300 975 707', name: 'Reception' },
  { name: 'With Extension', phone: '02 9374 4009 ext. 7' },
  { name: 'Odd Number', phone: '12345678901234', status: 'lead' },
  {
    name: 'Many Ways',
    contacts: [
      { type: 'phone', value: '02 9374 4001', label: 'office' },
      { type: 'phone', value: '02 9374 4002 ext. 12' },
      { type: 'email', value: 'second@example.com', label: 'home' },
      { type: 'email', value: 'first@example.com', is_primary: true },
      { type: 'phone', value: '0412 345 680', matchable: false, label: 'neighbour' },
    ],
  },
];

async function withPeople(): Promise<TestBusiness> {
  const business = await service.business();
  const { body } = await business.send('PUT', '/customers/batch', { customers: PEOPLE });
  expect(body.created).toBe(PEOPLE.length);
  return business;
}

/** The records without what a new place gives them anew. */
async function records(business: TestBusiness) {
  const { items } = (await business.send('GET', '/customers?sort=name&page_size=100')).body;
  return items.map(
    ({ id: _id, location_id: _l, created_at: _c, updated_at: _u, version: _v, contacts, ...rest }) => ({
      ...rest,
      tags: rest.tags.toSorted(),
      contacts: contacts
        .map(({ id: _contact, raw: _raw, ...contact }) => contact)
        .toSorted((a, b) => (a.value < b.value ? -1 : 1)),
    }),
  );
}

describe.each(['customers.csv', 'customers.ndjson'])('an export as %s', (name) => {
  it('imports again without a change', async () => {
    const business = await withPeople();
    const again = await imported(business, await exported(business, name));
    expect(again.figures).toMatchObject({ 'rows read': PEOPLE.length, unchanged: PEOPLE.length, failed: 0 });
  });

  it('makes the same customers in an empty business', async () => {
    const business = await withPeople();
    const other = await service.business();
    const path = await exported(business, name);
    // The location is the other's own.
    const ran = await imported(other, path, '--location', other.locationId);
    expect(ran.figures).toMatchObject({ created: PEOPLE.length, failed: 0 });
    expect(await records(other)).toEqual(await records(business));
  });

  it('holds everybody of more than one page once, those of the filters alone, and of its location alone', async () => {
    const business = await service.business();
    const second = await business.addLocation();
    const people = Array.from({ length: 1234 }, (_, n) => ({
      name: `Person ${n}`,
      email: `p${n}@example.com`,
      tags: n % 3 === 0 ? ['vip'] : [],
      location_id: n % 2 ? second : business.locationId,
    }));
    for (let at = 0; at < people.length; at += 1000)
      await business.send('PUT', '/customers/batch', { customers: people.slice(at, at + 1000) });
    const emails = async (path: string) =>
      [...(await textOf(path)).matchAll(/p\d+@example\.com/g)].map(String);
    const count = async (who: { key: string }, ...args: string[]) =>
      new Set(await emails(await exported(who, name, ...args))).size;
    expect(await count(business)).toBe(1234);
    expect(await count(business, '--tag', 'vip')).toBe(412);
    expect(await count(business, '--q', 'person 12')).toBe(45);
    expect(await count(business, '--location', second)).toBe(617);
    const till = await business.addKey({ location_id: second, scopes: ['customers:read'] });
    expect(await count(till)).toBe(617);
    expect(await count(await service.business())).toBe(0);
  });
});

it('of somebody who is erased meanwhile nothing stands in the file; who is deleted meanwhile still does', async () => {
  const business = await service.business();
  const customers = Array.from({ length: 600 }, (_, n) => ({ email: `e${n}@clientele.test` }));
  const { body } = await business.send('PUT', '/customers/batch', { customers });
  const ids = body.items.map(({ customer }) => customer.id);
  const context = { businessId: business.id, locationId: null, country: 'AU', cursorSecret: '', now: '' };
  const pages = walk((reading) => reading(service.sql), context, {});
  const first = (await pages.next()).value as string[];
  await business.send('POST', `/customers/${ids[550]}/erase`);
  await business.send('DELETE', `/customers/${ids[551]}`);
  const second = (await pages.next()).value as string[];
  const shown = [...first, ...second].map((document) => JSON.parse(document).id);
  expect(shown).toEqual(ids.toSpliced(550, 1));
});

describe('an exported CSV', () => {
  it('runs in no spreadsheet, and keeps its phone numbers', async () => {
    const path = await exported(await withPeople(), 'customers.csv');
    const text = await textOf(path);
    expect(text).toContain('+61412345678');
    const cells = text.split(/[\r\n,]/).map((cell) => cell.replace(/^"/, ''));
    expect(cells.filter((cell) => /^[=+\-@\t]/.test(cell) && !/^\+\d[\d ]*$/.test(cell))).toEqual([]);
  });

  it('is named for what it is, and refused to a key without the scope', async () => {
    const business = await withPeople();
    const { headers, text } = await business.send('GET', '/customers/export');
    expect(headers.get('content-type')).toContain('text/csv');
    expect(headers.get('content-disposition')).toBe('attachment; filename="customers.csv"');
    expect(text.split('\n')[0]).toContain('customer_id,location_id,name');
    const key = await business.addKey({ scopes: ['customers:write'] });
    expect((await key.send('GET', '/customers/export')).status).toBe(403);
    const ran = await clientele(['export', 'customers.xlsx'], asKey(business));
    expect(ran.code).toBe(2);
  });
});

describe('a file of JSON lines', () => {
  it('takes bodies of upserts, names what is wrong with others, and gives those back to be mended', async () => {
    const business = await service.business();
    const lines = [
      '{"name":"Ann","email":"ann@example.com","tags":["vip"]}',
      '',
      '{"name":"Bob","email":"bob@example.com","nickname":"B"}',
      'not json',
      '[1]',
      `{"name":"${'x'.repeat(1_200_000)}"}`,
      '{"name":"Cy","phone":"0412 345 678"}',
    ];
    const path = await csvFile(`\uFEFF${lines.join('\r\n')}`, 'people.jsonl');
    const ran = await imported(business, path, '--tag', 'batch');
    expect(ran.code).toBe(3);
    expect(ran.figures).toMatchObject({ 'rows read': 6, created: 2, failed: 4 });
    const failures = path.replace('.jsonl', '.failures.jsonl');
    const failed = (await textOf(failures))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(failed.map(({ import_row }) => import_row)).toEqual([3, 4, 5, 6]);
    expect(failed[0]).toMatchObject({ name: 'Bob', import_reason: expect.stringContaining('nickname') });
    expect(failed[1]).toMatchObject({ import_line: 'not json' });
    await writeFile(failures, (await textOf(failures)).replace('"nickname":"B"', '"company_name":"B"'));
    expect((await imported(business, failures)).figures).toMatchObject({ created: 1, failed: 3 });
  });
});

describe('a line that looks like an exported record', () => {
  it.each([
    '{"id":"a","version":1,"contacts":null}',
    '{"id":"a","version":1,"contacts":[null]}',
    '{"id":"a","version":1,"contacts":{"0":1}}',
    '{"email":"bo@example.com","added_tags":7}',
    '{"email":"bo@example.com","added_tags":"vip"}',
    '{"email":"bo@example.com","email":"bob@example.com"}',
    `{"email":"bo@example.com","added_tags":${'['.repeat(70)}${']'.repeat(70)}}`,
    `{"email":"bo@example.com","added_tags":${'['.repeat(63)}${']'.repeat(63)}}`,
    `{"email":"bo@example.com","added_tags":${'['.repeat(100_000)}`,
  ])('%s fails alone, with a reason, and the import goes on', async (line) => {
    const business = await service.business();
    const path = await csvFile(`${line}\n{"name":"Ann","email":"ann@example.com"}\n`, 'odd.ndjson');
    const ran = await imported(business, path, '--tag', 'batch');
    expect(ran.figures).toMatchObject({ 'rows read': 2, created: 1, failed: 1 });
    expect(await textOf(path.replace('.ndjson', '.failures.ndjson'))).toContain('import_reason');
  });
});

describe('an import that is killed', () => {
  it('goes on where it was, under the same id: nobody is made twice, also of those whom nothing identifies', async () => {
    const business = await service.business();
    const rows = Array.from({ length: 6000 }, (_, n) =>
      n % 50 === 7 ? `Nameless ${n},` : n % 50 === 9 ? ',' + 'bad' : `Person ${n},p${n}@example.com`,
    );
    const path = await csvFile(`name,email\n${rows.join('\n')}\n`);
    const args = ['import', path, '--allow-no-contact'];
    const START = `import { run } from './src/cli/main.ts'; process.exitCode = await run(process.argv.slice(1));`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', START, '--', ...args],
      {
        cwd: root,
        env: { ...process.env, ...asKey(business) },
        stdio: 'ignore',
      },
    );
    const note = `${path}.import.json`;
    const isUnderWay = async () => existsSync(note) && JSON.parse(await readFile(note, 'utf8')).row > 0;
    for (let tries = 0; !(await isUnderWay()) && tries < 3_000; tries++) await sleep(10);
    await sleep(30);
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
    const { row, import_id } = JSON.parse(await readFile(note, 'utf8'));
    expect(row).toBeGreaterThan(0);
    expect(row, 'it was cut off').toBeLessThan(6001);

    const ran = await clientele(args, asKey(business));
    expect(ran.err).toContain(`goes on after row ${row}`);
    expect(ran.out).toContain(`clientele undo ${import_id}`);
    expect(figures(ran.out)['rows read']).toBe(6000);
    expect(existsSync(note)).toBe(false);
    const { total } = (await business.send('GET', '/customers')).body;
    const failed = rows.filter((cells) => cells === ',bad').length;
    expect(total).toBe(6000 - failed);
    const failures = (await textOf(path.replace('.csv', '.failures.csv'))).trim().split('\n');
    expect(failures.length - 1).toBe(failed);
    // Once more: it is another import now.
    const again = await clientele(['import', path], asKey(business));
    expect(again.err).not.toContain('goes on');
    expect(figures(again.out)).toMatchObject({ created: 0, updated: 0 });
  });

  it('begins anew when the file or what is asked of it has changed', async () => {
    const business = await service.business();
    const path = await csvFile('name,email\nAnn,ann@example.com\n');
    await writeFile(`${path}.import.json`, JSON.stringify({ of: 'another', row: 2 }));
    const ran = await clientele(['import', path], asKey(business));
    expect(figures(ran.out)).toMatchObject({ created: 1 });
  });
});
