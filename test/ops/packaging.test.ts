/** The files that run the service elsewhere: what they name exists, and their variables are those of src/config.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const KNOWN = new Set([...read('src/config.ts').matchAll(/`([A-Z_]+)`:/g)].map(([, name]) => name));
const settings = (names: string[]) => names.filter((name) => !KNOWN.has(name) && name !== 'NODE_ENV');

it('Dockerfile: copies what exists or is built, runs as nobody special, and pins what it stands on', () => {
  const text = read('ops/Dockerfile');
  const copied = [...text.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, path]) => path!);
  expect(
    copied.filter((path) => !['node_modules', 'dist'].includes(path) && !existsSync(join(root, path))),
  ).toEqual([]);
  expect(copied).toEqual(
    expect.arrayContaining(JSON.parse(read('package.json')).bin.clientele.split('/').slice(0, 1)),
  );
  const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!);
  expect(bases.filter((image) => !/:\d+\.\d+\.\d+-/.test(image))).toEqual([]);
  expect(text).toMatch(/^USER node$/m);
  expect(text).toMatch(/^STOPSIGNAL SIGTERM$/m);
  expect(text).toContain("/health'");
  const named = [...text.matchAll(/^ENV (.*)$/gm)].flatMap(([, line]) =>
    line!.split(' ').map((one) => one.split('=')[0]!),
  );
  expect(settings(named)).toEqual([]);
});

it('compose.yaml: the variables of the service are settings it knows', () => {
  const text = read('ops/compose.yaml');
  const service = text.slice(text.indexOf('  clientele:'), text.indexOf('  postgres:\n    image'));
  const named = [...service.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name!);
  expect(named).toContain('DATABASE_URL');
  expect(settings(named)).toEqual([]);
  expect(existsSync(join(root, 'ops', /dockerfile: ops\/(\S+)/.exec(service)![1]!))).toBe(true);
  expect(text).toMatch(/image: postgres:\d+\.\d+-/);
});

it('the systemd unit: starts what npm start starts, with settings that exist', () => {
  const text = read('ops/clientele.service');
  const { start } = JSON.parse(read('package.json')).scripts;
  expect(text).toContain(`ExecStart=/usr/bin/env ${start}\n`);
  const named = [.../^Environment=(.*)$/m.exec(text)![1]!.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name!);
  expect(settings(named)).toEqual([]);
});
