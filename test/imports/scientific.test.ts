/** Phone numbers that a spreadsheet wrote as large numbers: read where all digits are there, never guessed. */
import { describe, expect, it } from 'vitest';
import { faultInCells, planColumns, toUpsert } from '../../src/imports/columns.ts';
import { readScientific } from '../../src/imports/scientific.ts';

describe('a phone number in scientific notation', () => {
  const TEXTS: [text: string, read: string | null][] = [
    ['6.1412345678E+10', '61412345678'],
    ['6,1412345678E+10', '61412345678'],
    ['4.12345678e+8', '412345678'],
    ['4.12345678E8', '412345678'],
    [' 6.1412345678E+10 ', '61412345678'],
    ['6.14E+10', 'lost'],
    ['6E+10', 'lost'],
    ['6,14123E+10', 'lost'],
    ['6.14123456789E+10', 'lost'],
    ['0412 345 678', null],
    ['+61412345678', null],
    ['1E5', null],
    ['12.3E+10', null],
    ['ann@6.14e10.test', null],
    ['', null],
  ];
  for (const [text, read] of TEXTS) {
    it(`${JSON.stringify(text)} → ${read}`, () => expect(readScientific(text)).toBe(read));
  }

  const columns = planColumns(['Name', 'Phone', 'Notes']);

  it('is sent with all its digits', () => {
    expect(toUpsert(columns, ['Ann', '6.1412345678E+10', ''])).toEqual({ name: 'Ann', phone: '61412345678' });
  });

  it('fails its row when digits are gone: two people would look like one', () => {
    expect(faultInCells(columns, ['Ann', '6.14E+10', ''])).toContain(
      'shortened the phone number to 6.14E+10',
    );
    expect(faultInCells(columns, ['Ann', '0412 345 678', ''])).toBeNull();
  });

  it('is any other text where no phone number is expected', () => {
    expect(faultInCells(columns, ['Ann', '', '6.14E+10'])).toBeNull();
    expect(toUpsert(columns, ['Ann', '', '6.14E+10']).custom_fields).toEqual({ Notes: '6.14E+10' });
  });
});
