/** If-Match (contract section 3, "Update"): every operation whose documentation names it honours it, and no other names it. */
import { expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { loadDocument, operationsOf } from '../http/document.ts';
import { dump } from '../isolation/victim.ts';
import { done, made, merge } from './life-case.ts';

const service = useService();

interface Target {
  path: string;
  body?: object;
}
type Prepare = (business: TestBusiness) => Promise<Target>;

/** Of a customer who was at version 1 and is at a later one. */
const changed = async (business: TestBusiness): Promise<string> => {
  const { id } = await made(business, { name: 'Ann' });
  await done(business.send('PUT', `/customers/${id}/references/booking/1`, { state: 'open' }));
  await done(business.send('PUT', `/customers/${id}/references/booking/1`, { state: 'closed' }));
  return id;
};
const of =
  (path = '', body?: object): Prepare =>
  async (business) => ({ path: `/customers/${await changed(business)}${path}`, ...(body && { body }) });

/** By operation: something that is done without If-Match, and with that of today. */
const TARGETS: Record<string, Prepare> = {
  updateCustomer: of('', { name: 'Bea' }),
  putCustomer: of('', { name: 'Bea' }),
  deleteCustomer: of(),
  restoreCustomer: async (business) => {
    const id = await changed(business);
    await done(business.send('DELETE', `/customers/${id}`));
    return { path: `/customers/${id}/restore` };
  },
  eraseCustomer: of('/erase'),
  mergeCustomers: async (business) => {
    const { id: from } = await made(business, { name: 'Bea' });
    return { path: `/customers/${await changed(business)}/merge`, body: { from } };
  },
  unmergeCustomers: async (business) => {
    const [id, { id: from }] = [await changed(business), await made(business, { name: 'Bea' })];
    await done(merge(business, id, from));
    return { path: `/customers/${id}/unmerge`, body: { from } };
  },
  putReference: of('/references/booking/1', { state: 'open' }),
  removeReference: of('/references/booking/1'),
  placeLegalHold: of('/legal-hold', { reason: 'A claim' }),
  liftLegalHold: async (business) => {
    const id = await changed(business);
    await done(business.send('PUT', `/customers/${id}/legal-hold`, { reason: 'A claim' }));
    return { path: `/customers/${id}/legal-hold` };
  },
};

const operations = async () =>
  operationsOf(await loadDocument(service.send)).map(({ method, operation }) => ({
    method,
    operationId: operation.operationId,
    takesIfMatch: (operation.parameters ?? []).some((one) => one.in === 'header' && one.name === 'If-Match'),
    mayBeStale: '412' in operation.responses,
  }));

it('is documented where 412 is, and there alone', async () => {
  const all = await operations();
  expect(all.filter(({ takesIfMatch, mayBeStale }) => takesIfMatch !== mayBeStale)).toEqual([]);
  const taking = all.filter(({ takesIfMatch }) => takesIfMatch).map(({ operationId }) => operationId);
  expect(taking.sort()).toEqual(Object.keys(TARGETS).sort());
});

for (const [operationId, prepare] of Object.entries(TARGETS)) {
  it(`${operationId}: a stale version is 412 with the current record and changes nothing; that of today is done`, async () => {
    const business = await service.business();
    const { method } = (await operations()).find((one) => one.operationId === operationId)!;
    const { path, body } = await prepare(business);
    const before = await dump(service.sql, business.id);
    for (const query of ['', '?dry_run=true']) {
      const stale = await business.send(method, path + query, body, { headers: { 'if-match': '"1"' } });
      expect(stale, stale.text).toMatchObject({ status: 412, body: { code: 'version_conflict' } });
      const { id, version } = stale.body.current;
      expect(path).toContain(id);
      expect(version).toBeGreaterThan(1);
      expect(await dump(service.sql, business.id)).toBe(before);
      const headers = { 'if-match': `"${version}"` };
      if (query) await done(business.send(method, path, body, { headers }));
    }
    expect(await dump(service.sql, business.id)).not.toBe(before);
  });
}

it('the answer to a write of a reference or a hold has the ETag of the customer, for the next write', async () => {
  const business = await service.business();
  const { id } = await made(business, { name: 'Ann' });
  const writes: [method: string, path: string, body: object | undefined, version: number][] = [
    ['PUT', 'references/booking/1', { state: 'open' }, 2],
    ['PUT', 'references/booking/1', { state: 'open' }, 2],
    ['DELETE', 'references/booking/1', undefined, 3],
    ['DELETE', 'references/booking/1', undefined, 3],
    ['PUT', 'legal-hold', { reason: 'A claim' }, 4],
    ['DELETE', 'legal-hold', undefined, 5],
  ];
  let etag = '"1"';
  for (const [method, path, body, version] of writes) {
    const headers = { 'if-match': etag };
    const answer = await business.send(method, `/customers/${id}/${path}`, body, { headers });
    expect(answer, answer.text).toMatchObject({ status: 200, body: { version } });
    etag = answer.headers.get('etag')!;
    expect(etag).toBe(`"${version}"`);
  }
});
