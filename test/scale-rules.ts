/**
 * The rules that let one text of SQL run on one PostgreSQL, behind a pooler and on a cluster whose tables are spread by
 * business (docs/scale-out.md). Each statement the suite sends is held against them; those about the schema are in
 * `isolation/scale-rules.test.ts`, that about reading errors in `architecture.test.ts`.
 */
import { bindingOf, plain, TENANT_TABLES } from './statement-watch.ts';

/** What a statement may be refused for, by the number the rule has in docs/scale-out.md. */
export const RULES = {
  2: 'one business a statement and a transaction',
  3: 'rows are inserted by a select from locations, businesses, feeds or customers',
  4: 'a statement writes one table',
  5: 'times and ids come from the application',
  7: 'nothing outlives a transaction, no lock or notice but those of rows',
  8: 'a key is looked up within its business',
} as const;
export type Rule = keyof typeof RULES;

const TENANTS = [...TENANT_TABLES.keys()].join('|');
const INSERT = new RegExp(`^insert into (?:${TENANTS})\\b(.*)`);
/** `do update set` and `for update` write nothing of their own. */
const WRITE = /\b(?:insert into|delete from|merge into)\b|(?<!\b(?:do|for|key) )\bupdate \w/g;
const CLOCK =
  /\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid|uuidv[47]|nextval) ?\(|\b(?:current_timestamp|current_date|current_time|localtimestamp|localtime)\b/;
const CLOCK_WORD = /'(?:now|today|tomorrow|yesterday)'/i;
const OUTLIVES =
  /^(?:listen|unlisten|notify|prepare|execute|deallocate|discard|reset)\b|^set (?!local\b|transaction\b|constraints\b)|^create (?:(?:local|global) )?temp|^declare\b.*\bwith hold\b|\bpg_notify ?\(|\bpg_(?:try_)?advisory\w* ?\(/;
const SESSION_SETTING = /\bset_config ?\((?![^()]*, ?true ?\))/;

/** The first rule that a statement breaks on its own; null when it keeps them all. */
export function brokenRule(statement: string): Rule | null {
  const text = plain(statement);
  const writes = text.match(WRITE)?.length ?? 0;
  const { unbound, parameters } = bindingOf(statement);
  if (unbound === 'api_keys' && /\bhash = /.test(text)) return 8;
  if (unbound) return 2;
  if (isFromNowhere(text)) return 3;
  if (writes > 1) return 4;
  if (writes > 0 && (CLOCK.test(text) || CLOCK_WORD.test(statement))) return 5;
  if (OUTLIVES.test(text) || SESSION_SETTING.test(text)) return 7;
  // Each node skips what is locked there: right for the rows of one business, not for all of them.
  if (/\bskip locked\b/.test(text) && parameters.size === 0) return 7;
  return null;
}

/** An insert of rows that were sent along: the coordinator would fetch and send on each of them. */
function isFromNowhere(text: string): boolean {
  const rows = INSERT.exec(text)?.[1];
  if (!rows || /^[^(]*\([^()]*\) ?values\b/.test(rows)) return false;
  return !/\b(?:from|join|,) ?(?:locations|businesses|feeds|customers)\b/.test(rows);
}

/** Sees the statements of a pool in the order they are sent and keeps those that break a rule. */
export class StatementWatch {
  readonly broken: string[] = [];
  readonly #known = new Map<string, { rule: Rule | null; names: readonly number[] }>();
  /** The business of each connection's open transaction; null before its first statement about one. */
  readonly #open = new Map<number, string | null>();

  see(text: string, parameters: unknown[], connection: number): void {
    let known = this.#known.get(text);
    if (!known) {
      known = { rule: brokenRule(text), names: [...bindingOf(text).parameters] };
      this.#known.set(text, known);
    }
    const named = known.names.map((n) => String(parameters[n - 1]).toLowerCase());
    const rule = known.rule ?? (this.#isOfAnother(text, named, connection) ? 2 : null);
    if (rule !== null) this.broken.push(`${rule}. ${RULES[rule]}: ${text}`);
  }

  /** True when it names two businesses, or another than its transaction did before. */
  #isOfAnother(text: string, named: string[], connection: number): boolean {
    const word = /^\s*(begin|start|commit|end|rollback(?! to))\b/i.exec(text)?.[1]?.toLowerCase();
    if (word === 'begin' || word === 'start') this.#open.set(connection, null);
    else if (word) this.#open.delete(connection);
    const before = this.#open.get(connection) ?? named[0];
    if (this.#open.has(connection) && before !== undefined) this.#open.set(connection, before);
    return named.some((business) => business !== before);
  }
}
