/** Days and months of a time zone as moments. Pure; the console reads days by it, too. */

/** The start of a calendar day (2026-01-31) in a time zone, as an instant; `shift` days later. Without a zone: the machine's. */
export function startOfDay(day: string, timeZone: string | undefined, shift = 0): string {
  const wanted = new Date(`${day}T00:00:00Z`).getTime() + shift * 86_400_000;
  // The offset at the guess is that at the start of the day, but for a change of the clocks in between.
  let at = wanted;
  for (let i = 0; i < 2; i++) at = wanted - offsetAt(at, timeZone);
  return new Date(at).toISOString();
}

/** The last `count` months (2026-01) of a time zone, oldest first, that of the moment the last. */
export function lastMonths(at: Date, timeZone: string, count: number): string[] {
  const { year, month } = partsOf(at.getTime(), timeZone);
  return Array.from({ length: count }, (_, i) =>
    new Date(Date.UTC(year!, month! - count + i, 1)).toISOString().slice(0, 7),
  );
}

function offsetAt(at: number, timeZone: string | undefined): number {
  const { year, month, day, hour, minute, second } = partsOf(at, timeZone);
  return Date.UTC(year!, month! - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** What the calendar and the clock on the wall say. */
function partsOf(at: number, timeZone: string | undefined): Partial<Record<string, number>> {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...(timeZone && { timeZone }),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(at));
  return Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
}
