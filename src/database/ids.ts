/** UUIDv7 ids: the order of ids is the order of creation, so the primary key also serves lists and history. */
import { randomBytes, randomInt } from 'node:crypto';
import { v7, validate, version } from 'uuid';

let lastMillis = 0;
let sequence = 0;

/** A UUIDv7 of this millisecond; ids of one process made in order sort in order. */
export function newId(millis = Date.now()): string {
  sequence = millis === lastMillis ? sequence + 1 : randomInt(2 ** 30);
  lastMillis = millis;
  return v7({ msecs: millis, seq: sequence, random: chance() });
}

const POOL_IDS = 256;
let pool = randomBytes(0);

/** Sixteen random bytes, drawn in bulk: one draw for each id is a tenth of the work of a new record. */
function chance(): Uint8Array {
  if (pool.length < 16) pool = randomBytes(16 * POOL_IDS);
  const bytes = pool.subarray(0, 16);
  pool = pool.subarray(16);
  return bytes;
}

/** The smallest id of a moment: ids from it on were made then or later. */
export const firstIdAt = (time: Date): string => `${millisOf(time)}-0000-0000-000000000000`;

/** The greatest id of a moment: ids up to it were made then or earlier. */
export const lastIdAt = (time: Date): string => `${millisOf(time)}-ffff-ffff-ffffffffffff`;

/** The milliseconds as an id begins with them. */
function millisOf(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}`;
}

export const isUuid = (text: string): boolean => validate(text);

/** True for an id that says when it was made. */
export const isTimedId = (text: string): boolean => validate(text) && version(text) === 7;
