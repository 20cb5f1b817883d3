/**
 * Where a list goes on, sealed so that it can only be given back: bound to the business, the location and the filters,
 * and unreadable, because a position tells how much others have written.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { ApiError } from '../http/errors.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

const keyOf = (secret: string) => createHash('sha256').update(secret).digest();

/** Seals a position; `context` says what it is a position in. */
export function encodeCursor(secret: string, context: string, position: unknown): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, keyOf(secret), iv).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(position)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** The position of a cursor; throws 400 when it was made elsewhere, for another list, or changed. */
export function decodeCursor<Position>(secret: string, context: string, cursor: string): Position {
  try {
    const bytes = Buffer.from(cursor, 'base64url');
    const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(ALGORITHM, keyOf(secret), bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
    const sealed = bytes.subarray(IV_BYTES + TAG_BYTES);
    return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString());
  } catch {
    throw new ApiError('invalid_cursor', 'The cursor does not belong to this list. Start again without it.');
  }
}
