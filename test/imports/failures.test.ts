/** The file of failures is harmless in a spreadsheet and loses nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disarm, rearm } from '../../src/customers/spreadsheet.ts';

describe('a cell of the failures file', () => {
  const CELLS: [string, string][] = [
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("http://evil.test")', '\'=HYPERLINK("http://evil.test")'],
    ['+61412345678', '+61412345678'],
    ['+61 412 345 678', '+61 412 345 678'],
    ["+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"],
    ['+', "'+"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', "'\r=1"],
    ["'=1", "''=1"],
    ["O'Brien", "O'Brien"],
    ["'quoted'", "'quoted'"],
    ['ann@example.com.au', 'ann@example.com.au'],
    ['', ''],
  ];
  for (const [cell, harmless] of CELLS) {
    it(`${JSON.stringify(cell)} → ${JSON.stringify(harmless)}`, () => expect(disarm(cell)).toBe(harmless));
  }

  it('comes back as it was', () => {
    const cell = fc.string({
      unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '1', ' ', 'a'),
    });
    fc.assert(fc.property(cell, (text) => rearm(disarm(text)) === text));
  });

  it('starts like a formula only when it is a phone number', () => {
    fc.assert(fc.property(fc.string(), (text) => /^(?![=+\-@\t\r])|^\+\d[\d ]*$/.test(disarm(text))));
  });
});
