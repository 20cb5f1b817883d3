/** Headers become a plan, rows become upsert bodies: a table of each, without a file or a service. */
import { describe, expect, it } from 'vitest';
import type { UpsertInput } from '../../src/customers/schema.ts';
import { describeColumns, MappingError, planColumns, toUpsert } from '../../src/imports/columns.ts';

const fieldOf = (header: string) => planColumns([header])[0]!.field;

describe('a heading is recognised', () => {
  const KNOWN: Record<string, string> = {
    name: 'Name|FULL NAME|full_name|Customer Name|contact-name|\uFEFFname|Client',
    first_name: 'First Name|first_name|Given Name|GIVEN NAMES|Forename|Middle Name',
    last_name: 'Last Name|Surname|family name|LASTNAME',
    company_name: 'Company|Company Name|Organisation|Organization|Business name|Account Name|employer',
    address:
      'Address|Street|Street Address|Address Line 2|Suburb|City|Town|State|Postcode|ZIP|Post Code|Country',
    email: 'Email|E-mail|E-Mail Address|email_address|mail|Email 2|E-mail 1 - Value|Work Email',
    phone:
      'Phone|Phone 1|phone_number|Mobile|Cell|Tel|Tel.|Telephone|Home Phone|Work phone|Phone No.|Mobile 2',
    tags: 'Tags|tag|Labels',
    status: 'Status',
    source: 'Source|Lead Source',
    avatar: 'Avatar|Photo URL',
    custom_fields:
      'Index|Customer Id|Notes|Website|Subscription Date|Fax|constructor|__proto__||日付|Date of birth',
    ignore: 'import_row|import_reason',
  };
  for (const [field, headers] of Object.entries(KNOWN)) {
    for (const header of headers.split('|')) {
      it(`"${header}" → ${field}`, () => expect(fieldOf(header)).toBe(field));
    }
  }
});

describe('a row becomes an upsert body', () => {
  const ROWS: { promise: string; row: [string, string][]; map?: string[]; body: UpsertInput }[] = [
    {
      promise: 'the columns of a common export',
      row: [
        ['Index', '1'],
        ['Customer Id', 'EB54EF1154C3A78'],
        ['First Name', 'Heather'],
        ['Last Name', 'Callahan'],
        ['Company', 'Mosley-David'],
        ['City', 'Lake Jeffborough'],
        ['Country', 'Norway'],
        ['Phone 1', '043-797-5229'],
        ['Phone 2', '915.112.1727'],
        ['Email', 'urangel@espinoza-francis.net'],
        ['Subscription Date', '2024-12-15'],
        ['Website', 'http://www.escobar.org/'],
      ],
      body: {
        name: 'Heather Callahan',
        company_name: 'Mosley-David',
        address: 'Lake Jeffborough, Norway',
        phone: '043-797-5229',
        email: 'urangel@espinoza-francis.net',
        contacts: [{ type: 'phone', value: '915.112.1727' }],
        custom_fields: {
          Index: '1',
          'Customer Id': 'EB54EF1154C3A78',
          'Subscription Date': '2024-12-15',
          Website: 'http://www.escobar.org/',
        },
      },
    },
    {
      promise: 'parts of an address in the order of a letter, whatever that of the file',
      row: [
        ['Country', 'Australia'],
        ['Postcode', '2530'],
        ['State', 'NSW'],
        ['Suburb', 'Dapto'],
        ['Address 1', '1 High St'],
        ['Address 2', 'Rear'],
      ],
      body: { address: '1 High St, Rear, Dapto, NSW, 2530, Australia' },
    },
    {
      promise: 'the last name alone, blanks left out',
      row: [
        ['First Name', ' '],
        ['Surname', ' Waller '],
        ['Email', ''],
      ],
      body: { name: 'Waller' },
    },
    {
      promise: 'a whole name before its parts; a part it does not hold is kept',
      row: [
        ['Given name', 'Jo'],
        ['Family name', 'Lee-Hart'],
        ['Name', 'Jo Lee'],
      ],
      body: { name: 'Jo Lee', custom_fields: { 'Family name': 'Lee-Hart' } },
    },
    {
      promise: 'the whole name missing: its parts',
      row: [
        ['Name', ''],
        ['Given name', 'Jo'],
        ['Family name', 'Lee'],
      ],
      body: { name: 'Jo Lee' },
    },
    {
      promise: 'the first phone that is there is the primary one, labels on the others',
      row: [
        ['Phone', ''],
        ['Home Phone', '02 4200 0001'],
        ['Mobile', '0412 000 001'],
        ['Work Phone', '02 4200 0002'],
      ],
      body: {
        phone: '02 4200 0001',
        contacts: [
          { type: 'phone', value: '0412 000 001', label: 'mobile' },
          { type: 'phone', value: '02 4200 0002', label: 'work' },
        ],
      },
    },
    {
      promise: 'several e-mail addresses, in columns or in one cell',
      row: [
        ['Email', 'a@one.com.au; b@one.com.au'],
        ['Email 2', 'c@one.com.au'],
      ],
      body: {
        email: 'a@one.com.au',
        contacts: [
          { type: 'email', value: 'b@one.com.au' },
          { type: 'email', value: 'c@one.com.au' },
        ],
      },
    },
    {
      promise: 'an e-mail that is none is left for the service to refuse',
      row: [['Email', 'bob at one.com.au, maybe']],
      body: { email: 'bob at one.com.au, maybe' },
    },
    {
      promise: 'tags divided by ; and |',
      row: [['Tags', 'vip; north|; trade, retail ']],
      body: { added_tags: ['vip', 'north', 'trade, retail'] },
    },
    {
      promise: 'valid status, source and avatar',
      row: [
        ['Status', 'Lead'],
        ['Source', 'Trade show'],
        ['Avatar', 'https://pictures.test/1.png'],
      ],
      body: { status: 'lead', source: 'Trade show', avatar: 'https://pictures.test/1.png' },
    },
    {
      promise: 'what is not valid there is kept under its heading',
      row: [
        ['Status', 'Platinum'],
        ['Source', 's'.repeat(101)],
        ['Photo', 'me.png'],
      ],
      body: { custom_fields: { Status: 'Platinum', Source: 's'.repeat(101), Photo: 'me.png' } },
    },
    {
      promise: 'a second company is kept, the same one is not repeated',
      row: [
        ['Company', 'Acme'],
        ['Organisation', 'Acme'],
        ['Business Name', 'Acme Holdings'],
      ],
      body: { company_name: 'Acme', custom_fields: { 'Business Name': 'Acme Holdings' } },
    },
    {
      promise: 'headings that read the same, or not at all, keep their cells apart',
      row: [
        ['Notes', 'one'],
        ['Notes', 'two'],
        ['', 'three'],
        [' Notes ', 'four'],
      ],
      body: { custom_fields: { Notes: 'one', 'Notes (2)': 'two', 'Column 3': 'three', 'Notes (3)': 'four' } },
    },
    {
      promise: '--map wins over what is recognised',
      row: [
        ['Phone 1', '0412 000 001'],
        ['A=B', 'Acme'],
        ['Who', 'Ann'],
        ['Secret', 'x'],
      ],
      map: ['Phone 1=custom_fields', 'A=B=company_name', 'who=name', 'Secret=ignore'],
      body: { name: 'Ann', company_name: 'Acme', custom_fields: { 'Phone 1': '0412 000 001' } },
    },
    { promise: 'nothing at all', row: [['Email', ' ']], body: {} },
  ];
  for (const { promise, row, map, body } of ROWS) {
    it(promise, () => {
      const columns = planColumns(
        row.map(([header]) => header),
        map,
      );
      const cells = row.map(([, cell]) => cell);
      expect(toUpsert(columns, cells)).toEqual(body);
    });
  }

  it('a heading called __proto__ is a custom field like any other', () => {
    const { custom_fields } = toUpsert(planColumns(['__proto__']), ['polluted']);
    expect(JSON.stringify(custom_fields)).toBe('{"__proto__":"polluted"}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('source, tags and location of the command reach every row; its own source wins', () => {
    const columns = planColumns(['Name', 'Source', 'Tags']);
    const defaults = { source: 'Expo', tags: ['2030'], locationId: 'an id' };
    expect(toUpsert(columns, ['Ann', '', ''], defaults)).toEqual({
      name: 'Ann',
      source: 'Expo',
      added_tags: ['2030'],
      location_id: 'an id',
    });
    expect(toUpsert(columns, ['Ann', 'Web', 'vip'], defaults)).toMatchObject({
      source: 'Web',
      added_tags: ['vip', '2030'],
    });
  });
});

describe('the plan', () => {
  it('says what each column becomes', () => {
    expect(
      describeColumns(planColumns(['First Name', 'Phone', 'Mobile', 'Mail', '', 'Notes'])).map(
        ({ header, field }) => `${header} → ${field}`,
      ),
    ).toEqual([
      'First Name → first_name',
      'Phone → phone',
      'Mobile → contacts (phone)',
      'Mail → email',
      'Column 5 → custom_fields',
      'Notes → custom_fields',
    ]);
  });

  const WRONG: [string, RegExp][] = [
    ['Telly=phone', /no column "Telly".*Name, Tel/],
    ['Tel=fone', /no field "fone".*first_name/],
    ['Tel', /"Header=field"/],
    ['=phone', /"Header=field"/],
  ];
  for (const [override, message] of WRONG) {
    it(`refuses --map "${override}"`, () => {
      expect(() => planColumns(['Name', 'Tel'], [override])).toThrow(MappingError);
      expect(() => planColumns(['Name', 'Tel'], [override])).toThrow(message);
    });
  }
});
