/** The undo of an import (contract section 5; issue "undo for people"): what nobody edited since is as it was. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { content, done, events, made, merge } from './life-case.ts';
import { stored } from './stored.ts';
import { fetched, MOBILE, upsert } from './upsert-case.ts';

const service = useService();

const batch = async (business: TestBusiness, import_id: string, customers: object[]) =>
  done(business.send('PUT', `/customers/batch?import_id=${import_id}`, { customers }));
const undo = (business: TestBusiness, id: string) => business.send('POST', `/imports/${id}/undo`);

describe('the undo of an import', () => {
  it('deletes what it made, and puts back what it changed, exactly', async () => {
    const business = await service.business();
    const known = await made(business, {
      name: 'Ann',
      phone: MOBILE,
      tags: ['a', 'b'],
      custom_fields: { size: 'M' },
    });
    const before = await fetched(business, known.id);
    const id = randomUUID();
    const { items } = await batch(business, id, [
      {
        phone: MOBILE,
        name: 'Ann Lee',
        tags: ['c'],
        email: 'ann@clientele.test',
        custom_fields: { pet: 'dog' },
      },
      { phone: MOBILE, address: '1 High St', added_tags: ['d'] },
      { contacts: [{ type: 'phone', value: MOBILE, label: 'mobile' }] },
      { email: 'new@clientele.test' },
    ]);
    const answer = await undo(business, id);
    expect(answer).toMatchObject({
      status: 200,
      message: 'Import undone.',
      body: { restored: 1, deleted: 1, undone_before: 0, skipped: [], next_cursor: null },
    });
    expect(content(await fetched(business, known.id))).toEqual(content(before));
    expect((await business.send('GET', `/customers/${items[3]!.customer.id}`)).status).toBe(404);
    const [last] = await events(business, known.id);
    expect(last).toMatchObject({ type: 'updated', import_id: id, context: { undo_of: id } });
    expect((await business.send('GET', '/customers')).body.total).toBe(1);
  });

  it('leaves what was edited, deleted, merged or is kept by the delete rules since, and names each', async () => {
    const business = await service.business();
    const id = randomUUID();
    const { items } = await batch(
      business,
      id,
      ['edited', 'deleted', 'merged', 'kept', 'untouched'].map((name) => ({
        name,
        email: `${name}@clientele.test`,
      })),
    );
    const [edited, deleted, merged, kept] = items.map(({ customer }) => customer.id) as [
      string,
      string,
      string,
      string,
    ];
    const other = await made(business, { name: 'Other' });
    await business.send('PATCH', `/customers/${edited}`, { name: 'x' });
    await business.send('DELETE', `/customers/${deleted}`);
    await done(merge(business, other.id, merged));
    await business.send('PUT', `/customers/${kept}/legal-hold`, { reason: 'x' });
    await business.send('PUT', '/delete-rules', { protected_statuses: ['lead'] });
    const { body } = await undo(business, id);
    expect(body).toMatchObject({ deleted: 1, restored: 0 });
    expect(body.skipped.sort((a, b) => (a.customer_id < b.customer_id ? -1 : 1))).toEqual([
      { customer_id: edited, reason: 'edited_since' },
      { customer_id: deleted, reason: 'deleted_since' },
      { customer_id: merged, reason: 'merged_since' },
      { customer_id: kept, reason: 'edited_since' },
    ]);
    expect(await fetched(business, edited)).toMatchObject({ name: 'x' });
  });

  it('a record that the delete rules keep stays, and is named', async () => {
    const business = await service.business();
    const id = randomUUID();
    await batch(business, id, [{ email: 'kept@clientele.test', tags: ['vip'] }]);
    await business.send('PUT', '/delete-rules', { protected_tags: ['vip'] });
    expect((await undo(business, id)).body).toMatchObject({
      deleted: 0,
      skipped: [{ reason: 'delete_blocked' }],
    });
  });

  it('twice changes nothing more, sixteen at once undo once', async () => {
    const business = await service.business();
    const id = randomUUID();
    await upsert(business, { phone: MOBILE, name: 'Ann' });
    await batch(business, id, [{ phone: MOBILE, name: 'Bea' }, { email: 'new@clientele.test' }]);
    const answers = await Promise.all(Array.from({ length: 16 }, () => undo(business, id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200));
    const sum = (field: 'restored' | 'deleted') => answers.reduce((n, { body }) => n + body[field], 0);
    expect([sum('restored'), sum('deleted')]).toEqual([1, 1]);
    const before = await stored(service.sql, business.id);
    expect((await undo(business, id)).body).toMatchObject({
      restored: 0,
      deleted: 0,
      undone_before: 2,
      skipped: [],
    });
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('goes through a large import by its cursor', async () => {
    const business = await service.business();
    const id = randomUUID();
    const customers = Array.from({ length: 600 }, (_, i) => ({ email: `c${i}@clientele.test` }));
    await batch(business, id, customers);
    let deleted = 0;
    let calls = 0;
    for (let cursor: string | null = ''; cursor !== null; calls++) {
      const { body } = await business.send('POST', `/imports/${id}/undo${cursor && `?cursor=${cursor}`}`);
      deleted += body.deleted;
      cursor = body.next_cursor;
    }
    expect([deleted, calls]).toEqual([600, 3]);
    expect(await stored(service.sql, business.id)).toMatchObject({ live: 0 });
  });

  it('covers single upserts and creates that name the import', async () => {
    const business = await service.business();
    const id = randomUUID();
    await done(business.send('PUT', `/customers?import_id=${id}`, { phone: MOBILE }));
    await done(business.send('POST', `/customers?import_id=${id.toUpperCase()}`, { name: 'Ann' }));
    expect((await undo(business, id)).body).toMatchObject({ deleted: 2 });
  });

  it('names those it left under its Idempotency-Key again, whoever the import wrote meanwhile', async () => {
    const business = await service.business();
    const id = randomUUID();
    await made(business, { name: 'Older', email: 'older@clientele.test' });
    const { items } = await batch(business, id, [{ phone: MOBILE }]);
    const customer_id = items[0]!.customer.id;
    await done(business.send('PATCH', `/customers/${customer_id}`, { name: 'Ann' }));
    const send = () =>
      business.send('POST', `/imports/${id}/undo`, undefined, { headers: { 'idempotency-key': 'one' } });
    const first = await send();
    expect(first.body.skipped).toEqual([{ customer_id, reason: 'edited_since' }]);
    await batch(business, id, [{ email: 'older@clientele.test', name: 'Old' }]);
    expect((await send()).body).toEqual(first.body);
  });

  it('of an import that never was, or of another business, is 404', async () => {
    const [business, stranger] = [await service.business(), await service.business()];
    const id = randomUUID();
    await batch(business, id, [{ phone: MOBILE }]);
    for (const answer of [
      await undo(business, randomUUID()),
      await undo(business, 'no-id'),
      await undo(stranger, id),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'import_not_found' } });
  });
});
