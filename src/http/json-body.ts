/**
 * Reads a JSON body without losing anything: bytes that are not UTF-8, a field given twice and absurd nesting
 * are errors, where JSON.parse alone would silently replace, drop or overflow.
 */
import { isUtf8 } from 'node:buffer';
import { ApiError } from './errors.ts';

const MAX_DEPTH = 64;

/** The value of the JSON text; throws 400 `malformed_json`, `duplicate_field` or `nested_too_deep`. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ApiError('malformed_json', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const members = countMembers(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError('malformed_json', `The body is not valid JSON${positionIn(text, error)}.`);
  }
  // Fewer fields than were written: one stood twice, and JSON.parse kept the last alone.
  if (countFields(value) !== members) {
    const field = firstDouble(text);
    throw new ApiError('duplicate_field', `The field "${field}" is given twice.`, {
      errors: [
        { field, code: 'duplicate_field', message: `The field "${field}" is given twice. Give it once.` },
      ],
    });
  }
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** How many fields the text writes: its colons outside strings. Throws when it is nested too deep. */
function countMembers(text: string): number {
  let members = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
    } else if (code === COLON) {
      members++;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH)
        throw new ApiError('nested_too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return members;
}

/** The index of the quote that ends the string which begins at this one. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return text.length;
}

function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values = Object.values(value);
  let fields = Array.isArray(value) ? 0 : values.length;
  for (const item of values) fields += countFields(item);
  return fields;
}

/** The first name that stands twice in one object of a valid JSON text. */
function firstDouble(text: string): string {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '{' || char === '[') open.push(new Set());
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(text, i);
      if (/^\s*:/.test(text.slice(end + 1, end + 100))) {
        const name = JSON.parse(text.slice(i, end + 1)) as string;
        if (open.at(-1)!.has(name)) return name;
        open.at(-1)!.add(name);
      }
      i = end;
    }
  }
  return '__proto__';
}

function positionIn(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(String(error))?.[1];
  if (text.trim() === '') return ': it is empty';
  return position ? ` (near character ${position})` : '';
}
