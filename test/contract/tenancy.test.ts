/** Locations and API keys as a caller manages them (contract section 5, "tenancy" and the last paragraph). */
import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Answer, type Body, sender, useService } from '../harness.ts';
import { MOBILE, upsert } from './upsert-case.ts';

const service = useService();

describe('locations', () => {
  it('are made, got, listed and changed', async () => {
    const { send, locationId } = await service.business();
    const given = { name: 'Wollongong depot', country: 'NZ', timezone: 'Pacific/Auckland' };
    const made = await send('POST', '/locations', given);
    expect(made).toMatchObject({ status: 201, success: true, body: given });
    const path = `/locations/${made.body.id}`;
    expect(await send('GET', path)).toMatchObject({ status: 200, body: made.body });
    const changed = await send('PATCH', path, { name: 'Depot' });
    expect(changed).toMatchObject({ status: 200, body: { ...given, name: 'Depot', id: made.body.id } });
    const { body } = await send('GET', '/locations');
    expect(body.items.map(({ id, name }) => [id, name])).toEqual([
      [locationId, 'Main'],
      [made.body.id, 'Depot'],
    ]);
  });

  for (const [what, body, field] of [
    ['no name', {}, 'name'],
    ['a blank name', { name: ' ' }, 'name'],
    ['a country that is none', { name: 'x', country: 'ZZ' }, 'country'],
    ['a time zone that is none', { name: 'x', timezone: 'Mars/Base' }, 'timezone'],
    ['a field it does not know', { name: 'x', address: 'y' }, 'address'],
  ] as const) {
    it(`${what} is 422 naming ${field}`, async () => {
      const { send } = await service.business();
      const answer = await send('POST', '/locations', body);
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
      expect((await send('GET', '/locations')).body.items).toHaveLength(1);
    });
  }

  it('another country reads phone numbers from then on, and leaves those that are there', async () => {
    const business = await service.business();
    await upsert(business, { phone: '0412 345 678' });
    await business.send('PATCH', `/locations/${business.locationId}`, { country: 'GB' });
    expect((await upsert(business, { phone: '07400 123456' })).phone).toBe('+447400123456');
    expect((await business.send('GET', '/customers?q=61412345678')).body.items[0]!.phone).toBe(MOBILE);
  });

  it('a key of one location sees and changes its own alone, and makes none', async () => {
    const business = await service.business();
    const other = await business.addLocation();
    const { send } = await business.addKey({
      location_id: business.locationId,
      scopes: ['customers:read', 'admin'],
    });
    expect((await send('GET', '/locations')).body.items.map(({ id }) => id)).toEqual([business.locationId]);
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { name: 'Mine' }],
    ] as const)
      expect((await send(method, `/locations/${other}`, body)).body.code).toBe('location_not_found');
    expect((await send('PATCH', `/locations/${business.locationId}`, { name: 'Mine' })).status).toBe(200);
    expect(await send('POST', '/locations', { name: 'Third' })).toMatchObject({
      status: 403,
      body: { code: 'location_forbidden' },
    });
  });
});

describe('API keys', () => {
  it('have the form clt_<business>_<30 secret><6 checksum>, are shown once and stored as SHA-256 alone', async () => {
    const { id: businessId, send } = await service.business();
    const { status, body } = await send('POST', '/api-keys', { name: 'Form' });
    expect(status).toBe(201);
    expect(body.key).toMatch(/^clt_[0-9A-Za-z]{1,22}_[0-9A-Za-z]{36}$/);
    const base62 = (text: string) =>
      [...text].reduce(
        (n, digit) =>
          n * 62n + BigInt('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.indexOf(digit)),
        0n,
      );
    expect(base62(body.key.split('_')[1]!).toString(16).padStart(32, '0')).toBe(
      businessId.replaceAll('-', ''),
    );
    expect(base62(body.key.slice(-6))).toBe(BigInt(crc32(body.key.slice(0, -6))));
    const listed = await send('GET', '/api-keys');
    expect(listed.text).not.toContain('clt_');
    expect(listed.body.items.at(-1)).toMatchObject({ id: body.id, name: 'Form', last_used_at: null });
    const [row] = await service.sql`select k.*, k::text as text from api_keys k where id = ${body.id}`;
    expect(row!.hash).toEqual(hash('sha256', body.key, 'buffer'));
    expect(row!.text).not.toContain(body.key.slice(-36, -6));
  });

  it('without scopes may read and write, without a location are for all, and may have both', async () => {
    const { send, locationId } = await service.business();
    expect((await send('POST', '/api-keys', { name: 'Plain' })).body).toMatchObject({
      scopes: ['customers:read', 'customers:write'],
      location_id: null,
      expires_at: null,
      revoked_at: null,
    });
    const given = {
      name: 'Desk',
      scopes: ['customers:read'],
      location_id: locationId,
      expires_at: '2099-01-31T00:00:00.000Z',
    };
    expect((await send('POST', '/api-keys', given)).body).toMatchObject(given);
  });

  it('rotated: the new one works at once, the old one until the overlap is over', async () => {
    const business = await service.business();
    const old = await business.addKey({
      name: 'Form',
      scopes: ['customers:read'],
      location_id: business.locationId,
    });
    const before = Date.now();
    const { status, body } = await business.send('POST', `/api-keys/${old.id}/rotate`, {
      overlap_seconds: 3600,
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'Form',
      scopes: ['customers:read'],
      location_id: business.locationId,
    });
    expect(body.id).not.toBe(old.id);
    for (const send of [old.send, sender(service.url, body.key)])
      expect((await send('GET', '/customers')).status).toBe(200);
    const { items } = (await business.send('GET', '/api-keys')).body;
    const ends = Date.parse(items.find(({ id }) => id === old.id)!.expires_at!);
    expect(ends - before).toBeGreaterThanOrEqual(3_600_000);
    expect(ends - Date.now()).toBeLessThanOrEqual(3_600_000);
  });

  it('rotated without overlap: the old one is revoked', async () => {
    const business = await service.business();
    const old = await business.addKey({});
    const { body } = await business.send('POST', `/api-keys/${old.id}/rotate`, { overlap_seconds: 0 });
    expect((await old.send('GET', '/customers')).status).toBe(401);
    expect((await sender(service.url, body.key)('GET', '/customers')).status).toBe(200);
    const again = await business.send('POST', `/api-keys/${old.id}/rotate`, {});
    expect(again).toMatchObject({ status: 404, body: { code: 'api_key_not_found' } });
  });

  it('a rotation never lengthens the life of the old one', async () => {
    const business = await service.business();
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    const old = await business.addKey({ expires_at });
    await business.send('POST', `/api-keys/${old.id}/rotate`, { overlap_seconds: 3600 });
    const { items } = (await business.send('GET', '/api-keys')).body;
    expect(items.find(({ id }) => id === old.id)!.expires_at).toBe(expires_at);
  });

  it('made or rotated with an end: it must be in the future, and without one there is none', async () => {
    const business = await service.business();
    const { id } = await business.addKey({ expires_at: '2099-01-31T00:00:00.000Z' });
    const past = { expires_at: '2020-01-31T00:00:00.000Z' };
    const { items: before } = (await business.send('GET', '/api-keys')).body;
    for (const [path, body] of [
      ['/api-keys', { name: 'Form', ...past }],
      [`/api-keys/${id}/rotate`, past],
    ] as const) {
      const refused = await business.send('POST', path, body);
      expect(refused).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'expires_at', code: 'invalid_expires_at' }] },
      });
    }
    expect((await business.send('GET', '/api-keys')).body.items).toEqual(before);
    const rotate = async (body: object) =>
      (await business.send('POST', `/api-keys/${id}/rotate`, body)).body.expires_at;
    expect(await rotate({ expires_at: '2098-01-31T00:00:00Z' })).toBe('2098-01-31T00:00:00.000Z');
    expect(await rotate({})).toBeNull();
  });

  it('revoked twice: the same answer, and when it was first', async () => {
    const business = await service.business();
    const { id } = await business.addKey({});
    const first = await business.send('DELETE', `/api-keys/${id}`);
    expect(first).toMatchObject({ status: 200, body: { id, revoked_at: expect.any(String) } });
    expect((await business.send('DELETE', `/api-keys/${id}`)).body).toEqual(first.body);
  });

  it('of one location makes and sees keys of that location alone', async () => {
    const business = await service.business();
    const other = await business.addLocation();
    const { id, send } = await business.addKey({ location_id: business.locationId, scopes: ['admin'] });
    expect((await send('POST', '/api-keys', { name: 'Mine' })).body.location_id).toBe(business.locationId);
    expect((await send('POST', '/api-keys', { name: 'Theirs', location_id: other })).body.code).toBe(
      'location_forbidden',
    );
    const { items } = (await send('GET', '/api-keys')).body;
    expect(items.map((key) => key.location_id)).toEqual([business.locationId, business.locationId]);
    expect(items[0]!.id).toBe(id);
  });

  it('last_used_at is not written on the request path, and is there once it was flushed', async () => {
    const business = await service.business();
    const { id, send } = await business.addKey({});
    const row = async () =>
      (await service.sql`select last_used_at, xmin::text from api_keys where id = ${id}`)[0]!;
    const before = await row();
    for (const [method, path, body] of [
      ['GET', '/customers', undefined],
      ['PUT', '/customers', { phone: MOBILE }],
    ] as const)
      expect((await send(method, path, body)).status).toBe(200);
    expect(await row()).toEqual(before);
    await service.uses.flush(service.sql);
    expect((await row()).last_used_at).not.toBeNull();
  });
});

describe('two at once', () => {
  /** Answers to requests that have all come to the row before one of them changed it. */
  async function together(table: string, id: string, requests: (() => Promise<Answer>)[]): Promise<Answer[]> {
    const { answers } = await service.sql.begin(async (tx) => {
      await tx`select 1 from ${tx(table)} where id = ${id} for no key update`;
      const answers = Promise.all(requests.map((send) => send()));
      const waiting = async () => {
        const [row] = await service.sql`
          select count(*)::int as n
          from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        return row!.n;
      };
      await expect.poll(waiting, { timeout: 10_000 }).toBe(requests.length);
      return { answers };
    });
    return await answers;
  }

  it('set different delete rules: both hold, and the later one is answered both', async () => {
    const { id, send } = await service.business();
    await send('PUT', '/delete-rules', { soft_reference_kinds: ['enquiry'] });
    const changes = [{ protected_statuses: ['blocked'] }, { retention_days: 7 }];
    const answers = await together(
      'businesses',
      id,
      changes.map((rules) => () => send('PUT', '/delete-rules', rules)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const both = { protected_statuses: ['blocked'], retention_days: 7, soft_reference_kinds: ['enquiry'] };
    expect((await send('GET', '/delete-rules')).body).toMatchObject(both);
    expect(answers.map(({ body }) => body)).toContainEqual(expect.objectContaining(both));
  });

  it('change different fields of a location: both hold', async () => {
    const { locationId, send } = await service.business();
    const path = `/locations/${locationId}`;
    const changes = [{ name: 'Depot' }, { timezone: 'Australia/Perth' }, { country: 'NZ' }];
    const answers = await together(
      'locations',
      locationId,
      changes.map((body) => () => send('PATCH', path, body)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const all = { name: 'Depot', timezone: 'Australia/Perth', country: 'NZ' };
    expect((await send('GET', path)).body).toMatchObject(all);
    expect(answers.map(({ body }) => body)).toContainEqual(expect.objectContaining(all));
  });

  it('replace a key without overlap: one of them does, and there is one new key', async () => {
    const business = await service.business();
    const { id } = await business.addKey({});
    const rotate = () => business.send('POST', `/api-keys/${id}/rotate`, { overlap_seconds: 0 });
    const answers = await together('api_keys', id, [rotate, rotate]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404]);
    expect((await business.send('GET', '/api-keys')).body.items).toHaveLength(3);
  });

  it('revoke a key: both are answered when it was', async () => {
    const business = await service.business();
    const { id } = await business.addKey({});
    const revoke = async () => {
      await sleep(5);
      return await business.send('DELETE', `/api-keys/${id}`);
    };
    const [one, other] = await together('api_keys', id, [
      revoke,
      () => business.send('DELETE', `/api-keys/${id}`),
    ]);
    expect(one!.body.revoked_at).toBe(other!.body.revoked_at);
  });
});

describe('a long list', () => {
  for (const path of ['/locations', '/api-keys'] as const) {
    it(`${path} is walked by next_cursor, each once`, async () => {
      const business = await service.business();
      for (let i = 0; i < 4; i++)
        await (path === '/locations' ? business.addLocation() : business.addKey({}));
      const whole = (await business.send('GET', path)).body;
      expect([whole.items.length, whole.next_cursor]).toEqual([5, null]);
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query: string = cursor && `&cursor=${cursor}`;
        const page: Body = (await business.send('GET', `${path}?limit=2${query}`)).body;
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next_cursor;
      }
      expect(seen).toEqual(whole.items.map(({ id }) => id));
    });
  }
});
