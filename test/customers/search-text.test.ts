/** How text is folded and asked for, as tables and properties. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { facetGram, gramsOf, gramsWanted, saltOf } from '../../src/customers/grams.ts';
import {
  containing,
  facet,
  facets,
  fold,
  nameKey,
  nameWords,
  oneSlipApart,
  searchTerms,
  searchText,
  typoKeys,
} from '../../src/customers/search-text.ts';

const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));

describe('fold', () => {
  for (const [text, folded] of [
    ['José  Ñandú', 'jose nandu'],
    ['JOSE\u0301', 'jose'],
    ['Łukasz Żółć', 'lukasz zolc'],
    ['Straße', 'strasse'],
    ['STRASSE', 'strasse'],
    ['Ægir Bjørn', 'aegir bjorn'],
    ['İstanbul ılık', 'istanbul ilik'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
    ['οδυσσεύς', 'οδυσσευσ'],
    ['\u00a0 a\t\nb ', 'a b'],
    ['ﬁne', 'fine'],
    ['Ｆｕｌｌ', 'full'],
  ] as const) {
    it(`${text} becomes ${folded}`, () => {
      expect(fold(text)).toBe(folded);
    });
  }

  it('is idempotent', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(fold(fold(text))).toBe(fold(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('does not see the normal form of Unicode', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(fold(text.normalize('NFC'))).toBe(fold(text.normalize('NFD')));
      }),
    );
  });
});

describe('the name that tells namesakes', () => {
  for (const [name, company_name, key] of [
    ["O'Brien-Smith, José", null, 'obrien smith jose'],
    [null, 'Harbour Clinic Pty. Ltd.', 'harbour clinic pty ltd'],
    ['Ann', 'Lee Pty Ltd', 'ann'],
    [null, null, ''],
  ] as const) {
    it(`of ${name ?? company_name ?? 'nobody'} is "${key}"`, () => {
      expect(nameKey({ name, company_name })).toBe(key);
    });
  }
});

describe('slips', () => {
  for (const [a, b, isOne] of [
    ['mikayla', 'mikaela', true],
    ['mikayla', 'mikalya', true],
    ['mikayla', 'mikaylaa', true],
    ['mikayla', 'ikayla', true],
    ['mikayla', 'mikayla', false],
    ['mikayla', 'mukaela', false],
    ['ann', 'anne', true],
    ['ab', 'ba', true],
    ['abcd', 'dbca', false],
    ['', 'a', true],
    ['', 'ab', false],
  ] as const) {
    it(`${a} and ${b} are ${isOne ? 'one slip' : 'not one slip'} apart`, () => {
      expect(oneSlipApart(a, b)).toBe(isOne);
      expect(oneSlipApart(b, a)).toBe(isOne);
    });
  }

  const word = fc.string({ unit: fc.constantFrom(...'abc'), minLength: 4, maxLength: 8 });
  it('two words one slip apart always share a key', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        fc.pre(oneSlipApart(a, b));
        const keys = new Set(typoKeys(a));
        expect(typoKeys(b).some((key) => keys.has(key))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('one letter changed, left out or added is one slip', () => {
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('', 'x', 'xy'), (given, at, instead) => {
        const i = at % given.length;
        const replaced = instead === 'xy' ? `x${given[i]}` : instead;
        expect(oneSlipApart(given, given.slice(0, i) + replaced + given.slice(i + 1))).toBe(true);
      }),
    );
  });
});

describe('what q asks for', () => {
  for (const [q, patterns] of [
    ['Mikayla', [['%mikayla%']]],
    ['mik mal', [['%mik%'], ['%mal%']]],
    ['jo', [['% jo%']]],
    ['龍', [['%龍%']]],
    ['04 12', [['%0412%', '%04 12%']]],
    ['jose 04 12', [['%jose%'], ['%0412%', '%04 12%']]],
    ['100%', [['%100\\%%']]],
    ['a_b\\', [['%a\\_b\\\\%']]],
    ["o'brien", [["%o'brien%", '%obrien%']]],
    ['smith-jones', [['%smith-jones%', '%smith jones%']]],
    ['ann@', [['%ann@%']]],
    ['24/7', [['%247%', '%24/7%']]],
    ['unit 7', [['%unit%'], ['% 7%']]],
    ['   ', []],
  ] as const) {
    it(`"${q}" looks for ${patterns.flat().join(' ') || 'nothing'}`, () => {
      expect(searchTerms(q, 'AU').map((term) => term.fragments.map(containing))).toEqual(patterns);
    });
  }

  it('no pattern of any q holds a wildcard of its own, or is empty', () => {
    fc.assert(
      fc.property(anyText, (q) => {
        for (const { fragments } of searchTerms(q, 'AU')) {
          const patterns = fragments.map(containing);
          expect(patterns.length).toBeGreaterThan(0);
          for (const pattern of patterns) {
            const inner = pattern.slice(1, -1).replace(/\\[\\%_]/g, '');
            expect(inner).not.toMatch(/[%_\\]/);
            expect(pattern.length).toBeGreaterThan(2);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a customer is found by every word of the name, and by name and phone together', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 3, maxLength: 12 }), {
      minLength: 1,
      maxLength: 3,
    });
    const phone = { type: 'phone' as const, value: '+61412345678', raw: '0412 345 678' };
    fc.assert(
      fc.property(words, fc.constantFrom('', '0412 345 678', '+61412345678'), (parts, digits) => {
        const name = parts.join(' ').normalize('NFC').trim();
        fc.pre(fold(name) !== '' && !/\d/.test(name));
        const text = searchText({ name, company_name: null, tags: [], contacts: [phone] });
        for (const { fragments } of searchTerms(`${name} ${digits}`, 'AU')) {
          const isFound = fragments.some((fragment) => text.includes(fragment));
          expect(isFound, JSON.stringify({ name, fragments, text })).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

it('facets are folded, one for each thing a list filters by', () => {
  expect(facets({ status: 'lead', source: 'Website', tags: ['VIP', 'Ärzte'] })).toEqual([
    'status:lead',
    'source:website',
    'tag:vip',
    'tag:arzte',
  ]);
  expect(facets({ status: 'active', source: null, tags: [] })).toEqual(['status:active']);
});

it('typos are forgiven in words of four to twenty-four letters', () => {
  const record = { name: `Ann Mikayla Smith2 ${'x'.repeat(25)}`, company_name: 'Mikayla Pty' };
  expect(nameWords(record)).toEqual(['mikayla']);
});

describe('letters outside the basic plane', () => {
  it('are never cut in half: every key is well-formed text', () => {
    const record = { name: `𠀀가 ${'𠀀'.repeat(150)}`, company_name: null };
    const texts = [nameKey(record), ...nameWords(record).flatMap(typoKeys), ...typoKeys('𠀀𠀁𠀂𠀃')];
    expect(texts.filter((text) => !text.isWellFormed())).toEqual([]);
  });

  it('that fold into many stay within what an index takes', () => {
    expect(Buffer.byteLength(facet('source', '\ufdfa'.repeat(100)))).toBeLessThan(500);
    expect(Buffer.byteLength(nameKey({ name: '\ufdfa'.repeat(200), company_name: null }))).toBeLessThan(500);
  });
});

describe('the numbers of fragments', () => {
  const salt = saltOf('018f2b6e-0000-7000-8000-000000000001');
  const scripts = fc.string({ unit: fc.constantFrom(...'abc 09.@-é龍小李ก𠮷'), minLength: 1, maxLength: 40 });

  it('of a text include those that any part of it wants, so that the index misses nobody', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, scripts), fc.nat(), fc.nat(), (name, from, length) => {
        const text = searchText({ name, company_name: null, tags: [], contacts: [] });
        const start = from % text.length;
        const part = text.slice(start, start + 1 + (length % 8));
        const has = new Set(gramsOf(salt, text));
        for (const gram of gramsWanted(salt, part))
          expect(has.has(gram), JSON.stringify([text, part])).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('are asked for whenever three letters, a first letter or a letter of a script without blanks is known', () => {
    for (const part of ['abc', ' a', ' ab', '龍', '小龍', '𠮷', 'a b', '@x.'])
      expect(gramsWanted(salt, part).length, part).toBeGreaterThan(0);
    expect(gramsWanted(salt, `${'x'.repeat(500)}abcdefghijklmnopqrstuvwxyz`).length).toBeLessThanOrEqual(16);
  });

  it('differ from business to business, and are numbers PostgreSQL calls integer', () => {
    const other = new Set(gramsOf(saltOf('018f2b6e-0000-7000-8000-000000000002'), ' mikayla malloney '));
    const own = [...gramsOf(salt, ' mikayla malloney '), facetGram(salt, 'status:lead')];
    expect(own.filter((gram) => other.has(gram))).toEqual([]);
    for (const gram of own) expect(gram).toBe(gram | 0);
  });
});
