/** Isolation by construction: finds statements that touch a tenant's table without binding the one business. */

const TENANT_TABLES = [
  'locations',
  'api_keys',
  'customers',
  'contacts',
  'customer_counts',
  'events',
  'name_words',
  'possible_duplicates',
];
const TOUCHES = new RegExp(`\\b(?:from|join|update|into)\\s+(${TENANT_TABLES.join('|')})\\b`, 'gi');

/** The first tenant table of a statement that no condition ties to one business; null when all are tied. */
export function unboundTable(statement: string): string | null {
  const text = statement.replace(/\s+/g, ' ').toLowerCase();
  // A nested query over its outer row's business counts as tied, as the outer one is checked too.
  const isBound = /\bbusiness_id = \$\d+|\bb\.id = \$\d+/.test(text);
  for (const [touch, table] of text.matchAll(TOUCHES)) {
    const isInsertOfColumns =
      touch.startsWith('into') &&
      text.includes(`into ${table} (business_id`) &&
      (isBound || text.includes('values'));
    if (!isBound && !isInsertOfColumns) return table!;
  }
  return null;
}
