/** Restore, legal hold, references and the purge (contract section 4): what brings a record back, and what keeps it. */
import { describe, expect, it } from 'vitest';
import { purgeCustomers } from '../../src/customers/purge.ts';
import { openService } from '../../src/customers/service.ts';
import { keepHouse } from '../../src/housekeeping.ts';
import { type TestBusiness, useService } from '../harness.ts';
import { dump } from '../isolation/victim.ts';
import { content, done, events, made, merge } from './life-case.ts';
import { stored } from './stored.ts';
import { fetched, LANDLINE, MOBILE, upsert, values } from './upsert-case.ts';

const service = useService();

async function known(body: object = {}): Promise<{ business: TestBusiness; id: string; path: string }> {
  const business = await service.business();
  const { id } = await upsert(business, { name: 'Ann', phone: MOBILE, email: 'ann@clientele.test', ...body });
  return { business, id, path: `/customers/${id}` };
}

describe('restore', () => {
  it('brings the record back with its contacts, as it was', async () => {
    const { business, id, path } = await known({ tags: ['vip'] });
    const before = await fetched(business, id);
    await business.send('DELETE', path);
    const answer = await business.send('POST', `${path}/restore`);
    expect(answer).toMatchObject({
      status: 200,
      message: 'Customer restored!',
      body: { contacts_taken: [] },
    });
    expect(content(await fetched(business, id))).toEqual(content(before));
    expect((await upsert(business, { phone: MOBILE })).id).toBe(id);
    expect((await business.send('GET', '/customers')).body.total).toBe(1);
    expect((await business.send('GET', '/customers?deleted=true')).body.items).toEqual([]);
  });

  it('names the contacts that somebody took meanwhile, and leaves them there', async () => {
    const { business, id, path } = await known();
    await business.send('DELETE', path);
    const other = await upsert(business, { phone: MOBILE, name: 'Bea' });
    const answer = await done(business.send('POST', `${path}/restore`));
    expect(answer.contacts_taken).toEqual([{ type: 'phone', value: MOBILE, customer_id: other.id }]);
    expect(values(await fetched(business, id))).toEqual(['ann@clientele.test']);
    expect(values(await fetched(business, other.id))).toEqual([MOBILE]);
  });

  it('is refused when nothing would be left to know the customer by', async () => {
    const business = await service.business();
    const { id } = await upsert(business, { phone: MOBILE });
    await business.send('DELETE', `/customers/${id}`);
    const other = await upsert(business, { phone: MOBILE });
    const answer = await business.send('POST', `/customers/${id}/restore`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'contact_in_use', customer_id: other.id } });
  });

  it('a live record is done, an unknown one 404, dry_run writes nothing', async () => {
    const { business, id, path } = await known();
    const before = await stored(service.sql, business.id);
    expect(await business.send('POST', `${path}/restore`)).toMatchObject({
      status: 200,
      body: { id, version: 1 },
    });
    expect(await stored(service.sql, business.id)).toEqual(before);
    const unknown = await business.send('POST', '/customers/00000000-0000-7000-8000-000000000000/restore');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
    await business.send('DELETE', path);
    expect((await business.send('POST', `${path}/restore?dry_run=true`)).status).toBe(200);
    expect((await business.send('GET', path)).status).toBe(404);
  });

  it('is an event, and deleted ones are listed with deleted=true until then', async () => {
    const { business, id, path } = await known();
    await business.send('DELETE', path);
    const { items, total } = (await business.send('GET', '/customers?deleted=true')).body;
    expect([total, items[0]!.id, typeof items[0]!.deleted_at]).toEqual([1, id, 'string']);
    await business.send('POST', `${path}/restore`);
    expect((await events(business, id)).map(({ type }) => type)).toEqual(['restored', 'deleted', 'created']);
  });
});

describe('delete rule: legal_hold', () => {
  it('blocks delete and erase until the hold is lifted', async () => {
    const { business, path } = await known();
    const held = await business.send('PUT', `${path}/legal-hold`, { reason: 'Claim 2026/118' });
    expect(held).toMatchObject({
      status: 200,
      message: 'Legal hold placed.',
      body: { legal_hold: 'Claim 2026/118' },
    });
    for (const [method, target] of [
      ['DELETE', path],
      ['POST', `${path}/erase`],
    ] as const) {
      const answer = await business.send(method, target);
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'delete_blocked', blockers: [{ rule: 'legal_hold', count: 1 }] },
      });
    }
    expect((await business.send('DELETE', `${path}?force=true`)).status).toBe(409);
    expect(await business.send('DELETE', `${path}/legal-hold`)).toMatchObject({
      status: 200,
      body: { legal_hold: null },
    });
    expect((await business.send('DELETE', path)).status).toBe(200);
  });

  it('is not got round by a merge: it goes over to the survivor, and is lifted there', async () => {
    const { business, path } = await known();
    const other = await made(business, { name: 'Bea', phone: LANDLINE });
    await done(business.send('PUT', `/customers/${other.id}/legal-hold`, { reason: 'Claim 2026/118' }));
    await done(merge(business, path.split('/')[2]!, other.id));
    const before = await stored(service.sql, business.id);
    const refused = { code: 'delete_blocked', blockers: [{ rule: 'legal_hold', count: 1 }] };
    for (const query of ['', '?force=true'])
      expect(await business.send('DELETE', path + query)).toMatchObject({ status: 409, body: refused });
    expect(await business.send('POST', `${path}/erase`)).toMatchObject({ status: 409, body: refused });
    // The id that was merged away is no way round it either.
    for (const [method, target] of [
      ['DELETE', ''],
      ['POST', '/erase'],
      ['DELETE', '/legal-hold'],
    ] as const)
      expect((await business.send(method, `/customers/${other.id}${target}`)).status).toBe(409);
    expect(await stored(service.sql, business.id)).toEqual(before);
    await done(business.send('DELETE', `${path}/legal-hold`));
    expect((await business.send('DELETE', path)).status).toBe(200);
    expect((await business.send('POST', `${path}/erase`)).status).toBe(200);
  });

  it('dry_run of placing and lifting answers the hold that would be, and writes nothing', async () => {
    const { business, path } = await known();
    const place = (query: string) => business.send('PUT', `${path}/legal-hold${query}`, { reason: 'x' });
    const lift = (query: string) => business.send('DELETE', `${path}/legal-hold${query}`);
    for (const [write, legal_hold] of [
      [place, 'x'],
      [lift, null],
    ] as const) {
      const before = await dump(service.sql, business.id);
      const rehearsed = await write('?dry_run=true');
      expect(rehearsed).toMatchObject({ status: 200, body: { legal_hold } });
      expect(await dump(service.sql, business.id)).toBe(before);
      expect((await write('')).body).toEqual(rehearsed.body);
    }
  });

  it('needs the scope admin and a reason', async () => {
    const { business, path } = await known();
    const { send } = await business.addKey({ scopes: ['customers:write', 'customers:delete'] });
    expect((await send('PUT', `${path}/legal-hold`, { reason: 'x' })).status).toBe(403);
    expect((await business.send('PUT', `${path}/legal-hold`, { reason: ' ' })).status).toBe(422);
  });
});

describe('delete rule: open_reference', () => {
  it('blocks while open, names what is open, and is cleared by closing or removing', async () => {
    const { business, path } = await known();
    for (const ref of ['B-1', 'B-2', 'B-3'])
      await done(business.send('PUT', `${path}/references/booking/${ref}`, { state: 'open' }));
    await done(business.send('PUT', `${path}/references/booking/B-3`, { state: 'closed' }));
    const blocked = await business.send('DELETE', path);
    expect(blocked.body.blockers).toMatchObject([
      {
        rule: 'open_reference',
        count: 2,
        references: [
          { kind: 'booking', ref: 'B-1' },
          { kind: 'booking', ref: 'B-2' },
        ],
      },
    ]);
    await done(business.send('PUT', `${path}/references/booking/B-1`, { state: 'closed' }));
    await done(business.send('DELETE', `${path}/references/booking/B-2`));
    expect((await business.send('DELETE', path)).status).toBe(200);
  });

  it('force passes over the kinds that the rules call soft, and no other', async () => {
    const { business, path } = await known();
    await business.send('PUT', '/delete-rules', { soft_reference_kinds: ['enquiry'] });
    await done(business.send('PUT', `${path}/references/enquiry/1`, { state: 'open' }));
    await done(business.send('PUT', `${path}/references/invoice/1`, { state: 'open' }));
    const forced = await business.send('DELETE', `${path}?force=true`);
    expect(forced.body.blockers).toMatchObject([{ count: 1, references: [{ kind: 'invoice', ref: '1' }] }]);
    await done(business.send('DELETE', `${path}/references/invoice/1`));
    const soft = await business.send('DELETE', path);
    expect(soft.body.blockers[0]!.resolution).toContain('force=true');
    expect((await business.send('DELETE', `${path}?force=true`)).status).toBe(200);
  });

  it('force passes over nothing else: a protected status and a protected tag still block', async () => {
    const { business, path } = await known({ tags: ['vip'] });
    const rules = {
      soft_reference_kinds: ['enquiry'],
      protected_statuses: ['active'],
      protected_tags: ['vip'],
    };
    await done(business.send('PUT', '/delete-rules', rules));
    await done(business.send('PUT', `${path}/references/enquiry/1`, { state: 'open' }));
    const before = await stored(service.sql, business.id);
    const forced = await business.send('DELETE', `${path}?force=true`);
    expect([forced.status, forced.body.blockers.map(({ rule }) => rule)]).toEqual([
      409,
      ['protected_status', 'protected_tag'],
    ]);
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('dry_run of registering, closing and removing one writes nothing', async () => {
    const { business, path } = await known();
    const target = `${path}/references/booking/1`;
    for (const [method, state] of [
      ['PUT', 'open'],
      ['PUT', 'closed'],
      ['DELETE', null],
    ] as const) {
      const send = (query: string) => business.send(method, target + query, state ? { state } : undefined);
      const before = await dump(service.sql, business.id);
      const rehearsed = await send('?dry_run=true');
      expect(rehearsed).toMatchObject({ status: 200, body: { kind: 'booking', ref: '1', state } });
      expect(await dump(service.sql, business.id)).toBe(before);
      expect((await send('')).body).toEqual(rehearsed.body);
    }
  });

  it('the same again changes nothing; each change is an event', async () => {
    const { business, id, path } = await known();
    const target = `${path}/references/pos.sale/${encodeURIComponent('2026/07 #4')}`;
    for (let i = 0; i < 3; i++)
      expect(await business.send('PUT', target, { state: 'open' })).toMatchObject({
        status: 200,
        body: { kind: 'pos.sale', ref: '2026/07 #4', state: 'open' },
      });
    await done(business.send('DELETE', target));
    await done(business.send('DELETE', target));
    const [removed, opened, ...rest] = await events(business, id);
    expect(rest).toHaveLength(1);
    expect(opened!.changes).toEqual({ 'references/pos.sale/2026/07 #4': { before: null, after: 'open' } });
    expect(removed!.changes).toEqual({ 'references/pos.sale/2026/07 #4': { before: 'open', after: null } });
  });

  for (const [what, target, body] of [
    ['a kind in capitals', 'Booking/1', { state: 'open' }],
    ['a state that is none', 'booking/1', { state: 'maybe' }],
    ['a ref too long', `booking/${'x'.repeat(129)}`, { state: 'open' }],
    ['no body', 'booking/1', undefined],
  ] as const) {
    it(`${what} is 422`, async () => {
      const { business, path } = await known();
      expect((await business.send('PUT', `${path}/references/${target}`, body)).status).toBe(422);
    });
  }

  it('all blockers that apply are told at once, each with what it is, how many, which and what to do', async () => {
    const { business, path } = await known({ tags: ['vip'] });
    await business.send('PUT', '/delete-rules', { protected_statuses: ['active'], protected_tags: ['vip'] });
    await business.send('PUT', `${path}/legal-hold`, { reason: 'x' });
    await business.send('PUT', `${path}/references/booking/1`, { state: 'open' });
    const before = await stored(service.sql, business.id);
    for (const query of ['', '?dry_run=true']) {
      const { body } = await business.send('DELETE', path + query);
      expect(body.blockers.map(({ rule }) => rule)).toEqual([
        'legal_hold',
        'open_reference',
        'protected_status',
        'protected_tag',
      ]);
      const shape = ['count', 'message', 'references', 'resolution', 'rule'];
      for (const blocker of body.blockers) {
        expect(Object.keys(blocker).sort()).toEqual(shape);
        expect([blocker.message, blocker.resolution]).toEqual(Array(2).fill(expect.stringMatching(/\S/)));
      }
      expect(body.blockers.map(({ count, references }) => [count, references.length])).toEqual([
        [1, 0],
        [1, 1],
        [1, 0],
        [1, 0],
      ]);
    }
    expect(await stored(service.sql, business.id)).toEqual(before);
  });
});

describe('the purge', () => {
  const later = () => new Date(Date.now() + 1_000).toISOString();

  it('takes what was deleted before, with those merged into it, and leaves the bare events', async () => {
    const { business, id, path } = await known();
    const other = await made(business, { name: 'Zyxwvut Merged', phone: LANDLINE });
    await done(merge(business, id, other.id));
    await done(business.send('PUT', `${path}/references/booking/1`, { state: 'closed' }));
    await business.send('DELETE', path);
    const opened = await openService(service.sql);
    expect(await purgeCustomers(opened, business.id, new Date(0).toISOString())).toBe(0);
    expect(await purgeCustomers(opened, business.id, later())).toBe(2);
    expect(await stored(service.sql, business.id)).toMatchObject({ customers: 0, contacts: 0 });
    const rows =
      await service.sql`select type, changes, context from events where business_id = ${business.id} order by seq`;
    expect(rows.at(-1)).toMatchObject({ type: 'purged', changes: {}, context: null });
    expect(JSON.stringify(rows)).not.toContain('Zyxwvut');
    expect((await business.send('POST', `${path}/restore`)).status).toBe(404);
    expect((await business.send('GET', `/customers/${other.id}`)).status).toBe(404);
  });

  it('leaves what is restored, on hold or live', async () => {
    const { business, id, path } = await known();
    await business.send('DELETE', path);
    await business.send('POST', `${path}/restore`);
    expect(await purgeCustomers(await openService(service.sql), business.id, later())).toBe(0);
    expect((await fetched(business, id)).name).toBe('Ann');
  });

  for (const [what, rules, kept, gone] of [
    ['30 days when nothing is said', {}, 29, 31],
    ['as many days as the rules say', { retention_days: 7 }, 6, 8],
  ] as const) {
    it(`comes after ${what}`, async () => {
      const { business, id, path } = await known();
      const old = await upsert(business, { name: 'Old', phone: LANDLINE });
      await done(business.send('PUT', '/delete-rules', rules));
      for (const [one, days] of [
        [id, kept],
        [old.id, gone],
      ] as const) {
        await done(business.send('DELETE', `/customers/${one}`));
        await service.sql`
          update customers set deleted_at = deleted_at - make_interval(days => ${days}) where id = ${one}`;
      }
      await service.sql`delete from leases`;
      expect(await keepHouse(await openService(service.sql), 'the keeper')).toMatchObject({ purged: 1 });
      await service.sql`delete from leases`;
      expect((await business.send('POST', `/customers/${old.id}/restore`)).status).toBe(404);
      expect((await business.send('POST', `${path}/restore`)).status).toBe(200);
    });
  }

  it('runs by the retention of each business, once though several processes do', async () => {
    const { business, path } = await known();
    await business.send('PUT', '/delete-rules', { retention_days: 0 });
    await business.send('DELETE', path);
    const keepers = await Promise.all(
      Array.from({ length: 4 }, async (_, i) => keepHouse(await openService(service.sql), `keeper ${i}`)),
    );
    expect(keepers.filter((kept) => kept !== null).length).toBeGreaterThanOrEqual(1);
    const rows =
      await service.sql`select type from events where business_id = ${business.id} and type = 'purged'`;
    expect(rows).toHaveLength(1);
    expect(await stored(service.sql, business.id)).toMatchObject({ customers: 0 });
  });
});
