/** The envelope (contract section 1): every answer is `{ success, message, body }`, whatever went wrong. */
import { describe, expect, it } from 'vitest';
import { type Answer, type TestBusiness, useService } from '../harness.ts';
import { MOBILE, upsert } from './upsert-case.ts';

const service = useService();

interface Failure {
  what: string;
  call(business: TestBusiness): Promise<Answer>;
  status: number;
  code: string;
}
const put = (body: unknown, headers: Record<string, string> = {}) => ({
  call: ({ send }: TestBusiness) => send('PUT', '/customers', body, { headers }),
});
const get = (path: string) => ({ call: ({ send }: TestBusiness) => send('GET', path) });
const ID = '00000000-0000-7000-8000-000000000000';

const FAILURES: Failure[] = [
  { what: 'an unknown path', ...get('/nothing'), status: 404, code: 'route_not_found' },
  { what: 'an unknown path outside the API', ...get('//nothing'), status: 404, code: 'route_not_found' },
  {
    what: 'a method the path does not take',
    call: ({ send }) => send('PATCH', '/customers', {}),
    status: 404,
    code: 'route_not_found',
  },
  { what: 'a malformed URL', ...get('/customers/%zz'), status: 400, code: 'invalid_request' },
  { what: 'malformed JSON', ...put('{"name": "Ann",'), status: 400, code: 'malformed_json' },
  { what: 'JSON with a trailing comma', ...put('{"name": "Ann",}'), status: 400, code: 'malformed_json' },
  {
    what: 'bytes that are not UTF-8',
    ...put(new Uint8Array([0x7b, 0xff, 0x7d])),
    status: 400,
    code: 'malformed_json',
  },
  {
    what: 'a field given twice',
    ...put('{"phone": "0412 345 678", "name": "A", "name": "B"}'),
    status: 400,
    code: 'duplicate_field',
  },
  {
    what: 'a body nested too deep',
    ...put(`${'['.repeat(65)}${']'.repeat(65)}`),
    status: 400,
    code: 'nested_too_deep',
  },
  { what: 'no body', ...put(undefined), status: 422, code: 'validation_failed' },
  {
    what: 'an empty body',
    ...put('', { 'content-type': 'application/json' }),
    status: 422,
    code: 'validation_failed',
  },
  { what: 'a list for a body', ...put([]), status: 422, code: 'validation_failed' },
  { what: 'null for a body', ...put('null'), status: 422, code: 'validation_failed' },
  { what: 'text for a body', ...put('"Ann"'), status: 422, code: 'validation_failed' },
  {
    what: 'the wrong media type',
    ...put('name=Ann', { 'content-type': 'application/x-www-form-urlencoded' }),
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    what: 'plain text',
    ...put('{}', { 'content-type': 'text/plain' }),
    status: 415,
    code: 'unsupported_media_type',
  },
  { what: 'no key', call: () => service.send('GET', '/customers'), status: 401, code: 'unauthorized' },
  {
    what: 'a key without the scope',
    call: async (business) =>
      (await business.addKey({ scopes: ['customers:read'] })).send('PUT', '/customers', {}),
    status: 403,
    code: 'forbidden',
  },
  { what: 'an unknown customer', ...get(`/customers/${ID}`), status: 404, code: 'customer_not_found' },
  { what: 'an id that is none', ...get('/customers/1'), status: 404, code: 'customer_not_found' },
  {
    what: 'an unknown location',
    ...get(`/customers?location_id=${ID}`),
    status: 404,
    code: 'location_not_found',
  },
  { what: 'a wrong parameter', ...get('/customers?page=0'), status: 422, code: 'validation_failed' },
  { what: 'an unknown parameter', ...get('/customers?pag=1'), status: 422, code: 'unknown_field' },
  {
    what: 'an unknown parameter of get',
    ...get(`/customers/${ID}?fields=name`),
    status: 422,
    code: 'unknown_field',
  },
  {
    what: 'an unknown parameter of the rules',
    ...get('/delete-rules?x=1'),
    status: 422,
    code: 'unknown_field',
  },
  { what: 'an unknown field', ...put({ phone: MOBILE, nick: 'x' }), status: 422, code: 'unknown_field' },
  { what: 'no usable contact', ...put({ name: 'Ann' }), status: 422, code: 'contact_details_required' },
  { what: 'a changed cursor', ...get('/customers?cursor=AAAA'), status: 400, code: 'invalid_cursor' },
];

describe('every failure is the envelope with a code and a sentence', () => {
  for (const { what, call, status, code } of FAILURES) {
    it(`${what}: ${status} ${code}`, async () => {
      const answer = await call(await service.business());
      expect([answer.status, answer.body?.code], answer.text).toEqual([status, code]);
      const envelope = JSON.parse(answer.text);
      expect(Object.keys(envelope)).toEqual(['success', 'message', 'body']);
      expect(envelope.success).toBe(false);
      expect(envelope.message).toMatch(/^\S.*\S\.( \(and \d+ more\))?$/);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      for (const error of answer.body.errors ?? []) {
        expect(Object.keys(error)).toEqual(['field', 'code', 'message']);
      }
    });
  }

  it('a body over 1 MiB is 413, one of just 1 MiB is read', async () => {
    const { send } = await service.business();
    const body = (bytes: number) => {
      const empty = JSON.stringify({ name: '' });
      return JSON.stringify({ name: 'x'.repeat(bytes - empty.length) });
    };
    const tooLarge = await send('PUT', '/customers', body(1024 * 1024 + 1));
    expect(tooLarge).toMatchObject({ status: 413, success: false, body: { code: 'payload_too_large' } });
    expect((await send('PUT', '/customers', body(1024 * 1024))).body.code).toBe('validation_failed');
  });

  it('a batch over 16 MiB is 413, one of 2 MiB is read', async () => {
    const { send } = await service.business();
    const customers = [{ name: 'x'.repeat(2 * 1024 * 1024) }];
    expect((await send('PUT', '/customers/batch', { customers })).body).toMatchObject({ failed: 1 });
    const tooLarge = await send('PUT', '/customers/batch', 'x'.repeat(16 * 1024 * 1024 + 1));
    expect(tooLarge).toMatchObject({ status: 413, success: false, body: { code: 'payload_too_large' } });
  });

  it('a text in the message or body is safe JSON', async () => {
    const business = await service.business();
    const name = '"</script>\u2028\\ é 🙂';
    const { id } = await upsert(business, { name, phone: MOBILE });
    expect((await business.send('GET', `/customers/${id}`)).body.name).toBe(name);
  });
});
