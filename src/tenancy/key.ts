/**
 * What an API key looks like: `clt_<business in base62>_<30 secret><6 CRC32>`, all base62. The token of a session is made
 * alike and begins with `cls_`, so that neither is ever taken for the other. Pure.
 */
import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
type Prefix = 'clt' | 'cls';
const shapeOf = (prefix: Prefix) =>
  new RegExp(
    `^${prefix}_([0-9A-Za-z]{1,22})_([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
  );
const SHAPES: Record<Prefix, RegExp> = { clt: shapeOf('clt'), cls: shapeOf('cls') };

/** A new key for a business: 178 bits of chance. Shown once; only its hash is kept. */
export const makeKey = (businessId: string): string => make('clt', businessId);

/** The token of a new session; only its hash is kept. */
export const makeSessionToken = (businessId: string): string => make('cls', businessId);

function make(prefix: Prefix, businessId: string): string {
  const secret = Array.from({ length: SECRET_LENGTH }, () => DIGITS[randomInt(62)]).join('');
  const body = `${prefix}_${toBase62(BigInt(`0x${businessId.replaceAll('-', '')}`))}_${secret}`;
  return body + checksum(body);
}

/** The business a key belongs to; null when it was mistyped or is no key at all, known without a database. */
export const businessOf = (key: string): string | null => read('clt', key);

/** The business of a session's token, or null. */
export const businessOfSession = (token: string): string | null => read('cls', token);

function read(prefix: Prefix, key: string): string | null {
  const parts = SHAPES[prefix].exec(key);
  if (!parts) return null;
  if (checksum(key.slice(0, -CHECKSUM_LENGTH)) !== parts[3]) return null;
  const hex = fromBase62(parts[1]!).toString(16).padStart(32, '0');
  if (hex.length > 32) return null;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * What is kept of a key or token. It is also what is looked up: an index may compare it as it likes, because nobody can choose
 * how the hash of a guess begins.
 */
export const hashKey = (key: string): Buffer => hash('sha256', key, 'buffer');

const checksum = (text: string) => toBase62(BigInt(crc32(text))).padStart(CHECKSUM_LENGTH, '0');

function toBase62(value: bigint): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text;
  return text || '0';
}

const fromBase62 = (text: string): bigint =>
  [...text].reduce((value, digit) => value * 62n + BigInt(DIGITS.indexOf(digit)), 0n);
