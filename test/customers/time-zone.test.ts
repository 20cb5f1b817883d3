/** Days and months of a time zone: whole, in order, without a gap at the turn of the year or of the clocks. */
import { expect, it } from 'vitest';
import { lastMonths, startOfDay } from '../../src/customers/time-zone.ts';

it('the last months end with the present one, as the calendar there has it', () => {
  const at = new Date('2026-01-31T13:30:00Z');
  expect(lastMonths(at, 'UTC', 12)).toEqual([
    ...['2025-02', '2025-03', '2025-04', '2025-05', '2025-06', '2025-07', '2025-08', '2025-09', '2025-10'],
    ...['2025-11', '2025-12', '2026-01'],
  ]);
  expect(lastMonths(at, 'Australia/Sydney', 2)).toEqual(['2026-01', '2026-02']);
  expect(lastMonths(new Date('2026-01-01T02:00:00Z'), 'America/New_York', 1)).toEqual(['2025-12']);
});

it('a day begins when the clock there says so, in summer and in winter', () => {
  const SYDNEY = 'Australia/Sydney';
  expect(startOfDay('2026-01-01', SYDNEY)).toBe('2025-12-31T13:00:00.000Z');
  expect(startOfDay('2026-07-01', SYDNEY)).toBe('2026-06-30T14:00:00.000Z');
  // The clocks go back at 3 in the morning of 5 April.
  expect(startOfDay('2026-04-05', SYDNEY)).toBe('2026-04-04T13:00:00.000Z');
  expect(startOfDay('2026-04-05', SYDNEY, 1)).toBe('2026-04-05T14:00:00.000Z');
  expect(startOfDay('2026-01-01', 'Pacific/Apia')).toBe('2025-12-31T11:00:00.000Z');
});
