/** What `q` finds (contract section 2), each promise with its examples. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { upsert } from './upsert-case.ts';

const service = useService();

const search = async ({ send }: TestBusiness, q: string): Promise<(string | null)[]> => {
  const answer = await send('GET', `/customers?sort=name&q=${encodeURIComponent(q)}`);
  expect(answer.status, answer.text.slice(0, 300)).toBe(200);
  expect(answer.body.total).toBe(answer.body.items.length);
  return answer.body.items.map((item) => item.name ?? item.company_name);
};

const PEOPLE = [
  { name: 'José Ñandú', phone: '0412 345 678', email: 'jose@example.com' },
  {
    name: 'Mikayla Malloney',
    phone: '+61 498 765 432',
    email: 'mik.malloney+news@dapto.example',
    tags: ['VIP list'],
  },
  { name: "Siobhán O'Brien-Smith", phone: '(02) 9374 4000 ext 12' },
  { company_name: '24/7 Plumbing', phone: '1300 123 456' },
  { company_name: '100% Pure_Water "Ltd"', email: 'office@bücher.example' },
  { company_name: '1000 Miles Pure Water', phone: '13 12 34' },
  {
    name: 'Łukasz Żółć',
    email: 'lukasz@example.org',
    contacts: [{ type: 'email', value: 'second@work.example' }],
  },
  {
    name: 'Bjørn Straße',
    contacts: [
      { type: 'phone', value: '0411 222 333' },
      { type: 'phone', value: '0755 501 234' },
    ],
  },
  { name: 'ΟΔΥΣΣΕΥΣ Νικολάου', email: 'odysseus@example.org' },
  { name: '李小龍', email: 'lee@example.org', tags: ['2025-01', 'kung_fu'] },
  { name: 'Ann Lee', phone: '0412', email: 'ann.lee@example.org' },
];
const ALL = PEOPLE.map(({ name, company_name }) => name ?? company_name);

/** What is asked for, and who must be found: all of them and nobody else. */
const EXAMPLES: Record<string, [q: string, found: string[]][]> = {
  'any part of a name or company, without regard to case or accents': [
    ['jose', ['José Ñandú']],
    ['JOSÉ', ['José Ñandú']],
    ['nandu', ['José Ñandú']],
    ['ándú', ['José Ñandú']],
    ['alloney', ['Mikayla Malloney']],
    ['lumbin', ['24/7 Plumbing']],
    ['lukasz zolc', ['Łukasz Żółć']],
    ['bjorn strasse', ['Bjørn Straße']],
    ['STRASSE', ['Bjørn Straße']],
    ['οδυσσευσ', ['ΟΔΥΣΣΕΥΣ Νικολάου']],
    ['ΔΥΣ', ['ΟΔΥΣΣΕΥΣ Νικολάου']],
    ['νικολαου', ['ΟΔΥΣΣΕΥΣ Νικολάου']],
    ['小龍', ['李小龍']],
    ['o’brien', ["Siobhán O'Brien-Smith"]],
    ['obrien', ["Siobhán O'Brien-Smith"]],
    ['brien smith', ["Siobhán O'Brien-Smith"]],
    ['brien-smith', ["Siobhán O'Brien-Smith"]],
    ['24/7', ['24/7 Plumbing']],
    ['24/7 plumbing', ['24/7 Plumbing']],
    ['  ann   lee ', ['Ann Lee']],
  ],
  'a phone in any format and by any run of three or more digits': [
    ['0412 345', ['José Ñandú']],
    ['0412345678', ['José Ñandú']],
    ['+61412345678', ['José Ñandú']],
    ['+61 (0)412 345 678', ['José Ñandú']],
    ['0061 412 345 678', ['José Ñandú']],
    ['0011 61 412 345 678', ['José Ñandú']],
    ['61 412 345', ['José Ñandú']],
    ['412345678', ['José Ñandú']],
    ['0412-345-678', ['José Ñandú']],
    ['345678', ['José Ñandú']],
    ['456', ['24/7 Plumbing', 'José Ñandú']],
    ['(02) 9374', ["Siobhán O'Brien-Smith"]],
    ['9374 4000', ["Siobhán O'Brien-Smith"]],
    ['(02) 9374 4000 ext 12', ["Siobhán O'Brien-Smith"]],
    ['1300 123', ['24/7 Plumbing']],
    ['1300123456', ['24/7 Plumbing']],
    ['131234', ['1000 Miles Pure Water']],
    ['13 12 34', ['1000 Miles Pure Water']],
  ],
  'an e-mail address or part of it': [
    ['jose@example.com', ['José Ñandú']],
    ['JOSE@EXAMPLE.COM', ['José Ñandú']],
    ['dapto.example', ['Mikayla Malloney']],
    ['@dapto', ['Mikayla Malloney']],
    ['mik.malloney+news', ['Mikayla Malloney']],
    ['+news@', ['Mikayla Malloney']],
    ['office@bücher.example', ['100% Pure_Water "Ltd"']],
    ['bücher', ['100% Pure_Water "Ltd"']],
  ],
  'a secondary contact': [
    ['second@work.example', ['Łukasz Żółć']],
    ['0755 501', ['Bjørn Straße']],
  ],
  'a tag': [
    ['vip', ['Mikayla Malloney']],
    ['vip list', ['Mikayla Malloney']],
    ['2025-01', ['李小龍']],
    ['kung_fu', ['李小龍']],
  ],
  'several words, of which all must match': [
    ['pure water', ['100% Pure_Water "Ltd"', '1000 Miles Pure Water']],
    ['water pure', ['100% Pure_Water "Ltd"', '1000 Miles Pure Water']],
    ['miles water', ['1000 Miles Pure Water']],
    ['jose 0412', ['José Ñandú']],
    ['jose malloney', []],
    ['mikayla vip dapto 0498', ['Mikayla Malloney']],
    ['jose 0498', []],
  ],
  'by a word of one or two letters the beginnings of words': [
    ['mi', ['1000 Miles Pure Water', 'Mikayla Malloney']],
    ['jo ña', ['José Ñandú']],
    ['jo du', []],
    ['ay', []],
  ],
  'by twelve words, and passes over those behind them': [
    [`${'jose '.repeat(11)}malloney`, []],
    [`${'jose '.repeat(12)}malloney`, ['José Ñandú']],
  ],
  'names with one letter wrong': [
    ['mikaela', ['Mikayla Malloney']],
    ['mikalya', ['Mikayla Malloney']],
    ['mikaylaa', ['Mikayla Malloney']],
    ['mikyla', ['Mikayla Malloney']],
    ['mikaela maloney', ['Mikayla Malloney']],
    ['plumbimg', ['24/7 Plumbing']],
    ['mukaelo', []],
  ],
  '%, _, quotes and operators are text': [
    ['%%%', []],
    ['_______', []],
    ['100%', ['100% Pure_Water "Ltd"']],
    ['10%0', []],
    ['pure_water', ['100% Pure_Water "Ltd"']],
    ['mikayl_', []],
    ['mikayl%', []],
    ['p_re', []],
    ['"ltd"', ['100% Pure_Water "Ltd"']],
    ["o'brien", ["Siobhán O'Brien-Smith"]],
    ["' or 1=1 --", []],
    ['jose | ann', []],
    ['!jose', ['José Ñandú']],
    ['jose*', ['José Ñandú']],
    ['\\', []],
    ['jose\\', []],
    ['a & b', []],
  ],
};

describe('q finds', () => {
  let business: TestBusiness;
  beforeAll(async () => {
    business = await service.business();
    for (const [i, person] of PEOPLE.entries())
      await upsert(business, { email: `nobody${'x'.repeat(i)}@else.example`, ...person });
  });

  for (const [promise, examples] of Object.entries(EXAMPLES)) {
    describe(promise, () => {
      for (const [q, found] of examples) {
        it(`"${q}" finds ${found.join(', ') || 'nobody'}`, async () => {
          expect((await search(business, q)).sort()).toEqual([...found].sort());
        });
      }
    });
  }

  it('everybody for a blank q', async () => {
    for (const q of ['', '   ']) expect((await search(business, q)).sort()).toEqual([...ALL].sort());
  });

  it('with 200 characters, and no more', async () => {
    expect(await search(business, 'x'.repeat(200))).toEqual([]);
    const answer = await business.send('GET', `/customers?q=${'x'.repeat(201)}`);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'q' }] } });
  });
});

describe('q', () => {
  it('ranks mistyped names below exact ones, whatever the order of the list', async () => {
    const business = await service.business();
    for (const [i, name] of ['Mikaela A', 'Mikayla B', 'Mikaela C', 'Mikayla D'].entries())
      await upsert(business, { name, email: `m${i}@example.com` });
    expect(await search(business, 'mikaela')).toEqual(['Mikaela A', 'Mikaela C', 'Mikayla B', 'Mikayla D']);
    expect(await search(business, 'mikayla')).toEqual(['Mikayla B', 'Mikayla D', 'Mikaela A', 'Mikaela C']);
  });

  it('finds mistyped names whatever the size of the page', async () => {
    const business = await service.business();
    for (const [i, name] of ['Mikaela A', 'Mikayla B'].entries())
      await upsert(business, { name, email: `m${i}@example.com` });
    const { body } = await business.send('GET', '/customers?q=mikaela&page_size=1');
    expect(body).toMatchObject({ total: 2, total_pages: 2, items: [{ name: 'Mikaela A' }] });
  });

  it('finds at once after every write is acknowledged, and no longer what is gone', async () => {
    const business = await service.business();
    for (let i = 0; i < 10; i++) {
      const { id } = await upsert(business, { name: `Zebra${i}`, phone: `0412 345 60${i}` });
      expect(await search(business, `zebra${i}`)).toEqual([`Zebra${i}`]);
      expect(await search(business, `41234560${i}`)).toEqual([`Zebra${i}`]);
      await business.send('PATCH', `/customers/${id}`, { name: `Okapi${i}`, added_tags: [`stripes${i}`] });
      expect(await search(business, `zebra${i}`)).toEqual([]);
      expect(await search(business, `okapi${i} stripes${i}`)).toEqual([`Okapi${i}`]);
      await business.send('PATCH', `/customers/${id}`, { phone: null });
      expect(await search(business, `41234560${i}`)).toEqual([]);
      await business.send('DELETE', `/customers/${id}`);
      expect(await search(business, `okapi${i}`)).toEqual([]);
    }
  });

  it('finds a mistyped name at once too', async () => {
    const business = await service.business();
    const { id } = await upsert(business, { name: 'Mikayla', email: 'm@example.com' });
    expect(await search(business, 'mikaela')).toEqual(['Mikayla']);
    await business.send('PATCH', `/customers/${id}`, { name: 'Gwendolyn' });
    expect(await search(business, 'gwendolin')).toEqual(['Gwendolyn']);
    expect(await search(business, 'mikaela')).toEqual([]);
  });

  it('reads a phone as dialled in the location it is narrowed to', async () => {
    const business = await service.business();
    const location_id = await business.addLocation('GB');
    await upsert(business, { name: 'Londoner', phone: '07400 123456', location_id });
    for (const q of ['07400 123 456', '+44 7400 123456', '0044 7400 123456', '7400123']) {
      const { body } = await business.send(
        'GET',
        `/customers?location_id=${location_id}&q=${encodeURIComponent(q)}`,
      );
      expect(
        body.items.map((item) => item.name),
        q,
      ).toEqual(['Londoner']);
    }
  });
});
