/** Delete (contract sections 3 and 4): hidden at once, contacts freed, idempotent, kept back by the delete rules. */
import { describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { stored } from './stored.ts';
import { fetched, MOBILE, upsert } from './upsert-case.ts';

const service = useService();

async function known(body: object = {}): Promise<{ business: TestBusiness; id: string; path: string }> {
  const business = await service.business();
  const { id } = await upsert(business, { name: 'Ann', phone: MOBILE, ...body });
  return { business, id, path: `/customers/${id}` };
}

describe('delete', () => {
  it('hides the record at once: from get, update, list, search and history', async () => {
    const { business, id, path } = await known();
    const answer = await business.send('DELETE', path);
    expect(answer).toMatchObject({ status: 200, message: 'Customer deleted successfully.', body: { id } });
    expect(answer.body.deleted_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    for (const [method, target] of [
      ['GET', path],
      ['PATCH', path],
      ['GET', `${path}/events`],
    ] as const) {
      const gone = await business.send(method, target, method === 'PATCH' ? { name: 'x' } : undefined);
      expect(gone).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
    }
    for (const query of ['', '?q=ann', '?q=0412345678']) {
      expect((await business.send('GET', `/customers${query}`)).body).toMatchObject({ total: 0, items: [] });
    }
  });

  it('keeps the record, its contacts and its history in the database', async () => {
    const { business, path } = await known();
    await business.send('DELETE', path);
    expect(await stored(service.sql, business.id)).toMatchObject({
      customers: 1,
      live: 0,
      contacts: 1,
      events: 2,
    });
  });

  it('is idempotent: again answers the same and writes nothing', async () => {
    const { business, path } = await known();
    const first = await business.send('DELETE', path);
    const before = await stored(service.sql, business.id);
    const second = await business.send('DELETE', path);
    expect([second.status, second.message, second.body]).toEqual([200, first.message, first.body]);
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('sixteen deletions at once are one', async () => {
    const { business, path } = await known();
    const answers = await Promise.all(Array.from({ length: 16 }, () => business.send('DELETE', path)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(16).fill(200));
    expect(new Set(answers.map((answer) => answer.body.deleted_at)).size).toBe(1);
    expect(await stored(service.sql, business.id)).toMatchObject({ live: 0, events: 2 });
  });

  it('frees the contact details: create and update may use them', async () => {
    const { business, path } = await known({ email: 'ann@example.com' });
    await business.send('DELETE', path);
    const created = await business.send('POST', '/customers', { phone: MOBILE });
    expect(created.status).toBe(201);
    const updated = await business.send('PATCH', `/customers/${created.body.id}`, {
      email: 'ann@example.com',
    });
    expect(updated).toMatchObject({ status: 200, body: { email: 'ann@example.com' } });
  });

  for (const id of ['00000000-0000-7000-8000-000000000000', 'no-uuid']) {
    it(`an unknown id (${id}) is 404`, async () => {
      const { send } = await service.business();
      const answer = await send('DELETE', `/customers/${id}`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
    });
  }

  it('a stale version in If-Match is 412 with the current record', async () => {
    const { business, id, path } = await known();
    await business.send('PATCH', path, { name: 'Ann Lee' });
    const answer = await business.send('DELETE', path, undefined, { headers: { 'if-match': '"1"' } });
    expect(answer).toMatchObject({
      status: 412,
      body: { code: 'version_conflict', current: { version: 2 } },
    });
    expect((await fetched(business, id)).version).toBe(2);
  });

  it('dry_run answers what would happen and deletes nothing', async () => {
    const { business, id, path } = await known();
    const before = await stored(service.sql, business.id);
    expect(await business.send('DELETE', `${path}?dry_run=true`)).toMatchObject({
      status: 200,
      body: { id },
    });
    expect(await stored(service.sql, business.id)).toEqual(before);
    await business.send('PUT', '/delete-rules', { protected_statuses: ['active'] });
    const blocked = await business.send('DELETE', `${path}?dry_run=true`);
    expect(blocked).toMatchObject({ status: 409, body: { code: 'delete_blocked' } });
  });
});

describe('the delete rules', () => {
  it('are none at first, and are answered as they were set', async () => {
    const { send } = await service.business();
    const none = { protected_statuses: [], protected_tags: [], soft_reference_kinds: [], retention_days: 30 };
    expect((await send('GET', '/delete-rules')).body).toEqual(none);
    const rules = {
      protected_statuses: ['active', 'blocked'],
      protected_tags: ['VIP'],
      soft_reference_kinds: ['enquiry'],
      retention_days: 7,
    };
    expect((await send('PUT', '/delete-rules', rules)).body).toEqual(rules);
    expect((await send('GET', '/delete-rules')).body).toEqual(rules);
  });

  it('protected_status blocks until the status is changed', async () => {
    const { business, path } = await known();
    await business.send('PUT', '/delete-rules', { protected_statuses: ['active'] });
    const answer = await business.send('DELETE', path);
    expect(answer).toMatchObject({ status: 409, success: false, body: { code: 'delete_blocked' } });
    expect(answer.body.blockers).toMatchObject([{ rule: 'protected_status', count: 1, references: [] }]);
    expect(answer.body.blockers[0]!.resolution).toContain('status');
    expect((await business.send('GET', path)).status).toBe(200);
    await business.send('PATCH', path, { status: 'inactive' });
    expect((await business.send('DELETE', path)).status).toBe(200);
  });

  it('protected_tag blocks without regard to case until the tag is removed', async () => {
    const { business, path } = await known({ tags: ['VIP', 'trade'] });
    await business.send('PUT', '/delete-rules', { protected_tags: ['vip'] });
    expect(await business.send('DELETE', path)).toMatchObject({
      status: 409,
      body: { blockers: [{ rule: 'protected_tag', count: 1 }] },
    });
    await business.send('PATCH', path, { tags: ['trade'] });
    expect((await business.send('DELETE', path)).status).toBe(200);
  });

  it('all blockers are told at once, and nothing is written', async () => {
    const { business, path } = await known({ tags: ['vip'] });
    await business.send('PUT', '/delete-rules', { protected_statuses: ['active'], protected_tags: ['vip'] });
    const before = await stored(service.sql, business.id);
    const { body } = await business.send('DELETE', path);
    expect(body.blockers.map((blocker) => blocker.rule)).toEqual(['protected_status', 'protected_tag']);
    for (const { message, resolution } of body.blockers) expect([message, resolution]).not.toContain('');
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('no longer matter to what is deleted already', async () => {
    const { business, path } = await known();
    await business.send('DELETE', path);
    await business.send('PUT', '/delete-rules', { protected_statuses: ['active'] });
    expect((await business.send('DELETE', path)).status).toBe(200);
  });
});
