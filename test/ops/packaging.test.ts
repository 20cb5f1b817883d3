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
  // Of even number are the releases with long support; 20 had its last day in April 2026.
  const majors = bases.map((image) => Number(/^node:(\d+)/.exec(image)![1]));
  expect(majors.filter((major) => major < 24 || major % 2 === 1)).toEqual([]);
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

/** What a unit says under this name, all of its lines. */
const said = (unit: string, name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value!);

it('the systemd unit: starts what npm start starts, with settings that exist', () => {
  const text = read('ops/clientele.service');
  const { start } = JSON.parse(read('package.json')).scripts;
  expect(said(text, 'ExecStart')).toEqual([`/usr/bin/env ${start}`]);
  const named = [...said(text, 'Environment')[0]!.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name!);
  expect(settings(named)).toEqual([]);
});

it('the units of the backup: run the command of this package, as the service does, every night', () => {
  const service = read('ops/clientele.service');
  const backup = read('ops/clientele-backup.service');
  const [command, dir] = /^\/usr\/bin\/env node \/opt\/clientele\/(\S+) backup (\S+)$/
    .exec(said(backup, 'ExecStart')[0]!)!
    .slice(1);
  expect(command).toBe(JSON.parse(read('package.json')).bin.clientele);
  // A path that is no directory would be a file, written once and then in the way.
  expect(
    said(backup, 'StateDirectory')[0]!
      .split(' ')
      .map((name) => `/var/lib/${name}`),
  ).toContain(dir);
  // Another user or another setting would be another database.
  for (const name of ['User', 'WorkingDirectory', 'Environment', 'EnvironmentFile'])
    expect(said(backup, name), name).toEqual(said(service, name));
  const timer = read('ops/clientele-backup.timer');
  expect(said(timer, 'OnCalendar')).toEqual(['*-*-* 02:00:00']);
  expect(said(timer, 'Persistent')).toEqual(['true']);
});

it('a stop has as long in a container as under systemd', () => {
  const seconds = /stop_grace_period: (\d+)s/.exec(read('ops/compose.yaml'))![1];
  expect(said(read('ops/clientele.service'), 'TimeoutStopSec')).toEqual([seconds]);
});

it('no document has cron call npx: outside of the package it runs whatever the registry has under that name', () => {
  const pages = ['README.md', 'docs/operations.md', 'docs/privacy.md'].map(read).join('\n');
  expect(pages).not.toMatch(/^[\d*]+ [\d*]+ \* \* \*.*npx/m);
  expect(pages).toContain('node /opt/clientele/bin/clientele.js backup');
});
