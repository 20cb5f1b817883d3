/** Every code of the error table is answered by something a caller or the database can do, with its status. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { toApiError } from '../../src/http/envelope.ts';
import { ERRORS, type ErrorCode } from '../../src/http/errors.ts';
import { type Answer, sender, type TestBusiness, useSecondServer, useService } from '../harness.ts';
import { expectRefusal } from './expect-refusal.ts';

const service = useService({ statementTimeout: 5_000 });
const limited = useSecondServer(service, { rates: { key: 1, business: 0 } });
const crowded = useSecondServer(service, { room: { pace: 0, least: 0, most: 0 } });

interface World extends TestBusiness {
  otherLocation: string;
}

const ANN = { name: 'Ann', phone: '0412 345 678' };
const MOBILE = '0412 345 678';
/** Makes the database itself raise this SQLSTATE at a write. */
const raise = ({ send, locationId }: World, state: string) =>
  send('POST', '/customers', { name: `SQLSTATE ${state}`, location_id: locationId });

/** The ids of two customers of nobody in particular. */
const two = async (send: World['send'], location_id: string): Promise<string[]> => {
  const made = await Promise.all(
    ['One', 'Two'].map((name) => send('POST', '/customers', { name, location_id })),
  );
  return made.map(({ body }) => body.id);
};

/** For each code: what brings it about. A code without a line does not compile. */
const PROVOKE: Record<ErrorCode, (world: World) => Promise<Answer>> = {
  malformed_json: ({ send }) => send('POST', '/customers', '{'),
  duplicate_field: ({ send }) => send('POST', '/customers', '{"name":"a","name":"b"}'),
  nested_too_deep: ({ send }) => send('POST', '/customers', '['.repeat(65)),
  invalid_request: ({ send }) => send('GET', '/customers/%zz'),
  invalid_cursor: ({ send }) => send('GET', '/customers?cursor=x'),
  unauthorized: ({ send }) => send('GET', '/customers', undefined, { key: null }),
  forbidden: async ({ addKey }) =>
    (await addKey({ scopes: ['customers:read'] })).send('POST', '/customers', ANN),
  cross_site_request: ({ send, key }) =>
    send('POST', '/session', { key }, { key: null, headers: { origin: 'https://elsewhere.test' } }),
  location_forbidden: async ({ addKey, locationId, otherLocation }) =>
    (await addKey({ location_id: locationId })).send('GET', `/customers?location_id=${otherLocation}`),
  route_not_found: ({ send }) => send('GET', '/nowhere'),
  customer_not_found: ({ send, id }) => send('GET', `/customers/${id}`),
  duplicate_not_found: ({ send, id }) => send('POST', `/duplicates/${id}/dismiss`),
  import_not_found: ({ send, id }) => send('POST', `/imports/${id}/undo`),
  location_not_found: ({ send, id }) => send('GET', `/locations/${id}`),
  api_key_not_found: ({ send, id }) => send('DELETE', `/api-keys/${id}`),
  customer_exists: async ({ send, locationId: location_id }) => {
    await send('POST', '/customers', { ...ANN, location_id });
    return await send('POST', '/customers', { ...ANN, location_id });
  },
  contact_in_use: async ({ send, locationId: location_id }) => {
    await send('POST', '/customers', { ...ANN, location_id });
    const { body } = await send('POST', '/customers', { name: 'Bea', location_id });
    return await send('PATCH', `/customers/${body.id}`, { phone: MOBILE });
  },
  identity_conflict: async ({ send, locationId: location_id }) => {
    await send('POST', '/customers', { ...ANN, location_id });
    await send('POST', '/customers', { email: 'bea@clientele.test', location_id });
    const both = { phone: MOBILE, email: 'bea@clientele.test', location_id };
    return await send('PUT', '/customers', { ...both, on_conflict: 'fail' });
  },
  delete_blocked: async ({ send, locationId: location_id }) => {
    await send('PUT', '/delete-rules', { protected_statuses: ['active'] });
    const { body } = await send('POST', '/customers', { ...ANN, location_id });
    return await send('DELETE', `/customers/${body.id}`);
  },
  customer_merged: async ({ send, locationId: location_id }) => {
    const [a, b] = await two(send, location_id);
    await send('POST', `/customers/${a}/merge`, { from: b });
    return await send('PATCH', `/customers/${b}`, { name: 'x' });
  },
  merge_blocked: async ({ send, locationId: location_id }) => {
    const tags = (letter: string) => Array.from({ length: 60 }, (_, i) => `${letter}${i}`);
    const [a, b] = await two(send, location_id);
    await send('PATCH', `/customers/${a}`, { tags: tags('a') });
    await send('PATCH', `/customers/${b}`, { tags: tags('b') });
    return await send('POST', `/customers/${a}/merge`, { from: b });
  },
  not_merged: async ({ send, locationId: location_id }) => {
    const [a, b] = await two(send, location_id);
    return await send('POST', `/customers/${a}/unmerge`, { from: b });
  },
  idempotency_in_progress: async ({ send, locationId: location_id }) => {
    const customers = Array.from({ length: 400 }, (_, i) => ({
      email: `twin${i}@clientele.test`,
      location_id,
    }));
    const headers = { 'idempotency-key': 'twins' };
    const twins = [1, 2].map(() => send('PUT', '/customers/batch', { customers }, { headers }));
    return (await Promise.all(twins)).find(({ status }) => status === 409)!;
  },
  idempotency_key_reused: async ({ send, locationId: location_id }) => {
    const headers = { 'idempotency-key': 'reused' };
    await send('POST', '/customers', { name: 'Ann', location_id }, { headers });
    return await send('POST', '/customers', { name: 'Bea', location_id }, { headers });
  },
  write_conflict: (world) => raise(world, '40001'),
  version_conflict: async ({ send, locationId: location_id }) => {
    const { body } = await send('POST', '/customers', { ...ANN, location_id });
    return await send('PATCH', `/customers/${body.id}`, { name: 'Bea' }, { headers: { 'if-match': '"9"' } });
  },
  payload_too_large: ({ send }) => send('POST', '/customers', ' '.repeat(1024 * 1024 + 1)),
  unsupported_media_type: ({ send }) =>
    send('POST', '/customers', 'name=Ann', { headers: { 'content-type': 'text/plain' } }),
  validation_failed: ({ send }) => send('GET', '/customers?page=0'),
  unknown_field: ({ send }) => send('GET', '/customers?size=1'),
  contact_details_required: ({ send, locationId: location_id }) =>
    send('PUT', '/customers', { name: 'Ann', location_id }),
  location_required: ({ send }) => send('PUT', '/customers', ANN),
  internal_error: (world) => raise(world, 'P0001'),
  overloaded: ({ key }) => sender(crowded.url, key)('GET', '/customers'),
  not_ready: async ({ send }) => {
    const [last] = await service.sql`delete from migrations where name like '0001%' returning *`;
    const answer = await send('GET', '//ready');
    await service.sql`insert into migrations ${service.sql(last!)}`;
    return answer;
  },
  database_unavailable: (world) => raise(world, '57P03'),
  query_timeout: (world) => raise(world, '57014'),
  rate_limited: async ({ key }) => {
    const send = sender(limited.url, key);
    // The minute may end between two of them.
    for (let i = 0; i < 3; i++) if ((await send('GET', '/customers')).status === 429) break;
    return await send('GET', '/customers');
  },
  storage_full: (world) => raise(world, '53100'),
};

beforeAll(async () => {
  await service.sql.unsafe(`
    create function raise_state() returns trigger language plpgsql as $$
    begin
      raise exception 'the inside: relation "customers"' using errcode = substr(new.name, 10);
    end $$`);
  await service.sql.unsafe(`
    create trigger raise_state before insert on customers for each row
    when (new.name like 'SQLSTATE %') execute function raise_state()`);
});

/** SQLSTATEs that pass, or that somebody is to be woken for, and what no server says but the way to it. */
const AWAY = ['53200', '53300', '57P01', '57P05', '58030'];
const UNREACHED = [
  ...[
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'ENETUNREACH',
    'ENETDOWN',
    'EADDRNOTAVAIL',
    'EMFILE',
    'ENFILE',
  ],
  ...['ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'CONNECT_TIMEOUT', 'CONNECTION_SILENT'],
];

describe('a database that cannot be asked', () => {
  it.each(AWAY)('%s is 503 database_unavailable', async (state) => {
    const answer = await raise({ ...(await service.business()), otherLocation: '' }, state);
    expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it.each(UNREACHED)('%s is 503 database_unavailable', (code) => {
    const error = Object.assign(new Error(`connect ${code} 192.0.2.1:5432`), { code });
    expect(toApiError(error)).toMatchObject({ status: 503, code: 'database_unavailable' });
  });

  // A limit that the server was set for one statement: told as unavailable it would be sent for ever.
  it('a limit of its configuration is none of them', async () => {
    const answer = await raise({ ...(await service.business()), otherLocation: '' }, '53400');
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error' } });
  });
});

describe('the error table', () => {
  for (const [code, provoke] of Object.entries(PROVOKE) as [ErrorCode, (typeof PROVOKE)[ErrorCode]][]) {
    const { status } = ERRORS[code];
    it(`${code}: ${status}, in the envelope, and nothing of the inside`, async () => {
      const business = await service.business();
      const answer = await provoke({ ...business, otherLocation: await business.addLocation() });
      expect(answer).toMatchObject({ status, success: false, body: { code } });
      if (status < 500) expectRefusal(answer, { status, code });
      expect(answer.text).not.toMatch(/SQLSTATE|the inside|relation|\\n +at /);
      const seconds = answer.headers.get('retry-after');
      if (code === 'rate_limited') expect(Number(seconds)).toBeGreaterThan(0);
      else expect(seconds).toBe(status === 503 || code === 'idempotency_in_progress' ? '1' : null);
      expect(answer.headers.get('x-request-id')).toBeTruthy();
    });
  }

  it('is what docs/errors.md shows', () => {
    const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^\| (\d{3}) \| `(\w+)` \|/gm)].map(
      ([, status, code]) => `${code} ${status}`,
    );
    const table = Object.entries(ERRORS).map(([code, { status }]) => `${code} ${status}`);
    expect(documented.sort()).toEqual(table.sort());
  });
});
