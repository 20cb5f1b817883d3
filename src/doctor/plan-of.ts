/** The plan PostgreSQL has for a statement, and whether it reads more than one business's rows by an index. */
import type { Sql } from '../database/connect.ts';

export interface Scan {
  /** Such as `Index Scan`, `Bitmap Index Scan`, `Seq Scan`. */
  node: string;
  table: string | null;
  index: string | null;
  condition: string;
}

export interface Plan {
  statement: string;
  scans: Scan[];
  /** Rows its scans kept, and rows they looked at and let go; null for what was not run. */
  rows: { kept: number; dropped: number } | null;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** Asks for the plan; with `analyze` the statement is run and its rows are counted. */
export async function planOf(
  sql: Sql,
  statement: string,
  parameters: unknown[],
  types: number[],
  { analyze }: { analyze: boolean },
): Promise<Plan> {
  const typed = parameters.map((value, i) => (types[i] ? sql.typed(value as never, types[i]!) : value));
  const how = analyze ? 'analyze, timing off, format json' : 'format json';
  const [row] = await sql.unsafe(`explain (${how}) ${statement}`, typed as never[]);
  const scans: Scan[] = [];
  const rows = { kept: 0, dropped: 0 };
  const visit = (node: PlanNode) => {
    if (node['Node Type'].includes('Scan') && (node['Relation Name'] || node['Index Name'])) {
      scans.push({
        node: node['Node Type'],
        table: node['Relation Name'] ?? null,
        index: node['Index Name'] ?? null,
        condition: node['Index Cond'] ?? '',
      });
    }
    // The rows of a bitmap are counted where they are read.
    const isRead = node['Node Type'].includes('Scan') && !node['Node Type'].startsWith('Bitmap Index');
    const loops = node['Actual Loops'] ?? 0;
    if (isRead && node['Relation Name']) rows.kept += (node['Actual Rows'] ?? 0) * loops;
    rows.dropped +=
      ((node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)) * loops;
    for (const child of node.Plans ?? []) visit(child);
  };
  visit(row!['QUERY PLAN'][0].Plan);
  return { statement: statement.replace(/\s+/g, ' ').trim(), scans, rows: analyze ? rows : null };
}

/** Indexes whose keys are a business's own already: numbers of fragments, ids of customers. */
const OWN_KEYS: Record<string, RegExp> = {
  customers_grams: /grams @>/,
  idempotency_keys_customers: /customer_ids &&/,
};

/**
 * The scans that find their rows neither by an index nor within one business. `isTenants` tells the tables whose rows
 * belong to businesses; a scan of an index alone names its table by the index.
 */
export const unboundScans = (scans: Scan[], isTenants: (name: string) => boolean): Scan[] =>
  scans.filter(({ node, table, index, condition }) => {
    if (!isTenants(table ?? index ?? '')) return false;
    // A bitmap's heap is read where its index said; the index is what must be bound.
    if (node === 'Bitmap Heap Scan') return false;
    return !(OWN_KEYS[index ?? '']?.test(condition) || /business_id\s*=/.test(condition));
  });
