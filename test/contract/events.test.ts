/** History (contract section 5): every write appends one event, with who, when, what changed, before and after. */
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { MOBILE, upsert } from './upsert-case.ts';

const service = useService();

describe('events', () => {
  it('every write is one event: who, when, what changed, before and after', async () => {
    const business = await service.business();
    const made = await upsert(business, { name: 'Ann', phone: MOBILE, tags: ['vip'] });
    await upsert(business, { name: 'Ann Lee', phone: MOBILE });
    const updated = await business.send('PATCH', `/customers/${made.id}`, { tags: [], address: '1 High St' });
    const answer = await business.send('GET', `/customers/${made.id}/events`);
    expect(answer).toMatchObject({ status: 200, message: 'Events fetched!', body: { next_cursor: null } });
    const [third, second, first] = answer.body.items;
    expect(answer.body.items).toHaveLength(3);
    expect(first).toMatchObject({ type: 'created', version: 1, customer_id: made.id });
    expect(first!.changes).toMatchObject({
      name: { before: null, after: 'Ann' },
      tags: { before: null, after: ['vip'] },
      contacts: { before: null, after: made.contacts },
    });
    expect(second!.changes).toEqual({ name: { before: 'Ann', after: 'Ann Lee' } });
    expect(third!.changes).toEqual({
      tags: { before: ['vip'], after: [] },
      address: { before: null, after: '1 High St' },
    });
    expect(third).toMatchObject({ type: 'updated', version: 3, at: updated.body.updated_at });
    expect(third!.location_id).toBe(business.locationId);
  });

  it('the actor is the key that wrote', async () => {
    const business = await service.business();
    const { id } = await upsert(business, { phone: MOBILE });
    const phones = await business.addKey({ name: 'Phone system' });
    await phones.send('PUT', '/customers', { phone: MOBILE, name: 'Ann' });
    const { body } = await business.send('GET', `/customers/${id}/events`);
    expect(body.items.map((event) => event.actor)).toMatchObject([
      { type: 'api_key', id: phones.id, name: 'Phone system' },
      { type: 'api_key', name: 'First key' },
    ]);
  });

  it('a delete is an event of the record that is kept', async () => {
    const business = await service.business();
    const { id } = await upsert(business, { phone: MOBILE });
    const { body } = await business.send('DELETE', `/customers/${id}`);
    const rows = await service.sql`
      select type, version, changes from events where business_id = ${business.id} and customer_id = ${id} order by id`;
    expect(rows.map((row) => row.type)).toEqual(['created', 'deleted']);
    expect(rows[1]!.changes).toEqual({ deleted_at: { before: null, after: body.deleted_at } });
  });

  it('changes of contacts show the whole list before and after', async () => {
    const business = await service.business();
    const before = await upsert(business, { phone: MOBILE });
    const after = await upsert(business, { phone: MOBILE, email: 'ann@example.com' });
    const { body } = await business.send('GET', `/customers/${before.id}/events`);
    expect(body.items[0]!.changes).toEqual({ contacts: { before: before.contacts, after: after.contacts } });
  });

  it('newest first, page by page, each once', async () => {
    const business = await service.business();
    const { id } = await upsert(business, { phone: MOBILE });
    for (let i = 0; i < 6; i++) await upsert(business, { phone: MOBILE, name: `Ann ${i}` });
    const versions: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query = `?limit=3${cursor && `&cursor=${cursor}`}`;
      const { body } = await business.send('GET', `/customers/${id}/events${query}`);
      versions.push(...body.items.map((event) => event.version));
      cursor = body.next_cursor;
    }
    expect(versions).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  for (const query of ['?limit=0', '?limit=101', '?limit=x', '?cursor=x', '?page=2']) {
    it(`${query} is 422`, async () => {
      const business = await service.business();
      const { id } = await upsert(business, { phone: MOBILE });
      expect((await business.send('GET', `/customers/${id}/events${query}`)).status).toBe(422);
    });
  }

  it('an unknown customer is 404', async () => {
    const { send } = await service.business();
    const answer = await send('GET', '/customers/00000000-0000-7000-8000-000000000000/events');
    expect(answer).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
  });
});
