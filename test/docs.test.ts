/** Documents that repeat what the code says are compared with it. `npx vitest run test/docs.test.ts -u` renews the generated ones. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { connect, SILENCE_MS } from '../src/database/connect.ts';
import { REPLICA_STATEMENT_MS } from '../src/database/replica.ts';
import { STOP_MS } from '../src/http/doors.ts';
import { ERRORS } from '../src/http/errors.ts';
import { RECEIVING_ROOM } from '../src/http/receiving.ts';
import { ROOM, WAITING_ROOM } from '../src/http/room.ts';
import { PATIENCE, STALLED_MS } from '../src/http/route.ts';
import { MOST_LOOKUPS } from '../src/tenancy/authentication.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Every page: what is written for people to read. */
const PAGES = ['.', 'docs', 'bench'].flatMap((dir) =>
  readdirSync(new URL(`../${dir}`, import.meta.url))
    .filter((name) => name.endsWith('.md'))
    .map((name) => posix.join(dir, name)),
);

/** What stands between fences is for a shell, and neither heading nor link. */
const withoutCode = (text: string) => text.replace(/^(```|~~~).*\n[\s\S]*?^\1.*$/gm, '');

/** The anchors of a page, made of its headings as GitHub makes them: a second one of the same words gets a number. */
function anchorsIn(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of withoutCode(text).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)) {
    const anchor = heading!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    let own = anchor;
    for (let n = 1; anchors.has(own); n++) own = `${anchor}-${n}`;
    anchors.add(own);
  }
  return anchors;
}

/** The rows of the table of settings: each variable, and what stands in the column of its default. */
const settingsTable = () =>
  [...read('docs/operations.md').matchAll(/^\| `([A-Z_]+)` \|([^|]*)\|/gm)].map(
    ([, name, cell]) => [name!, cell!.trim()] as const,
  );
/** Traces are asked for: without that no variable of theirs changes anything. */
const TRACED = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
const withSetting = (name: string, value: string, env: NodeJS.ProcessEnv = {}) =>
  readConfig({ ...(name.startsWith('OTEL_') && TRACED), ...env, [name]: value });

/** Work is counted in pieces of 4 KiB. */
const mebibytes = ({ most }: { most: number }) => (most * 4096) / 1024 ** 2;
const STATEMENT_MS = (
  connect('postgres://nobody@127.0.0.1/none').options.connection as object as { statement_timeout: number }
).statement_timeout;

/** Limits that a page names: the figure, and the words around it, which stand there once. */
const NAMED: [page: string, words: string, figure: number][] = [
  ['docs/operations.md', 'requests, imports and exports too, page by page | # s', STATEMENT_MS / 1_000],
  ['docs/operations.md', 'what a replica is asked | # s', REPLICA_STATEMENT_MS / 1_000],
  ['docs/operations.md', 'owes an answer for # s is given up as lost', SILENCE_MS / 1_000],
  [
    'docs/operations.md',
    'nobody waits longer for an answer than # s until the key is looked up',
    PATIENCE.key / 1_000,
  ],
  ['docs/operations.md', 'until the key is looked up and # s from there on', PATIENCE.work / 1_000],
  ['docs/operations.md', 'never less than #, never more than', ROOM.least],
  ['docs/operations.md', 'never more than #, so', ROOM.most],
  ['docs/operations.md', 'so # MiB). A business may hold', mebibytes(ROOM)],
  ['docs/operations.md', 'a room of their own, for #, and', WAITING_ROOM.most],
  ['docs/operations.md', '(`clientele_receiving`), for # MiB', mebibytes(RECEIVING_ROOM)],
  ['docs/operations.md', 'What is still under way after # seconds is cut off', STOP_MS / 1_000],
  ['SECURITY.md', '# keys that a process does not know yet are looked up at a time', MOST_LOOKUPS],
  ['SECURITY.md', 'is not taken for # s is given up', STALLED_MS / 1_000],
];

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
    const documented = settingsTable().map(([name]) => name);
    expect(documented.toSorted()).toEqual([...new Set([...plain, ...named])].sort());
  });

  it.each(settingsTable().filter(([, cell]) => cell !== ''))(
    'docs/operations.md names the default of %s: %s',
    (name, cell) => {
      const [, fallback] = /^`([^`]+)`/.exec(cell)!;
      // Whoever sets it so has changed nothing.
      expect(withSetting(name, fallback!)).toEqual(readConfig(name.startsWith('OTEL_') ? TRACED : {}));
    },
  );

  it.each([
    ['CLIENTELE_URL', 'http://127.0.0.1:4000', { PORT: '4000' }],
    ['CLIENTELE_TRUST_PROXY', 'none', { HOST: '0.0.0.0' }],
  ])('%s is %s with %o, as docs/operations.md says', (name, fallback, env) => {
    expect(withSetting(name, fallback, env)).toEqual(readConfig(env));
    const [, cell] = settingsTable().find(([one]) => one === name)!;
    expect(cell).toContain(`\`${Object.keys(env)[0]}\``);
  });

  it('docs/operations.md names no default where there is none', () => {
    const nothing = settingsTable().flatMap(([name, cell]) => (cell === '' ? [name] : []));
    expect(nothing.filter((name) => !name.startsWith('OTEL_'))).toEqual([
      'DATABASE_URL',
      'DATABASE_REPLICA_URL',
      'CLIENTELE_KEY',
    ]);
    const { databaseUrl, replicaUrl, key, tracing } = readConfig({});
    expect([databaseUrl, replicaUrl, key, tracing]).toEqual([null, null, null, null]);
    expect(readConfig(TRACED).tracing).toEqual({
      url: 'http://127.0.0.1:4318/v1/traces',
      headers: {},
      timeout: 5_000,
      resource: { 'service.name': 'clientele' },
      share: 1,
      followsCaller: true,
    });
  });

  it.each(NAMED)('%s: "%s" is %d', (page, words, figure) => {
    const [before, after] = words.split('#').map((part) => part.replace(/[^\w\s]/g, '\\$&'));
    const named = [
      ...read(page)
        .replace(/\s+/g, ' ')
        .matchAll(new RegExp(`${before}([\\d.,]*\\d)${after}`, 'g')),
    ];
    expect(named.map(([, number]) => Number(number!.replaceAll(',', '')))).toEqual([figure]);
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

  it('links between the documents lead somewhere, to the heading that they name', () => {
    expect(PAGES.length).toBeGreaterThan(15);
    const anchors = new Map(PAGES.map((page) => [page, anchorsIn(read(page))]));
    const targets = PAGES.flatMap((page) =>
      [...withoutCode(read(page)).matchAll(/\]\(\s*(?!https?:|mailto:)([^)\s]+)/g)].map(([, target]) => {
        const [path, anchor] = target!.split('#') as [string, string?];
        return {
          at: `${page} → ${target}`,
          path: path ? posix.join(posix.dirname(page), path) : page,
          anchor,
        };
      }),
    );
    expect(targets.filter(({ anchor }) => anchor).length).toBeGreaterThan(10);
    const isThere = ({ path, anchor }: (typeof targets)[number]) =>
      existsSync(new URL(`../${path}`, import.meta.url)) &&
      (anchor === undefined || anchors.get(path)?.has(anchor));
    expect(targets.filter((target) => !isThere(target)).map(({ at }) => at)).toEqual([]);
  });

  it('pages that the code names are there, with the heading', () => {
    const programs = ['src', 'console/src', 'ops', 'bench', 'trust', 'test', 'migrations'].flatMap((dir) =>
      readdirSync(new URL(`../${dir}`, import.meta.url), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(tsx?|ya?ml|sql|service|timer)$/.test(name))
        .map((name) => `${dir}/${name}`),
    );
    const named = programs.flatMap((program) =>
      [...read(program).matchAll(/\bdocs\/[\w-]+\.md(?:#[\w-]+)?/g)].map(([target]) => ({ program, target })),
    );
    expect(named.length).toBeGreaterThan(30);
    const lost = named.filter(({ target }) => {
      const [page, anchor] = target.split('#') as [string, string?];
      return !PAGES.includes(page) || (anchor !== undefined && !anchorsIn(read(page)).has(anchor));
    });
    expect(lost).toEqual([]);
  });

  it.each([
    ['# Rate limits', ['rate-limits']],
    ['## `npm test`, and more: "all"', ['npm-test-and-more-all']],
    ['## A [link](x.md#y) in it', ['a-link-in-it']],
    ['## Zoë_1 – 2', ['zoë_1--2']],
    ['# Twice\n## Twice', ['twice', 'twice-1']],
    ['```sh\n# no heading\n```\n# One', ['one']],
  ])('the anchor of %j is the one GitHub makes', (text, anchors) => {
    expect([...anchorsIn(text)]).toEqual(anchors);
  });
});
