/**
 * One text of SQL for one server and for many: the rules that every statement of the suite is held against, each with
 * statements that keep it and that break it, and the same rules for the schema.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/connect.ts';
import { createDatabase } from '../harness.ts';
import { brokenRule, RULES, type Rule, StatementWatch } from '../scale-rules.ts';
import { TENANT_TABLES } from '../statement-watch.ts';

const FROM_ROWS = 'from (select id, n from unnest($2::uuid[], $3::int[]) u(id, n)) r';

/** Each rule with what keeps it and what breaks it. */
const STATEMENTS: Record<Rule, { keep: string[]; break: string[] }> = {
  2: {
    keep: [
      'select 1 from customers where business_id = $1 and id = $2',
      'select secret from instance',
      'select id from businesses where $1::uuid is null or id > $2::uuid order by id limit $3',
    ],
    break: [
      'select 1 from customers where id = $1',
      'update contacts set label = $1 where id = $2',
      'truncate customers',
    ],
  },
  3: {
    keep: [
      `insert into events (business_id, id) select l.business_id, r.id ${FROM_ROWS} join locations l on l.business_id = $1 and l.id = r.id`,
      `insert into name_words (business_id, word) select b.id, r.n ${FROM_ROWS} join businesses b on b.id = $1 on conflict do nothing`,
      'insert into customer_counts (business_id, n) select l.business_id, 0 from locations l, generate_series(0, 15) n where l.business_id = $1 and l.id = $2',
      'insert into api_keys (business_id, id) values ($1, $2)',
      'insert into feeds (business_id, seq) values ($1, $2) on conflict (business_id) do update set seq = (select max(e.seq) from events e where e.business_id = $1)',
      'insert into request_counts (subject, n) select r.id, r.n from unnest($1::uuid[], $2::int[]) r(id, n)',
    ],
    break: [
      `insert into events (business_id, id) select $1, r.id ${FROM_ROWS}`,
      'insert into events (business_id, id) select $1::uuid, id from unnest($2::uuid[]) id',
      'insert into contacts as k (business_id, id) select $1, r.id from jsonb_to_recordset($2) r(id uuid) on conflict do nothing',
      'insert into events (business_id, id) select $1, r.id from unnest($2::uuid[]) r(id) where exists (select 1 from events e where e.business_id = $1)',
    ],
  },
  4: {
    keep: [
      'delete from contacts where business_id = $1 and id = $2',
      'select at from feeds where business_id = $1 for update',
      'select at from feeds where business_id = $1 for no key update',
      'insert into feeds (business_id, seq) values ($1, 0) on conflict (business_id) do update set seq = excluded.seq',
      'with old as (select id from events where business_id = $1) select count(*) from old',
    ],
    break: [
      'with gone as (delete from contacts where business_id = $1 returning id), told as (insert into events (business_id, id) values ($1, $2)) select 1',
      'with moved as (update feeds set seq = seq + 1 where business_id = $1 returning seq) update customers set version = 2 where business_id = $1',
    ],
  },
  5: {
    keep: [
      'update feeds set at = $2 where business_id = $1',
      'select now()',
      "update customers set name = 'now()' where business_id = $1",
      'update customers set name = $2 where business_id = $1 and updated_at < $3',
    ],
    break: [
      'update feeds set at = now() where business_id = $1',
      'insert into feeds (business_id, at) values ($1, $2) on conflict (business_id) do update set at = now()',
      'insert into events (business_id, id) values ($1, gen_random_uuid())',
      'delete from idempotency_keys where business_id = $1 and created_at < current_timestamp',
      "delete from idempotency_keys where business_id = $1 and created_at < 'now'",
      'insert into leases (name, until) values ($1, clock_timestamp())',
      "update customers set version = nextval('versions') where business_id = $1",
    ],
  },
  7: {
    keep: [
      'set local statement_timeout = 0',
      'begin read write',
      'set transaction isolation level repeatable read',
      "select set_config('statement_timeout', $1, true)",
      'select id from events where business_id = $1 for update skip locked limit 1',
      'update customers set name = $2 where business_id = $1',
    ],
    break: [
      'select pg_advisory_xact_lock($1)',
      'select pg_try_advisory_lock(1)',
      'listen feed',
      "select pg_notify('feed', $1)",
      'set statement_timeout = 0',
      'set session statement_timeout = 0',
      "select set_config('statement_timeout', $1, false)",
      'create temp table rows (id uuid)',
      'create temporary table rows (id uuid)',
      'declare walk cursor with hold for select 1',
      'prepare one as select 1',
      'reset all',
      'select name from leases for update skip locked limit 1',
    ],
  },
  8: {
    keep: ['select id from api_keys where business_id = $1 and hash = $2'],
    break: ['select id from api_keys where hash = $1'],
  },
};

let sql: Sql;
let url: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  const made = await createDatabase();
  ({ url, drop } = made);
  sql = connect(made.url, { max: 2 });
});
afterAll(async () => {
  await sql.end();
  await drop();
});

describe.each(Object.entries(STATEMENTS))('rule %s', (number, statements) => {
  const rule = Number(number) as Rule;
  it.each(statements.keep)(`${RULES[rule]}, kept by: %s`, (text) => {
    expect(brokenRule(text)).toBeNull();
  });
  it.each(statements.break)(`${RULES[rule]}, broken by: %s`, (text) => {
    expect(brokenRule(text)).toBe(rule);
  });
});

describe('a transaction', () => {
  const READ = 'select 1 from customers where business_id = $1';
  const MOVE = 'update feeds set at = $1 where business_id = $2';
  const [A, B] = ['a0000000-0000-7000-8000-000000000000', 'b0000000-0000-7000-8000-000000000000'];
  type Sent = [text: string, parameters?: unknown[], connection?: number];
  const broken = (...sent: Sent[]) => {
    const watch = new StatementWatch();
    for (const [text, parameters = [], connection = 1] of sent) watch.see(text, parameters, connection);
    return watch.broken.map((line) => line.slice(line.indexOf(': ') + 2));
  };

  it('is of one business', () => {
    expect(broken(['begin '], [READ, [A]], [MOVE, ['t', A.toUpperCase()]], ['commit'])).toEqual([]);
    expect(broken(['begin '], [READ, [A]], [MOVE, ['t', B]], ['commit'])).toEqual([MOVE]);
  });

  it('is its connection’s, and over with its end', () => {
    expect(broken(['begin'], [READ, [A]], ['commit'], ['begin'], [READ, [B]], ['rollback'])).toEqual([]);
    expect(broken(['begin'], [READ, [A]], ['begin', [], 2], [READ, [B], 2], [READ, [A]])).toEqual([]);
    expect(broken(['begin'], [READ, [A]], ['rollback to s1'], [READ, [B]])).toEqual([READ]);
  });

  it('may say nothing of businesses; without one each statement stands alone', () => {
    expect(broken(['begin'], ['select secret from instance'], [READ, [B]], ['commit'])).toEqual([]);
    expect(broken([READ, [A]], [READ, [B]])).toEqual([]);
  });

  it('is seen as the driver sends it', async () => {
    const watch = new StatementWatch();
    const watched = connect(url, {
      max: 1,
      onStatement: (text, values, _types, on) => watch.see(text, values, on),
    });
    for (const then of [A, B])
      await watched.begin(async (tx) => {
        await tx`select 1 from customers where business_id = ${A}`;
        await tx`update feeds set at = ${new Date(0).toISOString()} where business_id = ${then}`;
      });
    await watched.end();
    expect(watch.broken).toEqual([
      '2. one business a statement and a transaction: update feeds set at = $1 where business_id = $2',
    ]);
  });

  it('and a statement does not name two', () => {
    const both =
      'select 1 from events where business_id = $1 union all select 1 from events where business_id = $2';
    expect(broken([both, [A, A]])).toEqual([]);
    expect(broken([both, [A, B]])).toEqual([both]);
    const insert = 'insert into locations (business_id, id) values ($1, $2), ($3, $4)';
    expect(broken([insert, [A, 1, B, 2]])).toEqual([insert]);
  });
});

describe('the schema', () => {
  /** Indexes that name no business in their first column, and why each is right all the same. */
  const INDEXES: Record<string, string> = {
    idempotency_keys_customers: "its keys are ids of customers, which are the business's own",
    duplicate_keys_customer:
      'its customers are the business’s own; with the business first a planner without statistics reads all of its rows',
    customers_grams:
      'each number in it is hashed together with the business; GIN would keep a list of all its rows',
  };

  it('has every table of tenants in the lists that statements are watched by', async () => {
    const rows = await sql`
      select table_name from information_schema.columns
      where table_schema = 'public' and column_name = 'business_id' order by table_name`;
    const known = [...TENANT_TABLES.keys()].filter((table) => table !== 'businesses').sort();
    expect(rows.map((row) => row.table_name)).toEqual(known);
  });

  it('leads every key and index of tenants with the business', async () => {
    const rows = await sql<{ table: string; index: string; first: string | null }[]>`
      select i.indrelid::regclass::text as table, i.indexrelid::regclass::text as index, a.attname as first
      from pg_index i
      left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid::regclass::text = any(${[...TENANT_TABLES.keys()]})`;
    expect(rows.length).toBeGreaterThan(30);
    const others = rows.filter(({ table, first }) => first !== TENANT_TABLES.get(table));
    expect(others.map(({ index }) => index).sort()).toEqual(Object.keys(INDEXES).sort());
  });

  it('leads every foreign key with the business, on both sides, and never sets what it referred to to null', async () => {
    const rows = await sql<
      { name: string; from: string; to: string; first: string; there: string; action: string }[]
    >`
      select f.conname as name, f.conrelid::regclass::text as from, f.confrelid::regclass::text as to,
        a.attname as first, b.attname as there, f.confdeltype::text || f.confupdtype::text as action
      from pg_constraint f
      join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
      join pg_attribute b on b.attrelid = f.confrelid and b.attnum = f.confkey[1]
      where f.contype = 'f'`;
    expect(rows.length).toBeGreaterThan(5);
    const others = rows.filter(
      ({ from, to, first, there, action }) =>
        first !== TENANT_TABLES.get(from) || there !== TENANT_TABLES.get(to) || /[nd]/.test(action),
    );
    expect(others).toEqual([]);
  });

  it('has no trigger and no sequence, and makes no id or time of its own', async () => {
    expect(await sql`select tgname from pg_trigger where not tgisinternal`).toHaveLength(0);
    expect(await sql`select relname from pg_class where relkind = 'S'`).toHaveLength(0);
    expect(await sql`select attname from pg_attribute where attidentity <> ''`).toHaveLength(0);
    const defaults = await sql<{ column: string; value: string }[]>`
      select c.relname || '.' || a.attname as column, pg_get_expr(d.adbin, d.adrelid) as value
      from pg_attrdef d
      join pg_class c on c.oid = d.adrelid
      join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum`;
    expect(defaults.length).toBeGreaterThan(0);
    expect(defaults.filter(({ value }) => !/^'[^']*'::[\w[\]]+$/.test(value))).toEqual([]);
  });
});
