/** Signing in at the console: a session is its API key, no more and no longer, and no other site can use it. */
import { Writable } from 'node:stream';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { openService } from '../../src/customers/service.ts';
import { connect } from '../../src/database/connect.ts';
import { keepHouse } from '../../src/housekeeping.ts';
import { createServer } from '../../src/http/server.ts';
import { SCOPES } from '../../src/tenancy/authentication.ts';
import { makeSessionToken } from '../../src/tenancy/key.ts';
import {
  type Answer,
  type Send,
  sender,
  type TestBusiness,
  useSecondServer,
  useService,
} from '../harness.ts';

const service = useService();
const second = useSecondServer(service);
const CONSOLE = { 'x-clientele-console': '1' };

interface Session {
  business: { id: string; name: string };
  key: { id: string; name: string; scopes: string[]; location_id: string | null };
  locations: { id: string }[];
  expires_at: string;
}
const sessionOf = ({ body }: Answer) => body as unknown as Session;

const signIn = async (key: string, headers: Record<string, string> = {}): Promise<Answer> =>
  await service.send('POST', '/session', { key }, { headers });
const tokenOf = (answer: Answer): string =>
  /^clientele_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')![1]!;

/** Sends as a browser does that holds this cookie and runs the console. */
const browser = (token: string, url = service.url): Send => {
  const send = sender(url, null);
  const cookie = { cookie: `theme=dark; clientele_session=${token}`, ...CONSOLE };
  return (method, path, body, options) =>
    send(method, path, body, { ...options, headers: { ...cookie, ...options?.headers } });
};
const signedIn = async ({ key }: Pick<TestBusiness, 'key'>) => browser(tokenOf(await signIn(key)));

describe('signing in', () => {
  it('answers who it is and sets a cookie that no script can read and no other site can send', async () => {
    const business = await service.business();
    const answer = await signIn(business.key);
    expect([answer.status, answer.message]).toEqual([200, 'Signed in!']);
    expect(sessionOf(answer)).toMatchObject({
      business: { id: business.id, name: 'Test business' },
      key: { name: 'First key', location_id: null, scopes: [...SCOPES] },
      locations: [{ id: business.locationId, timezone: 'Australia/Sydney' }],
    });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^clientele_session=cls_\w+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.text).not.toContain(tokenOf(answer));
    expect(answer.text).not.toContain(business.key);
    const hours = (Date.parse(sessionOf(answer).expires_at) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThan(12.1);
  });

  it('where the page came by https the cookie is Secure, and one that a neighbour of the host has set does not count', async () => {
    const business = await service.business();
    const headers = { origin: 'https://crm.example', 'sec-fetch-site': 'same-origin' };
    const answer = await signIn(business.key, headers);
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^__Host-clientele_session=cls_\w+; Path=\/; .*; Secure$/);
    const other = await service.business();
    const planted = tokenOf(await signIn(other.key));
    const both = `clientele_session=${planted}; ${cookie.split(';')[0]}`;
    const session = await sender(service.url, null)('GET', '/session', undefined, {
      headers: { cookie: both },
    });
    expect(sessionOf(session).business.id).toBe(business.id);
    const out = await sender(service.url, null)('DELETE', '/session', undefined, {
      headers: { ...headers, ...CONSOLE, cookie: both },
    });
    expect(out.headers.get('set-cookie')).toMatch(
      /^__Host-clientele_session=; Path=\/; Max-Age=0; .*; Secure, clientele_session=; Path=\/; Max-Age=0; /,
    );
  });

  it.each(['clt_x', 'nonsense', makeSessionToken('01900000-0000-7000-8000-000000000000')])(
    'with %s is 401 and sets no cookie',
    async (key) => {
      const answer = await signIn(key);
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
      expect(answer.headers.get('set-cookie')).toBeNull();
    },
  );

  it('with a revoked key is 401', async () => {
    const business = await service.business();
    const key = await business.addKey({});
    await business.send('DELETE', `/api-keys/${key.id}`);
    expect((await signIn(key.key)).status).toBe(401);
  });
});

describe('a session', () => {
  it('may do what its key may, and history names the key', async () => {
    const business = await service.business();
    const { key } = await business.addKey({
      name: 'Front desk',
      scopes: ['customers:read', 'customers:write'],
    });
    const send = await signedIn({ key });
    const made = await send('POST', '/customers', { name: 'Ann', phone: '0412 345 678' });
    expect(made.status).toBe(201);
    expect((await send('GET', `/customers/${made.body.id}`)).body.name).toBe('Ann');
    const { body } = await send('GET', `/customers/${made.body.id}/events`);
    expect(body.items[0]!.actor).toMatchObject({ type: 'api_key', name: 'Front desk' });
    expect((await send('DELETE', `/customers/${made.body.id}`)).body.code).toBe('forbidden');
    expect((await send('GET', '/api-keys')).body.code).toBe('forbidden');
  });

  it('of a key for one location sees that location alone', async () => {
    const business = await service.business();
    const other = await business.addLocation();
    const { body } = await business.send('POST', '/customers', { name: 'Bea', location_id: other });
    const send = await signedIn(await business.addKey({ location_id: business.locationId }));
    const session = sessionOf(await send('GET', '/session'));
    expect(session.locations.map(({ id }) => id)).toEqual([business.locationId]);
    expect((await send('GET', `/customers/${body.id}`)).status).toBe(404);
  });

  it('never opens another business', async () => {
    const [mine, theirs] = [await service.business(), await service.business()];
    const { body } = await theirs.send('POST', '/customers', { name: 'Cleo' });
    const send = await signedIn(mine);
    expect((await send('GET', `/customers/${body.id}`)).status).toBe(404);
    // The same secret under the name of the other business is another token.
    const forged = makeSessionToken(theirs.id);
    expect((await browser(forged)('GET', '/customers')).status).toBe(401);
  });

  it('gives way to a key in the Authorization header', async () => {
    const [one, two] = [await service.business(), await service.business()];
    const send = await signedIn(one);
    expect(sessionOf(await send('GET', '/session', undefined, { key: two.key })).business.id).toBe(two.id);
    expect((await send('GET', '/session', undefined, { key: 'clt_x' })).status).toBe(401);
  });

  it('is no key: its token opens nothing in the Authorization header', async () => {
    const token = tokenOf(await signIn((await service.business()).key));
    expect((await service.send('GET', '/customers', undefined, { key: token })).status).toBe(401);
  });

  it('ends when signed out, and the cookie goes', async () => {
    const send = await signedIn(await service.business());
    const answer = await send('DELETE', '/session');
    expect([answer.status, answer.message]).toEqual([200, 'Signed out.']);
    expect(answer.headers.get('set-cookie')).toMatch(/^clientele_session=; Path=\/; Max-Age=0; /);
    expect((await send('GET', '/session')).status).toBe(401);
    expect((await send('GET', '/customers')).status).toBe(401);
  });

  it('ends within a second, on every server, when its key is revoked or it is signed out', async () => {
    const business = await service.business();
    const key = await business.addKey({});
    const tokens = [tokenOf(await signIn(key.key)), tokenOf(await signIn(business.key))];
    const [revoked, out] = tokens.map((token) => browser(token, second.url));
    expect([(await revoked!('GET', '/session')).status, (await out!('GET', '/session')).status]).toEqual([
      200, 200,
    ]);
    await business.send('DELETE', `/api-keys/${key.id}`);
    await browser(tokens[1]!)('DELETE', '/session');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect([(await revoked!('GET', '/session')).status, (await out!('GET', '/session')).status]).toEqual([
      401, 401,
    ]);
  });

  it('ends when its time is up, and is forgotten by housekeeping; another stays', async () => {
    const business = await service.business();
    const [old, fresh] = [await signedIn(business), await signedIn(business)];
    await service.sql`
      update sessions set expires_at = ${new Date(Date.now() - 1).toISOString()}
      where business_id = ${business.id} and hash = (select hash from sessions where business_id = ${business.id} order by created_at limit 1)`;
    expect((await old('GET', '/customers')).body.code).toBe('unauthorized');
    expect((await fresh('GET', '/customers')).status).toBe(200);
    const sql = connect(service.databaseUrl, { max: 2 });
    await keepHouse(await openService(sql), 'test');
    await sql.end();
    const left = await service.sql`select 1 from sessions where business_id = ${business.id}`;
    expect(left.length).toBe(1);
  });

  it('ends with a key that expires sooner', async () => {
    const business = await service.business();
    const soon = new Date(Date.now() + 60_000).toISOString();
    const { key } = await business.addKey({ expires_at: soon });
    expect(sessionOf(await signIn(key)).expires_at).toBe(soon);
  });

  it('is stored as a hash alone', async () => {
    const business = await service.business();
    const token = tokenOf(await signIn(business.key));
    const rows = await service.sql`select s::text from sessions s where business_id = ${business.id}`;
    expect(rows.length).toBe(1);
    expect(JSON.stringify(rows)).not.toContain(token.split('_')[2]);
  });

  it('leaves neither key nor token in the log', async () => {
    const business = await service.business();
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const sql = connect(service.databaseUrl, { max: 2 });
    const server = await createServer(await openService(sql), pino({ level: 'trace' }, stream));
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const answer = await sender(url, null)('POST', '/session', { key: business.key });
    await browser(tokenOf(answer), url)('GET', '/customers');
    await browser(tokenOf(answer), url)('DELETE', '/session');
    await server.close();
    await sql.end();
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const secret of [business.key, tokenOf(answer)]) expect(lines.join('')).not.toContain(secret);
  });
});

/** What a browser sends with a write: the header of the console, Origin, Sec-Fetch-Site; and whether it goes through. */
const own = () => service.url;
const WRITES: { what: string; headers: () => Record<string, string>; passes: boolean }[] = [
  { what: 'the console', headers: () => ({ origin: own(), 'sec-fetch-site': 'same-origin' }), passes: true },
  { what: 'the console in an older browser', headers: () => ({ origin: own() }), passes: true },
  { what: 'no browser at all', headers: () => ({}), passes: true },
  {
    what: 'the console behind a proxy that changes the Host',
    headers: () => ({ origin: 'https://crm.example', 'sec-fetch-site': 'same-origin' }),
    passes: true,
  },
  {
    what: 'a form, which cannot set the header',
    headers: () => ({ 'x-clientele-console': '' }),
    passes: false,
  },
  { what: 'another value of the header', headers: () => ({ 'x-clientele-console': '0' }), passes: false },
  { what: 'another site', headers: () => ({ origin: 'https://elsewhere.test' }), passes: false },
  { what: 'another port', headers: () => ({ origin: 'http://127.0.0.1:1' }), passes: false },
  { what: 'a page without an origin', headers: () => ({ origin: 'null' }), passes: false },
  { what: 'a cross-site fetch', headers: () => ({ 'sec-fetch-site': 'cross-site' }), passes: false },
  { what: 'a neighbouring subdomain', headers: () => ({ 'sec-fetch-site': 'same-site' }), passes: false },
  { what: 'an address typed by hand', headers: () => ({ 'sec-fetch-site': 'none' }), passes: false },
];

describe('a token is no key, and a key no token', () => {
  it('also while they are remembered', async () => {
    const business = await service.business();
    const token = tokenOf(await signIn(business.key));
    expect((await browser(token)('GET', '/session')).status).toBe(200);
    expect((await signIn(token)).status).toBe(401);
    expect((await sender(service.url, token)('GET', '/customers')).status).toBe(401);
    expect((await business.send('GET', '/customers')).status).toBe(200);
    expect((await browser(business.key)('GET', '/customers')).status).toBe(401);
  });
});

describe('a write with the cookie', () => {
  it.each(WRITES)('from $what', async ({ headers, passes }) => {
    const send = await signedIn(await service.business());
    for (const [method, path, body] of [
      ['POST', '/customers', { name: 'Ann' }],
      ['PUT', '/customers', { email: 'ann@clientele.test' }],
      ['DELETE', '/session', undefined],
    ] as const) {
      const answer = await send(method, path, body, { headers: headers() });
      if (passes) expect(answer.status, answer.text).toBeLessThan(300);
      else expect([answer.status, answer.body.code]).toEqual([403, 'cross_site_request']);
    }
    expect((await send('GET', '/customers', undefined, { headers: headers() })).status).toBe(
      passes ? 401 : 200,
    );
  });

  it('another site cannot sign a browser in', async () => {
    const { key } = await service.business();
    const answer = await signIn(key, { origin: 'https://elsewhere.test' });
    expect([answer.status, answer.body.code]).toEqual([403, 'cross_site_request']);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('another site is never allowed to send cookies, whatever it asks first', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const response = await fetch(`${service.url}/api/v2/session`, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://elsewhere.test',
          'access-control-request-method': method,
          'access-control-request-headers': 'x-clientele-console',
        },
      });
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it('a key in the header needs nothing of this', async () => {
    const business = await service.business();
    const headers = { origin: 'https://elsewhere.test', 'sec-fetch-site': 'cross-site' };
    expect((await business.send('POST', '/customers', { name: 'Ann' }, { headers })).status).toBe(201);
  });
});
