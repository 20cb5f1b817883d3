/** The benchmark runs to its end: every operation answers, every floor is measured. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { packageDir } from '../../src/config.ts';

it('a small run measures every operation and its floor, without a failure', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'bench/main.ts', '--smoke'],
    {
      cwd: packageDir,
    },
  );
  const rows = stdout.split('\n').filter((line) => line.startsWith('| 500 |'));
  expect(rows.length).toBeGreaterThan(15);
  const failing = rows.filter((row) => !/\| 0? ?\|$/.test(row));
  expect(failing, 'rows with answers outside 2xx').toEqual([]);
}, 180_000);
