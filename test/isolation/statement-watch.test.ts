/** The watcher that every other test relies on: it lets through what names its business and stops what does not. */
import { describe, expect, it } from 'vitest';
import { unboundTable } from '../statement-watch.ts';

/** What each does, its text, and the table it would leak (null: none). */
const STATEMENTS: [what: string, text: string, unbound: string | null][] = [
  ['a record of the business', 'select * from customers where business_id = $1 and id = $2', null],
  ['the same with an alias', 'select c.* from customers c where c.id = $2 and c.business_id = $1', null],
  ['the business given as a uuid', 'select 1 from customers where business_id = $1::uuid', null],
  [
    'a join that carries the business',
    'select 1 from api_keys k join businesses b on b.id = k.business_id where k.business_id = $1',
    null,
  ],
  [
    'a subquery over the row outside',
    'select (select count(*) from contacts k where k.business_id = c.business_id) from customers c where c.business_id = $1',
    null,
  ],
  [
    'an alternative within brackets',
    'select 1 from customers where business_id = $1 and (name = $2 or name is null)',
    null,
  ],
  [
    'two branches, both bound',
    'select id from contacts where business_id = $1 union all select id from contacts where business_id = $2',
    null,
  ],
  ['an insert of values', 'insert into api_keys (business_id, id) values ($1, $2)', null],
  ['an insert of several rows', 'insert into locations (business_id, id) values ($1, $2), ($3, $4)', null],
  [
    'an insert from a location',
    'insert into events (business_id, id) select l.business_id, r.id from jsonb_to_recordset($2) r(id uuid) join locations l on l.business_id = $1 and l.id = r.id',
    null,
  ],
  [
    'an insert from the business',
    'insert into name_words (business_id, word) select b.id, r.word from jsonb_to_recordset($1) r(word text) join businesses b on b.id = $2 on conflict do nothing',
    null,
  ],
  [
    'an update',
    'update customers c set name = r.name from jsonb_to_recordset($2) r(id uuid) where c.business_id = $1 and c.id = r.id',
    null,
  ],
  ['a delete', 'delete from contacts where business_id = $1 and id = any($2)', null],
  ['the settings of the business', 'select settings from businesses where id = $1', null],
  ['no table of tenants', 'select secret from instance', null],
  ['a word that is a table elsewhere', "select 'from customers' as contacts, 1 as events", null],

  ['every record', 'select * from customers', 'customers'],
  ['a record by its id alone', 'select * from customers where id = $1', 'customers'],
  ['a location alone', 'select * from customers where location_id = $1', 'customers'],
  ['all businesses', 'select id from businesses', 'businesses'],
  ['every business but one', 'select * from customers where business_id <> $1', 'customers'],
  ['every business from one on', 'select * from customers where business_id >= $1', 'customers'],
  ['not this business', 'select * from customers where not business_id = $1', 'customers'],
  ['this business or anything', 'select * from customers where business_id = $1 or name = $2', 'customers'],
  [
    'this business or anything, in brackets',
    'select * from customers where (business_id = $1 or $2::bool) and id = $3',
    'customers',
  ],
  ['a business written into the text', "select * from customers where business_id = '0190'", 'customers'],
  ['the business named in the list alone', 'select business_id = $1 from customers', 'customers'],
  ['the business of a column', 'select * from customers where business_id = business_id', 'customers'],
  [
    'a join without the business',
    'select 1 from customers c join contacts k on k.customer_id = c.id where c.business_id = $1',
    'contacts',
  ],
  [
    'a list of tables, the second loose',
    'select 1 from customers c, events e where c.business_id = $1',
    'events',
  ],
  [
    'a subquery that is loose',
    'select (select count(*) from events where customer_id = c.id) from customers c where c.business_id = $1',
    'events',
  ],
  [
    'a subquery that is bound, around it loose',
    'select 1 from customers where id in (select customer_id from contacts where business_id = $1)',
    'customers',
  ],
  [
    'an outer row that is loose itself',
    'select (select 1 from contacts k where k.business_id = c.business_id) from customers c',
    'customers',
  ],
  [
    'a second branch that is loose',
    'select id from contacts where business_id = $1 union all select id from contacts where key = $2',
    'contacts',
  ],
  ['an insert without the business', 'insert into events (id) values ($1)', 'events'],
  [
    'an insert with the business in the text',
    "insert into events (business_id, id) values ('0190', $1)",
    'events',
  ],
  [
    'an insert whose second row is loose',
    'insert into events (business_id, id) values ($1, $2), (default, $3)',
    'events',
  ],
  [
    'an insert from rows sent along',
    'insert into events (business_id, id) select r.business_id, r.id from jsonb_to_recordset($1) r(business_id uuid, id uuid)',
    'events',
  ],
  [
    'an insert from another table, loose',
    'insert into events (business_id, id) select l.business_id, l.id from locations l',
    'locations',
  ],
  ['an update of all', 'update customers set name = $1', 'customers'],
  ['an update that sets the business', 'update customers set business_id = $1 where id = $2', 'customers'],
  ['a delete by id', 'delete from contacts where id = $1', 'contacts'],
  [
    'a delete using another table',
    'delete from contacts k using customers c where c.business_id = $1 and c.id = k.customer_id',
    'contacts',
  ],
  ['a truncate', 'truncate customers', 'customers'],
  ['a copy', 'copy customers to stdout', 'customers'],
  ['quotes around the name', 'select * from "customers" where id = $1', 'customers'],
  ['the schema before the name', 'select * from public.customers where id = $1', 'customers'],
  [
    'the business in a comment',
    'select * from customers -- where business_id = $1\n where id = $2',
    'customers',
  ],
  [
    'the business in a literal',
    "select * from customers where name = ' and business_id = $1 and '",
    'customers',
  ],
  [
    'a common table expression that is loose',
    'with c as (select * from customers) select * from c where business_id = $1',
    'customers',
  ],
  ['upper case and line breaks', 'SELECT *\nFROM\n  Customers\nWHERE id = $1', 'customers'],
];

describe('the watcher over statements', () => {
  it.each(STATEMENTS.filter(([, , unbound]) => unbound === null))('lets through: %s', (_what, text) => {
    expect(unboundTable(text)).toBeNull();
  });

  it.each(STATEMENTS.filter(([, , unbound]) => unbound !== null))('stops: %s', (_what, text, unbound) => {
    expect(unboundTable(text)).toBe(unbound);
  });
});
