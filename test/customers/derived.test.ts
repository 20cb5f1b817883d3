/** What is kept beside a record follows from it, whatever wrote it, and is made for rows that an earlier version left. */
import { expect, it } from 'vitest';
import { bringUpToDate } from '../../src/customers/derived.ts';
import { connect } from '../../src/database/connect.ts';
import { useService } from '../harness.ts';

const service = useService();

const derived = async () => {
  const rows = await service.sql`select id, search, facets, grams, document from customers order by id`;
  return rows.map((row) => ({ ...row }));
};

it('fills in rows without a document as a write would have', async () => {
  const [one, two] = [await service.business(), await service.business('DE')];
  const customers = Array.from({ length: 620 }, (_, n) => ({
    name: `Ann Ümlaut ${n}`,
    email: `ann${n}@example.com`,
    tags: ['VIP'],
    custom_fields: { n },
  }));
  await one.send('PUT', '/customers/batch', { customers });
  const { body } = await two.send('PUT', '/customers', { name: '李小龍', phone: '030 123456' });
  await two.send('DELETE', `/customers/${body.id}`);
  const before = await derived();
  expect(before).toHaveLength(621);
  await service.sql`update customers set document = '', grams = '{}', search = ''`;
  expect((await one.send('GET', '/customers?q=ann619')).body.total).toBe(0);

  const sql = connect(service.databaseUrl, { max: 1 });
  expect(await bringUpToDate(sql)).toEqual({ applied: [], distributed: [] });
  await sql.end();
  expect(await derived()).toEqual(before);
  expect((await one.send('GET', '/customers?q=ann619')).body.items[0]!.name).toBe('Ann Ümlaut 619');
});

it('shows the same record by get, in a list, in a search and after the write', async () => {
  const { send } = await service.business();
  const { body: written } = await send('PUT', '/customers', {
    name: 'Jo "Quote" \\ \u2028 李',
    phone: '0412 345 678',
    contacts: [{ type: 'email', value: 'Jo@Example.com', label: 'work' }],
    source_metadata: { z: 1, a: [1.5, null, { deep: '💧' }] },
    tags: ['b', 'a'],
  });
  const { upsert: _upsert, warnings: _warnings, ...record } = written;
  const got = (await send('GET', `/customers/${written.id}`)).body;
  expect(got).toEqual(record);
  expect((await send('GET', '/customers')).body.items).toEqual([got]);
  expect((await send('GET', '/customers?q=quote')).body.items).toEqual([got]);
  await send('PATCH', `/customers/${written.id}`, { name: 'Jo' });
  const { body: patched } = await send('GET', `/customers/${written.id}`);
  expect(patched).toMatchObject({ name: 'Jo', version: 2 });
  expect((await send('GET', '/customers?q=quote')).body.total).toBe(0);
  const { body: gone } = await send('DELETE', `/customers/${written.id}`);
  expect((await send('GET', '/customers?deleted=true')).body.items).toEqual([
    { ...patched, version: 3, updated_at: gone.deleted_at, deleted_at: gone.deleted_at },
  ]);
});
