/**
 * Rows as a table that a statement reads: one array a column, through `unnest`. PostgreSQL reads them in half the time
 * that a JSON document of the same rows costs (docs/decisions.md). Nothing here knows what a customer is.
 */
import type { Fragment, Queryable } from './connect.ts';

/** Columns by name with their SQL types, such as `{ id: 'uuid', tags: 'text[]', settings: 'jsonb' }`. */
export type Columns = Readonly<Record<string, string>>;
type Row<C extends Columns> = { readonly [Name in keyof C]?: unknown };

/** Rows in a FROM clause, their values already written: `from ${rows.in(sql)} r`. */
export interface Recordset {
  in(sql: Queryable): Fragment;
}

/**
 * Prepares sets of such rows. Their values are as JSON has them: text, numbers, booleans, null (or absent), arrays
 * for array columns, anything for jsonb.
 */
export function recordset<C extends Columns>(columns: C): (rows: readonly Row<C>[]) => Recordset {
  const template = templateOf(columns);
  return (rows) => {
    const values = Object.entries(columns).map(([name, type]) =>
      arrayText(rows.map((row) => cell(row[name], type))),
    );
    return { in: (sql) => sql(template, ...values) as unknown as Fragment };
  };
}

/** The strings of the tagged template around the values. */
function templateOf(columns: Columns): TemplateStringsArray {
  const names = Object.keys(columns).join(', ');
  // An array of arrays would have to be a rectangle: such columns travel as text.
  const shown = Object.entries(columns).map(([name, type]) =>
    type.endsWith('[]') ? `${name}::${type} as ${name}` : name,
  );
  const casts = Object.values(columns).map((type) => `::${type.endsWith('[]') ? 'text' : type}[]`);
  const strings = [
    `(select ${shown.join(', ')} from unnest(`,
    ...casts.map((cast, i) => (i < casts.length - 1 ? `${cast}, ` : `${cast}) u(${names}))`)),
  ];
  return Object.assign(strings, { raw: strings });
}

type Cell = string | number | boolean | null;

function cell(value: unknown, type: string): Cell {
  if (value === null || value === undefined) return null;
  if (type === 'jsonb') return JSON.stringify(value);
  return Array.isArray(value) ? arrayText(value) : (value as Cell);
}

/**
 * An array as PostgreSQL reads it. JSON writes it almost alike, only control characters differently: there `\n` is a
 * line's end, here an n.
 */
export function arrayText(values: readonly Cell[]): string {
  const json = JSON.stringify(values);
  const items = /\\[bfnrtu]/.test(json) ? values.map(item).join(',') : json.slice(1, -1);
  return `{${items}}`;
}

const item = (value: Cell): string =>
  typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value);
