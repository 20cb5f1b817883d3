/**
 * Isolation by construction: finds statements that touch a tenant's table without binding the one business. Not a
 * parser of all SQL, but strict about the SQL of this house: what it does not understand, it refuses.
 */

/** Each table of tenants and the column that says whose row it is. */
export const TENANT_TABLES: ReadonlyMap<string, string> = new Map([
  ['businesses', 'id'],
  ...[
    'locations',
    'api_keys',
    'key_uses',
    'sessions',
    'customers',
    'contacts',
    'customer_counts',
    'events',
    'imports',
    'name_words',
    'possible_duplicates',
    'feeds',
    'customer_references',
    'idempotency_keys',
    'duplicate_keys',
    'duplicate_scans',
  ].map((table): [string, string] => [table, 'business_id']),
]);

const NAMES = [...TENANT_TABLES.keys()].join('|');
const NOT_AN_ALIAS =
  /^(where|on|join|inner|left|right|full|cross|natural|set|order|group|limit|offset|union|values|select|using|for|returning|having|tablesample|default|overriding)$/;
const TOUCH = new RegExp(
  `\\b(from|join|update|into|using|,)\\s+(?:only )?(${NAMES})\\b(?: as)?(?: ([a-z_]\\w*))?`,
  'g',
);
const WHOLE_TABLE = new RegExp(`^(?:truncate|copy|lock|merge|alter|drop|table)\\b.*\\b(${NAMES})\\b`);

/** Background work goes through the businesses one by one: their ids, and nothing else of them. */
const LIST_OF_IDS =
  /^select id from businesses where \$\d::uuid is null or id > \$\d::uuid order by id limit \$\d$/;

/** What a statement says of businesses. */
export interface Binding {
  /** The first tenant table that no condition ties to one business; null when all are tied. */
  unbound: string | null;
  /** The parameters that say which business: 1 for `$1`. */
  parameters: ReadonlySet<number>;
}

export function bindingOf(statement: string): Binding {
  const text = plain(statement);
  const parameters = new Set<number>();
  if (LIST_OF_IDS.test(text)) return { unbound: null, parameters };
  const whole = WHOLE_TABLE.exec(text)?.[1];
  return { unbound: whole ?? unboundIn(text, new Set(), parameters), parameters };
}

export const unboundTable = (statement: string): string | null => bindingOf(statement).unbound;

/** Lower case, single blanks, no comments, no literals, no quotes around names, no schema. */
export function plain(statement: string): string {
  return statement
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
    .replaceAll('"', '')
    .replace(/\s+/g, ' ')
    .toLowerCase()
    .replace(/\bpublic\./g, '')
    .replace(/\binsert into (\w+) as \w+/g, 'insert into $1')
    .trim();
}

/**
 * One query with all that is nested in it. `tied`: names of the outer query whose business is bound. Adds the parameters
 * that bind it.
 */
function unboundIn(text: string, tied: Set<string>, parameters: Set<number>): string | null {
  const { own, nested } = unnest(text);
  for (const branch of own.split(/\b(?:union|intersect|except)\b(?: all)?/)) {
    const inner = (hole: string) => branch.includes(hole);
    const found = unboundInBranch(branch, tied, parameters);
    if (typeof found === 'string') return found;
    for (const [hole, query] of nested) {
      const unbound = inner(hole) ? unboundIn(query, found, parameters) : null;
      if (unbound) return unbound;
    }
  }
  return null;
}

/** The text with each bracket of a query replaced by a hole; brackets without a query stay. */
function unnest(text: string): { own: string; nested: Map<string, string> } {
  const nested = new Map<string, string>();
  let own = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '(') {
      own += text[i];
      continue;
    }
    const end = closing(text, i);
    const content = text.slice(i + 1, end).trim();
    if (/\b(select|insert|update|delete|table)\b/.test(content)) {
      const hole = `«${nested.size}»`;
      nested.set(hole, content);
      own += hole;
    } else {
      own += `(${content})`;
    }
    i = end;
  }
  return { own, nested };
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i;
  }
  return text.length;
}

/** The first table that is not tied, or the names whose business is bound for what is nested here. */
function unboundInBranch(branch: string, outer: Set<string>, parameters: Set<number>): string | Set<string> {
  const into = new RegExp(`^\\s*insert into (${NAMES})\\b`).exec(branch)?.[1];
  const tables = [...branch.matchAll(TOUCH)]
    .filter(([, keyword]) => keyword !== 'into')
    .map(([, , table, alias]) => ({
      table: table!,
      name: alias && !NOT_AN_ALIAS.test(alias) ? alias : table!,
    }));
  const conditions = conditionsOf(branch);
  const tied = new Set(outer);
  const isTied = ({ table, name }: { table: string; name: string }): boolean => {
    const key = TENANT_TABLES.get(table)!;
    const own = [`${name}.${key}`, ...(tables.length === 1 ? [key] : [])];
    const others = [...tied]
      .filter((other) => other !== name)
      .flatMap((other) => [`${other}.business_id`, `${other}.id`]);
    const named = own.flatMap((column) => {
      const given = new RegExp(`^${column.replace('.', '\\.')} = \\$(\\d+)(?:::uuid)?$`);
      return conditions.flatMap((condition) => given.exec(condition)?.[1] ?? []);
    });
    for (const parameter of named) parameters.add(Number(parameter));
    return (
      named.length > 0 ||
      own.some((column) =>
        others.some(
          (other) =>
            conditions.includes(`${column} = ${other}`) || conditions.includes(`${other} = ${column}`),
        ),
      )
    );
  };
  // What is tied ties others, in whatever order they stand.
  for (let round = 0; round < tables.length; round++)
    for (const one of tables) if (isTied(one)) tied.add(one.name);
  const unbound = tables.find(({ name }) => !tied.has(name));
  if (unbound) return unbound.table;
  return into && !bindsBusiness(branch, into, tied, parameters) ? into : tied;
}

/** What must hold for every row: the terms joined by `and` after `where` and `on`, none of them under an `or`. */
function conditionsOf(branch: string): string[] {
  return withoutBrackets(branch.replace(/\bset\b.*?(?=\bfrom\b|\bwhere\b|$)/, ' '))
    .split(
      /\b(?:where|on|join|group by|order by|limit|offset|having|returning|from|left|inner|cross|for(?= (?:no key )?(?:update|share)))\b/,
    )
    .slice(1)
    .filter((clause) => !/\bor\b/.test(clause))
    .flatMap((clause) => clause.split(/\band\b/))
    .map((term) => term.trim());
}

/** Brackets opened, but for those of functions and of alternatives, whose content binds nothing. */
function withoutBrackets(text: string): string {
  const opened = text.replace(/\(([^()]*)\)/g, (_all, content: string, offset: number) => {
    const before = text.slice(0, offset);
    const isCall = /\w ?$/.test(before) && !/\b(and|on|where|not) $/.test(before);
    return isCall || /\bor\b/.test(content) ? ' … ' : ` ${content} `;
  });
  return opened === text ? text : withoutBrackets(opened);
}

/** An insert names the business first, and takes it from a parameter or from a row that is tied. */
function bindsBusiness(branch: string, table: string, tied: Set<string>, parameters: Set<number>): boolean {
  const key = TENANT_TABLES.get(table)!;
  const columns = new RegExp(`into ${table} ?\\(\\s*${key}\\b`).test(branch);
  const values = /\bvalues\b(.*)/.exec(branch)?.[1];
  if (values) {
    const rows = values.split(/\bon conflict\b|\breturning\b/)[0]!.match(/\((?:[^()]|\([^()]*\))*\)/g) ?? [];
    const named = rows.map((row) => /^\(\s*\$(\d+)\s*,/.exec(row)?.[1]);
    for (const parameter of named) if (parameter) parameters.add(Number(parameter));
    return columns && rows.length > 0 && named.every((parameter) => parameter !== undefined);
  }
  const first = /\bselect (?:distinct )?([^,]+),/.exec(branch)?.[1]?.trim() ?? '';
  const given = /^\$(\d+)(?:::uuid)?$/.exec(first)?.[1];
  if (given) parameters.add(Number(given));
  return (
    columns &&
    (given !== undefined ||
      [...tied].some((name) => first === `${name}.business_id` || first === `${name}.id`))
  );
}
