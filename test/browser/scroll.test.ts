/** The measurement of scrolling runs to its end; its figures are taken with 100,000 customers, on an idle machine. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { packageDir } from '../../src/config.ts';

it('goes through the list by wheel, by scrollbar and by keys, and says how long frames took', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'bench/scroll.ts', '1000'],
    { cwd: packageDir },
  );
  const frames = [...stdout.matchAll(/^\| (wheel|scrollbar), .*? \| ([\d,]+) \|/gm)];
  expect(frames.map(([, way]) => way)).toEqual(['wheel', 'scrollbar']);
  for (const [, , count] of frames) expect(Number(count)).toBeGreaterThan(20);
  expect(stdout).toMatch(
    /^Rows there after the scrollbar rests: \d+ ms; after End: \d+ ms, after Home: \d+ ms/m,
  );
}, 180_000);
