/** A migration is sent one statement at a time, whatever its text holds between the semicolons. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.ts';
import { connect } from '../../src/database/connect.ts';
import { statementsOf } from '../../src/database/statements.ts';
import { createDatabase } from '../harness.ts';

const TEXTS: [what: string, text: string, statements: string[]][] = [
  ['nothing', '', []],
  ['blanks and semicolons', ' ;\n; ', []],
  ['a comment alone', '-- one; two\n/* three; */', []],
  ['one without an end', 'select 1', ['select 1']],
  ['two', 'select 1;\nselect 2;\n', ['select 1', 'select 2']],
  ['a comment before one', '-- why; really\nselect 1;', ['-- why; really\nselect 1']],
  ['a comment within one', 'select 1 /* a; b */ + 2; select 3', ['select 1 /* a; b */ + 2', 'select 3']],
  ['a quoted semicolon', "select 'a;b'; select 2", ["select 'a;b'", 'select 2']],
  ['a quote in quotes', "select 'it''s;'; select 2", ["select 'it''s;'", 'select 2']],
  ['a backslash before the last quote', "select '\\'; select 2", ["select '\\'", 'select 2']],
  ['a quote escaped by a backslash', "select E'\\';'; select 2", ["select E'\\';'", 'select 2']],
  ['a name in quotes', 'select 1 as "a;""b"; select 2', ['select 1 as "a;""b"', 'select 2']],
  ['a body in dollars', 'do $$ begin; end $$; select 2', ['do $$ begin; end $$', 'select 2']],
  ['a named dollar quote', "do $a$ x; $$ y; $a$; select '$a$;'", ['do $a$ x; $$ y; $a$', "select '$a$;'"]],
  ['a dollar in a name', 'select a$b; select c$b', ['select a$b', 'select c$b']],
  ['a comment in quotes', "select '--'; select '/*'; select 3", ["select '--'", "select '/*'", 'select 3']],
];

describe('statements', () => {
  it.each(TEXTS)('%s', (_what, text, statements) => {
    expect(statementsOf(text)).toEqual(statements);
  });

  const dir = join(packageDir, 'migrations');
  const database = createDatabase();
  afterAll(async () => (await database).drop());

  it.each(readdirSync(dir))('%s: PostgreSQL takes each for one', async (file) => {
    const sql = connect((await database).url, { max: 1 });
    const statements = statementsOf(readFileSync(join(dir, file), 'utf8'));
    expect(statements.length).toBeGreaterThan(0);
    // Preparing says "cannot insert multiple commands into a prepared statement" of two, as Citus does of changes.
    for (const statement of statements) await sql.unsafe(statement).describe();
    await sql.end();
  });
});
