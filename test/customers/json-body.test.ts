/** JSON bodies are read without losing anything: what JSON.parse would silently drop is an error. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonBody } from '../../src/http/json-body.ts';
import { refusal } from './book.ts';

const parse = (text: string) => parseJsonBody(Buffer.from(text));

describe('a JSON body', () => {
  it('is the value that was written, whatever it is', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5, stringUnit: 'binary' }), fc.constantFrom(0, 2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        fc.pre(!spaced.includes('__proto__'));
        expect(parse(spaced)).toEqual(JSON.parse(spaced));
      }),
      { numRuns: 1000 },
    );
  });

  it('may begin with a byte order mark', () => {
    expect(parse('\uFEFF{"a": 1}')).toEqual({ a: 1 });
  });

  for (const [what, text, field] of [
    ['in the body', '{"a": 1, "b": 2, "a": 3}', 'a'],
    ['in a nested object', '{"a": {"b": [{"c": 1, "c": 1}]}}', 'c'],
    ['spelled with an escape', '{"a": 1, "\\u0061": 2}', 'a'],
    ['between colons and quotes in texts', '{"x": "\\":{", "a": ":", "a": "}"}', 'a'],
  ] as const) {
    it(`a field given twice ${what} is refused by name`, () => {
      const refused = refusal(() => parse(text));
      expect(refused).toMatchObject({
        status: 400,
        code: 'duplicate_field',
        details: { errors: [{ field }] },
      });
    });
  }

  it('any field doubled anywhere is refused', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const text = JSON.stringify(value);
        const [key] = Object.keys(JSON.parse(text));
        fc.pre(key !== undefined && key !== '__proto__');
        const doubled = `${text.slice(0, -1)},${JSON.stringify(key)}:null}`;
        expect(refusal(() => parse(doubled)).code).toBe('duplicate_field');
      }),
    );
  });

  it('the same field in two objects is no double', () => {
    expect(parse('[{"a": 1}, {"a": {"a": 2}}]')).toEqual([{ a: 1 }, { a: { a: 2 } }]);
  });

  for (const [what, text, code] of [
    ['nothing', ' ', 'malformed_json'],
    ['half a text', '{"a": "b', 'malformed_json'],
    ['a trailing comma', '{"a": 1,}', 'malformed_json'],
    ['two values', '{} {}', 'malformed_json'],
    ['single quotes', "{'a': 1}", 'malformed_json'],
    ['NaN', '{"a": NaN}', 'malformed_json'],
    ['a colon too many', '{"a":: 1}', 'malformed_json'],
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, 'nested_too_deep'],
    ['a flood of brackets', '['.repeat(500_000), 'nested_too_deep'],
  ] as const) {
    it(`${what} is 400 ${code}`, () => {
      expect(refusal(() => parse(text))).toMatchObject({ status: 400, code });
    });
  }

  it('64 levels are read, brackets in texts are no levels', () => {
    expect(() => parse(`${'['.repeat(64)}${']'.repeat(64)}`)).not.toThrow();
    expect(parse(JSON.stringify({ a: '['.repeat(1000) }))).toEqual({ a: '['.repeat(1000) });
  });

  for (const bytes of [[0xff], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]]) {
    it(`bytes that are not UTF-8 (${bytes.map((byte) => byte.toString(16)).join(' ')}) are refused`, () => {
      expect(refusal(() => parseJsonBody(Buffer.from(bytes))).code).toBe('malformed_json');
    });
  }
});
