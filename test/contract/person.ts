/** Somebody to be erased, in values that nothing else has, and where they still stand. */
import type { Sql } from '../../src/database/connect.ts';

/** In the order in which the person came to have them. */
export const PERSON = {
  name: 'Quintessa Zyxwvut',
  company_name: 'Vexillology Partners',
  address: '77 Jabberwock Lane',
  email: 'quintessa@zyxwvut.test',
  phone: '0412 987 654',
  avatar: 'https://pictures.test/bandersnatch.png',
  tags: ['toves'],
  source_metadata: { referrer: 'slithytove' },
  custom_fields: { note: 'mimsyborogove', nested: { deep: ['frumious'] } },
};

/** What of them is sought, in small letters; tags are words of the business. */
export const PERSON_TRACES = [
  ...['quintessa', 'zyxwvut', 'vexillology', 'jabberwock', '412987654', '0412 987 654'],
  ...['bandersnatch', 'slithytove', 'mimsyborogove', 'frumious'],
];

/** Those of the traces that stand in a text. */
export const tracesIn = (text: string, traces: string[]): string[] => {
  const folded = text.toLowerCase();
  return traces.filter((trace) => folded.includes(trace));
};

/** The tables in which any of the traces stands, as `table: trace`. */
export async function tracesInTables(sql: Sql, traces: string[]): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name
    from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'
    order by table_name`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await sql<{ line: string }[]>`select to_jsonb(t)::text as line from ${sql(name)} t`;
    const text = rows.map(({ line }) => line).join('\n');
    found.push(...tracesIn(text, traces).map((trace) => `${name}: ${trace}`));
  }
  return found;
}
