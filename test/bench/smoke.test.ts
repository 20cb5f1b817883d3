/** The benchmark runs to its end: every theme, every operation answers, every floor is measured. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.ts';

describe('a small run of the benchmark', () => {
  let output = '';
  let rows: { work: string; failures: string }[] = [];

  beforeAll(async () => {
    const run = promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/main.ts', '--smoke'], {
      cwd: packageDir,
    });
    output = (await run).stdout;
    rows = output
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map((cells) => ({ work: cells[2]!, failures: cells[7]! }));
  }, 180_000);

  it.each([
    ['business', 'floor: bare node:http, same core'],
    ['business', 'upsert, half new (group commit)'],
    ['business', 'pgbench: the statements of upserts, half new'],
    ['business', 'bare insert … select: rows'],
    ['many', 'upsert, half new, 20 businesses'],
    ['start', 'start on an existing data directory'],
    ['workers', 'get by id, 2 processes'],
    ['bulk', 'import of that export, command line: rows'],
    ['flat', 'mixed load for 1 s'],
  ])('%s: has a figure for "%s"', (_theme, work) => {
    expect(rows.map((row) => row.work)).toContain(work);
  });

  it('peers: has the figures of the service', () => {
    expect(output).toMatch(/^Clientele: get [\d,]+, .*search, full name [\d,]+, .*1 rows of 64 at once/m);
  });

  it('gets an answer to every request', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter(({ failures }) => !['', '0', 'failures', '---:'].includes(failures))).toEqual([]);
  });

  it('imports an export without a change', () => {
    expect(output).toContain('an export imports again, 500 rows: 500 unchanged');
  });
});
