/** Files as the world writes them, read as rows. */
import { describe, expect, it } from 'vitest';
import { inspectCsv, readCsv } from '../../src/imports/csv.ts';
import type { CsvRow } from '../../src/imports/csv-shape.ts';
import { csvFile } from '../cli/session.ts';

async function read(content: string | Uint8Array) {
  const shape = await inspectCsv(await csvFile(content));
  const rows: CsvRow[] = [];
  for await (const row of readCsv(shape)) rows.push(row);
  return { shape, rows };
}
const cellsOf = (rows: CsvRow[]) => rows.map(({ cells }) => cells);

describe('a CSV file', () => {
  const FILES: { promise: string; content: string | Uint8Array; cells: string[][] }[] = [
    { promise: 'plain', content: 'a,b\n1,2\n', cells: [['1', '2']] },
    { promise: 'no newline at the end', content: 'a,b\n1,2', cells: [['1', '2']] },
    { promise: 'CRLF', content: 'a,b\r\n1,2\r\n', cells: [['1', '2']] },
    {
      promise: 'CRLF first, LF later',
      content: 'a,b\r\n1,2\n3,4\n',
      cells: [
        ['1', '2'],
        ['3', '4'],
      ],
    },
    { promise: 'byte order mark', content: '\uFEFF"a",b\n1,2\n', cells: [['1', '2']] },
    { promise: 'semicolons', content: '"a,x";b\n1,5;2\n', cells: [['1,5', '2']] },
    { promise: 'tabs', content: 'a\tb\n1,5\t2;3\n', cells: [['1,5', '2;3']] },
    { promise: 'one column', content: 'email\na@b.com.au\n', cells: [['a@b.com.au']] },
    {
      promise: 'quoted delimiters, quotes and line breaks',
      content: 'a,b\r\n"1,\r\n1","say ""hi"""\r\n',
      cells: [['1,\r\n1', 'say "hi"']],
    },
    {
      promise: 'UTF-16, as spreadsheets save "Unicode text"',
      content: Buffer.from('\uFEFFa\tb\r\nJosé\t2\r\n', 'utf16le'),
      cells: [['José', '2']],
    },
    {
      promise: 'Windows-1252, as spreadsheets save "CSV"',
      content: Buffer.from('a,b\r\nJos\xe9,\x80 5\r\n', 'latin1'),
      cells: [['José', '€ 5']],
    },
    {
      promise: 'a quote inside a cell that has none around it',
      content: 'a,b\n5" pipe,2\n3,4\n',
      cells: [
        ['5" pipe', '2'],
        ['3', '4'],
      ],
    },
    { promise: 'a header alone', content: 'a,b\n', cells: [] },
  ];
  for (const { promise, content, cells } of FILES) {
    it(promise, async () => {
      const { rows, shape } = await read(content);
      expect(cellsOf(rows)).toEqual(cells);
      expect(rows.map(({ fault }) => fault)).toEqual(cells.map(() => null));
      expect(shape.rows).toBe(cells.length);
    });
  }

  it('a row of another length has a fault, its number and its cells', async () => {
    const { rows } = await read('a,b\n1\n1,2\n1,2,3\n');
    expect(rows).toEqual([
      { number: 2, cells: ['1'], fault: 'The row has 1 cells, the header 2.' },
      { number: 3, cells: ['1', '2'], fault: null },
      { number: 4, cells: ['1', '2', '3'], fault: 'The row has 3 cells, the header 2.' },
    ]);
  });

  it('numbers rows as a spreadsheet does: blank rows count, line breaks in cells do not', async () => {
    const { rows, shape } = await read('a,b\n"1\n1",2\n\n,\n3,4\n');
    expect(rows.map(({ number }) => number)).toEqual([2, 5]);
    expect(shape.rows).toBe(2);
  });

  it('a quote that is closed too late does not merge rows in silence', async () => {
    const { rows } = await read('a,b\n"Bob,1\n2,"Ann"\n3,4\n');
    expect(rows.map(({ fault }) => fault !== null)).toEqual([true, false]);
    expect(rows[1]!.cells).toEqual(['3', '4']);
  });

  const UNREADABLE: [string, string, RegExp][] = [
    ['an empty file', '', /is empty/],
    ['a quote that is never closed', 'a,b\n1,2\n"3,4\n5,6\n', /never closed.*Nothing was imported/],
  ];
  for (const [promise, content, message] of UNREADABLE) {
    it(`${promise} is refused as a whole`, async () => {
      await expect(read(content)).rejects.toThrow(message);
    });
  }

  it('a file that is not there, and a directory', async () => {
    await expect(inspectCsv('/nowhere/customers.csv')).rejects.toThrow('There is no file');
    await expect(inspectCsv('/')).rejects.toThrow('is a directory');
  });
});
