/** The form of an API key: it says whose it is, and a mistyped one is known without a database. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessOf, hashKey, makeKey } from '../../src/tenancy/key.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('an API key', () => {
  it('names its business, for every business', () => {
    fc.assert(
      fc.property(fc.uuid(), (business) => {
        const key = makeKey(business);
        expect(key).toMatch(/^clt_[0-9A-Za-z]{1,22}_[0-9A-Za-z]{36}$/);
        expect(businessOf(key)).toBe(business);
      }),
    );
  });

  it('with any one character changed is no key', () => {
    const key = makeKey('0190a6d6-9c3b-7c1e-8a51-3f7e0c5d2b10');
    fc.assert(
      fc.property(fc.nat({ max: key.length - 1 }), fc.constantFrom(...BASE62), (at, other) => {
        fc.pre(key[at] !== other);
        expect(businessOf(key.slice(0, at) + other + key.slice(at + 1))).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  for (const text of ['', 'clt_', 'YOUR_KEY_HERE', 'clt_x_y', `clt_${'z'.repeat(22)}_${'z'.repeat(36)}`]) {
    it(`"${text}" is no key`, () => {
      expect(businessOf(text)).toBeNull();
    });
  }

  it('any text is a key or none, never an error', () => {
    fc.assert(fc.property(fc.string(), (text) => businessOf(text) === null));
  });

  it('has 178 bits of chance: each of thirty places may hold any of 62 digits', () => {
    const business = '0190a6d6-9c3b-7c1e-8a51-3f7e0c5d2b10';
    // That one of them is not met by chance: once in 10^11 runs.
    const secrets = Array.from({ length: 2_000 }, () => makeKey(business).slice(-36, -6));
    const met = Array.from({ length: 30 }, (_, at) => new Set(secrets.map((secret) => secret[at])).size);
    expect(met).toEqual(Array(30).fill(62));
    expect(Math.floor(30 * Math.log2(62))).toBe(178);
  });

  it('is new each time, and known by its SHA-256', () => {
    const keys = Array.from({ length: 100 }, () => makeKey('0190a6d6-9c3b-7c1e-8a51-3f7e0c5d2b10'));
    expect(new Set(keys).size).toBe(100);
    expect(hashKey('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
