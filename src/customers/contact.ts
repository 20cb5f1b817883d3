/**
 * What a phone number or e-mail address is: its one normal form, the key it is matched by, and whether it can
 * identify anyone (contract section 3). Pure: no SQL, no clock.
 */
import { domainToASCII } from 'node:url';
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  Metadata,
  type NumberType,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import type { Warning } from './schema.ts';

export type ContactType = 'email' | 'phone';
/** How well a detail identifies a person; the key order of the upsert. */
export const KEY_ORDER = ['mobile', 'email', 'phone'] as const;
export type KeyKind = (typeof KEY_ORDER)[number];

/** One contact detail in normal form. */
export interface Detail {
  type: ContactType;
  kind: KeyKind;
  /** What it is matched by: two details with one key are the same detail. */
  key: string;
  value: string;
  raw: string;
  extension: string | null;
  /** False for numbers many people share: they never identify anyone alone. */
  matchable: boolean;
  warning: Omit<Warning, 'field'> | null;
}

/** The detail's normal form; a warning alone when the text only fills a blank (`n/a`, `test@test.com`). */
export function normalizeContact(
  type: ContactType,
  text: string,
  country: string,
): Detail | { absent: Omit<Warning, 'field'> } {
  const absent = {
    code: 'placeholder_ignored',
    message: `"${text}" stands for no ${type === 'email' ? 'e-mail address' : 'phone number'} and was ignored.`,
  };
  if (isPlaceholder(type, text)) return { absent };
  if (type === 'email') return normalizeEmail(text)!;
  const raw = text.trim();
  const reading = parsePhone(raw, country);
  // +61 400 000 000 fills a blank as 0400 000 000 does.
  if (reading && isFillerNumber(`0${reading.number.nationalNumber}`)) return { absent };
  return phoneDetail(raw, reading, country);
}

const FILLERS = new Set(
  '- -- --- . .. ? x xx xxx n/a na n.a. n.a none no nil null undefined unknown unlisted private tba tbc tbd test example nothing empty blank not provided not given no phone no email no e-mail'
    .split(' ')
    .concat([
      'not provided',
      'not given',
      'not available',
      'not applicable',
      'no phone',
      'no email',
      'no e-mail',
      'no number',
    ]),
);
const FILLER_LOCALS = new Set(
  'no none noemail no-email no.email no_email noone nomail na n/a nil null unknown test tester testing example email mail abc abc123 a aa aaa x xx xxx asdf user name me you nobody noreply no-reply donotreply fake'.split(
    ' ',
  ),
);
const FILLER_DOMAINS = new Set(
  'test.com test.test email.com mail.com example.com example.org none.com no.com noemail.com nomail.com no-email.com na.com nil.com null.com unknown.com abc.com x.com xx.com xxx.com asdf.com fake.com nowhere.com domain.com'.split(
    ' ',
  ),
);

/**
 * True for what people type when a form insists: `n/a`, `none`, `...`, `0000000000`, `1234567890`, `test@test.com`,
 * `no@email.com`. An e-mail counts only when both halves are fillers: `test@yourcompany.example` is somebody.
 */
export function isPlaceholder(type: ContactType, text: string): boolean {
  const folded = text.trim().toLowerCase();
  if (FILLERS.has(folded) || !/[\p{L}\p{N}]/u.test(folded)) return true;
  if (type === 'email') {
    const at = folded.lastIndexOf('@');
    return at > 0 && FILLER_LOCALS.has(folded.slice(0, at)) && FILLER_DOMAINS.has(folded.slice(at + 1));
  }
  return isFillerNumber(digitsOf(text));
}

/** One digit over and over, digits counted up or down, a first digit and zeros. */
const isFillerNumber = (digits: string): boolean =>
  /^(\d)\1*$/.test(digits) ||
  /^(0?1234567(89?0?)?|0?123456|9876543(210?)?)$/.test(digits) ||
  /^0?[1-9]0{7,}$/.test(digits);

/** The normal form of an e-mail address, or null when it is not one: trim, NFC, lower case, IDN domain to ASCII. */
export function normalizeEmail(text: string): Detail | null {
  const raw = text.trim();
  const folded = raw.normalize('NFC').toLowerCase();
  const at = folded.lastIndexOf('@');
  const local = folded.slice(0, at);
  const given = folded.slice(at + 1);
  // domainToASCII reads a URL's host: it would drop a path or port and decode %xx.
  const domain = /^[a-z0-9.\-\u0080-\u{10ffff}]+$/u.test(given) ? domainToASCII(given) : '';
  // RFC 5321 section 4.5.3.1: 64 octets of local part, 255 of domain.
  if (at < 1 || Buffer.byteLength(local) > 64 || domain.length > 255) return null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  if (/[\s\u0000-\u001f\u007f"(),:;<>@[\\\]]/.test(local) || /^\.|\.\.|\.$/.test(local)) return null;
  if (!/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/.test(domain))
    return null;
  const value = `${local}@${domain}`;
  return {
    type: 'email',
    kind: 'email',
    key: value,
    value,
    raw,
    extension: null,
    matchable: true,
    warning: null,
  };
}

// Numbers that lead to a desk or a recording, never to one person.
const SHARED_TYPES = new Set(['TOLL_FREE', 'PREMIUM_RATE', 'SHARED_COST', 'UAN', 'VOICEMAIL', 'PAGER']);
const SHORT = 7;

/**
 * The normal form of a phone number as dialled in a country. A number that does not exist there is kept as
 * given and matches the same digits only: a lead is never thrown away.
 */
function phoneDetail(raw: string, reading: PhoneReading | null, country: string): Detail {
  if (!reading?.type) {
    const digits = digitsOf(raw);
    return {
      type: 'phone',
      kind: 'phone',
      key: `#${digits || raw.toLowerCase()}`,
      value: raw,
      raw,
      extension: null,
      matchable: digits.length >= SHORT && !(reading && isAustralian13(reading.number)),
      warning: {
        code: 'phone_unrecognised',
        message: `"${raw}" is not a phone number in ${country}. It is kept as given and matches the same digits only.`,
      },
    };
  }
  const { number, type } = reading;
  const extension = number.ext ?? null;
  return {
    type: 'phone',
    kind: type === 'MOBILE' ? 'mobile' : 'phone',
    key: extension ? `${number.number};ext=${extension}` : number.number,
    value: number.number,
    raw,
    extension,
    matchable: !SHARED_TYPES.has(type) && number.nationalNumber.length >= SHORT && !isAustralian13(number),
    warning: null,
  };
}

/** Libphonenumber knows 13 xx xx and 1300 numbers by type; a 13 number of a length it does not know is shared too. */
const isAustralian13 = (number: PhoneNumber) =>
  number.countryCallingCode === '61' && /^1[389]/.test(number.nationalNumber);

/** A number as read, and what it is; a number that does not exist is of no type. */
interface PhoneReading {
  number: PhoneNumber;
  type: NumberType;
}

/** Reads a number as given, then with an international prefix other countries use; valid beats merely possible. */
function parsePhone(text: string, country: string): PhoneReading | null {
  // RFC 3966: phone systems and web pages write tel:+61412345678.
  const dialled = text.normalize('NFKC').replace(/^tel:/i, '');
  const plain = dialled.replace(/^(\+|00)([\d\s]*)\(0\)/, '$1$2');
  const readings = [plain];
  const international = /^\s*(?:0011|00)[\s.-]*([1-9].*)$/.exec(plain);
  if (international) readings.push(`+${international[1]}`);
  const region = isSupportedCountry(country) ? (country as CountryCode) : undefined;
  let possible: PhoneReading | null = null;
  for (const reading of readings) {
    const number = parsePhoneNumberFromString(reading, {
      ...(region && { defaultCountry: region }),
      extract: false,
    });
    if (!number) continue;
    // With the max metadata a number is valid when it has a type; each look costs some ten regular expressions.
    const type = number.getType();
    if (type) return { number, type };
    possible ??= number.isPossible() ? { number, type } : null;
  }
  return possible;
}

/** The ASCII digits of a text. */
export const digitsOf = (text: string): string => text.normalize('NFKC').replace(/[^0-9]/g, '');

/** The national prefix of each country calling code, such as 0 for 61: parsing every number again costs 20 µs. */
const NATIONAL_PREFIXES = new Map(
  getCountries().map((country) => {
    const metadata = new Metadata();
    metadata.selectNumberingPlan(country);
    // The library's types leave this method out.
    const plan = metadata.numberingPlan as unknown as { nationalPrefix(): string | null };
    return [getCountryCallingCode(country) as string, plan.nationalPrefix() ?? ''];
  }),
);

/** The digits dialled at home for the digits of an E.164 number: 61412345678 is 0412345678. */
function nationalDigits(international: string): string {
  const code = [1, 2, 3]
    .map((length) => international.slice(0, length))
    .find((prefix) => NATIONAL_PREFIXES.has(prefix));
  return code ? NATIONAL_PREFIXES.get(code) + international.slice(code.length) : '';
}

/** Every form somebody may type a stored number in, as digits: international, national, as given. */
export function searchableDigits(contact: { type: ContactType; value: string; raw: string }): string[] {
  if (contact.type !== 'phone') return [];
  const digits = digitsOf(contact.value);
  const forms = [digits, digitsOf(contact.raw), contact.value.startsWith('+') ? nationalDigits(digits) : ''];
  return [...new Set(forms)].filter(
    (form, i, all) => form !== '' && !all.some((other, j) => j !== i && other.includes(form)),
  );
}

/** The digits of a search term that may be a whole phone number in another format; null when it is none. */
export function phoneSearchDigits(text: string, country: string): string | null {
  const reading = parsePhone(text, country);
  return reading?.number.isPossible() ? digitsOf(reading.number.number) : null;
}
