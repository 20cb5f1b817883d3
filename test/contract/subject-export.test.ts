/** Everything about one person as one answer: what it holds, and who may have it. */

import type { Static } from 'typebox';
import { describe, expect, it } from 'vitest';
import type { SubjectExport } from '../../src/customers/life-schema.ts';
import { type Send, useService } from '../harness.ts';
import { done, made, merge } from './life-case.ts';

const service = useService();

const exported = async (send: Send, id: string, query = '') => {
  const answer = await send('GET', `/customers/${id}/export${query}`);
  return { ...answer, body: answer.body as unknown as Static<typeof SubjectExport> };
};

describe('the export of one customer', () => {
  it('holds the record, those merged into it, references and the whole history', async () => {
    const business = await service.business();
    const { send } = business;
    const ann = await made(business, { name: 'Ann Lee', email: 'ann@clientele.test', tags: ['vip'] });
    const other = await made(business, { name: 'A. Lee', phone: '0412 000 001' });
    await done(send('PUT', `/customers/${other.id}/references/booking/B-1`, { state: 'open' }));
    await done(send('PATCH', `/customers/${ann.id}`, { address: '1 High St' }));
    await done(merge(business, ann.id, other.id));
    const { status, message, body } = await exported(send, ann.id);
    expect(status).toBe(200);
    expect(message).toBe('Customer exported!');
    expect(body.customer).toMatchObject({ id: ann.id, address: '1 High St', deleted_at: null });
    expect(body.customer.contacts.map(({ value }) => value)).toEqual(['ann@clientele.test', '+61412000001']);
    expect(body.merged).toMatchObject([{ id: other.id, name: 'A. Lee', merged_into: ann.id }]);
    expect(body.references).toEqual([{ customer_id: ann.id, kind: 'booking', ref: 'B-1', state: 'open' }]);
    const types = body.history.map(({ type }) => type).sort();
    expect(types).toEqual(['created', 'created', 'merged', 'merged_away', 'updated', 'updated']);
    expect(body.next_cursor).toBeNull();

    // Under the id that was merged away: the same, with a Link to where it lives.
    const away = await exported(send, other.id);
    expect(away.body.id).toBe(ann.id);
    expect(away.headers.get('link')).toContain(ann.id);
  });

  it('has a deleted customer until it is erased', async () => {
    const business = await service.business();
    const { id } = await made(business, { name: 'Gone Away', email: 'gone@clientele.test' });
    await business.send('DELETE', `/customers/${id}`);
    const { body } = await exported(business.send, id);
    expect(body.customer).toMatchObject({ name: 'Gone Away', deleted_at: expect.any(String) });
    await business.send('POST', `/customers/${id}/erase`);
    expect((await business.send('GET', `/customers/${id}/export`)).status).toBe(404);
  });

  it('goes through a long history by cursor, each event once', async () => {
    const business = await service.business();
    const { id } = await made(business, { name: 'Busy', email: 'busy@clientele.test' });
    await service.sql`
      insert into events (business_id, customer_id, id, location_id, type, actor, at, version, changes, seq)
      select business_id, customer_id, gen_random_uuid(), location_id, 'updated', actor, at, n, '{}', seq + n
      from events, generate_series(2, 2500) n
      where business_id = ${business.id}`;
    const seen = new Set<string>();
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages++) {
      const { body }: Awaited<ReturnType<typeof exported>> = await exported(
        business.send,
        id,
        cursor && `?cursor=${cursor}`,
      );
      for (const event of body.history) seen.add(event.id);
      cursor = body.next_cursor as string | null;
    }
    expect(pages).toBe(3);
    expect(seen.size).toBe(2500);
  });

  it('has every possible duplicate, however many, and those that were dismissed', async () => {
    const business = await service.business();
    const { id } = await made(business, { name: 'Many', email: 'many@clientele.test' });
    const customers = Array.from({ length: 120 }, (_, n) => ({ email: `other-${n}@clientele.test` }));
    await done(business.send('PUT', '/customers/batch', { customers }));
    await service.sql`
      insert into possible_duplicates (business_id, location_id, a, b, id, reasons, score, by_request, created_at)
      select business_id, location_id, least(id, ${id}), greatest(id, ${id}), gen_random_uuid(), '{}', 0.5, true, now()
      from customers
      where business_id = ${business.id} and id <> ${id}`;
    const { items } = await done(business.send('GET', '/duplicates?limit=1'));
    await done(business.send('POST', `/duplicates/${items[0]!.id}/dismiss`));
    const { body } = await exported(business.send, id);
    const others = body.possible_duplicates.flatMap((pair) => pair.customer_ids.filter((one) => one !== id));
    expect(new Set(others).size).toBe(120);
    expect(body.possible_duplicates.filter((pair) => pair.dismissed_at)).toHaveLength(1);
  });

  it('is answered as an id that never existed to a key of another location', async () => {
    const business = await service.business();
    const { id } = await made(business, { name: 'Ann', email: 'ann@clientele.test' });
    const { send } = await business.addKey({ location_id: await business.addLocation() });
    const never = await send('GET', '/customers/01900000-0000-7000-8000-000000000000/export');
    const hidden = await send('GET', `/customers/${id}/export`);
    expect(hidden.status).toBe(404);
    expect(hidden.text).toBe(never.text);
  });
});
