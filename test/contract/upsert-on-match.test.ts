/** What an upsert does to the customer it finds (contract section 3, "On a match", do_not_update, dry_run). */
import { describe, expect, it } from 'vitest';
import { type TestBusiness, useService } from '../harness.ts';
import { stored } from './stored.ts';
import { fetched, MOBILE, upsert } from './upsert-case.ts';

const service = useService();

const KNOWN = {
  name: 'Ann Lee',
  company_name: 'Lee Pty Ltd',
  address: '1 High St, Dapto NSW 2530',
  avatar: 'https://example.com/ann.png',
  phone: MOBILE,
  email: 'ann@example.com',
  tags: ['vip', 'Trade'],
  source: 'website',
  source_metadata: { utm_campaign: 'spring' },
  custom_fields: { size: 'M', plan: { seats: 2 } },
};
const again = async (business: TestBusiness, body: object) =>
  await upsert(business, { phone: MOBILE, ...body });

describe('on a match', () => {
  for (const field of ['name', 'company_name', 'address', 'avatar'] as const) {
    it(`another ${field} overwrites`, async () => {
      const business = await service.business();
      const known = await upsert(business, KNOWN);
      const value = field === 'avatar' ? 'https://example.com/new.png' : `New ${field}`;
      const updated = await again(business, { [field]: value });
      expect(updated).toMatchObject({ id: known.id, [field]: value, version: 2 });
      expect(updated.upsert).toMatchObject({ outcome: 'updated', changed: [field] });
      expect(updated.updated_at >= known.updated_at).toBe(true);
      expect(updated.created_at).toBe(known.created_at);
    });
  }

  for (const [what, blank] of [
    ['null', null],
    ['an empty text', ''],
    ['only blanks', '   '],
  ] as const) {
    it(`${what} never clears anything`, async () => {
      const business = await service.business();
      const known = await upsert(business, KNOWN);
      const blanks = { name: blank, company_name: blank, address: blank, avatar: blank, source: blank };
      const lists = {
        tags: null,
        added_tags: null,
        contacts: null,
        custom_fields: null,
        source_metadata: null,
      };
      const answer = await again(business, { ...blanks, ...lists, email: blank, status: null });
      expect(answer.upsert.outcome).toBe('unchanged');
      const { upsert: _, ...record } = known;
      expect(await fetched(business, known.id)).toEqual(record);
    });
  }

  it('null and blanks within custom_fields clear nothing either', async () => {
    const business = await service.business();
    await upsert(business, KNOWN);
    const answer = await again(business, { custom_fields: { size: null, plan: '' } });
    expect(answer).toMatchObject({ custom_fields: KNOWN.custom_fields, upsert: { outcome: 'unchanged' } });
  });

  const tagCases: [promise: string, body: object, tags: string[]][] = [
    ['tags replaces', { tags: ['new'] }, ['new']],
    ['added_tags adds', { added_tags: ['new'] }, ['vip', 'Trade', 'new']],
    [
      'tags and added_tags together store the union of the two',
      { tags: ['a'], added_tags: ['b'] },
      ['a', 'b'],
    ],
    [
      'a tag in another case is the same tag, and its first spelling stays',
      { added_tags: ['VIP'] },
      ['vip', 'Trade'],
    ],
    ['an empty list of tags replaces them by none', { tags: [] }, []],
  ];
  for (const [promise, body, tags] of tagCases) {
    it(promise, async () => {
      const business = await service.business();
      await upsert(business, KNOWN);
      expect((await again(business, body)).tags).toEqual(tags);
    });
  }

  it('a tag beyond the hundredth is not added, and a warning says so', async () => {
    const business = await service.business();
    const tags = Array.from({ length: 100 }, (_, i) => `tag${i}`);
    await upsert(business, { phone: MOBILE, tags });
    const answer = await again(business, { added_tags: ['one more'] });
    expect(answer.tags).toEqual(tags);
    expect(answer.upsert.warnings).toMatchObject([{ code: 'tag_limit' }]);
    const fresh = await upsert(business, { email: 'new@example.com', tags, added_tags: ['one more'] });
    expect(fresh.tags).toEqual(tags);
    expect(fresh.upsert.warnings).toMatchObject([{ code: 'tag_limit' }]);
  });

  for (const [promise, before, given, label] of [
    ['a label is added to a contact that has none', undefined, 'mobile', 'mobile'],
    ['another label leaves the one that is there', 'mobile', 'work', 'mobile'],
    ['a blank label clears nothing', 'mobile', ' ', 'mobile'],
  ] as const) {
    it(promise, async () => {
      const business = await service.business();
      const as = (name?: string) => ({ contacts: [{ type: 'phone', value: MOBILE, label: name }] });
      const known = await upsert(business, as(before));
      const answer = await upsert(business, as(given));
      expect(answer).toMatchObject({ id: known.id, contacts: [{ ...known.contacts[0], label }] });
      expect(answer.upsert.changed).toEqual(before ? [] : ['contacts']);
      expect((await fetched(business, known.id)).contacts).toEqual(answer.contacts);
    });
  }

  it('source is set at creation and kept; what came later stands in the event', async () => {
    const business = await service.business();
    const known = await upsert(business, KNOWN);
    const later = { source: 'phone', source_metadata: { line: 2 } };
    const updated = await again(business, { ...later, name: 'Ann Smith' });
    expect(updated).toMatchObject({ source: 'website', source_metadata: { utm_campaign: 'spring' } });
    const { body } = await business.send('GET', `/customers/${known.id}/events`);
    expect(body.items[0]).toMatchObject({ type: 'updated', context: later });
    expect(Object.keys(body.items[0]!.changes)).toEqual(['name']);
  });

  it('status is for a record it creates: what is found keeps its own', async () => {
    const business = await service.business();
    const lead = await upsert(business, { phone: MOBILE, status: 'lead' });
    expect(lead.status).toBe('lead');
    const answer = await again(business, { status: 'active' });
    expect(answer).toMatchObject({ status: 'lead', upsert: { outcome: 'unchanged' } });
  });

  it('custom_fields merge key by key', async () => {
    const business = await service.business();
    await upsert(business, KNOWN);
    const updated = await again(business, { custom_fields: { size: 'L', colour: 'red' } });
    expect(updated.custom_fields).toEqual({ size: 'L', plan: { seats: 2 }, colour: 'red' });
  });

  it('custom_fields that would outgrow 16 KiB together are 422, and nothing is written', async () => {
    const business = await service.business();
    const known = await upsert(business, { phone: MOBILE, custom_fields: { a: 'x'.repeat(9000) } });
    const body = { phone: MOBILE, name: 'New', custom_fields: { b: 'x'.repeat(9000) } };
    const answer = await business.send('PUT', '/customers', body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'custom_fields' }] } });
    expect((await fetched(business, known.id)).version).toBe(1);
  });

  it('several changes are one version and name every field', async () => {
    const business = await service.business();
    await upsert(business, { phone: MOBILE });
    const updated = await again(business, { name: 'Ann', tags: ['a'], email: 'ann@example.com' });
    expect(updated.version).toBe(2);
    expect([...updated.upsert.changed].sort()).toEqual(['contacts', 'name', 'tags']);
  });
});

describe('do_not_update', () => {
  it('what is found comes back untouched: no field, no tags, no contacts, no event', async () => {
    const business = await service.business();
    const { upsert: _, ...known } = await upsert(business, KNOWN);
    const before = await stored(service.sql, business.id);
    const { upsert: report, ...record } = await again(business, {
      name: 'Other',
      tags: ['x'],
      added_tags: ['y'],
      email: 'second@example.com',
      custom_fields: { z: 1 },
      do_not_update: true,
    });
    expect(record).toEqual(known);
    expect(report).toMatchObject({ outcome: 'found', matched_on: ['phone'], changed: [] });
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('what is not found is created, with everything given', async () => {
    const business = await service.business();
    const made = await upsert(business, { ...KNOWN, do_not_update: true });
    expect(made).toMatchObject({ name: 'Ann Lee', tags: ['vip', 'Trade'], upsert: { outcome: 'created' } });
  });

  it('a conflict between two customers is told and writes nothing', async () => {
    const business = await service.business();
    const a = await upsert(business, { phone: MOBILE });
    const b = await upsert(business, { email: 'b@example.com' });
    const before = await stored(service.sql, business.id);
    const answer = await upsert(business, { phone: MOBILE, email: 'b@example.com', do_not_update: true });
    expect(answer).toMatchObject({ id: a.id, upsert: { outcome: 'found' } });
    expect(answer.upsert.conflicts).toEqual([{ field: 'email', customer_id: b.id }]);
    expect(await stored(service.sql, business.id)).toEqual(before);
  });

  it('false and null update as if it were absent', async () => {
    const business = await service.business();
    await upsert(business, KNOWN);
    for (const [i, do_not_update] of [false, null].entries()) {
      expect((await again(business, { name: `Ann ${i}`, do_not_update })).upsert.outcome).toBe('updated');
    }
  });
});

describe('dry_run', () => {
  const cases: [what: string, body: object][] = [
    ['a creation', { email: 'new@example.com', name: 'New' }],
    ['an update', { phone: MOBILE, name: 'Changed', email: 'second@example.com' }],
    ['no change', { phone: MOBILE }],
    ['a conflict', { phone: MOBILE, email: 'b@example.com' }],
    ['a find', { phone: MOBILE, name: 'Changed', do_not_update: true }],
  ];
  for (const [what, body] of cases) {
    it(`answers ${what} as the real call does, and writes nothing`, async () => {
      const business = await service.business();
      await upsert(business, KNOWN);
      await upsert(business, { email: 'b@example.com' });
      const before = await stored(service.sql, business.id);
      const dry = await business.send('PUT', '/customers?dry_run=true', body);
      expect(await stored(service.sql, business.id)).toEqual(before);
      const real = await business.send('PUT', '/customers', body);
      expect(dry).toMatchObject({ status: real.status, success: true, message: real.message });
      expect(timeless(dry.body)).toEqual(timeless(real.body));
    });
  }

  it('answers a refusal as the real call does', async () => {
    const business = await service.business();
    const dry = await business.send('PUT', '/customers?dry_run=true', { name: 'Ann' });
    expect(dry).toMatchObject({ status: 422, body: { code: 'contact_details_required' } });
  });

  it('dry_run=false writes', async () => {
    const business = await service.business();
    await business.send('PUT', '/customers?dry_run=false', { phone: MOBILE });
    expect((await stored(service.sql, business.id)).customers).toBe(1);
  });
});

/** An answer without what no two calls share: the ids and times of what they make. */
function timeless(body: object): unknown {
  return JSON.parse(JSON.stringify(body), (key, value) =>
    ['id', 'created_at', 'updated_at'].includes(key) ? key : value,
  );
}
