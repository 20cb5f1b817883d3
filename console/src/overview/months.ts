/** The months that the overview shows. Pure. */

const MONTHS = 12;

/** The first days of the last months and of each one's next, the month of `today` (2026-01-31) the last. */
export function lastMonths(today: string): [from: string, to: string][] {
  const [year, month] = today.split('-').map(Number) as [number, number];
  const first = (back: number) => new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 10);
  return Array.from({ length: MONTHS }, (_, i) => [first(MONTHS - 1 - i), first(MONTHS - 2 - i)]);
}
