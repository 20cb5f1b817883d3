/**
 * Every route × every key that must not open it × every place where an id stands. Generated from the list of
 * routes: a new route is in the matrix by itself.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/tenancy/authentication.ts';
import { pathWith, type Send, type TestBusiness, useService } from '../harness.ts';
import { loadDocument } from '../http/document.ts';
import { malformedHeaders } from './credentials.ts';
import { unlisted } from './places.ts';
import { KINDS, type Kind, type Probe, probesOf } from './positions.ts';
import { shown, without } from './shown.ts';
import { dump, makeVictim, neverExisted, SECRET, type Victim } from './victim.ts';

const service = useService();
let victim: Victim;
beforeAll(async () => {
  victim = await makeVictim(await service.business());
});

/** Sends every route with ids that exist; the routes whose answer is not as expected. */
async function tryAllRoutes(
  send: Send,
  headers: Record<string, string>,
  expected: { status: number; code: string },
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { method, path, operationId, example } of service.server.routes) {
    const kind = KINDS[path.split('/')[1]!] ?? 'customer';
    const answer = await send(method, pathWith(path, victim.ids[kind]), example, { headers });
    const isRight =
      answer.status === expected.status &&
      answer.body?.code === expected.code &&
      answer.success === false &&
      !answer.text.includes(SECRET) &&
      (answer.status !== 401 || answer.headers.get('www-authenticate') === 'Bearer realm="clientele"');
    if (!isRight) wrong.push(`${operationId}: ${answer.status} ${answer.text.slice(0, 300)}`);
  }
  return wrong;
}

const UNAUTHORIZED = { status: 401, code: 'unauthorized' };

describe('a key that does not open', () => {
  let before: string;
  beforeAll(async () => {
    before = await dump(service.sql, victim.business.id);
  });

  it('no Authorization header: 401 on every route', async () => {
    expect(await tryAllRoutes(service.send, {}, UNAUTHORIZED)).toEqual([]);
  });

  it('a malformed header: 401 on every route, whatever is wrong with it', async () => {
    const headers = Object.entries(malformedHeaders(victim.business.key, victim.business.id));
    expect(headers.length).toBeGreaterThanOrEqual(30);
    const wrong: string[] = [];
    for (const [what, authorization] of headers) {
      const found = await tryAllRoutes(service.send, { authorization }, UNAUTHORIZED);
      wrong.push(...found.map((line) => `${what}: ${line}`));
    }
    expect(wrong).toEqual([]);
  });

  it('a revoked key: 401 on every route', async () => {
    const key = await victim.business.addKey({ scopes: [...SCOPES] });
    expect((await key.send('GET', '/customers')).status).toBe(200);
    await victim.business.send('DELETE', `/api-keys/${key.id}`);
    expect(await tryAllRoutes(key.send, {}, UNAUTHORIZED)).toEqual([]);
    await service.sql`delete from api_keys where business_id = ${victim.business.id} and id = ${key.id}`;
  });

  it('an expired key: 401 on every route', async () => {
    const key = await victim.business.addKey({ scopes: [...SCOPES] });
    await service.sql`update api_keys set expires_at = '2026-01-01T00:00:00Z' where id = ${key.id}`;
    expect(await tryAllRoutes(key.send, {}, UNAUTHORIZED)).toEqual([]);
    await service.sql`delete from api_keys where business_id = ${victim.business.id} and id = ${key.id}`;
  });

  it('a key with every scope but the one needed: 403 on every route', async () => {
    const wrong: string[] = [];
    for (const route of service.server.routes) {
      // Every key may ask who it is, and sign out.
      if (route.scope === null || route.scope === 'open') continue;
      const key = await victim.business.addKey({ scopes: SCOPES.filter((scope) => scope !== route.scope) });
      const answer = await key.send(route.method, pathWith(route.path, victim.ids.customer), route.example);
      if (answer.status !== 403 || answer.body.code !== 'forbidden')
        wrong.push(`${route.operationId}: ${answer.status} ${answer.text.slice(0, 300)}`);
      await service.sql`delete from api_keys where business_id = ${victim.business.id} and id = ${key.id}`;
    }
    expect(wrong).toEqual([]);
  });

  it('not a row of the business has changed', async () => {
    expect(await dump(service.sql, victim.business.id)).toBe(before);
  });
});

/** The status and code that a caller gets for an id outside its reach. */
type Expected = Record<Kind, { status: number; code: string | null }>;

async function tryAllProbes(
  send: Send,
  own: { customerId: string },
  expected: (probe: Probe) => { status: number; code: string | null },
): Promise<string[]> {
  const wrong: string[] = [];
  for (const probe of probesOf(service.server.routes)) {
    for (const headers of [{}, { 'if-match': '"1"' }] as Record<string, string>[]) {
      const id = victim.ids[probe.kind];
      const [theirs, nobodys] = [id, neverExisted(id)].map((one) => probe.request(one, own));
      const answer = await send(theirs!.method, theirs!.path, theirs!.body, { headers });
      const unknown = await send(nobodys!.method, nobodys!.path, nobodys!.body, { headers });
      const { status, code } = expected(probe);
      const isRight = answer.status === status && (code === null || answer.body.code === code);
      if (!isRight) wrong.push(`${probe.name}: ${answer.status} ${answer.text.slice(0, 300)}`);
      const [is, mayBe] = [
        shown(answer, id, isWrite(probe)),
        shown(unknown, neverExisted(id), isWrite(probe)),
      ];
      if (is !== mayBe)
        wrong.push(`${probe.name}: differs\n${is}\n--- for an id that never existed\n${mayBe}`);
      if (without(id, answer.text).toLowerCase().includes(SECRET.toLowerCase()))
        wrong.push(`${probe.name}: tells of the victim: ${answer.text.slice(0, 300)}`);
    }
  }
  return wrong;
}

const HIDDEN: Expected = {
  customer: { status: 404, code: 'customer_not_found' },
  location: { status: 404, code: 'location_not_found' },
  api_key: { status: 404, code: 'api_key_not_found' },
  event: { status: 200, code: null },
  contact: { status: 422, code: 'validation_failed' },
  list_cursor: { status: 400, code: 'invalid_cursor' },
  duplicates_cursor: { status: 400, code: 'invalid_cursor' },
  feed_cursor: { status: 400, code: 'invalid_cursor' },
  undo_cursor: { status: 400, code: 'invalid_cursor' },
  imports_cursor: { status: 400, code: 'invalid_cursor' },
  // A day is no secret; the key in the path is another's.
  day_cursor: { status: 404, code: 'api_key_not_found' },
  duplicate: { status: 404, code: 'duplicate_not_found' },
  import: { status: 404, code: 'import_not_found' },
  reference: { status: 200, code: null },
};
/** The name of an import is the caller's own to choose: the write is done, and nobody else's import hears of it. */
const isWrite = (probe: Probe) => /^(?!list|export).*import_id of the query/.test(probe.name);
/** A cursor or filter that is an id only narrows what the caller may see anyway; a batch answers per item. */
const whole = (probe: Probe) =>
  (/cursor/.test(probe.name) && !probe.kind.endsWith('_cursor')) ||
  isWrite(probe) ||
  /(customer|import)_id of the query/.test(probe.name);
const isItem = (probe: Probe) => probe.name.endsWith('of an item');
const fine = ({ name }: Probe) => ({ status: name.startsWith('createCustomer') ? 201 : 200, code: null });

it('knows every place of an id in the OpenAPI document', async () => {
  expect(unlisted(await loadDocument(service.send))).toEqual([]);
});

describe('another business', () => {
  let stranger: TestBusiness;
  let before: string;
  const own = { customerId: '' };
  beforeAll(async () => {
    stranger = await service.business();
    own.customerId = (await stranger.send('POST', '/customers', { name: 'Own' })).body.id;
    before = await dump(service.sql, victim.business.id);
  });

  it('gets for every id of this one, wherever it stands, the answer of an id that never existed', async () => {
    const expected = (probe: Probe) => (whole(probe) || isItem(probe) ? fine(probe) : HIDDEN[probe.kind]);
    expect(await tryAllProbes(stranger.send, own, expected)).toEqual([]);
  });

  it('gets the same when its key is for one location', async () => {
    const key = await stranger.addKey({ scopes: [...SCOPES], location_id: stranger.locationId });
    const expected = (probe: Probe) => {
      if (whole(probe) || isItem(probe)) return fine(probe);
      const isNarrowing = /location_id/.test(probe.name);
      return isNarrowing ? { status: 403, code: 'location_forbidden' } : HIDDEN[probe.kind];
    };
    expect(await tryAllProbes(key.send, own, expected)).toEqual([]);
  });

  it('makes a customer of its own with the contacts of ours, and learns of nobody', async () => {
    const body = { name: 'Own', email: `${SECRET}1@victim.test`.toLowerCase(), phone: '0412000001' };
    const made = await stranger.send('POST', '/customers', body);
    const upserted = await stranger.send('PUT', '/customers', { ...body, on_conflict: 'fail' });
    expect([made.status, upserted.body.upsert.outcome, upserted.body.id]).toEqual([
      201,
      'unchanged',
      made.body.id,
    ]);
    for (const id of Object.values(victim.ids)) expect(made.text + upserted.text).not.toContain(id);
  });

  it('finds nobody of ours by any search', async () => {
    for (const query of [
      `q=${SECRET}`,
      `tag=${SECRET}`,
      'deleted=true',
      'q=victim.test',
      'q=zyxwvuu',
      'page_size=100',
    ])
      expect((await stranger.send('GET', `/customers?${query}`)).text, query).not.toContain(SECRET);
    expect((await stranger.send('GET', '/imports')).body).toEqual({ items: [], next_cursor: null });
  });

  it('has not changed a row of ours', async () => {
    expect(await dump(service.sql, victim.business.id)).toBe(before);
  });
});

describe('another location of the business', () => {
  let send: Send;
  let neighbour: string;
  let before: string;
  const own = { customerId: '' };
  beforeAll(async () => {
    neighbour = await victim.business.addLocation();
    ({ send } = await victim.business.addKey({ scopes: [...SCOPES], location_id: neighbour }));
    own.customerId = (await send('POST', '/customers', { name: 'Own' })).body.id;
    before = await dump(service.sql, victim.business.id, neighbour);
  });

  it('gets for every id of this one, wherever it stands, the answer of an id that never existed', async () => {
    const expected = (probe: Probe) => {
      if (whole(probe) || isItem(probe)) return fine(probe);
      const isNarrowing = /location_id/.test(probe.name);
      return isNarrowing ? { status: 403, code: 'location_forbidden' } : HIDDEN[probe.kind];
    };
    expect(await tryAllProbes(send, own, expected)).toEqual([]);
  });

  it('makes a customer of its own with the contacts of ours, and learns of nobody', async () => {
    const body = { name: 'Own', email: `${SECRET}1@victim.test`.toLowerCase(), phone: '0412000001' };
    const made = await send('POST', '/customers', body);
    const upserted = await send('PUT', '/customers', { ...body, on_conflict: 'fail' });
    expect([made.status, upserted.body.upsert.outcome, upserted.body.id]).toEqual([
      201,
      'unchanged',
      made.body.id,
    ]);
    for (const id of Object.values(victim.ids)) expect(made.text + upserted.text).not.toContain(id);
  });

  it('finds nobody of ours by any search or list', async () => {
    for (const query of [
      `q=${SECRET}`,
      `tag=${SECRET}`,
      'deleted=true',
      'q=victim.test',
      'q=zyxwvuu',
      'page_size=100',
    ])
      expect((await send('GET', `/customers?${query}`)).text, query).not.toContain(SECRET);
    for (const path of ['/api-keys', '/locations', '/imports']) {
      const { text } = await send('GET', path);
      for (const id of Object.values(victim.ids)) expect(text, path).not.toContain(id);
    }
  });

  it('changes nothing of the whole business', async () => {
    const rules = await send('PUT', '/delete-rules', { protected_statuses: ['active'] });
    const location = await send('POST', '/locations', { name: 'Mine' });
    const codes = [rules, location].map((answer) => [answer.status, answer.body.code]);
    expect(codes).toEqual(Array(2).fill([403, 'location_forbidden']));
  });

  it('has not changed a row of ours', async () => {
    expect(await dump(service.sql, victim.business.id, neighbour)).toBe(before);
  });
});
