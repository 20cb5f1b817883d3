/** Values made from a JSON Schema: ones that fit, and near misses that differ in one field. */
import fc from 'fast-check';
import { boundsOf } from './bounds.ts';
import type { Schema } from './document.ts';

const PHONES = [
  '0412 345 678',
  '+61 2 9374 4000',
  '1300 123 456',
  'n/a',
  '000',
  '(02) 9374 4000 ext 12',
  '+1 212 555 0100',
];
const EMAILS = [
  'ann@clientele.test',
  'ANN@Clientele.Test',
  'o\u2019brien+tag@bücher.example',
  'test@test.com',
  'n/a',
];
const FORMATS: Record<string, fc.Arbitrary<string>> = {
  uuid: fc.uuid(),
  'date-time': fc
    .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  'contact-email': fc.constantFrom(...EMAILS),
  'http-url': fc.webUrl({ validSchemes: ['http', 'https'] }),
  'time-or-event': fc.constantFrom('2026-01-31T09:30:00Z', '019c0000-0000-7000-8000-000000000000'),
  'reference-kind': fc.constantFrom('booking', 'invoice', 'pos.sale'),
};

const typesOf = (schema: Schema): string[] => [schema.type ?? []].flat();

/** Values that fit the schema; sizes are kept small. */
export function fitting(schema: Schema, name = ''): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => fitting(one, name)));
  const types = typesOf(schema);
  if (types.length === 0) return fc.jsonValue({ maxDepth: 2 });
  return fc.oneof(...types.map((type) => ofType(type, schema, name)));
}

function ofType(type: string, schema: Schema, name: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1000, max: Math.min(schema.maximum ?? 1000, 100_000) });
    case 'string':
      return text(schema, name);
    case 'array':
      return fc.array(fitting(schema.items ?? {}, name), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case 'object':
      return schema.properties ? object(schema, schema.properties) : freeForm;
    default:
      throw new Error(`No values of type ${type}.`);
  }
}

function text(schema: Schema, name: string): fc.Arbitrary<string> {
  if (schema.format) {
    const known = FORMATS[schema.format];
    if (!known) throw new Error(`No texts of format ${schema.format}.`);
    return known;
  }
  const size = { minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 40, 40) };
  const any = fc
    .string({ ...size, unit: 'binary' })
    // What is trimmed to nothing is blank where something is asked for.
    .filter(
      (value) =>
        !value.includes('\0') && value.trim().length >= size.minLength && value.length <= size.maxLength,
    );
  if (name === 'phone' || name === 'value') return fc.oneof(fc.constantFrom(...PHONES), any);
  return any;
}

function object(schema: Schema, properties: Record<string, Schema>): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, fitting(property, name)]),
  );
  const made = fc.record(fields, { requiredKeys: schema.required ?? [] });
  // The one condition between fields there is: the value of a contact of type email is an e-mail address.
  if (!schema.if) return made;
  return made.map((one) => {
    const { type, value } = one as { type: string; value: string };
    return type === 'email' ? { ...one, value: EMAILS[value.length % EMAILS.length] } : one;
  });
}

/** What callers keep in fields of their own: anything but NUL, halves of pairs and numbers that would be rounded. */
const freeForm = fc.dictionary(
  fc.string({ unit: 'grapheme', maxLength: 10 }).filter((key) => key !== '__proto__'),
  fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' }).filter((value) => isKept(value)),
  { maxKeys: 4 },
);

const isKept = (value: unknown): boolean =>
  typeof value === 'number'
    ? !Number.isInteger(value) || Number.isSafeInteger(value)
    : typeof value !== 'object' ||
      value === null ||
      Object.entries(value).every(([key, item]) => key !== '__proto__' && isKept(item));

/** A body that fits but for one field, and the name of that field. */
export function missing(schema: Schema): fc.Arbitrary<{ body: unknown; field: string }> {
  const misses = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    missesOf(property).map((value) => ({ field: name, value })),
  );
  misses.push({ field: 'no_such_field', value: 1 });
  return fc
    .tuple(fitting(schema), fc.constantFrom(...misses))
    .map(([body, { field, value }]) => ({ field, body: { ...(body as object), [field]: value } }));
}

/** Values that a property does not take: of another type, too long, too many, out of its list. */
function missesOf(schema: Schema): unknown[] {
  const types = schema.anyOf ? schema.anyOf.flatMap(typesOf) : typesOf(schema);
  if (schema.enum) return ['no such value', 5, {}];
  if (types.length === 0) return [];
  const misses: unknown[] = [];
  if (!types.includes('string')) misses.push('text');
  else misses.push('half a pair \ud800', 'NUL \0');
  if (!types.includes('object')) misses.push({ a: 1 });
  if (!types.includes('array')) misses.push([1]);
  if (!types.includes('integer')) misses.push(5);
  else misses.push(1.5, 1e308);
  if (!types.includes('boolean')) misses.push(true);
  misses.push(...boundsOf(schema, '').map(({ beyond }) => beyond));
  if (schema.format || schema.anyOf?.some((one) => one.format)) misses.push('of no such format');
  return misses;
}
