/** What is planned and does not come to its end counts against a claim, also once it was written down. */
import { expect, it } from 'vitest';
import { longestWait, normalService, type Round } from '../../trust/evidence.ts';
import { page, type Run } from '../../trust/report.ts';
import { emptyTally } from '../../trust/theme.ts';

const round = (run: string, normalAfter: number | null, longestMs = 100): Round => ({
  run,
  acknowledged: 1,
  inDoubt: 0,
  normalAfter,
  longestMs,
});
const THREE = [round('kill 1', 700), round('kill 2', 900), round('kill 3', 800)];

it('normal service: every round that was planned, within the limit', () => {
  expect(normalService(THREE, 3, 5_000)).toEqual({
    figure: 'longest 900 ms (kill 2), median 800 ms, 3 rounds',
    met: true,
  });
  expect(normalService(THREE, 3, 800).met).toBe(false);
});

it.each([
  [
    'one failed',
    [...THREE, round('kill 4', null)],
    /^longest 900 ms .* 3 of 4 rounds, not to its end: kill 4$/,
  ],
  ['one was never begun', THREE, /^longest 900 ms .* 3 of 4 rounds$/],
  ['all failed', [1, 2, 3, 4].map((n) => round(`kill ${n}`, null)), /^0 of 4 rounds, .* kill 3 and 1 more$/],
  ['there was none', [], /^0 of 4 rounds$/],
])('normal service is not held where %s', (_, rounds, figure) => {
  const judged = normalService(rounds, 4, 5_000);
  expect(judged.figure).toMatch(figure);
  expect(judged.met).toBe(false);
});

it('the longest wait for an answer is also that of a failed round, and of none nothing is said', () => {
  const crowd = { run: 'the crowd', longestMs: 300 };
  expect(longestWait([...THREE, crowd], 4, 20_000)).toEqual({
    figure: 'longest 300 ms (the crowd)',
    met: true,
  });
  expect(longestWait([...THREE, round('kill 4', null, 30_000)], 4, 20_000)).toEqual({
    figure: 'longest 30,000 ms (kill 4), 3 of 4 rounds, not to its end: kill 4',
    met: false,
  });
  expect(longestWait([...THREE, round('kill 4', null)], 4, 20_000).met).toBe(false);
  expect(longestWait(THREE, 4, 20_000).met).toBe(false);
  expect(longestWait([], 0, 20_000).met).toBe(false);
});

it('a wait in vain is missed on the page too, made of what was written down', () => {
  const theme = { name: 'kill', title: 'Kill', seconds: 1, done: [], checked: [], found: [] };
  const kept = { ...theme, claims: [], failures: [], tally: emptyTally(), raw: {} };
  const run = (normalAfter: (number | null)[]): Run => ({
    ...{ command: '', commit: '', date: '', node: '', cpu: '', seconds: 1, scale: 'full', seed: 1 },
    themes: [{ ...kept, normalAfter }],
  });
  const rowOf = (one: Run) =>
    /^\| normal service after a fault.*$/m.exec(page(JSON.parse(JSON.stringify(one))))![0];
  expect(rowOf(run([700, 900]))).toContain('| longest 900 ms, after 2 faults | held |');
  expect(rowOf(run([700, null]))).toContain(
    'after 2 faults, of which 1 not to normal service | **missed** |',
  );
  expect(rowOf(run([null]))).toContain('**missed**');
});
