/**
 * Reads a JSON body without losing anything: bytes that are not UTF-8, a field given twice, a number that would become another
 * and absurd nesting are errors, where JSON.parse alone would silently replace, drop, round or overflow.
 */
import { isUtf8 } from 'node:buffer';
import { ApiError } from './errors.ts';

const MAX_DEPTH = 64;

/** The value of the JSON text; throws 400 `malformed_json`, `duplicate_field`, `inexact_number` or `nested_too_deep`. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ApiError('malformed_json', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const { members, inexact } = scan(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError('malformed_json', `The body is not valid JSON${positionIn(text, error)}.`);
  }
  // Fewer fields than were written: one stood twice, and JSON.parse kept the last alone.
  if (countFields(value) !== members)
    throw refusal('duplicate_field', firstDouble(text), 'is given twice. Give it once');
  if (inexact !== null)
    throw refusal(
      'inexact_number',
      fieldAt(text, inexact),
      'holds a number that is too large. Send it as text',
    );
  return value;
}

function refusal(code: 'duplicate_field' | 'inexact_number', field: string, problem: string): ApiError {
  const message = `The field "${field}" ${problem}.`;
  return new ApiError(code, message, { errors: [{ field, code, message }] });
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

const IN_NUMBER = new Set([...'0123456789.eE+-'].map((sign) => sign.charCodeAt(0)));

/**
 * How many fields the text writes (its colons outside strings), and where the first number stands that would become another.
 * Throws when it is nested too deep.
 */
function scan(text: string): { members: number; inexact: number | null } {
  let members = 0;
  let depth = 0;
  let inexact: number | null = null;
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
    } else if (code >= 0x30 && code <= 0x39) {
      const end = endOfNumber(text, i);
      if (inexact === null && becomesAnother(text.slice(i, end))) inexact = i;
      i = end - 1;
    }
  }
  return { members, inexact };
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && IN_NUMBER.has(text.charCodeAt(end))) end++;
  return end;
}

/**
 * Whole numbers that would be answered with other digits, and those beyond every double. Fractions are as near as they come
 * (RFC 8259, section 6).
 */
function becomesAnother(digits: string): boolean {
  const value = Number(digits);
  return value === Number.POSITIVE_INFINITY || (/^\d{16,}$/.test(digits) && String(value) !== digits);
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

/** The name of the field in whose value this place of a valid JSON text is; the body's own, if it is in none. */
function fieldAt(text: string, place: number): string {
  const names = ['body'];
  for (let i = 0; i < place; i++) {
    const char = text[i];
    if (char === '{' || char === '[') names.push(names.at(-1)!);
    else if (char === '}' || char === ']') names.pop();
    else if (char === '"') {
      const end = endOfString(text, i);
      if (/^\s*:/.test(text.slice(end + 1, end + 100)))
        names[names.length - 1] = JSON.parse(text.slice(i, end + 1));
      i = end;
    }
  }
  return names.at(-1)!;
}

function positionIn(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(String(error))?.[1];
  if (text.trim() === '') return ': it is empty';
  return position ? ` (near character ${position})` : '';
}
