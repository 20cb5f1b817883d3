/** The commands that look after businesses, locations and keys, on each of the databases they may meet. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/database/embedded.ts';
import { sender, useService } from '../harness.ts';
import { clientele, scratch } from './session.ts';

const service = useService();
const environment = () => ({ DATABASE_URL: service.databaseUrl });
const keyIn = (out: string) => /^API key: (clt_\S+)$/m.exec(out)?.[1] ?? '';
const idIn = (out: string) => /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(out)?.[0] ?? '';

/** A business made by the command line, and how to run commands about it. */
async function madeBusiness(name: string, ...args: string[]) {
  const made = await clientele(['businesses', 'create', name, ...args], environment());
  expect(made).toMatchObject({ code: 0, err: '' });
  const listed = await clientele(['businesses', 'list'], environment());
  const id = idIn(listed.out.split('\n').find((line) => line.includes(name))!);
  const about = (...command: string[]) => clientele([...command, '--business', id], environment());
  return { out: made.out, key: keyIn(made.out), id, about };
}

describe('businesses', () => {
  it('create prints a key that works and the location, and nothing else', async () => {
    const { out, key } = await madeBusiness('Acme Plumbing', '--location', 'Depot', '--country', 'nz');
    expect(out).toMatch(/^API key: clt_\S+\nLocation: [0-9a-f-]{36}$/);
    const { body } = await sender(service.url, key)('GET', '/locations');
    expect(body.items[0]).toMatchObject({ name: 'Depot', country: 'NZ' });
  });

  it('with several, the other commands ask which and say how to find it', async () => {
    await madeBusiness('One');
    await madeBusiness('Two');
    const ran = await clientele(['keys', 'list'], environment());
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/^clientele: .*--business ID.*"clientele businesses list"/);
    const unknown = await clientele(
      ['keys', 'list', '--business', '0190d3c1-7a4e-7cc3-98c4-dc0c0c07398f'],
      environment(),
    );
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('businesses list') });
  });
});

describe('locations', () => {
  it('create and list', async () => {
    const { about } = await madeBusiness('Locations Ltd');
    const made = await about('locations', 'create', 'Wollongong', '--timezone', 'Australia/Perth');
    expect(made.out).toMatch(/^Location: [0-9a-f-]{36}$/);
    const { out } = await about('locations', 'list');
    expect(out).toMatch(new RegExp(`^${idIn(made.out)}  Wollongong  AU +Australia/Perth$`, 'm'));
    const wrong = await about('locations', 'create', 'Mars', '--timezone', 'Mars/Olympus');
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('IANA') });
  });
});

describe('duplicates', () => {
  it('scan compares everybody and prints how many pairs there are', async () => {
    const { about, key } = await madeBusiness('Doubles Ltd');
    const send = sender(service.url, key);
    for (const name of ['Mikayla Malloney', 'Mikaela Maloney', 'Otto Zander'])
      await send('POST', '/customers', { name, address: '12 Jacaranda Avenue, Figtree NSW 2525' });
    const first = await about('duplicates', 'scan');
    expect(first).toMatchObject({ code: 0, out: 'Compared: 3\nPossible duplicates: 1' });
    expect((await about('duplicates', 'scan')).out).toBe('Compared: 0\nPossible duplicates: 1');
  });
});

describe('keys', () => {
  it('create with scopes, location and end', async () => {
    const { out, about } = await madeBusiness('Keys Ltd');
    const location = /Location: (\S+)/.exec(out)![1]!;
    const made = await about(
      'keys',
      'create',
      'Form',
      '--scopes',
      'customers:read',
      '--location',
      location,
      '--expires',
      '2099-01-31',
    );
    const send = sender(service.url, keyIn(made.out));
    expect((await send('GET', '/customers')).status).toBe(200);
    expect((await send('POST', '/customers', { name: 'Ann' })).status).toBe(403);
    const { out: listed } = await about('keys', 'list');
    const columns = 'ID +NAME +SCOPES +LOCATION +CREATED +EXPIRES +REVOKED +LAST USED';
    expect(listed).toMatch(new RegExp(`^${columns}$`, 'm'));
    expect(listed).toMatch(
      new RegExp(`Form +customers:read +${location} +\\S+Z +2099-01-31T00:00:00Z +- +-$`, 'm'),
    );
    expect(listed).not.toContain('clt_');
  });

  it('rotate and revoke', async () => {
    const { key, about } = await madeBusiness('Rotation Ltd');
    const id = idIn((await about('keys', 'list')).out);
    const rotated = await about('keys', 'rotate', id, '--overlap', '2h');
    expect(rotated.err).toMatch(/keeps working until .*Z\.$/);
    const fresh = keyIn(rotated.out);
    for (const one of [key, fresh])
      expect((await sender(service.url, one)('GET', '/customers')).status).toBe(200);
    expect(await about('keys', 'revoke', id)).toMatchObject({ code: 0, out: `Revoked: ${id} (First key)` });
    await expect
      .poll(async () => (await sender(service.url, key)('GET', '/customers')).status, { timeout: 3_000 })
      .toBe(401);
    expect((await sender(service.url, fresh)('GET', '/customers')).status).toBe(200);
    expect(await about('keys', 'rotate', id)).toMatchObject({
      code: 1,
      err: 'clientele: API key not found.',
    });
  });

  it('uses shows by day and operation what came with a key, refused or not', async () => {
    const { about, key } = await madeBusiness('Uses Ltd');
    const id = idIn((await about('keys', 'list')).out);
    expect((await about('keys', 'uses', id)).out).toMatch(/^DAY \(UTC\) +OPERATION +REQUESTS/);
    const send = sender(service.url, key);
    await send('GET', '/customers');
    await send('GET', '/customers?page=none');
    await new Promise((done) => setTimeout(done, 50));
    await service.uses.flush(service.sql);
    const { out } = await about('keys', 'uses', id);
    expect(out).toMatch(/^\d{4}-\d\d-\d\d +listCustomers +2 +1 +0 +0 +0 +\S+Z$/m);
    expect((await about('keys', 'uses', '0190d3c1-7a4e-7cc3-98c4-dc0c0c07398f')).code).toBe(1);
  });
});

describe('a command that is called wrongly', () => {
  const CALLS: [string[], RegExp][] = [
    [[], /Usage: clientele/],
    [['nonsense'], /unknown command/],
    [['keys', 'create'], /missing required argument/],
    [['keys', 'create', ' '], /1 to 200 characters/],
    [['keys', 'create', 'x', '--scopes', 'everything'], /customers:read/],
    [['keys', 'create', 'x', '--expires', '2001-01-01'], /in the past/],
    [['keys', 'create', 'x', '--expires', 'soon'], /2030-01-31/],
    [['keys', 'revoke', 'not-an-id'], /An id looks like/],
    [['keys', 'rotate', '0190d3c1-7a4e-7cc3-98c4-dc0c0c07398f', '--overlap', '31d'], /up to 30d/],
    [['businesses', 'create', 'x', '--country', 'Oz'], /ISO 3166/],
    [['import', 'x.csv'], /CLIENTELE_KEY/],
    [['import', 'x.csv', '--url', 'here'], /A URL looks like/],
  ];
  for (const [args, message] of CALLS) {
    it(`clientele ${args.join(' ')}`, async () => {
      const ran = await clientele(args, environment());
      expect(ran).toMatchObject({ code: 2, out: '' });
      expect(ran.err).toMatch(message);
    });
  }

  it('a setting that is wrong is one sentence', async () => {
    const ran = await clientele(['keys', 'list'], { PORT: 'high' });
    expect(ran).toEqual({
      code: 1,
      out: '',
      err: 'clientele: PORT must be a whole number from 0 to 65535, not "high".',
    });
  });

  it('a database that is not there is one sentence', async () => {
    const ran = await clientele(['keys', 'list'], { DATABASE_URL: 'postgres://a:b@127.0.0.1:9/c' });
    expect(ran).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^clientele: The database cannot be reached .*DATABASE_URL\.$/),
    });
  });
});

describe('help and version', () => {
  it('go to standard output with exit code 0', async () => {
    expect(await clientele(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(await clientele(['import', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('creates it again'),
    });
  });
});

describe('the embedded database', () => {
  it('is made, used while no service runs, and used beside one', { timeout: 60_000 }, async () => {
    const dataDir = join(await scratch(), 'data');
    const data = { CLIENTELE_DATA: dataDir };
    const missing = await clientele(['keys', 'list'], data);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('CLIENTELE_DATA') });

    expect((await clientele(['migrate'], data)).out).toMatch(/^Applied 0001/);
    expect(await clientele(['keys', 'list'], data)).toMatchObject({
      code: 1,
      err: expect.stringContaining('businesses create'),
    });
    expect((await clientele(['businesses', 'create', 'Alone'], data)).out).toMatch(/^API key: clt_/);

    const running = await startEmbedded(dataDir, 'the service of this test');
    try {
      expect((await clientele(['migrate'], data)).out).toBe('The schema is up to date.');
      expect((await clientele(['keys', 'create', 'Beside it'], data)).out).toMatch(/^API key: clt_/);
    } finally {
      await running.stop();
    }
    expect((await clientele(['keys', 'list'], data)).out).toContain('Beside it');
  });
});
