/** Reads a JSON body without losing anything: bytes that are not UTF-8 are an error, where they would be replaced silently. */
import { isUtf8 } from 'node:buffer';
import { JsonFault, parseJson } from '../json.ts';
import { ApiError } from './errors.ts';

/** The value of the JSON text; throws 400 `malformed_json`, `duplicate_field` or `nested_too_deep`. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ApiError('malformed_json', 'The body is not valid UTF-8.');
  try {
    return parseJson(bytes.toString('utf8').replace(/^\uFEFF/, ''), 'The body');
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { code, message, field } = error;
    throw new ApiError(code, message, {
      ...(field !== null && { errors: [{ field, code, message: `${message} Give it once.` }] }),
    });
  }
}
