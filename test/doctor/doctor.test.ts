/** Each thing the doctor looks at, broken on purpose: it is found, repaired where that is safe, and nothing else changes. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { scanDuplicates } from '../../src/customers/duplicate-scan.ts';
import { findingsOf, roomFindings } from '../../src/doctor/server.ts';
import { settingsFindings } from '../../src/doctor/settings.ts';
import { clientele } from '../cli/session.ts';
import { merge, unmerge } from '../contract/life-case.ts';
import { type TestBusiness, useService } from '../harness.ts';

const service = useService();
let business: TestBusiness;
let ann: string;
let gone: string;
let erased: string;
const [imported, undone, forgotten] = [randomUUID(), randomUUID(), randomUUID()];

const doctor = (...args: string[]) => clientele(['doctor', ...args], { DATABASE_URL: service.databaseUrl });

/** A business in which everything has happened that can happen to a record. */
beforeAll(async () => {
  business = await service.business();
  const { send } = business;
  const make = async (body: object) => (await send('PUT', '/customers', body)).body.id as string;
  ann = await make({ name: 'Ann Lee', email: 'ann@clientele.test', phone: '0412 000 001', tags: ['vip'] });
  const bob = await make({ name: 'Bob Lee', email: 'bob@clientele.test', custom_fields: { b: 1, a: [2] } });
  const desk = await make({ name: 'Front Desk', phone: '1300 000 999' });
  gone = await make({ name: 'Gone Away', phone: '0412 000 003', source: 'website' });
  erased = await make({ name: 'Quintessa Zyx', email: 'q@clientele.test', address: '1 High St' });
  await send('PATCH', `/customers/${ann}`, { name: 'Ann Ng', contacts: [] });
  await send('PATCH', `/customers/${ann}`, { phone: '0412 000 001' });
  await send('PUT', `/customers/${ann}/references/booking/B-1`, { state: 'open' });
  await merge(business, ann, erased);
  await unmerge(business, ann, erased);
  await merge(business, bob, desk);
  await send('DELETE', `/customers/${gone}`);
  await send('POST', `/customers/${gone}/restore`);
  await send('DELETE', `/customers/${gone}`);
  await send('PUT', `/customers/${bob}/legal-hold`, { reason: 'Claim' });
  await send('POST', `/customers/${erased}/erase`);
  const batch = (id: string, name: string) =>
    send('PUT', `/customers/batch?import_id=${id}`, {
      customers: [1, 2].map((n) => ({ name, email: `${name}${n}@clientele.test` })),
    });
  await batch(imported, 'Ida');
  await batch(undone, 'Una');
  await batch(forgotten, 'Fay');
  for (const id of [undone, forgotten]) await send('POST', `/imports/${id}/undo`);
  // Of one who was erased since, no event says that the import was undone.
  const { body } = await send('GET', `/customers?import_id=${forgotten}&deleted=true`);
  await send('POST', `/customers/${body.items[0]!.id}/erase`);
  await send('PUT', '/customers', { name: 'Ann Ng', phone: '0412 000 009' });
  await scanDuplicates(service.sql, business.id);
  await (await service.business()).send('PUT', '/customers', { email: 'other@clientele.test' });
});

/** Every row of every table as text; counters as their sum, which is what counts. */
async function everything(): Promise<Record<string, string[]>> {
  const tables = await service.sql<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`;
  const all: Record<string, string[]> = {};
  for (const { name } of tables) {
    if (name === 'request_counts') continue;
    const rows =
      name === 'customer_counts'
        ? await service.sql`select location_id || ' ' || count(*) || ' ' || sum(n) as line from customer_counts group by location_id`
        : await service.sql`select to_jsonb(t)::text as line from ${service.sql(name)} t`;
    all[name] = rows.map(({ line }) => line as string).sort();
  }
  return all;
}

it('finds nothing where all is well, whatever happened to the records', async () => {
  const before = await everything();
  const ran = await doctor();
  expect(ran.out).toBe('All is well.');
  expect(ran.code).toBe(0);
  expect(ran.err).toContain('customers looked through');
  expect((await doctor('--fix')).out).toBe('All is well.');
  expect(await everything()).toEqual(before);
});

interface Broken {
  what: string;
  breaks: () => Promise<unknown>;
  finds: RegExp;
  /** Puts it back where the doctor leaves it to people. */
  mends?: () => Promise<unknown>;
}

const sql = () => service.sql;
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** Repaired by --fix. */
const REPAIRED: Broken[] = [
  {
    what: 'a counter that miscounts',
    breaks: () => sql()`update customer_counts set n = n + 7 where business_id = ${business.id} and slot = 3`,
    finds: /^counters +The location "Main" counts 12 customers and has 5\./m,
  },
  {
    what: 'counters that are missing',
    breaks: () =>
      sql()`delete from customer_counts where business_id = ${business.id} and n = 0 and slot in (
        select slot from customer_counts where business_id = ${business.id} and n = 0 order by slot limit 1)`,
    finds: /^counters +The location "Main" has 15 counters instead of 16/m,
  },
  {
    what: 'a document that is not the record',
    breaks: () => sql()`update customers set document = replace(document, 'Ann', 'Eve') where id = ${ann}`,
    finds: /^records +1 customer \([0-9a-f-]{36}\) shown or found otherwise than stored\./m,
  },
  {
    what: 'a search text that is not of the record',
    breaks: () => sql()`update customers set search = ' eve ' where id = ${ann}`,
    finds: /^records +1 customer .* shown or found otherwise than stored\./m,
  },
  {
    what: 'an import that a process of an earlier version wrote',
    breaks: () => sql()`delete from imports where business_id = ${business.id} and id = ${imported}`,
    finds: /^imports +1 import \([0-9a-f-]{36}\) whose rows say otherwise than their events\./m,
  },
  {
    what: 'an import that a process of an earlier version went on with',
    breaks: () =>
      sql()`update imports set created = 1, updated = 0, started_at = ended_at + interval '1 minute'
        where business_id = ${business.id} and id = ${imported}`,
    finds: /^imports +1 import /m,
  },
  {
    what: 'an undo that is not counted',
    breaks: () =>
      sql()`update imports set undone = 1, undone_at = null where business_id = ${business.id} and id = ${undone}`,
    finds: /^imports +1 import /m,
  },
  {
    what: 'a pair with a customer that is gone',
    breaks: () =>
      sql()`insert into possible_duplicates (business_id, location_id, a, b, id, reasons, score, by_request, created_at)
        values (${business.id}, ${business.locationId}, ${[ann, erased].sort()[0]!}, ${[ann, erased].sort()[1]!},
          gen_random_uuid(), '{}', 0.5, false, now())`,
    finds: /^pairs +1 pair of possible duplicates with customers that are gone/m,
  },
  {
    what: 'answers that were to be forgotten',
    breaks: () =>
      sql()`insert into idempotency_keys (business_id, context, key, part, fingerprint, answer, customer_ids, created_at)
        values (${business.id}, ${business.id}, 'old', 0, '', '[]', '{}', ${day(-2)})`,
    finds: /^leftovers +1 kept answer older than 24 hours/m,
  },
  {
    what: 'a session that ran out',
    breaks: () =>
      sql()`insert into sessions (business_id, hash, api_key_id, created_at, expires_at)
        select business_id, 'x'::bytea, id, ${day(-3)}, ${day(-2)} from api_keys where business_id = ${business.id}`,
    finds: /^leftovers +1 session that ran out/m,
  },
  {
    what: 'a lease taken by a clock that was wrong',
    breaks: () => sql()`insert into leases values ('housekeeping', 'gone', ${day(300)})`,
    finds: /^leases +The lease "housekeeping" is taken until/m,
  },
  {
    what: 'an index that is missing',
    breaks: () => sql()`drop index contacts_not_held`,
    finds: /^indexes +The index contacts_not_held is missing/m,
  },
  {
    what: 'an index that is invalid',
    breaks: () =>
      sql()`update pg_catalog.pg_index set indisvalid = false where indexrelid = 'customers_name'::regclass`,
    finds: /^indexes +The index customers_name is invalid/m,
  },
];

describe('repaired by --fix, and nothing else changed', () => {
  for (const { what, breaks, finds } of REPAIRED)
    it(what, async () => {
      const before = await everything();
      await breaks();
      const found = await doctor();
      expect(found.out).toMatch(finds);
      expect(found.out.split('\n').filter((line) => line.includes('--fix')).length).toBeGreaterThan(0);
      expect(found.code).toBe(1);
      const fixed = await doctor('--fix');
      expect(fixed.out).toMatch(/^Repaired \(.*\nAll is well\.$/s);
      expect(fixed.code).toBe(0);
      expect((await doctor()).out).toBe('All is well.');
      expect(await everything()).toEqual(before);
    });
});

/** Left to people: the table says what to do, --fix changes nothing. */
const LEFT: Broken[] = [
  {
    what: 'a history with a version missing',
    breaks: () => sql()`update events set version = version + 100 where customer_id = ${ann} and version = 2`,
    finds: /^records +1 customer \(.*its event of version 2 is missing/m,
    mends: () => sql()`update events set version = 2 where customer_id = ${ann} and version = 102`,
  },
  {
    what: 'a record that its history does not lead to',
    breaks: () => sql()`update customers set address = 'Elsewhere' where id = ${ann}`,
    finds: /^records +1 customer \(.*: address is not what its history leads to/m,
    mends: () => sql()`update customers set address = null where id = ${ann}`,
  },
  {
    what: 'a contact that a deleted customer still holds',
    breaks: () => sql()`update contacts set standing = 'holds' where customer_id = ${gone}`,
    finds: /^records +1 customer \(.*whose contacts do not stand as the record does/m,
    mends: () => sql()`update contacts set standing = 'released' where customer_id = ${gone}`,
  },
  {
    what: 'a contact of nobody',
    breaks: () =>
      sql()`insert into contacts select business_id, gen_random_uuid(), id, location_id, type, 'nobody', value, raw, extension,
        label, is_primary, matchable, standing, holder_name from contacts where customer_id = ${gone}`,
    finds: /^records +1 contact \([0-9a-f-]{36}\) of customers that do not exist/m,
    mends: () => sql()`delete from contacts where key = 'nobody'`,
  },
  {
    what: 'a gap in the feed',
    breaks: () => sql()`update events set seq = seq + 1000 where business_id = ${business.id} and seq = 4`,
    finds: /^feed +The feed is at number \d+ and has \d+ events, numbered 1 to 1004/m,
    mends: () => sql()`update events set seq = 4 where business_id = ${business.id} and seq = 1004`,
  },
  {
    what: 'a feed that goes back in time',
    breaks: () =>
      sql()`update events set at = at + interval '1 year' where business_id = ${business.id} and seq = 4`,
    finds: /^feed +1 event of the feed older than the one before/m,
    mends: () =>
      sql()`update events set at = at - interval '1 year' where business_id = ${business.id} and seq = 4`,
  },
  {
    what: 'a schema of another build',
    breaks: () => sql()`insert into migrations values ('9999_future.sql', 'x', now())`,
    finds: /^migrations +The database was made by a newer Clientele \(it has 9999_future.sql\)/m,
    mends: () => sql()`delete from migrations where name like '9999%'`,
  },
  {
    what: 'a file of the schema that was changed',
    breaks: () => sql()`update migrations set checksum = 'x' || checksum where name like '0002%'`,
    finds: /^migrations +0002_customers.sql is not the file that was applied/m,
    mends: () => sql()`update migrations set checksum = substr(checksum, 2) where name like '0002%'`,
  },
];

describe('found, left to people, and nothing changed by --fix', () => {
  for (const { what, breaks, finds, mends } of LEFT)
    it(what, async () => {
      await breaks();
      const before = await everything();
      const found = await doctor('--fix');
      expect(found.out).toMatch(finds);
      expect(found.code).toBe(1);
      expect(await everything()).toEqual(before);
      await mends!();
      expect((await doctor()).out).toBe('All is well.');
    });
});

/** A setting, beside a server of 100 connections of which it keeps 3, and what is said of it. */
const SETTINGS: [string, NodeJS.ProcessEnv, { wrong?: RegExp; warned?: RegExp }][] = [
  ['the defaults', {}, {}],
  ['as many connections as there are', { CLIENTELE_WORKERS: '7', DATABASE_POOL: '13' }, {}],
  [
    'more connections than there are',
    { CLIENTELE_WORKERS: '8', DATABASE_POOL: '12' },
    { wrong: /^CLIENTELE_WORKERS × DATABASE_POOL are 96 connections; of the 100 .* 91 are to be had/ },
  ],
  [
    'any number of connections to a pooler',
    { CLIENTELE_WORKERS: '8', DATABASE_POOL: '100', DATABASE_POOLER: 'transaction' },
    {},
  ],
  [
    'an address that others reach, and no proxy',
    { HOST: '0.0.0.0' },
    { warned: /^HOST is 0\.0\.0\.0, .*CLIENTELE_TRUST_PROXY is not set/ },
  ],
  ['the same with a proxy', { HOST: '0.0.0.0', CLIENTELE_TRUST_PROXY: '10.0.0.0/8' }, {}],
  [
    'traces in a way that is not spoken',
    { OTEL_TRACES_EXPORTER: 'console' },
    {
      warned:
        /^OTEL_TRACES_EXPORTER must be one of otlp, none, not "console"\. Until then no traces are sent\.$/,
    },
  ],
  ['every other address of this machine alone', { HOST: '127.0.0.2' }, {}],
  ['the same of IPv6', { HOST: '::1' }, {}],
  ['no limit for keys', { CLIENTELE_KEY_RATE: '0' }, { warned: /^CLIENTELE_KEY_RATE is 0/ }],
  ['no limit for businesses', { CLIENTELE_BUSINESS_RATE: '0' }, { warned: /^CLIENTELE_BUSINESS_RATE is 0/ }],
  ['no limit for guessing', { CLIENTELE_FAILED_RATE: '0' }, { warned: /^CLIENTELE_FAILED_RATE is 0/ }],
];

describe('settings', () => {
  it.each(SETTINGS)('%s', (_what, env, { wrong, warned }) => {
    const found = settingsFindings(readConfig(env), { most: 100, kept: 3 });
    expect(found.map(({ what, isWarning = false }) => [what, isWarning])).toEqual([
      ...(wrong ? [[expect.stringMatching(wrong), false]] : []),
      ...(warned ? [[expect.stringMatching(warned), true]] : []),
    ]);
  });

  it('too many connections fail the doctor; a warning is shown and does not', async () => {
    const DATABASE_URL = service.databaseUrl;
    const warned = await clientele(['doctor'], { DATABASE_URL, CLIENTELE_FAILED_RATE: '0' });
    expect(warned.out).toMatch(/^All is well\.$/m);
    expect(warned.out).toMatch(/^settings +Warning: CLIENTELE_FAILED_RATE is 0, no limit/m);
    expect(warned.code).toBe(0);
    const wrong = await clientele(['doctor'], {
      DATABASE_URL,
      CLIENTELE_WORKERS: '256',
      DATABASE_POOL: '500',
    });
    expect(wrong.out).toMatch(/^settings +CLIENTELE_WORKERS × DATABASE_POOL are 128000 connections/m);
    expect(wrong.out).not.toContain('All is well');
    expect(wrong.code).toBe(1);
  });
});

describe('what cannot be reached', () => {
  it('a wrong setting and an address where nothing answers are findings with what to do', async () => {
    const wrong = await clientele(['doctor'], { PORT: 'x' });
    expect(wrong).toMatchObject({ code: 1, out: expect.stringMatching(/^configuration +PORT must be/m) });
    const nobody = await clientele(['doctor'], { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/x' });
    expect(nobody.code).toBe(1);
    expect(nobody.out).toMatch(
      /^reachability +The database cannot be reached \(ECONNREFUSED\).*DATABASE_URL/m,
    );
    const replica = await clientele(['doctor'], {
      DATABASE_URL: service.databaseUrl,
      DATABASE_REPLICA_URL: 'postgres://a:b@127.0.0.1:1/x',
    });
    expect(replica.out).toMatch(/^replica +The replica cannot be reached/m);
    const itself = await clientele(['doctor'], {
      DATABASE_URL: service.databaseUrl,
      DATABASE_REPLICA_URL: service.databaseUrl,
    });
    expect(itself.out).toMatch(/^replica +The server at DATABASE_REPLICA_URL is no replica/m);
  });

  it('settings of the server and room on the disk are judged by plain rules', () => {
    const sound = {
      version: 180_004,
      version_name: '18.4',
      encoding: 'UTF8',
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      extensions: ['plpgsql', 'pg_trgm', 'btree_gin'],
    };
    expect(findingsOf(sound)).toEqual([]);
    const worst = {
      ...sound,
      version: 140_001,
      version_name: '14.1',
      encoding: 'LATIN1',
      fsync: 'off',
      extensions: ['pg_trgm'],
    };
    expect(findingsOf(worst).map(({ what }) => what)).toEqual([
      'The server is PostgreSQL 14.1.',
      'The database is encoded in LATIN1, which cannot hold every name.',
      'The server runs with fsync = off: writes that were answered can be lost in a crash.',
      'The extension btree_gin is missing.',
    ]);
    const gib = 1024 ** 3;
    expect(roomFindings('/data', 2 * gib, 3 * gib)).toEqual([]);
    expect(roomFindings('/data', 2 * gib, 30 * gib)[0]).toMatchObject({
      what: 'Only 2.0 GiB are free where /data lies; the database has 30.0 GiB.',
      remedy: expect.stringContaining('at least 3.0 GiB'),
    });
  });
});
