/** Documents that repeat what the code says are compared with it. `npx vitest run test/docs.test.ts -u` renews the generated ones. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../src/http/errors.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('documents', () => {
  it('docs/errors.md lists every error the API answers', async () => {
    const rows = Object.entries(ERRORS)
      .sort(([, a], [, b]) => a.status - b.status)
      .map(([code, { status, meaning }]) => `| ${status} | \`${code}\` | ${meaning} |`);
    const page = [
      '# Errors',
      '',
      'Every failure is `{ "success": false, "message": "…", "body": { "code": "…" } }`; `body.errors` names the fields,',
      'the first hundred of them; the message says how many more there are.',
      'This page is generated from `src/http/errors.ts`.',
      '',
      '| HTTP | code | meaning |',
      '|---|---|---|',
      ...rows,
      '',
    ].join('\n');
    await expect(page).toMatchFileSnapshot('../docs/errors.md');
  });

  it('docs/operations.md names every setting that config.ts reads, and no other', () => {
    const settings = (text: string, pattern: RegExp) =>
      [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].sort();
    const plain = settings(read('src/config.ts'), /env\.([A-Z_]+)/g);
    const named = settings(read('src/config.ts'), /(?:wholeNumber|oneOf|proxies|pairs)\(env, '([A-Z_]+)'/g);
    const documented = settings(read('docs/operations.md'), /^\| `([A-Z_]+)` \|/gm);
    expect(documented).toEqual([...new Set([...plain, ...named])].sort());
  });

  it('README shows three pictures of the console, each there and small', () => {
    const named = [...read('README.md').matchAll(/!\[[^\]]+\]\((docs\/console-[^)]+)\)/g)].map(
      ([, path]) => path!,
    );
    expect(named.sort()).toEqual([
      'docs/console-customer.webp',
      'docs/console-import.webp',
      'docs/console-list.webp',
    ]);
    for (const path of named) {
      const { size } = statSync(new URL(`../${path}`, import.meta.url));
      expect(size, path).toBeGreaterThan(10_000);
      expect(size, path).toBeLessThan(300_000);
    }
  });

  it('SECURITY.md shows each defence by files that exist', () => {
    const rows = [...read('SECURITY.md').matchAll(/^\| (?!who \||---).*$/gm)].map(([row]) => row);
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) {
      const named = [
        ...row
          .split(' | ')
          .at(-1)!
          .matchAll(/`([^`]+)`/g),
      ].map(([, path]) => path!);
      expect(named.length, row).toBeGreaterThan(0);
      const missing = named.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
      expect(missing, row).toEqual([]);
    }
  });

  it('links between the documents lead somewhere', () => {
    for (const page of [
      'README.md',
      'SECURITY.md',
      'CONTRIBUTING.md',
      'docs/api.md',
      'docs/architecture.md',
      'docs/operations.md',
      'docs/decisions.md',
      'docs/deleting.md',
      'docs/merging.md',
      'docs/history.md',
      'docs/retries.md',
      'docs/imports.md',
    ]) {
      for (const [, target] of read(page).matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
        const base = page.includes('/') ? `${page.slice(0, page.lastIndexOf('/'))}/` : '';
        expect(
          () => readFileSync(new URL(`../${base}${target}`, import.meta.url)),
          `${page} → ${target}`,
        ).not.toThrow(/ENOENT/);
      }
    }
  });
});
