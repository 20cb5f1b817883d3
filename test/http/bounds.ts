/** The limits that a JSON Schema states, each with a value that is just taken and the next one. */
import type { Schema } from './document.ts';

/** For each keyword that limits a value: the code that refuses what is beyond, and the step beyond. */
const KEYWORDS = {
  maxLength: ['too_long', 1],
  minLength: ['blank', -1],
  maxItems: ['too_many', 1],
  minItems: ['too_few', -1],
  maximum: ['too_large', 1],
  minimum: ['too_small', -1],
  maxBytes: ['too_large', 1],
} as const;
type Keyword = keyof typeof KEYWORDS;

export interface Bound {
  /** As an error names it: `contacts/0/label`. */
  field: string;
  keyword: Keyword;
  limit: number;
  /** What refuses the value beyond. */
  code: string;
  within: unknown;
  beyond: unknown;
}

/** The limits of a value itself. */
export const boundsOf = (schema: Schema, field: string): Bound[] =>
  (Object.keys(KEYWORDS) as Keyword[]).flatMap((keyword) => {
    const limit = schema[keyword];
    if (limit === undefined) return [];
    const [code, step] = KEYWORDS[keyword];
    const [within, beyond] = [limit, limit + step].map((n) => ofSize(schema, keyword, n));
    return [{ field, keyword, limit, code, within, beyond }];
  });

/** Those of a value and of what is in it: of the first item of a list, of each field of such an item. */
export function deepBoundsOf(schema: Schema, field: string): Bound[] {
  const { items } = schema;
  if (!items) return boundsOf(schema, field);
  const ofItem = items.properties
    ? Object.entries(items.properties).flatMap(([name, property]) =>
        boundsOf(property, `${field}/0/${name}`).map((bound) =>
          inside(bound, (value) => [{ ...CONTACT, [name]: value }]),
        ),
      )
    : boundsOf(items, `${field}/0`).map((bound) => inside(bound, (value) => [value]));
  return [...boundsOf(schema, field), ...ofItem];
}

/** With its values where they are sent. */
const inside = (bound: Bound, put: (value: unknown) => unknown): Bound => ({
  ...bound,
  within: put(bound.within),
  beyond: put(bound.beyond),
});

/** Of a phone any text is taken; an e-mail address must be one. */
const CONTACT = { type: 'phone', value: '0412 345 678' };

const x = (n: number) => 'x'.repeat(n);

/** Texts of a size, where not any will do. */
const TEXTS: Record<string, (n: number) => string> = {
  'contact-email': (n) => `${x(20)}@${x(60)}.${x(60)}.${x(60)}.${x(n - 208)}.com`,
  'http-url': (n) => `https://a.test/${x(n - 15)}`,
};

function ofSize(schema: Schema, keyword: Keyword, n: number): unknown {
  if (keyword === 'maxLength' || keyword === 'minLength') return (TEXTS[schema.format ?? ''] ?? x)(n);
  if (keyword === 'maxItems' || keyword === 'minItems')
    return Array.from({ length: n }, (_, i) => itemOf(schema.items ?? {}, i));
  // An object whose JSON text has so many bytes.
  if (keyword === 'maxBytes') return { a: x(n - '{"a":""}'.length) };
  return n;
}

/** Items of which none is like another, as far as there are so many. */
function itemOf({ enum: values, properties }: Schema, i: number): unknown {
  if (values) return values[i % values.length];
  if (!properties) return `t${i}`;
  const email = `a${i}@clientele.test`;
  return properties.value ? { type: 'email', value: email } : { email };
}
