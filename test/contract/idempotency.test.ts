/** Retries (contract section 5, "safety"): an Idempotency-Key makes any write safe to repeat. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isRepeatable } from '../../src/http/route.ts';
import {
  type Answer,
  type Send,
  sender,
  type TestBusiness,
  useSecondServer,
  useService,
} from '../harness.ts';
import { dump } from '../isolation/victim.ts';
import { done, made } from './life-case.ts';
import { stored } from './stored.ts';
import { MOBILE, upsert } from './upsert-case.ts';

const service = useService();
const elsewhere = useSecondServer(service);

const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });

function expectReplay(first: Answer, again: Answer): void {
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect([again.status, again.text, again.headers.get('etag')]).toEqual([
    first.status,
    // An API key is shown once.
    first.text.replace(/"key":"clt_[^"]+"/, '"key":null'),
    first.headers.get('etag'),
  ]);
}

type Request = [method: string, path: string, body?: unknown];
type Prepare = (business: TestBusiness) => Promise<Request>;

/** A request to a customer just made. */
const to =
  (method: string, path = '', body?: unknown): Prepare =>
  async (business) => [method, `/customers/${(await made(business, { name: 'A' })).id}${path}`, body];

/** A pair that one upsert has named, as it stands among the possible duplicates. */
async function pairOf(business: TestBusiness): Promise<string> {
  await upsert(business, { phone: MOBILE });
  await upsert(business, { email: 'ann@clientele.test' });
  await upsert(business, { phone: MOBILE, email: 'ann@clientele.test' });
  return (await done(business.send('GET', '/duplicates'))).items[0]!.id;
}

/** Every kind of write: the operation, what it needs, and its request. */
const WRITES: Record<string, [operationId: string, prepare: Prepare]> = {
  create: ['createCustomer', async () => ['POST', '/customers', { name: 'Ann' }]],
  'upsert that creates': [
    'upsertCustomer',
    async () => ['PUT', '/customers', { name: 'Ann', phone: MOBILE }],
  ],
  'upsert that changes nothing': [
    'upsertCustomer',
    async (business) => {
      await upsert(business, { phone: MOBILE });
      return ['PUT', '/customers', { phone: MOBILE }];
    },
  ],
  batch: [
    'upsertCustomers',
    async () => [
      'PUT',
      '/customers/batch',
      { customers: [{ phone: MOBILE }, { name: 'nobody' }, { phone: MOBILE, name: 'Ann' }] },
    ],
  ],
  update: ['updateCustomer', to('PATCH', '', { name: 'Ann' })],
  'update by PUT': ['putCustomer', to('PUT', '', { name: 'Ann' })],
  delete: ['deleteCustomer', to('DELETE')],
  restore: [
    'restoreCustomer',
    async (business) => {
      const [, path] = await to('POST')(business);
      await done(business.send('DELETE', path));
      return ['POST', `${path}/restore`];
    },
  ],
  merge: [
    'mergeCustomers',
    async (business) =>
      await to('POST', '/merge', { from: (await made(business, { name: 'B' })).id })(business),
  ],
  unmerge: [
    'unmergeCustomers',
    async (business) => {
      const { id: from } = await made(business, { name: 'B' });
      const [, path] = await to('POST')(business);
      await done(business.send('POST', `${path}/merge`, { from }));
      return ['POST', `${path}/unmerge`, { from }];
    },
  ],
  reference: ['putReference', to('PUT', '/references/booking/1', { state: 'open' })],
  'remove a reference': [
    'removeReference',
    async (business) => {
      const [, path] = await to('DELETE', '/references/booking/1')(business);
      await done(business.send('PUT', path, { state: 'open' }));
      return ['DELETE', path];
    },
  ],
  'place a hold': ['placeLegalHold', to('PUT', '/legal-hold', { reason: 'A claim' })],
  'lift a hold': [
    'liftLegalHold',
    async (business) => {
      const [, path] = await to('DELETE', '/legal-hold')(business);
      await done(business.send('PUT', path, { reason: 'A claim' }));
      return ['DELETE', path];
    },
  ],
  erase: ['eraseCustomer', to('POST', '/erase')],
  'dismiss a pair': [
    'dismissDuplicate',
    async (business) => ['POST', `/duplicates/${await pairOf(business)}/dismiss`],
  ],
  'reopen a pair': [
    'reopenDuplicate',
    async (business) => {
      const path = `/duplicates/${await pairOf(business)}`;
      await done(business.send('POST', `${path}/dismiss`));
      return ['POST', `${path}/reopen`];
    },
  ],
  'undo an import': [
    'undoImport',
    async (business) => {
      const id = randomUUID();
      await done(business.send('PUT', `/customers?import_id=${id}`, { phone: MOBILE }));
      return ['POST', `/imports/${id}/undo`];
    },
  ],
  'add the demo customers': ['addDemoCustomers', async () => ['POST', '/demo-customers']],
  'create a location': ['createLocation', async () => ['POST', '/locations', { name: 'North' }]],
  'change a location': [
    'updateLocation',
    async ({ locationId }) => ['PATCH', `/locations/${locationId}`, { name: 'North' }],
  ],
  'create an API key': ['createApiKey', async () => ['POST', '/api-keys', { name: 'Form' }]],
  'rotate an API key': [
    'rotateApiKey',
    async ({ addKey }) => ['POST', `/api-keys/${(await addKey({})).id}/rotate`, { overlap_seconds: 3600 }],
  ],
  'revoke an API key': [
    'revokeApiKey',
    async ({ addKey }) => ['DELETE', `/api-keys/${(await addKey({})).id}`],
  ],
  'set the delete rules': [
    'setDeleteRules',
    async () => ['PUT', '/delete-rules', { protected_tags: ['vip'] }],
  ],
};

describe('a repetition under the same key', () => {
  it('is told of every write there is', () => {
    const takingOne = service.server.routes
      .filter(({ method, scope }) => method !== 'GET' && isRepeatable(scope))
      .map(({ operationId }) => operationId);
    const told = new Set(Object.values(WRITES).map(([operationId]) => operationId));
    expect([...told].sort()).toEqual(takingOne.sort());
  });

  for (const [what, [operationId, prepare]] of Object.entries(WRITES)) {
    it(`${what}: answers as the first time, through any process, and writes nothing`, async () => {
      const business = await service.business();
      const [method, path, body] = await prepare(business);
      const route = service.server.routes.find((one) => one.operationId === operationId)!;
      expect([method, path]).toEqual([
        route.method,
        expect.stringMatching(new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`)),
      ]);
      const first = await business.send(method, path, body, keyed('one'));
      expect(first.success, first.text).toBe(true);
      const before = await dump(service.sql, business.id);
      expectReplay(first, await business.send(method, path, body, keyed('one')));
      expectReplay(first, await sender(elsewhere.url, business.key)(method, path, body, keyed('one')));
      expect(await dump(service.sql, business.id)).toBe(before);
    });
  }

  it('another body, path, query or If-Match is 422 and writes nothing', async () => {
    const business = await service.business();
    const { id } = (await business.send('POST', '/customers', { name: 'Ann' }, keyed('one'))).body;
    const before = await stored(service.sql, business.id);
    const others: [string, string, unknown, Record<string, string>?][] = [
      ['POST', '/customers', { name: 'Bea' }],
      ['PUT', '/customers', { name: 'Ann', phone: MOBILE }],
      ['POST', `/customers?import_id=${randomUUID()}`, { name: 'Ann' }],
      ['PATCH', `/customers/${id}`, { name: 'Ann' }, { 'if-match': '"1"' }],
      ['PUT', '/customers/batch', { customers: [{ phone: MOBILE }] }],
      ['POST', '/locations', { name: 'Ann' }],
    ];
    for (const [method, path, body, more] of others) {
      const options = { headers: { ...keyed('one').headers, ...more } };
      const answer = await business.send(method, path, body, options);
      expect(answer, answer.text).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    }
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('is answered to another key of the same reach: rotation does not double a write', async () => {
    const business = await service.business();
    const rotated = await business.addKey({ scopes: ['customers:write'] });
    const first = await business.send('POST', '/customers', { name: 'Ann' }, keyed('one'));
    expectReplay(first, await rotated.send('POST', '/customers', { name: 'Ann' }, keyed('one')));
  });

  it('keys of another location or business share nothing', async () => {
    const business = await service.business();
    const stranger = await service.business();
    const other = await business.addLocation();
    const keys = await Promise.all(
      [business.locationId, other].map((location_id) => business.addKey({ location_id })),
    );
    const senders: Send[] = [...keys.map(({ send }) => send), stranger.send];
    const ids = new Set<string>();
    for (const send of senders) {
      const answer = await send('POST', '/customers', { name: 'Ann' }, keyed('one'));
      expect(answer.headers.get('idempotent-replayed')).toBeNull();
      ids.add(answer.body.id);
    }
    expect(ids.size).toBe(3);
  });

  it('a refused request changed nothing: mended, it may be sent under the same key', async () => {
    const business = await service.business();
    await upsert(business, { phone: MOBILE });
    const refused = await business.send('POST', '/customers', { phone: MOBILE }, keyed('one'));
    expect(refused.status).toBe(409);
    const mended = await business.send('POST', '/customers', { name: 'Ann' }, keyed('one'));
    expect(mended.status).toBe(201);
    expect(mended.headers.get('idempotent-replayed')).toBeNull();
  });

  it('a dry run is nothing to repeat', async () => {
    const business = await service.business();
    await business.send('POST', '/customers?dry_run=true', { name: 'Ann' }, keyed('one'));
    const real = await business.send('POST', '/customers', { name: 'Ann' }, keyed('one'));
    expect([real.status, real.headers.get('idempotent-replayed')]).toEqual([201, null]);
  });

  it('a write that says it is no dry run is repeated as any other', async () => {
    const repeated: string[] = [];
    for (const [what, [, prepare]] of Object.entries(WRITES)) {
      const business = await service.business();
      const [method, path, body] = await prepare(business);
      const send = () => business.send(method, `${path}?dry_run=false`, body, keyed('one'));
      const first = await send();
      if (first.body.code === 'unknown_field') continue;
      expectReplay(first, await send());
      repeated.push(what);
    }
    // Those that docs/api.md names as taking no dry_run.
    const without = [
      'dismiss a pair',
      'reopen a pair',
      'undo an import',
      'add the demo customers',
      'create a location',
      'change a location',
      'create an API key',
      'rotate an API key',
      'revoke an API key',
      'set the delete rules',
    ];
    expect(repeated).toEqual(Object.keys(WRITES).filter((what) => !without.includes(what)));
  });

  for (const [path, body] of [
    ['/customers', { name: 'Ann' }],
    ['/locations', { name: 'North' }],
  ] as const)
    it(`expires after 24 hours, and not before: POST ${path}`, async () => {
      const business = await service.business();
      const send = () => business.send('POST', path, body, keyed('one'));
      const age = (by: string) => service.sql`
        update idempotency_keys set created_at = now() - ${by}::interval where business_id = ${business.id}`;
      const first = await send();
      await age('23 hours 59 minutes');
      expectReplay(first, await send());
      await age('24 hours 1 second');
      const later = await send();
      expect(later.body.id).not.toBe(first.body.id);
      expectReplay(later, await send());
    });

  describe('expires by the clock that all processes share, whatever their own says', () => {
    const jump = (hours: number) =>
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    afterEach(() => void vi.useRealTimers());

    for (const [path, body] of [
      ['/customers', { name: 'Ann' }],
      ['/locations', { name: 'North' }],
    ] as const)
      for (const hours of [25, -25]) {
        it(`POST ${path} through one that is ${hours} hours off, before and after`, async () => {
          const business = await service.business();
          const send = () => business.send('POST', path, body, keyed('one'));
          const first = await send();
          jump(hours);
          expectReplay(first, await send());
          const wrong = await business.send('POST', path, body, keyed('two'));
          expectReplay(wrong, await business.send('POST', path, body, keyed('two')));
          vi.useRealTimers();
          expectReplay(wrong, await business.send('POST', path, body, keyed('two')));
          expectReplay(first, await send());
        });
      }
  });

  it('shows a new API key only the first time', async () => {
    const business = await service.business();
    const first = await business.send('POST', '/api-keys', { name: 'Form' }, keyed('one'));
    const again = await business.send('POST', '/api-keys', { name: 'Form' }, keyed('one'));
    expect(again.body).toEqual({ ...first.body, key: null });
    const rows = await service.sql`select answer from idempotency_keys where business_id = ${business.id}`;
    expect(JSON.stringify(rows)).not.toContain(first.body.key);
  });

  it('a rotation makes one key, and shows it only the first time', async () => {
    const business = await service.business();
    const old = await business.addKey({ name: 'Form' });
    const rotate = () =>
      business.send('POST', `/api-keys/${old.id}/rotate`, { overlap_seconds: 3600 }, keyed('one'));
    const first = await rotate();
    const again = await rotate();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual({ ...first.body, key: null });
    const { items } = await done(business.send('GET', '/api-keys'));
    expect(items.filter(({ name }) => name === 'Form').map(({ id }) => id)).toEqual([old.id, first.body.id]);
    const rows = await service.sql`select answer from idempotency_keys where business_id = ${business.id}`;
    expect(JSON.stringify(rows)).toContain(first.body.id);
    expect(JSON.stringify(rows)).not.toContain(first.body.key);
  });
});

describe('twins at once', () => {
  it('sixty-four through two processes: one customer; each is answered 201 or told to come back', async () => {
    const business = await service.business();
    const sends = [business.send, sender(elsewhere.url, business.key)];
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        sends[i % 2]!('POST', '/customers', { name: 'Ann' }, keyed('one')),
      ),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_in_progress' } });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    const ids = answers.filter(({ status }) => status === 201).map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(1);
    expect(await stored(service.sql, business.id)).toMatchObject({ customers: 1, events: 1 });
  });
});

describe('a batch of several parts', () => {
  it('goes on after a crash between two of them, and nothing is done twice', async () => {
    const business = await service.business();
    const customers = Array.from({ length: 600 }, (_, i) => ({ email: `part${i}@clientele.test` }));
    const first = await business.send('PUT', '/customers/batch', { customers }, keyed('one'));
    expect(first.body.created).toBe(600);
    // As if the process had been killed before the last part was committed.
    await service.sql`delete from idempotency_keys where business_id = ${business.id} and part = 2`;
    const again = await business.send('PUT', '/customers/batch', { customers }, keyed('one'));
    expect(again.body.items.slice(0, 500)).toEqual(first.body.items.slice(0, 500));
    expect(again.body).toMatchObject({ created: 500, unchanged: 100 });
    expect(await stored(service.sql, business.id)).toMatchObject({ customers: 600, events: 600 });
  });

  it.each([
    ['its disk is full', '53100', 503],
    ['a lock does not come', '55P03', 503],
    ['it takes too long', '57014', 503],
    ['it refuses a value', 'P0001', 500],
  ])(
    'that the database does not take (%s) is written as a whole by its repetition, and remembered',
    async (_what, state, status) => {
      const business = await service.business();
      const mark = `refused ${state}`;
      await service.sql.unsafe(`
      create sequence refusals_${state};
      create function refuse_${state}() returns trigger language plpgsql as $$
      begin
        -- The first time alone: what a sequence has counted stays counted.
        if nextval('refusals_${state}') = 1 then raise exception 'refused' using errcode = '${state}'; end if;
        return new;
      end $$;
      create trigger refuse_${state} before insert on customers for each row
      when (new.name = '${mark}') execute function refuse_${state}()`);
      const before = await stored(service.sql, business.id);
      const customers = ['a', 'b', 'c'].map((who) => ({
        name: who === 'b' ? mark : who,
        email: `${who}@clientele.test`,
      }));
      const send = () => business.send('PUT', '/customers/batch', { customers }, keyed('one'));
      expect(await send()).toMatchObject({ status });
      expect(await stored(service.sql, business.id)).toEqual(before);
      const first = await send();
      expect(first).toMatchObject({ status: 200, body: { created: 3 } });
      expectReplay(first, await send());
    },
  );

  it('under a key that stands for another request writes nothing of any part', async () => {
    const business = await service.business();
    await business.send('POST', '/customers', { name: 'Ann' }, keyed('one'));
    const before = await stored(service.sql, business.id);
    const customers = Array.from({ length: 600 }, (_, n) => ({ email: `n${n}@clientele.test` }));
    const answer = await business.send('PUT', '/customers/batch', { customers }, keyed('one'));
    expect(answer, answer.text).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    // What is under way when the answer comes would be there a little later.
    await sleep(500);
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  describe('whose first part was refused whole', () => {
    const nobody = Array.from({ length: 250 }, () => ({ name: 'nobody' }));
    const people = (who: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({ email: `${who}${n}@clientele.test` }));
    const one = { customers: [...nobody, ...people('one', 260)] };

    it('has its key: another request writes nothing under it, and it is answered again itself, also after a crash', async () => {
      const business = await service.business();
      const first = await business.send('PUT', '/customers/batch', one, keyed('one'));
      expect(first.body).toMatchObject({ created: 260, failed: 250 });
      // As if the process had been killed before the last part was committed.
      await service.sql`delete from idempotency_keys where business_id = ${business.id} and part = 2`;
      const before = await stored(service.sql, business.id);
      const others: [string, string, unknown][] = [
        ['PUT', '/customers/batch', { customers: people('other', 260) }],
        ['POST', '/customers', { name: 'Ann' }],
        ['POST', '/locations', { name: 'North' }],
      ];
      for (const [method, path, body] of others) {
        const answer = await business.send(method, path, body, keyed('one'));
        expect(answer, answer.text).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
      }
      const again = await business.send('PUT', '/customers/batch', one, keyed('one'));
      expect(again.body).toMatchObject({ created: 250, unchanged: 10, failed: 250 });
      expect(again.body.items.slice(0, 500)).toEqual(first.body.items.slice(0, 500));
      expect(await stored(service.sql, business.id)).toEqual(before);
    });

    it('and another at once through another process: of one of them nothing is written', async () => {
      const business = await service.business();
      const other = { customers: people('other', 260) };
      const elsewhereSend = sender(elsewhere.url, business.key);
      for (let round = 0; round < 4; round++) {
        const answers = await Promise.all([
          business.send('PUT', '/customers/batch', one, keyed(`round-${round}`)),
          elsewhereSend('PUT', '/customers/batch', other, keyed(`round-${round}`)),
        ]);
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
        const emails = await service.sql`select value from contacts where business_id = ${business.id}`;
        expect(new Set(emails.map(({ value }) => value.replace(/\d.*/, ''))).size).toBe(1);
        await service.sql`delete from contacts where business_id = ${business.id}`;
      }
    });

    it('and the others too: it may be sent again under its key when the cause is mended', async () => {
      const business = await service.business();
      const location_id = await business.addLocation();
      const key = await business.addKey({ location_id, scopes: ['customers:write'] });
      const customers = people('one', 260).map((person) => ({ ...person, location_id: business.locationId }));
      const refused = await key.send('PUT', '/customers/batch', { customers }, keyed('one'));
      expect(refused.body).toMatchObject({ created: 0, failed: 260 });
      const mended = { customers: people('one', 260) };
      const answer = await key.send('PUT', '/customers/batch', mended, keyed('one'));
      expect(answer.body).toMatchObject({ created: 260, failed: 0 });
      expect(answer.headers.get('idempotent-replayed')).toBeNull();
    });
  });
});

describe('a repetition after the locations have changed', () => {
  const create: [string, string, (there: string) => object][] = [
    ['POST', '/customers', () => ({ name: 'Ann' })],
    ['PUT', '/customers', () => ({ phone: MOBILE })],
    ['PUT', '/customers/batch', () => ({ customers: [{ phone: MOBILE }, { name: 'nobody' }] })],
    [
      'PUT',
      '/customers/batch',
      (location_id) => ({
        customers: [
          { phone: MOBILE, name: 'Ann' },
          { location_id: 'none' },
          { email: 'bea@clientele.test', location_id },
          { phone: 7 },
          { email: 'cy@clientele.test' },
        ],
      }),
    ],
  ];
  it.each(create)('%s %s: each item is answered as the first time', async (method, path, body) => {
    const business = await service.business();
    const request = body(business.locationId);
    const first = await business.send(method, path, request, keyed('one'));
    expect(first.success, first.text).toBe(true);
    await business.addLocation();
    expectReplay(first, await business.send(method, path, request, keyed('one')));
    expectReplay(first, await sender(elsewhere.url, business.key)(method, path, request, keyed('one')));
    expect(await business.send(method, path, request, keyed('two'))).not.toMatchObject({ body: first.body });
  });

  it('of an answer as the version before kept it, without the items that could not be read', async () => {
    const business = await service.business();
    const customers = [
      { phone: 7 },
      { phone: MOBILE },
      { email: 'nothing' },
      { email: 'bea@clientele.test' },
    ];
    const first = await business.send('PUT', '/customers/batch', { customers }, keyed('one'));
    expect(first.body).toMatchObject({ created: 2, failed: 2 });
    const [row] = await service.sql`select answer from idempotency_keys where business_id = ${business.id}`;
    const older = JSON.parse(row!.answer).filter((kept: object) => !('item' in kept));
    expect(older).toHaveLength(3);
    await service.sql`
      update idempotency_keys set answer = ${JSON.stringify(older)} where business_id = ${business.id}`;
    expectReplay(first, await business.send('PUT', '/customers/batch', { customers }, keyed('one')));
  });
});

describe('a key that is none', () => {
  for (const key of ['', 'two words', 'x'.repeat(256), 'ключ']) {
    it(`${JSON.stringify(key.slice(0, 20))} is 422`, async () => {
      const { send } = await service.business();
      const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') };
      const answer = await send('POST', '/customers', { name: 'Ann' }, { headers });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'Idempotency-Key' }] } });
    });
  }

  it('255 visible characters are one', async () => {
    const { send } = await service.business();
    const key = `${randomUUID()}${'~'.repeat(219)}`;
    expect((await send('POST', '/customers', { name: 'Ann' }, keyed(key))).status).toBe(201);
  });
});
