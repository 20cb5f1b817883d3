/** What is written as CSV is read back as it was. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from '../../src/customers/csv-line.ts';

describe('a line of CSV', () => {
  const LINES: [cells: string[], line: string][] = [
    [['a', 'b'], 'a,b\n'],
    [['a,b', 'say "hi"'], '"a,b","say ""hi"""\n'],
    [['one\r\ntwo', ''], '"one\r\ntwo",\n'],
    [[' a ', 'ü'], ' a ,ü\n'],
  ];
  for (const [cells, line] of LINES) {
    it(JSON.stringify(cells), () => expect(csvLine(cells)).toBe(line));
  }

  it('is read back whatever its cells and its separator', () => {
    const cell = fc.string({ unit: fc.constantFrom('"', ',', ';', '\t', '\r', '\n', ' ', 'a') });
    const cells = fc.array(cell, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(cells, fc.constantFrom(',', ';', '\t'), (row, delimiter) => {
        const read = parse(csvLine(row, delimiter), { delimiter, record_delimiter: '\n' });
        expect(read).toEqual([row]);
      }),
    );
  });
});
