/** What arguments and options may be: each reads one text, or throws what commander reports as bad usage. */
import { InvalidArgumentError } from 'commander';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { isUuid } from '../database/ids.ts';
import { type ApiScope, SCOPES } from '../tenancy/authentication.ts';

/** A name of 1 to 200 characters, as the API takes it. */
export function nameArgument(text: string): string {
  const name = text.trim().normalize('NFC');
  if (name === '' || name.length > 200 || /\p{Cc}/u.test(name))
    throw new InvalidArgumentError('A name has 1 to 200 characters, on one line.');
  return name;
}

export function idArgument(text: string): string {
  if (!isUuid(text)) throw new InvalidArgumentError('An id looks like 0190d3c1-7a4e-7cc3-98c4-dc0c0c07398f.');
  return text.toLowerCase();
}

export function countryArgument(text: string): string {
  const code = text.toUpperCase();
  if (!isSupportedCountry(code))
    throw new InvalidArgumentError('A country is a two-letter ISO 3166 code such as AU.');
  return code;
}

export function scopesArgument(text: string): ApiScope[] {
  const scopes = [...new Set(text.split(',').map((scope) => scope.trim()))];
  if (!scopes.every(isScope)) throw new InvalidArgumentError(`The scopes are ${SCOPES.join(', ')}.`);
  return scopes;
}

const isScope = (text: string): text is ApiScope => SCOPES.some((scope) => scope === text);

/** A moment to come, as ISO 8601. */
export function futureArgument(text: string): string {
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/.test(text) ? new Date(text) : null;
  if (!time || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('A time looks like 2030-01-31 or 2030-01-31T09:00:00Z.');
  if (time.getTime() <= Date.now()) throw new InvalidArgumentError('It is in the past.');
  return time.toISOString();
}

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
const LONGEST = 30 * 86_400;

/** A duration such as 30m, 24h or 7d, in seconds; 0 for at once, 30 days at most. */
export function durationArgument(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(amount) * (SECONDS[unit || (amount === '0' ? 's' : '')] ?? Number.NaN);
  if (!(seconds <= LONGEST))
    throw new InvalidArgumentError('A duration looks like 30m, 24h or 7d, up to 30d; 0 ends it at once.');
  return seconds;
}

/** Where the service answers. */
export function urlArgument(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('A URL looks like http://127.0.0.1:3000.');
  return text.replace(/\/+$/, '');
}

/** An option that may be given several times. */
export const repeated = (value: string, before: string[]): string[] => [...before, value];
