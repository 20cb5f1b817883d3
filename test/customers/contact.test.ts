/** Contact details, as tables and properties: what is one number, one address, or none at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ContactType,
  type Detail,
  digitsOf,
  isPlaceholder,
  normalizeContact,
  normalizeEmail,
  phoneSearchDigits,
  searchableDigits,
} from '../../src/customers/contact.ts';

function detail(type: ContactType, text: string, country = 'AU'): Detail {
  const read = normalizeContact(type, text, country);
  if ('absent' in read) throw new Error(`${text} counts as absent`);
  return read;
}

const phones: [text: string, country: string, value: string, kind: string, matchable: boolean][] = [
  ['0412 345 678', 'AU', '+61412345678', 'mobile', true],
  ['61412345678', 'AU', '+61412345678', 'mobile', true],
  ['0061 412 345 678', 'AU', '+61412345678', 'mobile', true],
  ['0011 61 412 345 678', 'AU', '+61412345678', 'mobile', true],
  ['+61 (0)412 345 678', 'AU', '+61412345678', 'mobile', true],
  ['412345678', 'AU', '+61412345678', 'mobile', true],
  ['+61 412 345 678', 'GB', '+61412345678', 'mobile', true],
  ['+61 (0) 412 345 678', 'US', '+61412345678', 'mobile', true],
  ['(02) 9374 4000', 'AU', '+61293744000', 'phone', true],
  ['02 9374-4000', 'AU', '+61293744000', 'phone', true],
  ['1300 123 456', 'AU', '+611300123456', 'phone', false],
  ['1800 123 456', 'AU', '+611800123456', 'phone', false],
  ['13 12 34', 'AU', '+61131234', 'phone', false],
  ['1900 654 321', 'AU', '+611900654321', 'phone', false],
  ['07400 123456', 'GB', '+447400123456', 'mobile', true],
  ['0044 (0)7400 123456', 'GB', '+447400123456', 'mobile', true],
  ['0800 123 4567', 'GB', '+448001234567', 'phone', false],
  ['021 123 4567', 'NZ', '+64211234567', 'mobile', true],
  ['(212) 555-2368', 'US', '+12125552368', 'phone', true],
  ['+1 800 555 2368', 'AU', '+18005552368', 'phone', false],
  ['+61412345678', 'XX', '+61412345678', 'mobile', true],
];

describe('phone numbers', () => {
  for (const [text, country, value, kind, matchable] of phones) {
    it(`${text} in ${country} is ${value}: ${kind}, ${matchable ? 'identifies' : 'shared'}`, () => {
      const read = detail('phone', text, country);
      expect(read).toEqual({
        type: 'phone',
        kind,
        key: value,
        value,
        raw: text,
        extension: null,
        matchable,
        warning: null,
      });
    });
  }

  for (const [text, key, matchable] of [
    ['0412', '#0412', false],
    ['98765432109876543', '#98765432109876543', true],
    ['call 0412', '#0412', false],
    ['0000001', '#0000001', true],
    ['ask Bob', '#ask bob', false],
  ] as const) {
    it(`"${text}" is not possible: kept as given, known by ${key}, with a warning`, () => {
      const read = detail('phone', ` ${text} `);
      expect(read).toMatchObject({ kind: 'phone', key, value: text, raw: text, matchable });
      expect(read.warning?.code).toBe('phone_unrecognised');
    });
  }

  it('an extension stands beside the number and tells desks apart', () => {
    const a = detail('phone', '02 9374 4000 ext 12');
    expect(a).toMatchObject({ value: '+61293744000', extension: '12', key: '+61293744000;ext=12' });
    expect(detail('phone', '+61 2 9374 4000 x12').key).toBe(a.key);
    expect(detail('phone', '02 9374 4000').key).not.toBe(a.key);
  });

  it('normalising the value again gives the same key', () => {
    const text = fc.oneof(
      fc.constantFrom(...phones.map(([given]) => given)),
      fc.string({ unit: fc.constantFrom(...'0123456789+() -.'), minLength: 1, maxLength: 20 }),
      fc
        .tuple(
          fc.constantFrom('', '0', '00', '61', '+61', '+44'),
          fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 5, maxLength: 13 }),
        )
        .map((parts) => parts.join('')),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('AU', 'GB', 'US', 'NZ', 'DE'), (given, country) => {
        const once = normalizeContact('phone', given, country);
        fc.pre(!('absent' in once) && once.extension === null);
        if ('absent' in once) return;
        expect(detail('phone', once.value, country)).toMatchObject({ key: once.key, value: once.value });
      }),
      { numRuns: 2000 },
    );
  });

  it('blanks and punctuation never change what number it is', () => {
    const digits = fc.integer({ min: 10_000_000, max: 99_999_999 }).map((n) => `04${n}`);
    const separators = fc.array(fc.constantFrom('', ' ', '-', '.'), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(digits, separators, (number, between) => {
        fc.pre(!isPlaceholder('phone', number));
        const spaced = [...number].map((digit, i) => digit + between[i]).join('');
        expect(detail('phone', spaced).key).toBe(detail('phone', number).key);
      }),
    );
  });
});

describe('e-mail addresses', () => {
  for (const [text, value] of [
    [' Ann@Example.COM ', 'ann@example.com'],
    ['a.n+n@example.com', 'a.n+n@example.com'],
    ['jose\u0301@example.com', 'josé@example.com'],
    ['ann@Bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@例え.テスト', 'ann@xn--r8jz45g.xn--zckzah'],
    ["o'brien_1{x}@sub.example.co", "o'brien_1{x}@sub.example.co"],
  ] as const) {
    it(`${text} is ${value}`, () => {
      expect(detail('email', text)).toMatchObject({
        kind: 'email',
        key: value,
        value,
        matchable: true,
        warning: null,
      });
    });
  }

  for (const text of [
    '',
    'ann',
    '@example.com',
    'ann@',
    'ann@example',
    'ann@@example.com',
    'a b@example.com',
    '.ann@example.com',
    'ann.@example.com',
    'a..b@example.com',
    'ann@-a.com',
    'ann@a..com',
    'ann@example.com/path',
    'ann@example.com:25',
    'ann@example.com#x',
    'ann@ex%61mple.com',
    'ann@1.2.3.4',
    'ann@0x7f.1',
    'ann@[127.0.0.1]',
    '"ann"@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ann@${'a'.repeat(64)}.com`,
  ]) {
    it(`"${text}" is none`, () => {
      expect(normalizeEmail(text)).toBeNull();
    });
  }

  it('normalising the value again gives the same key', () => {
    const local = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    const domain = fc.oneof(
      fc.domain(),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).map((s) => `${s}.com`),
    );
    const address = fc.oneof(
      fc.emailAddress(),
      fc.tuple(local, domain).map(([left, right]) => `${left}@${right}`),
    );
    fc.assert(
      fc.property(address, (text) => {
        const once = normalizeEmail(text);
        fc.pre(once !== null);
        const again = normalizeEmail(once!.value);
        expect(again).toMatchObject({ key: once!.key, value: once!.value });
      }),
      { numRuns: 3000 },
    );
  });

  it('case never changes whose address it is', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (text) => {
        expect(normalizeEmail(text.toUpperCase())?.key).toBe(normalizeEmail(text)?.key);
      }),
    );
  });
});

describe('placeholders', () => {
  const table: [type: ContactType, text: string, isOne: boolean][] = [
    ...[
      'n/a',
      'N/A',
      'none',
      'Nil',
      '-',
      '...',
      'unknown',
      'not provided',
      'no phone',
      '0000000000',
      '000',
    ].map((text): [ContactType, string, boolean] => ['phone', text, true]),
    ...['1111 111 111', '1234567890', '0123456789', '12345678', '9876543210', '0400 000 000'].map(
      (text): [ContactType, string, boolean] => ['phone', text, true],
    ),
    ...['0412 345 678', '0400 000 001', '02 9374 4000', '131234', '1300 000 001'].map(
      (text): [ContactType, string, boolean] => ['phone', text, false],
    ),
    ...['n/a', 'none', 'no email', 'test@test.com', 'no@email.com', 'NoEmail@NoEmail.com', 'na@na.com'].map(
      (text): [ContactType, string, boolean] => ['email', text, true],
    ),
    ...['test@yourcompany.example', 'ann@test.com', 'no@body.example', 'ann@example.com'].map(
      (text): [ContactType, string, boolean] => ['email', text, false],
    ),
  ];
  for (const [type, text, isOne] of table) {
    it(`"${text}" as ${type} is ${isOne ? 'one' : 'none'}`, () => {
      expect('absent' in normalizeContact(type, text, 'AU')).toBe(isOne);
    });
  }

  it('what is one at home is one from abroad', () => {
    for (const text of ['0400 000 000', '+61 400 000 000', '0061 400 000 000', '400000000']) {
      expect('absent' in normalizeContact('phone', text, 'AU'), text).toBe(true);
    }
  });
});

describe('digits to search by', () => {
  it('hold every form somebody may type', () => {
    const forms = searchableDigits({ type: 'phone', value: '+61412345678', raw: '0412 345 678' });
    for (const typed of ['61412345678', '0412345678', '345678']) {
      expect(
        forms.some((form) => form.includes(typed)),
        typed,
      ).toBe(true);
    }
    expect(searchableDigits({ type: 'email', value: 'a1@example.com', raw: 'a1@example.com' })).toEqual([]);
  });

  it('every run of three digits of a number as given is found', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...phones),
        fc.nat(),
        fc.integer({ min: 3, max: 8 }),
        ([text, country], at, n) => {
          const read = detail('phone', text, country);
          const digits = digitsOf(text);
          const start = at % Math.max(1, digits.length - n);
          const forms = searchableDigits(read);
          expect(forms.some((form) => form.includes(digits.slice(start, start + n)))).toBe(true);
        },
      ),
    );
  });

  it('a whole number in another format is read', () => {
    expect(phoneSearchDigits('+61 (0)412 345 678', 'AU')).toBe('61412345678');
    expect(phoneSearchDigits('mikayla', 'AU')).toBeNull();
  });
});
