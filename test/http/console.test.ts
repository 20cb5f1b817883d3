/** How the console is served: its policy, its caching, its addresses, and what it weighs. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';

const service = useService();
const page = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(service.url + path, { method, headers: { accept: 'text/html', ...headers }, redirect: 'manual' });
const root = new URL('../../', import.meta.url);

/** The addresses of assets in a text, and of those they name in turn. */
function assetsOf(text: string, known = new Set<string>()): Set<string> {
  for (const [, name] of text.matchAll(/(?:\/assets\/|\.\/|"assets\/)([\w-]+\.(?:js|css|svg))/g)) {
    if (known.has(name!)) continue;
    known.add(name!);
    assetsOf(readFileSync(new URL(`dist/console/assets/${name}`, root), 'utf8'), known);
  }
  return known;
}

describe('the pages of the console', () => {
  it.each(['/', '/customers/0190', '/anything', '/?q=ann'])(
    '%s is the document, under a strict policy',
    async (path) => {
      const response = await page(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      const text = await response.text();
      expect(text).toContain('<div id="root">');
      expect(text, 'nothing inline, which the policy forbids').not.toMatch(
        /<script(?![^>]+src=)|style=|<style/,
      );
    },
  );

  it.each(['/api/v2/nowhere', '/api', '/docs/nowhere', '/assets/nowhere.js', '/metrics/x', '/health/x'])(
    '%s is no page: 404 in the envelope',
    async (path) => {
      const response = await page(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ success: false, body: { code: 'route_not_found' } });
    },
  );

  it('is for browsers: a program that asks for JSON, and any write, gets 404', async () => {
    expect((await page('/anything', { accept: 'application/json' })).status).toBe(404);
    expect((await page('/anything', {}, 'POST')).status).toBe(404);
  });

  it('assets are kept for good, and sent as they were compressed when built', async () => {
    const [script] = /\/assets\/[\w-]+\.js/.exec(await (await page('/')).text())!;
    for (const coding of ['br', 'gzip']) {
      const response = await page(script, { 'accept-encoding': coding });
      expect(response.headers.get('content-encoding')).toBe(coding);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('content-type')).toMatch(/javascript/);
      expect(await response.text()).toContain('clientele');
    }
  });

  it('a path out of the assets leads nowhere', async () => {
    for (const path of [
      '/assets/../index.html',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e/index.html',
    ])
      expect(await (await page(path)).text(), path).not.toContain('"dependencies"');
  });

  it('the JavaScript of the first load, that of other pages left out, is at most 200 KB compressed', () => {
    const scripts = [...assetsOf(readFileSync(new URL('dist/console/index.html', root), 'utf8'))].filter(
      (name) => name.endsWith('.js') && !/^([a-z]+-page|read-worker)-/.test(name),
    );
    expect(scripts.length).toBeGreaterThanOrEqual(2);
    const bytes = scripts.map(
      (name) => gzipSync(readFileSync(new URL(`dist/console/assets/${name}`, root))).length,
    );
    expect(bytes.reduce((sum, n) => sum + n, 0)).toBeLessThan(200_000);
  });
});
