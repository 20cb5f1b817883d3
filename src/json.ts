/**
 * Reads JSON without losing anything: a field given twice and absurd nesting are errors, where JSON.parse alone would drop one
 * of the two, or overflow. Bodies are read by it, and lines of files, here and in the browser.
 */

export const MAX_DEPTH = 64;

/** What is wrong with a text. */
export class JsonFault extends Error {
  readonly code: 'malformed_json' | 'duplicate_field' | 'nested_too_deep';
  /** Which field is given twice. */
  readonly field: string | null;

  constructor(code: JsonFault['code'], message: string, field: string | null = null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** The value of the text, which is called `what` in the messages ("The body"); throws JsonFault. */
export function parseJson(text: string, what: string, maxDepth = MAX_DEPTH): unknown {
  const members = countMembers(text, what, maxDepth);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonFault('malformed_json', `${what} is not valid JSON${positionIn(text, error)}.`);
  }
  // Fewer fields than were written: one stood twice, and JSON.parse kept the last alone.
  if (countFields(value) !== members) {
    const field = firstDouble(text);
    throw new JsonFault('duplicate_field', `The field "${field}" is given twice.`, field);
  }
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** How many fields the text writes: its colons outside strings. Throws when it is nested too deep. */
function countMembers(text: string, what: string, maxDepth: number): number {
  let members = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
    } else if (code === COLON) {
      members++;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > maxDepth)
        throw new JsonFault('nested_too_deep', `${what} is nested deeper than ${maxDepth} levels.`);
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
