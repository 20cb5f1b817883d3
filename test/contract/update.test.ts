/** Update (contract section 3, "Update"): absent stays, null clears, versions guard; PUT and PATCH are one operation. */
import { describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { stored } from './stored.ts';
import { fetched, MOBILE, upsert } from './upsert-case.ts';

const service = useService();

const KNOWN = {
  name: 'Ann Lee',
  company_name: 'Lee Pty Ltd',
  address: '1 High St, Dapto NSW 2530',
  avatar: 'https://example.com/ann.png',
  phone: MOBILE,
  email: 'ann@example.com',
  tags: ['vip'],
  source: 'website',
  source_metadata: { utm_campaign: 'spring' },
  custom_fields: { size: 'M', seats: 2 },
};
async function known(): Promise<{ business: TestBusiness; id: string; path: string }> {
  const business = await service.business();
  const { id } = await upsert(business, KNOWN);
  return { business, id, path: `/customers/${id}` };
}

const changes = {
  name: 'Ann Smith',
  company_name: 'Smith Pty Ltd',
  address: '2 Low St',
  avatar: 'http://example.com/new.png',
  status: 'inactive',
  source: 'phone',
  source_metadata: { line: 2 },
  tags: ['new'],
};

for (const method of ['PATCH', 'PUT']) {
  describe(`update by ${method}`, () => {
    for (const [field, value] of Object.entries(changes)) {
      it(`changes ${field} and leaves what is absent as it was`, async () => {
        const { business, id, path } = await known();
        const before = await fetched(business, id);
        const answer = await business.send(method, path, { [field]: value });
        expect(answer).toMatchObject({ status: 200, message: 'Customer updated successfully.' });
        const { warnings, ...record } = answer.body;
        const { updated_at, ...was } = before;
        expect(record).toMatchObject({ ...was, [field]: value, version: 2 });
        expect(record.updated_at >= updated_at).toBe(true);
        expect(warnings).toEqual([]);
        expect(await fetched(business, id)).toEqual(record);
      });
    }

    for (const field of ['name', 'company_name', 'address', 'avatar', 'source']) {
      it(`null clears ${field}, and so does a blank`, async () => {
        for (const blank of [null, '']) {
          const { business, path } = await known();
          const { body } = await business.send(method, path, { [field]: blank });
          expect(body).toMatchObject({ [field]: null, version: 2 });
        }
      });
    }

    for (const [field, empty] of [
      ['tags', []],
      ['source_metadata', {}],
      ['custom_fields', {}],
      ['contacts', []],
    ] as const) {
      it(`null clears ${field}`, async () => {
        const { business, path } = await known();
        const { body } = await business.send(method, path, { [field]: null });
        expect(body[field]).toEqual(empty);
      });
    }

    it('a stale version in If-Match is 412 version_conflict with the current record', async () => {
      const { business, id, path } = await known();
      await business.send(method, path, { name: 'Ann Smith' });
      const current = await fetched(business, id);
      const headers = { 'if-match': '"1"' };
      const answer = await business.send(method, path, { name: 'Too late' }, { headers });
      expect(answer).toMatchObject({ status: 412, success: false, body: { code: 'version_conflict' } });
      expect(answer.body.current).toEqual(current);
      expect(await fetched(business, id)).toEqual(current);
    });

    it('the right version in If-Match, or *, updates', async () => {
      const { business, path } = await known();
      for (const [i, match] of ['"1"', 'W/"2"', '*'].entries()) {
        const answer = await business.send(
          method,
          path,
          { name: `Ann ${i}` },
          { headers: { 'if-match': match } },
        );
        expect(answer).toMatchObject({ status: 200, body: { version: i + 2 } });
      }
    });
  });
}

describe('update', () => {
  it('get and every write of one record answer its version as ETag', async () => {
    const { business, path } = await known();
    expect((await business.send('GET', path)).headers.get('etag')).toBe('"1"');
    expect((await business.send('PATCH', path, { name: 'Ann' })).headers.get('etag')).toBe('"2"');
    expect((await business.send('PUT', '/customers', { phone: MOBILE })).headers.get('etag')).toBe('"2"');
    const made = await business.send('POST', '/customers', { name: 'New' });
    expect(made.headers.get('etag')).toBe('"1"');
    for (const [method, to, body] of [
      ['POST', `${path}/merge`, { from: made.body.id }],
      ['GET', `/customers/${made.body.id}`, undefined],
      ['POST', `${path}/unmerge`, { from: made.body.id }],
      ['DELETE', path, undefined],
      ['POST', `${path}/restore`, undefined],
    ] as const) {
      const answer = await business.send(method, to, body);
      const etag = method === 'DELETE' ? null : `"${answer.body.version}"`;
      expect([answer.status, answer.headers.get('etag')], `${method} ${to}`).toEqual([200, etag]);
    }
  });

  it('an If-Match that is no version is 422', async () => {
    const { business, path } = await known();
    const answer = await business.send('PATCH', path, { name: 'x' }, { headers: { 'if-match': 'soon' } });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'If-Match' }] } });
  });

  it('of sixteen updates with one version at once, one wins', async () => {
    const { business, id, path } = await known();
    const headers = { 'if-match': '"1"' };
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, i) => business.send('PATCH', path, { name: `Ann ${i}` }, { headers })),
    );
    const won = answers.filter((answer) => answer.status === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 412)).toHaveLength(15);
    expect(await fetched(business, id)).toMatchObject({ version: 2, name: won[0]!.body.name });
  });

  it('sixteen updates of different fields at once all count', async () => {
    const { business, id, path } = await known();
    const custom = Array.from({ length: 16 }, (_, i) => ({ [`field${i}`]: i }));
    await Promise.all(custom.map((custom_fields) => business.send('PATCH', path, { custom_fields })));
    const record = await fetched(business, id);
    expect(record.custom_fields).toEqual(Object.assign({}, KNOWN.custom_fields, ...custom));
    expect(record.version).toBe(17);
  });

  it('what changes nothing steps no version and writes no event', async () => {
    const { business, path } = await known();
    const before = await stored(service.sql, business.id);
    for (const body of [{}, { name: 'Ann Lee', tags: ['VIP'] }, { phone: '0412 345 678' }]) {
      expect((await business.send('PATCH', path, body)).body.version).toBe(1);
    }
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('a key of custom_fields that goes makes room for one that comes; 16 KiB are the limit of the whole', async () => {
    const business = await service.business();
    const long = 'k'.repeat(6_000);
    const custom_fields = { kept: 'x'.repeat(8_000), [long]: 1 };
    const { id } = (await business.send('POST', '/customers', { name: 'Ann', custom_fields })).body;
    const update = (fields: object) => business.send('PATCH', `/customers/${id}`, { custom_fields: fields });
    const refused = await update({ new: 'x'.repeat(8_000) });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'custom_fields' }] } });
    const { body } = await update({ [long]: null, new: 'x'.repeat(8_000) });
    expect(Object.keys(body.custom_fields)).toEqual(['kept', 'new']);
  });

  it('custom_fields merge key by key, and a key given as null goes', async () => {
    const { business, path } = await known();
    const { body } = await business.send('PATCH', path, { custom_fields: { seats: null, colour: 'red' } });
    expect(body.custom_fields).toEqual({ size: 'M', colour: 'red' });
  });

  it('tags replaces, added_tags adds, both together store the union', async () => {
    const { business, path } = await known();
    expect((await business.send('PATCH', path, { added_tags: ['a'] })).body.tags).toEqual(['vip', 'a']);
    expect((await business.send('PATCH', path, { tags: ['b'] })).body.tags).toEqual(['b']);
    const both = await business.send('PATCH', path, { tags: ['c'], added_tags: ['d'] });
    expect(both.body.tags).toEqual(['c', 'd']);
  });

  it('more than 100 tags in the end are 422, and nothing is written', async () => {
    const { business, id, path } = await known();
    const added_tags = Array.from({ length: 100 }, (_, i) => `t${i}`);
    const answer = await business.send('PATCH', path, { added_tags });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'added_tags', code: 'too_many' }] },
    });
    expect((await fetched(business, id)).version).toBe(1);
  });

  it('a status cannot be cleared', async () => {
    const { business, path } = await known();
    const answer = await business.send('PATCH', path, { status: null });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'status' }] } });
  });

  it('what would leave neither name, company nor contact is 422', async () => {
    const { business, path } = await known();
    const answer = await business.send('PATCH', path, { name: null, company_name: null, contacts: [] });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error) => error.field)).toEqual(['name', 'company_name', 'contacts']);
  });

  for (const id of ['00000000-0000-7000-8000-000000000000', 'no-uuid', 'ü', "'; drop table customers; --"]) {
    it(`an unknown id (${id}) is 404`, async () => {
      const { send } = await service.business();
      const answer = await send('PATCH', `/customers/${encodeURIComponent(id)}`, { name: 'x' });
      expect(answer).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
    });
  }

  it('a deleted customer is 404', async () => {
    const { business, path } = await known();
    await business.send('DELETE', path);
    expect((await business.send('PATCH', path, { name: 'x' })).status).toBe(404);
  });

  it('an id in capitals is the same id', async () => {
    const { business, id } = await known();
    const answer = await business.send('PATCH', `/customers/${id.toUpperCase()}`, { name: 'Ann Smith' });
    expect(answer).toMatchObject({ status: 200, body: { id, name: 'Ann Smith' } });
  });

  it('dry_run answers what would come of it and writes nothing', async () => {
    const { business, id, path } = await known();
    const before = await stored(service.sql, business.id);
    const dry = await business.send('PATCH', `${path}?dry_run=true`, { name: 'Ann Smith' });
    expect(dry).toMatchObject({ status: 200, body: { name: 'Ann Smith', version: 2 } });
    expect(await stored(service.sql, business.id)).toEqual(before);
    expect((await fetched(business, id)).name).toBe('Ann Lee');
  });
});
