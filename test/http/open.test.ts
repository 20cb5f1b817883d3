/** What is served to whoever has no key: a short list, and nothing in it of any business. */
import { beforeAll, describe, expect, it } from 'vitest';
import { BASE } from '../../src/http/route.ts';
import { type TestBusiness, useService } from '../harness.ts';

const service = useService();
const NAME = 'Zuleika';
let business: TestBusiness;
beforeAll(async () => {
  business = await service.business();
  await business.send('PUT', '/customers', { name: NAME, phone: '0412 345 678' });
});

/** Beside the API: that asks for a key, but for signing in. */
const OPEN = ['/', '/assets', '/docs', '/health', '/metrics', '/openapi.json', '/ready'];

describe('without a key', () => {
  it('nothing beside the API is served but what this test names', () => {
    const paths = service.server
      .printRoutes({ commonPrefix: false })
      .split('\n')
      .flatMap((line) => /(\/\S*) \((?!OPTIONS\))/.exec(line)?.[1] ?? []);
    const tops = paths
      .filter((path) => !path.startsWith(BASE))
      .map((path) => path.replace(/^(\/[^/]*)\/.*/, '$1'));
    expect([...new Set(tops)].sort()).toEqual(OPEN);
  });

  it('only signing in is open in the API', () => {
    const open = service.server.routes.filter(({ scope }) => scope === 'open');
    expect(open.map(({ operationId }) => operationId)).toEqual(['beginSession']);
  });

  it.each(OPEN.filter((path) => path !== '/assets'))('%s tells of no business and no customer', async (path) => {
    const answer = await fetch(service.url + path, { headers: { accept: 'text/html, */*' } });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    for (const secret of [business.id, business.locationId, business.key, 'Test business', NAME, '412345678', '0412 345 678'])
      expect(text).not.toContain(secret);
  });
});
