/** What an API key was used for: counted beside the requests, written later, of revoked keys too (`GET /api-keys/{id}/uses`). */
import { describe, expect, it } from 'vitest';
import { openService } from '../../src/customers/service.ts';
import { connect } from '../../src/database/connect.ts';
import { keepHouse } from '../../src/housekeeping.ts';
import { addKeyUses, type KeyUse, type KeyUseDay } from '../../src/tenancy/key-use-store.ts';
import { KeyUses, startCounting } from '../../src/tenancy/key-uses.ts';
import { type Send, sender, useSecondServer, useService } from '../harness.ts';

const RATES = { key: 500, business: 5_000 };
const service = useService({ rates: RATES });
const elsewhere = useSecondServer(service, { rates: RATES });

const DAY_MS = 86_400_000;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
const today = () => dayOf(Date.now());

/** Each test has ten seconds of one minute, and so of one day. */
const waitForRoom = async () => {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 10_000) await new Promise((done) => setTimeout(done, left));
};

/** The days of a key as the API answers them, once both servers have written. */
async function usesOf(send: Send, id: string, query = ''): Promise<KeyUseDay[]> {
  // An answer is counted when it has been sent: the client may be faster.
  await new Promise((done) => setTimeout(done, 50));
  await Promise.all([service.uses.flush(service.sql), elsewhere.uses.flush(service.sql)]);
  const answer = await send('GET', `/api-keys/${id}/uses${query}`);
  expect([answer.status, answer.message]).toEqual([200, 'API key uses fetched!']);
  return answer.body.items as unknown as KeyUseDay[];
}

/** What GET /api-keys says of it, once that was written. */
async function lastUseOf(send: Send, id: string): Promise<string | null> {
  await usesOf(send, id);
  return (await send('GET', '/api-keys')).body.items.find((one) => one.id === id)!.last_used_at;
}

const numbersOf = ({
  requests,
  refused,
  denied,
  limited,
  failed,
}: Omit<KeyUseDay, 'day' | 'operations'>) => ({
  requests,
  refused,
  denied,
  limited,
  failed,
});

const use = (fields: Partial<KeyUse> & Pick<KeyUse, 'api_key_id' | 'day'>): KeyUse => ({
  operation: 'getCustomer',
  requests: 1,
  refused: 0,
  denied: 0,
  limited: 0,
  failed: 0,
  first_at: `${fields.day}T01:00:00.000Z`,
  last_at: `${fields.day}T02:00:00.000Z`,
  succeeded_at: `${fields.day}T02:00:00.000Z`,
  ...fields,
});

describe('the uses of a key', () => {
  it('are exact: sixty-four callers at two servers', async () => {
    await waitForRoom();
    const business = await service.business();
    const { id, key } = await business.addKey({ scopes: ['customers:read', 'customers:write'] });
    const there = [sender(service.url, key), sender(elsewhere.url, key)];
    const before = Date.now();
    await Promise.all(
      Array.from({ length: 64 }, async (_, n) => {
        const send = there[n % 2]!;
        await send('PUT', '/customers', { email: `caller${n}@clientele.test` });
        await send('GET', '/customers');
        await send('GET', `/customers/${id}`);
        await send('GET', '/api-keys');
      }),
    );
    const [day, ...more] = await usesOf(business.send, id);
    const [first_at, last_at, succeeded_at] = [day!.first_at, day!.last_at, day!.succeeded_at!].map(
      Date.parse,
    );
    expect(more).toEqual([]);
    expect([day!.day, numbersOf(day!)]).toEqual([
      today(),
      { requests: 256, refused: 128, denied: 64, limited: 0, failed: 0 },
    ]);
    expect(before <= first_at! && first_at! <= succeeded_at! && succeeded_at! <= last_at!).toBe(true);
    expect(last_at).toBeLessThanOrEqual(Date.now());
    const fine = { requests: 64, refused: 0, denied: 0, limited: 0, failed: 0 };
    expect(day!.operations.map((one) => [one.operation, numbersOf(one)])).toEqual([
      ['getCustomer', { ...fine, refused: 64 }],
      ['listApiKeys', { ...fine, refused: 64, denied: 64 }],
      ['listCustomers', fine],
      ['upsertCustomer', fine],
    ]);
    expect(day!.operations.map((one) => one.succeeded_at !== null)).toEqual([false, false, true, true]);
    // A key that may not do this was let in.
    expect(await lastUseOf(business.send, id)).toBe(day!.last_at);
  });

  it('say since when a revoked key is refused, at every server; a wrong key is nobody’s', async () => {
    await waitForRoom();
    const business = await service.business();
    const { id, key, send } = await business.addKey({});
    const there = sender(elsewhere.url, key);
    await send('GET', '/customers');
    const used = await lastUseOf(business.send, id);
    await business.send('DELETE', `/api-keys/${id}`);
    await new Promise((done) => setTimeout(done, 1_000));
    for (let n = 0; n < 3; n++) {
      expect((await send('GET', '/customers')).status).toBe(401);
      expect((await there('PUT', '/customers', {})).status).toBe(401);
      expect((await service.send('POST', '/session', { key })).status).toBe(401);
    }
    await service.send('GET', '/customers', undefined, { key: `${key.slice(0, -1)}x` });
    const [day] = await usesOf(business.send, id);
    expect(numbersOf(day!)).toEqual({ requests: 10, refused: 9, denied: 9, limited: 0, failed: 0 });
    expect(Date.parse(day!.succeeded_at!)).toBeLessThan(Date.parse(day!.last_at) - 900);
    expect(day!.operations.map((one) => [one.operation, one.requests, one.denied])).toEqual([
      ['beginSession', 3, 3],
      ['listCustomers', 4, 3],
      ['upsertCustomer', 3, 3],
    ]);
    // Being refused is no use.
    expect(used).toBe(day!.succeeded_at);
    expect(await lastUseOf(business.send, id)).toBe(used);
  });

  it('hold what an expired key and a key beyond its limit came with', async () => {
    await waitForRoom();
    const business = await service.business();
    const over = await business.addKey({});
    await service.sql`update api_keys set expires_at = '2026-01-01T00:00:00Z' where id = ${over.id}`;
    await over.send('GET', '/customers');
    const [expired] = await usesOf(business.send, over.id);
    expect([expired!.denied, expired!.succeeded_at]).toEqual([1, null]);
    expect(await lastUseOf(business.send, over.id)).toBeNull();
    const busy = await business.addKey({});
    const statuses: number[] = [];
    for (let n = 0; n < 52; n++)
      statuses.push(
        ...(await Promise.all(Array.from({ length: 10 }, () => busy.send('GET', '/locations')))).map(
          ({ status }) => status,
        ),
      );
    const [day] = await usesOf(business.send, busy.id);
    const limited = statuses.filter((status) => status === 429).length;
    expect(limited).toBeGreaterThan(0);
    expect(numbersOf(day!)).toEqual({ requests: 520, refused: limited, denied: 0, limited, failed: 0 });
  });

  it('count what is done at the console for the key that was signed in with', async () => {
    await waitForRoom();
    const business = await service.business();
    const { id, key } = await business.addKey({});
    const answer = await service.send('POST', '/session', { key });
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    const console = { headers: { cookie, 'x-clientele-console': '1' } };
    await service.send('GET', '/customers', undefined, console);
    await service.send('DELETE', '/session', undefined, console);
    await service.send('GET', '/customers', undefined, console);
    const [day] = await usesOf(business.send, id);
    // A session that has ended is not known any more.
    expect(day!.operations.map((one) => [one.operation, one.requests, one.refused])).toEqual([
      ['beginSession', 1, 0],
      ['endSession', 1, 0],
      ['listCustomers', 1, 0],
    ]);
  });

  it('come by day, the last one first, page by page', async () => {
    const business = await service.business();
    const { id } = await business.addKey({});
    const days = [1, 2, 3, 9, 10].map((n) => dayOf(Date.now() - n * DAY_MS));
    await addKeyUses(
      service.sql,
      business.id,
      days.flatMap((day) => [use({ api_key_id: id, day }), use({ api_key_id: id, day, operation: 'a' })]),
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await business.send(
        'GET',
        `/api-keys/${id}/uses?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      const items = body.items as unknown as KeyUseDay[];
      expect(items.map(({ requests }) => requests)).toEqual(items.map(() => 2));
      seen.push(...items.map(({ day }) => day));
      cursor = body.next_cursor;
    } while (cursor);
    expect(seen).toEqual(days);
    const wrong = await business.send('GET', `/api-keys/${id}/uses?cursor=2026-02-30`);
    expect([wrong.status, wrong.body.errors[0]!.code]).toEqual([422, 'invalid_date']);
  });

  it('are shown to whom the key itself is shown', async () => {
    const business = await service.business();
    const other = await business.addLocation();
    const { id } = await business.addKey({ location_id: business.locationId });
    const [here, there] = await Promise.all(
      [business.locationId, other].map((location_id) => business.addKey({ scopes: ['admin'], location_id })),
    );
    const stranger = await service.business();
    const unknown = '01990000-0000-7000-8000-000000000000';
    const answers = await Promise.all([
      here!.send('GET', `/api-keys/${id}/uses`),
      there!.send('GET', `/api-keys/${id}/uses`),
      stranger.send('GET', `/api-keys/${id}/uses`),
      business.send('GET', `/api-keys/${unknown}/uses`),
      business.send('GET', '/api-keys/nothing/uses'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404, 404, 404]);
    expect(new Set(answers.slice(1).map(({ text }) => text)).size).toBe(1);
  });
});

describe('counting', () => {
  const at = Date.parse('2026-03-01T23:59:59Z');

  it('a stop writes what is left', async () => {
    const business = await service.business();
    const { id } = await business.addKey({});
    const uses = new KeyUses();
    const stop = startCounting(uses, service.sql, 3_600_000, (error) => {
      throw error;
    });
    uses.count(business.id, id, 'getCustomer', 200, at);
    uses.count(business.id, id, 'getCustomer', 503, at + 2_000);
    expect(await usesOf(business.send, id)).toEqual([]);
    await stop();
    const days = await usesOf(business.send, id);
    expect(
      days.map(({ day, requests, failed, succeeded_at }) => [day, requests, failed, succeeded_at]),
    ).toEqual([
      ['2026-03-02', 1, 1, null],
      ['2026-03-01', 1, 0, '2026-03-01T23:59:59.000Z'],
    ]);
  });

  it('what could not be written waits, once for each day and operation, and nothing is lost or told twice', async () => {
    const business = await service.business();
    const { id } = await business.addKey({});
    const uses = new KeyUses();
    const away = connect('postgres://nobody@127.0.0.1:1/nothing', { max: 1 });
    for (let n = 0; n < 3; n++) {
      uses.count(business.id, id, 'getCustomer', 200, at + n * 2_000);
      await expect(uses.flush(away)).rejects.toThrow('ECONNREFUSED');
    }
    await Promise.all([uses.flush(service.sql), uses.flush(service.sql)]);
    await uses.flush(service.sql);
    const days = await usesOf(business.send, id);
    expect(days.map(({ day, requests }) => [day, requests])).toEqual([
      ['2026-03-02', 2],
      ['2026-03-01', 1],
    ]);
    await away.end();
  });

  it('a key that is gone keeps nobody else’s from being written', async () => {
    const business = await service.business();
    const { id } = await business.addKey({});
    const uses = new KeyUses();
    uses.count(business.id, '01990000-0000-7000-8000-000000000000', 'getCustomer', 200, at);
    uses.count(business.id, id, 'getCustomer', 200, at);
    await uses.flush(service.sql);
    expect(await usesOf(business.send, id)).toHaveLength(1);
  });

  it('tells so many keys and operations apart, and no more: memory has an end', async () => {
    const business = await service.business();
    const { id } = await business.addKey({});
    const uses = new KeyUses(20);
    for (let n = 0; n < 30; n++) uses.count(business.id, id, `operation ${n}`, 200, at);
    for (let n = 0; n < 30; n++) uses.count(business.id, `key ${n}`, 'getCustomer', 200, at);
    uses.count(business.id, id, 'operation 0', 200, at);
    await uses.flush(service.sql);
    expect((await usesOf(business.send, id))[0]).toMatchObject({ requests: 21, operations: { length: 20 } });
    uses.count(business.id, id, 'operation 29', 200, at);
    await uses.flush(service.sql);
    expect((await usesOf(business.send, id))[0]).toMatchObject({ requests: 22, operations: { length: 21 } });
  });
});

it('are forgotten by housekeeping after so many days', async () => {
  const business = await service.business();
  const { id } = await business.addKey({});
  const days = [29, 30, 31, 400].map((n) => dayOf(Date.now() - n * DAY_MS));
  await addKeyUses(
    service.sql,
    business.id,
    days.map((day) => use({ api_key_id: id, day })),
  );
  await keepHouse(await openService(service.sql, { keyUsesDays: 30 }), 'keeper');
  const left = await usesOf(business.send, id);
  expect(left.map(({ day }) => day)).toEqual(days.slice(0, 2));
});
