/** Dates, numbers and phone numbers as people here write them. */
import { useSyncExternalStore } from 'react';
import type { Customer } from './api.ts';
import { strings } from './strings/index.ts';

const locale = navigator.language;
const numbers = new Intl.NumberFormat(locale);
export const formatNumber = (n: number): string => numbers.format(n);

const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
/** For where there is little room: 2K. */
export const formatCompact = (n: number): string => compact.format(n);

const formats = new Map<string, Intl.DateTimeFormat>();
/** Kept: making one costs more than formatting a hundred dates. */
function dateFormat(style: 'day' | 'moment' | 'long', timeZone: string | undefined): Intl.DateTimeFormat {
  const name = `${style} ${timeZone}`;
  const known = formats.get(name);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, {
    dateStyle: style === 'long' ? 'long' : 'medium',
    ...(style !== 'day' && { timeStyle: 'short' }),
    ...(timeZone && { timeZone }),
  });
  formats.set(name, made);
  return made;
}

/** The day in the time zone of a location. */
export const formatDay = (iso: string, timeZone?: string): string =>
  dateFormat('day', timeZone).format(new Date(iso));
export const formatMoment = (iso: string, timeZone?: string): string =>
  dateFormat('moment', timeZone).format(new Date(iso));
/** With the month spelt out, for a title. */
export const formatLong = (iso: string, timeZone?: string): string =>
  dateFormat('long', timeZone).format(new Date(iso));

const months = {
  long: new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }),
  short: new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' }),
};
/** The month that begins on a day, as 2026-01-01. */
export const formatMonth = (day: string, style: 'long' | 'short'): string =>
  months[style].format(new Date(`${day}T00:00:00Z`));

const UNITS: [Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

/** How long ago, in the largest unit there is one of: `2 hours ago`. */
export function formatAgo(iso: string, now = Date.now()): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? [];
  return unit && size ? relative.format(-Math.floor(seconds / size), unit) : strings.justNow;
}

export const nameOf = ({ name, company_name, email, phone }: Partial<Customer>): string =>
  name || company_name || email || phone || strings.customer.nameless;

const MOST_KNOWN = 5_000;
type FormatPhone = (value: string, country: string) => string;
let formatPhone: FormatPhone | null = null;
const listeners = new Set<() => void>();
// The numbering plans are a third of all script: they come beside the first data, not before it.
const loading = import('libphonenumber-js/min').then(({ parsePhoneNumberFromString }) => {
  const known = new Map<string, string>();
  formatPhone = (value, country) => {
    const name = `${country}${value}`;
    let text = known.get(name);
    if (text === undefined) {
      const phone = parsePhoneNumberFromString(value);
      text = !phone
        ? value
        : phone.country === country
          ? phone.formatNational()
          : phone.formatInternational();
      // Who scrolls through everybody fills no memory with it.
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(name, text);
    }
    return text;
  };
  for (const listener of listeners) listener();
});
loading.catch(() => {
  // Without the plans a number is shown as it is stored.
  formatPhone = (value) => value;
  for (const listener of listeners) listener();
});

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Writes a number the local way for its country's own people; null until the numbering plans are there. */
export const useFormatPhone = (): FormatPhone | null => useSyncExternalStore(subscribe, () => formatPhone);
