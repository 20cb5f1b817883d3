/** The months of the overview: whole, in order, without a gap at the turn of the year. */
import { expect, it } from 'vitest';
import { lastMonths } from '../../console/src/overview/months.ts';

it('the last twelve months end with the present one', () => {
  const months = lastMonths('2026-02-28');
  expect(months.length).toBe(12);
  expect(months[0]).toEqual(['2025-03-01', '2025-04-01']);
  expect(months.slice(-3)).toEqual([
    ['2025-12-01', '2026-01-01'],
    ['2026-01-01', '2026-02-01'],
    ['2026-02-01', '2026-03-01'],
  ]);
});
