/** Batch (contract section 5, `PUT /customers/batch`): many upserts in order, each with its own answer. */
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { stored } from './stored.ts';
import { MOBILE, OTHER_MOBILE, upsert } from './upsert-case.ts';

const service = useService();

const numbered = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ name: `Person ${i}`, email: `person${i}@example.com` }));

describe('batch', () => {
  it('answers every item in order, and counts the outcomes', async () => {
    const business = await service.business();
    await upsert(business, { name: 'Known', phone: OTHER_MOBILE });
    const answer = await business.send('PUT', '/customers/batch', {
      customers: [
        { name: 'Ann', phone: MOBILE },
        { name: 'Ann', phone: '0412 345 678' },
        { name: 'Ann Lee', phone: MOBILE },
        { name: 'nobody' },
        { phone: OTHER_MOBILE, name: 'Other', do_not_update: true },
      ],
    });
    expect(answer).toMatchObject({ status: 200, success: true });
    expect(answer.body).toMatchObject({ created: 1, updated: 1, unchanged: 1, found: 1, failed: 1 });
    expect(answer.body.items.map((item) => item.status)).toEqual([200, 200, 200, 422, 200]);
    const [first, second, third, refused, found] = answer.body.items;
    expect(first!.customer.upsert.outcome).toBe('created');
    expect([second!.customer.id, third!.customer.id]).toEqual(Array(2).fill(first!.customer.id));
    expect(third!.customer).toMatchObject({ name: 'Ann Lee', version: 2 });
    expect(refused).toMatchObject({ code: 'contact_details_required' });
    expect(found!.customer).toMatchObject({ name: 'Known', upsert: { outcome: 'found' } });
  });

  it('sees what an earlier item did to the same person, named by another contact, however far apart', async () => {
    const business = await service.business();
    const { id } = await upsert(business, { name: 'Xavier', email: 'e@clientele.test' });
    await business.send('PATCH', `/customers/${id}`, {
      contacts: ['e@clientele.test', 'q@clientele.test'].map((value) => ({ type: 'email', value })),
    });
    const customers: object[] = numbered(500);
    customers[10] = { email: 'e@clientele.test', name: 'Yolanda' };
    customers[300] = { email: 'q@clientele.test', name: 'Xavier' };
    const { body } = await business.send('PUT', '/customers/batch', { customers });
    const outcomes = [10, 300].map((n) => body.items[n]!.customer);
    expect(outcomes.map((one) => [one.name, one.upsert.outcome, one.version])).toEqual([
      ['Yolanda', 'updated', 3],
      ['Xavier', 'updated', 4],
    ]);
    expect((await business.send('GET', `/customers/${id}`)).body).toMatchObject({
      name: 'Xavier',
      version: 4,
    });
  });

  it("one item's error never fails the rest, whatever is wrong with it", async () => {
    const business = await service.business();
    const elsewhere = await (await service.business()).addLocation();
    const bad: [item: unknown, status: number, code: string][] = [
      [{ phone: MOBILE, nickname: 'x' }, 422, 'unknown_field'],
      [{ email: 'no e-mail at all', name: 7 }, 422, 'validation_failed'],
      [{ name: 'Ann \u0000', email: 'ann@example.com' }, 422, 'validation_failed'],
      [{ phone: OTHER_MOBILE, location_id: elsewhere }, 404, 'location_not_found'],
      [null, 422, 'validation_failed'],
      ['text', 422, 'validation_failed'],
    ];
    const customers = bad.flatMap(([item], i) => [item, { email: `good${i}@example.com` }]);
    const { status, body } = await business.send('PUT', '/customers/batch', { customers });
    expect([status, body.created, body.failed]).toEqual([200, bad.length, bad.length]);
    for (const [i, [, expected, code]] of bad.entries()) {
      expect(body.items[2 * i], code).toMatchObject({ status: expected, code });
      expect(body.items[2 * i + 1]!.status).toBe(200);
    }
    expect(body.items[2]!.errors.map((error) => error.field).sort()).toEqual(['email', 'name']);
  });

  it('takes a thousand, no more, and not none', async () => {
    const business = await service.business();
    const thousand = await business.send('PUT', '/customers/batch', { customers: numbered(1000) });
    expect(thousand.body).toMatchObject({ created: 1000, failed: 0 });
    expect(thousand.body.items.map((item) => item.customer.name)).toEqual(
      numbered(1000).map(({ name }) => name),
    );
    for (const customers of [numbered(1001), []]) {
      const answer = await business.send('PUT', '/customers/batch', { customers });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'customers' }] } });
    }
    expect(await stored(service.sql, business.id)).toMatchObject({ customers: 1000, events: 1000 });
  });

  it('a person who comes a thousand times is one customer', async () => {
    const business = await service.business();
    const customers = Array.from({ length: 1000 }, (_, i) => ({ phone: MOBILE, name: `Ann ${i % 10}` }));
    const { body } = await business.send('PUT', '/customers/batch', { customers });
    expect(body).toMatchObject({ created: 1, updated: 999, failed: 0 });
    expect(body.items.at(-1)!.customer).toMatchObject({ name: 'Ann 9', version: 1000 });
    expect(await stored(service.sql, business.id)).toMatchObject({ customers: 1, events: 1000 });
  });

  it('batches at once with the same people make each person once', async () => {
    const business = await service.business();
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => business.send('PUT', '/customers/batch', { customers: numbered(300) })),
    );
    expect(answers.map((answer) => [answer.status, answer.body.failed])).toEqual(Array(4).fill([200, 0]));
    expect(answers.reduce((sum, answer) => sum + answer.body.created, 0)).toBe(300);
    expect(await stored(service.sql, business.id)).toMatchObject({ customers: 300, events: 300 });
  });

  it('every item has a location of its own', async () => {
    const business = await service.business();
    const there = await business.addLocation();
    const { body } = await business.send('PUT', '/customers/batch', {
      customers: [
        { phone: MOBILE, location_id: there },
        { phone: MOBILE, location_id: business.locationId },
        { phone: MOBILE },
      ],
    });
    expect(body.items.slice(0, 2).map((item) => item.customer.location_id)).toEqual([
      there,
      business.locationId,
    ]);
    expect(body.items[2]).toMatchObject({ status: 422, code: 'location_required' });
  });

  it('dry_run answers as the real call does, items seeing those before them, and writes nothing', async () => {
    const business = await service.business();
    const customers = [...numbered(300), { email: 'person0@example.com', phone: MOBILE }, { name: 'nobody' }];
    const dry = await business.send('PUT', '/customers/batch?dry_run=true', { customers });
    const counts = { created: 300, updated: 1, unchanged: 0, found: 0, failed: 1 };
    expect(dry).toMatchObject({ status: 200, body: counts });
    expect(await stored(service.sql, business.id)).toMatchObject({ customers: 0, contacts: 0, events: 0 });
    expect((await business.send('PUT', '/customers/batch', { customers })).body).toMatchObject(counts);
  });

  it('an unknown field beside customers is 422', async () => {
    const { send } = await service.business();
    const answer = await send('PUT', '/customers/batch', { customers: numbered(1), mode: 'fast' });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'unknown_field', errors: [{ field: 'mode' }] },
    });
  });

  it('makes each person once, whoever else writes the same people at that moment', async () => {
    const business = await service.business();
    const people = Array.from({ length: 500 }, (_, n) => ({
      name: `Person ${n}`,
      email: `p${n}@example.com`,
    }));
    // Enough for several full groups, each person twice in every batch and in another order.
    const batches = [
      [...people, ...people],
      [...people.toReversed(), ...people],
      [...people, ...people.toReversed()],
      people.flatMap((person) => [person, person]),
    ];
    const answers = await Promise.all(
      batches.map((customers) => business.send('PUT', '/customers/batch', { customers })),
    );
    expect(answers.map(({ body }) => body.failed)).toEqual([0, 0, 0, 0]);
    expect(answers.reduce((sum, { body }) => sum + body.created, 0)).toBe(500);
    expect((await business.send('GET', '/customers')).body.total).toBe(500);
    const ids = new Map<string | null, Set<string>>();
    for (const { customer } of answers.flatMap(({ body }) => body.items))
      ids.set(customer.email, (ids.get(customer.email) ?? new Set()).add(customer.id));
    expect([...ids.values()].filter((set) => set.size !== 1)).toEqual([]);
  });
});
