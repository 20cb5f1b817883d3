/** What is served to whoever has no key: a short list, and nothing in it of any business. */
import { beforeAll, describe, expect, it } from 'vitest';
import { BASE } from '../../src/http/route.ts';
import { type TestBusiness, useService } from '../harness.ts';

const service = useService();
const NAME = 'Zuleika';
/** As it was sent, and as it is kept. */
const PHONES = ['0481 516 234', '+61481516234'];
let business: TestBusiness;
beforeAll(async () => {
  business = await service.business();
  await business.send('PUT', '/customers', { name: NAME, phone: PHONES[0] });
});

/** Beside the API: that asks for a key, but for signing in. */
const OPEN = ['/', '/assets', '/docs', '/health', '/metrics', '/openapi.json', '/ready'];

/** Every path that is served, from the tree of the router: each line goes on from those it stands below. */
function servedIn(tree: string): string[] {
  const parts: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const found = /^([│ ]*)[├└]── (.+?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!found) return [];
    const [, indent, part, methods] = found;
    parts.splice(indent!.length / 4, parts.length, part === '(empty root node)' ? '' : part!);
    return methods && methods !== 'OPTIONS' ? [parts.join('')] : [];
  });
}

describe('without a key', () => {
  it('nothing beside the API is served but what this test names', () => {
    const tops = servedIn(service.server.printRoutes())
      .filter((path) => !path.startsWith(BASE))
      .map((path) => /^\/[^/]*/.exec(path)![0]);
    expect([...new Set(tops)].sort()).toEqual(OPEN);
  });

  it('only signing in is open in the API', () => {
    const open = service.server.routes.filter(({ scope }) => scope === 'open');
    expect(open.map(({ operationId }) => operationId)).toEqual(['beginSession']);
  });

  it.each(OPEN.filter((path) => path !== '/assets'))(
    '%s tells of no business and no customer',
    async (path) => {
      const answer = await fetch(service.url + path, { headers: { accept: 'text/html, */*' } });
      const text = await answer.text();
      expect(answer.status).toBe(200);
      const told = [business.id, business.locationId, business.key, 'Test business', NAME, ...PHONES];
      expect(told.filter((secret) => text.includes(secret))).toEqual([]);
    },
  );
});
