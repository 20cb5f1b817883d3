/** The privacy erase (contract section 4): a search through every table for the person's values finds nothing. */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { scanDuplicates } from '../../src/customers/duplicate-scan.ts';
import { openService } from '../../src/customers/service.ts';
import { createServer } from '../../src/http/server.ts';
import { sender, useService } from '../harness.ts';
import { done, erase, made, merge, unmerge } from './life-case.ts';
import { PERSON, PERSON_TRACES, tracesIn, tracesInTables } from './person.ts';
import { MOBILE, upsert } from './upsert-case.ts';

const service = useService();

const TRACES = [...PERSON_TRACES, 'momerath'];
const traces = () => tracesInTables(service.sql, TRACES);
const keyed = { headers: { 'idempotency-key': 'one' } };

describe('erase', () => {
  it('leaves no trace of a live customer in any table, kept answers included', async () => {
    const business = await service.business();
    const headers = { 'idempotency-key': 'first' };
    const { body } = await business.send('PUT', '/customers', PERSON, { headers });
    const batch = {
      customers: [{ email: PERSON.email, added_tags: ['momerath'] }, { email: 'other@clientele.test' }],
    };
    await business.send('PUT', '/customers/batch', batch, { headers: { 'idempotency-key': 'batch' } });
    await business.send('PATCH', `/customers/${body.id}`, { name: 'Quintessa Momerath' });
    await business.send('PUT', `/customers/${body.id}/references/booking/zyxwvut-1`, { state: 'open' });
    await scanDuplicates(service.sql, business.id);
    expect((await traces()).length).toBeGreaterThan(10);
    await erase(business, body.id);
    expect(await traces()).toEqual([]);

    expect((await business.send('GET', `/customers/${body.id}`)).status).toBe(404);
    expect((await business.send('GET', `/customers/${body.id}?at=${body.created_at}`)).status).toBe(404);
    expect((await business.send('POST', `/customers/${body.id}/restore`)).status).toBe(404);
    expect((await business.send('GET', '/customers?deleted=true')).body.items).toEqual([]);
    expect((await business.send('GET', '/customers?q=quintesa')).body.total).toBe(0);
    // A repetition of the old request does not bring the person back.
    const again = await business.send('PUT', '/customers', PERSON, { headers });
    expect(again).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
    const items = await business.send('PUT', '/customers/batch', batch, {
      headers: { 'idempotency-key': 'batch' },
    });
    expect(items.body.items.map(({ status }) => status)).toEqual([404, 404]);
    expect(await traces()).toEqual([]);
  });

  it('was never in the log, however much is logged', async () => {
    const business = await service.business();
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const server = await createServer(await openService(service.sql), logger);
    const send = sender(await server.listen({ port: 0, host: '127.0.0.1' }), business.key);
    const { body } = await send('PUT', '/customers', PERSON, { headers: { 'idempotency-key': 'logged' } });
    await send('GET', `/customers?q=${encodeURIComponent(PERSON.name)}`);
    await send('POST', '/customers', PERSON);
    await send('PATCH', `/customers/${body.id}`, { ...PERSON, unknown_momerath: true });
    await send('PUT', `/customers/${body.id}/references/booking/zyxwvut`, { state: 'open' });
    await send('POST', `/customers/${body.id}/erase`);
    await server.close();
    expect(lines.length).toBeGreaterThan(5);
    const text = lines.join('').toLowerCase();
    expect(tracesIn(text, TRACES)).toEqual([]);
    expect(text).not.toContain(business.key.toLowerCase());
  });

  it('keeps the order of the feed, with an erased event that says nothing personal', async () => {
    const business = await service.business();
    const { id } = await upsert(business, PERSON);
    const before = (await business.send('GET', '/events')).body.items.map((event) => event.id);
    await erase(business, id);
    const { items } = (await business.send('GET', '/events')).body;
    expect(items.map((event) => event.id).slice(0, -1)).toEqual(before);
    expect(items.at(-1)).toMatchObject({ type: 'erased', customer_id: id, changes: {}, context: null });
    expect(items.map(({ changes }) => changes)).toEqual([{}, {}]);
  });

  it('is done once, works on a deleted customer, and takes those merged into it along', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, PERSON);
    await done(merge(business, a.id, b.id));
    await business.send('DELETE', `/customers/${a.id}`);
    await erase(business, a.id);
    await erase(business, a.id);
    expect(await traces()).toEqual([]);
    const rows =
      await service.sql`select type from events where business_id = ${business.id} and type = 'erased'`;
    expect(rows).toHaveLength(2);
  });

  it('finds the person in the history of whom it was merged into for a while', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, PERSON);
    await done(merge(business, a.id, b.id));
    await business.send('PATCH', `/customers/${a.id}`, { added_tags: ['kept'] });
    await done(unmerge(business, a.id, b.id));
    await erase(business, b.id);
    expect(await traces()).toEqual([]);
    const { body } = await business.send('GET', `/customers/${a.id}`);
    expect(body).toMatchObject({
      name: 'Ann',
      phone: MOBILE,
      tags: ['vip', 'kept'].filter((tag) => tag !== 'vip'),
    });
  });

  it('and in the history of whom that one was merged into; what the others had themselves stays', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE, company_name: PERSON.company_name });
    const b = await made(business, { ...PERSON, company_name: null });
    const c = await made(business, { email: 'cem@clientele.test' });
    await done(merge(business, a.id, b.id));
    await done(merge(business, c.id, a.id));
    await done(unmerge(business, c.id, a.id));
    await done(unmerge(business, a.id, b.id));
    await erase(business, b.id);
    const others = (await traces()).filter((trace) => !trace.endsWith('vexillology'));
    expect(others).toEqual([]);
    const { items } = (await business.send('GET', `/customers/${a.id}/events`)).body;
    expect(items.at(-1)!.changes.company_name).toEqual({ before: null, after: PERSON.company_name });
    await business.send('POST', `/customers/${a.id}/erase`);
    await business.send('POST', `/customers/${c.id}/erase`);
    expect(await traces()).toEqual([]);
  });

  it('leaves to others what only looks like something of theirs: counts, words of the business', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE, custom_fields: { visits: 2 } });
    const b = await made(business, { ...PERSON, custom_fields: { visits: 3, state: 'active' } });
    await done(merge(business, a.id, b.id));
    await done(unmerge(business, a.id, b.id));
    const to = (visits: number) =>
      done(
        business.send(
          'PATCH',
          `/customers/${a.id}`,
          { custom_fields: { visits } },
          {
            headers: { 'idempotency-key': `to-${visits}` },
          },
        ),
      );
    await to(3);
    await to(4);
    await erase(business, b.id);
    const { items } = (await business.send('GET', `/customers/${a.id}/events?limit=2`)).body;
    expect(items.map(({ changes }) => changes.custom_fields?.after)).toEqual([{ visits: 4 }, { visits: 3 }]);
    expect((await to(3)).custom_fields.visits).toBe(3);
  });

  it('takes references, numbers and the reason of a hold from the history of whom they were merged into', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE, custom_fields: { size: 42 } });
    const b = await made(business, { ...PERSON, custom_fields: { member: 902104577123, size: 42 } });
    const reference = (id: string, ref: string) =>
      done(business.send('PUT', `/customers/${id}/references/booking/${ref}`, { state: 'open' }));
    await reference(a.id, 'own-1');
    await reference(b.id, 'zyxwvut-1');
    await done(business.send('PUT', `/customers/${b.id}/legal-hold`, { reason: 'Momerath v. Rath' }));
    await done(merge(business, a.id, b.id));
    await done(unmerge(business, a.id, b.id));
    await done(business.send('DELETE', `/customers/${b.id}/legal-hold`));
    await erase(business, b.id);
    expect(await tracesInTables(service.sql, [...TRACES, '902104577123'])).toEqual([]);
    // What the other had itself stays.
    const { items } = await done(business.send('GET', `/customers/${a.id}/events`));
    const [, registered, merged] = items.toReversed();
    expect(registered!.changes).toHaveProperty(['references/booking/own-1']);
    expect(merged!.changes.custom_fields!.after).toEqual({ size: 42, member: null });
  });

  it('takes the reason of a hold that was lifted from the survivor', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', phone: MOBILE });
    const b = await made(business, PERSON);
    await done(business.send('PUT', `/customers/${b.id}/legal-hold`, { reason: 'Momerath v. Rath' }));
    await done(merge(business, a.id, b.id));
    await done(business.send('DELETE', `/customers/${a.id}/legal-hold`));
    await erase(business, a.id);
    expect(await traces()).toEqual([]);
  });

  it('is not undone with the import that brought the person', async () => {
    const business = await service.business();
    const id = randomUUID();
    const { items } = await done(
      business.send('PUT', `/customers/batch?import_id=${id}`, { customers: [PERSON] }, keyed),
    );
    await erase(business, items[0]!.customer.id);
    const { body } = await business.send('POST', `/imports/${id}/undo`);
    expect(body).toMatchObject({ skipped: [{ reason: 'deleted_since' }] });
    expect(await traces()).toEqual([]);
  });

  it('leaves status and tags of others alone, also where they read like a name of the person', async () => {
    const business = await service.business();
    const a = await made(business, { name: 'Ann', tags: ['Ann'], status: 'active' });
    const b = await made(business, { name: 'Bob', company_name: 'active', custom_fields: { nick: 'Ann' } });
    await done(merge(business, a.id, b.id));
    const merged = await done(business.send('GET', `/customers/${a.id}`));
    await done(unmerge(business, a.id, b.id));
    await done(business.send('PATCH', `/customers/${a.id}`, { tags: ['x'], status: 'lead' }));
    await erase(business, b.id);
    const { body } = await business.send('GET', `/customers/${a.id}?at=${merged.updated_at}`);
    expect(body).toMatchObject({ name: 'Ann', tags: ['Ann'], status: 'active' });
  });

  it('words of the name that others have are still found', async () => {
    const business = await service.business();
    const { id } = await upsert(business, { name: 'Mikayla Momerath', email: 'm@clientele.test' });
    await upsert(business, { name: 'Mikayla Other', email: 'o@clientele.test' });
    await erase(business, id);
    expect((await business.send('GET', '/customers?q=mikaela')).body.total).toBe(1);
    expect((await business.send('GET', '/customers?q=momerat')).body.total).toBe(0);
  });

  it('needs its own scope; dry_run erases nothing', async () => {
    const business = await service.business();
    const { id } = await upsert(business, { email: 'kept@clientele.test' });
    const { send } = await business.addKey({
      scopes: ['customers:read', 'customers:write', 'customers:delete'],
    });
    expect((await send('POST', `/customers/${id}/erase`)).status).toBe(403);
    expect((await business.send('POST', `/customers/${id}/erase?dry_run=true`)).status).toBe(200);
    expect((await business.send('GET', `/customers/${id}`)).status).toBe(200);
  });
});
