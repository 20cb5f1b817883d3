/**
 * Requests against their schemas: text is trimmed and normalised, everything wrong is reported at once, each
 * with its field, a code and a sentence. Nothing here knows what a customer is; formats are registered by who does.
 */
import { Ajv, type ErrorObject, type FormatDefinition, type ValidateFunction } from 'ajv';
import { type ApiError, type FieldError, invalid } from './errors.ts';

/** A check on a string, named in schemas as `format`. */
export interface Format {
  test(text: string): boolean;
  code: string;
  message: string;
}

export class InvalidRequest extends Error {
  readonly errors: FieldError[];
  constructor(errors: FieldError[]) {
    super('invalid request');
    this.errors = errors;
  }

  /** The 422 to answer. */
  toApiError(): ApiError {
    return invalid(this.errors);
  }
}

export type Validator = (data: unknown) => { value: unknown } | { error: InvalidRequest };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/i;

// The years that PostgreSQL and ISO 8601 write with four digits.
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T00:00:00Z');

/** False for 31 February, which Date.parse takes for 3 March. */
const isDay = (text: string): boolean => {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
};

export const isTime = (text: string): boolean =>
  TIME.test(text) && isDay(text) && Date.parse(text) >= EARLIEST && Date.parse(text) <= LATEST;

const STANDARD_FORMATS: Record<string, Format> = {
  date: {
    test: (text) => DAY.test(text) && isDay(text) && Date.parse(text) >= EARLIEST,
    code: 'invalid_date',
    message: 'must be a day as 2026-01-31',
  },
  uuid: { test: (text) => UUID.test(text), code: 'invalid_uuid', message: 'must be a UUID' },
  'date-time': {
    test: isTime,
    code: 'invalid_time',
    message: 'must be a time as 2026-01-31T09:30:00Z',
  },
};

/** Makes the compiler that turns a schema into a validator; numbers and lists are read out of query text. */
export function schemaCompiler(formats: Record<string, Format>) {
  const known = { ...STANDARD_FORMATS, ...formats };
  const ajv = new Ajv({ allErrors: true, strict: false, useDefaults: true });
  for (const [name, format] of Object.entries(known))
    ajv.addFormat(name, { type: 'string', validate: format.test } as FormatDefinition<string>);
  ajv.addKeyword({
    keyword: 'maxBytes',
    type: 'object',
    validate: (limit: number, data: unknown) => Buffer.byteLength(JSON.stringify(data)) <= limit,
  });

  return (schema: object, part = 'body'): Validator => {
    const validate = ajv.compile(schema);
    const opaque = checkedLater(schema);
    return (data) => {
      const textErrors: FieldError[] = [];
      const clean = cleaned(data, '', textErrors, opaque);
      const value = part === 'body' ? clean : readText(schema, clean, textErrors);
      const errors = validate(value) ? textErrors : [...textErrors, ...toFieldErrors(validate, part, known)];
      return errors.length > 0 ? { error: new InvalidRequest(errors) } : { value };
    };
  };
}

/** Query text as what its schema takes: `5`, `true`, a list of one. What is neither stays text, and is refused. */
function readText(
  schema: { properties?: Record<string, { type?: string }> },
  data: unknown,
  errors: FieldError[],
): unknown {
  const read = ([name, given]: [string, unknown]): [string, unknown] => {
    const type = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties![name]!.type : undefined;
    if (type === 'array') return [name, Array.isArray(given) ? given : [given]];
    let value = given;
    if (Array.isArray(given)) {
      const message = `${name} is given ${given.length} times. Give it once.`;
      errors.push({ field: name, code: 'given_twice', message });
      value = given[0];
    }
    // Decimal digits alone: Number() would also take 0x10, 1e3 and the empty text.
    if (type === 'integer' && typeof value === 'string' && /^-?\d+$/.test(value))
      return [name, Number(value)];
    if (type === 'boolean' && (value === 'true' || value === 'false')) return [name, value === 'true'];
    return [name, value];
  };
  return Object.fromEntries(Object.entries(data as object).map(read));
}

/** Lists whose items are checked one by one later, so that a bad item is its own error (`x-checked-as`). */
const checkedLater = (schema: object): Set<string> => {
  const properties: [string, { items?: object }][] = Object.entries(
    'properties' in schema ? (schema.properties as object) : {},
  );
  return new Set(
    properties.filter(([, { items }]) => items && 'x-checked-as' in items).map(([name]) => name),
  );
};

/**
 * A copy with every text trimmed and NFC-normalised. NUL and lone surrogates, which no database keeps, and
 * numbers that JavaScript would round are errors.
 */
function cleaned(value: unknown, path: string, errors: FieldError[], opaque?: Set<string>): unknown {
  if (typeof value === 'string') {
    checkText(value, path, errors);
    return value.normalize('NFC').trim();
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      errors.push({
        field: path,
        code: 'number_out_of_range',
        message: `${path} is larger than a number can hold exactly. Send it as text.`,
      });
    }
    return value;
  }
  if (Array.isArray(value)) return value.map((item, i) => cleaned(item, join(path, String(i)), errors));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const field = join(path, key);
    checkText(key, field, errors);
    if (key === '__proto__')
      errors.push({
        field,
        code: 'unknown_field',
        message: `${field} is not a field of this operation. Remove it.`,
      });
    else copy[key] = opaque?.has(key) ? item : cleaned(item, field, errors);
  }
  return copy;
}

function checkText(text: string, path: string, errors: FieldError[]): void {
  if (!text.includes('\0') && text.isWellFormed()) return;
  const field = path.toWellFormed().replaceAll('\0', '\uFFFD');
  errors.push({
    field,
    code: 'invalid_text',
    message: `${field} holds a NUL character or half a surrogate pair. Remove it.`,
  });
}

/** Where a field stands; one without a name is shown as `""`. */
const join = (path: string, key: string) => {
  const name = key === '' ? '""' : key;
  return path === '' ? name : `${path}/${name}`;
};

function toFieldErrors(
  validate: ValidateFunction,
  part: string,
  formats: Record<string, Format>,
): FieldError[] {
  const seen = new Set<string>();
  const errors = validate.errors ?? [];
  const ofWrongType = new Set(
    errors.filter(({ keyword }) => keyword === 'type').map((error) => error.instancePath),
  );
  // What is not even text is none of the texts allowed: said once.
  const isSaid = ({ keyword, instancePath }: ErrorObject) =>
    keyword === 'if' || (keyword === 'enum' && ofWrongType.has(instancePath));
  return errors
    .filter((error) => !isSaid(error))
    .map((error) => toFieldError(error, part, formats))
    .filter(({ field, code }) => !seen.has(`${field} ${code}`) && seen.add(`${field} ${code}`));
}

const TYPE_NAMES: Record<string, string> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  null: 'null',
};
const typeName = (type: string | string[]) =>
  [type]
    .flat()
    .map((name) => TYPE_NAMES[name] ?? name)
    .join(' or ');
const list = (values: unknown[]) => values.map((value) => JSON.stringify(value)).join(', ');

/** For each JSON Schema keyword: the code and what is said after the field's name. */
const SENTENCES: Record<
  string,
  (params: { type: string; allowedValues: unknown[]; limit: number }) => [code: string, sentence: string]
> = {
  type: ({ type }) => ['wrong_type', `must be ${typeName(type)}`],
  required: () => ['required', 'is missing'],
  enum: ({ allowedValues }) => ['not_allowed', `must be one of ${list(allowedValues)}`],
  maxLength: ({ limit }) => ['too_long', `is longer than ${limit} characters`],
  minLength: () => ['blank', 'is blank'],
  maxItems: ({ limit }) => ['too_many', `has more than ${limit} items`],
  minItems: () => ['too_few', 'has no items'],
  minimum: ({ limit }) => ['too_small', `must be at least ${limit}`],
  maximum: ({ limit }) => ['too_large', `must be at most ${limit}`],
  maxBytes: () => ['too_large', 'is larger than 16 KiB'],
};

function toFieldError(error: ErrorObject, part: string, formats: Record<string, Format>): FieldError {
  const parent = error.instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  const params = error.params as Record<string, string>;
  const extra =
    error.keyword === 'required'
      ? params.missingProperty
      : error.keyword === 'additionalProperties'
        ? params.additionalProperty
        : null;
  const path = extra == null ? parent : join(parent, extra);
  const field = path || (part === 'body' ? 'body' : part);
  if (error.keyword === 'additionalProperties') {
    const what = part === 'body' ? 'a field' : 'a query parameter';
    return { field, code: 'unknown_field', message: `${field} is not ${what} of this operation. Remove it.` };
  }
  const format = error.keyword === 'format' ? formats[params.format!] : undefined;
  if (format) return { field, code: format.code, message: `${field} ${format.message}.` };
  const [code, sentence] = SENTENCES[error.keyword]?.(
    error.params as { type: string; allowedValues: unknown[]; limit: number },
  ) ?? ['invalid', error.message ?? 'is not valid'];
  return { field, code, message: `${field} ${sentence}.` };
}
