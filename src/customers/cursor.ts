/** Where a list goes on, signed so that it can only be given back: bound to the business, the location and the filters. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApiError } from '../http/errors.ts';

export interface Position {
  /** The sort key of the last item (null when the id is the key), its id, and whether it was an exact hit. */
  key: string | null;
  id: string;
  exact: boolean;
  /** The page that follows. */
  page: number;
  as_of: string;
}

const SIGNATURE_BYTES = 16;

export function encodeCursor(secret: string, context: string, position: Position): string {
  const payload = Buffer.from(JSON.stringify(position));
  return Buffer.concat([sign(secret, context, payload), payload]).toString('base64url');
}

/** The position of a cursor; throws 400 when it was made elsewhere, for another list, or changed. */
export function decodeCursor(secret: string, context: string, cursor: string): Position {
  const bytes = Buffer.from(cursor, 'base64url');
  const payload = bytes.subarray(SIGNATURE_BYTES);
  if (
    bytes.length <= SIGNATURE_BYTES ||
    !timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), sign(secret, context, payload))
  ) {
    throw new ApiError('invalid_cursor', 'The cursor does not belong to this list. Start again without it.');
  }
  return JSON.parse(payload.toString());
}

const sign = (secret: string, context: string, payload: Buffer) =>
  createHmac('sha256', secret)
    .update(context)
    .update('\0')
    .update(payload)
    .digest()
    .subarray(0, SIGNATURE_BYTES);
