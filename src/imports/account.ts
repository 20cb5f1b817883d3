/** The account of an import: what became of every row. Pure. */
import type { UpsertReport } from '../customers/schema.ts';

type Outcome = UpsertReport['outcome'] | 'failed';

export interface Account {
  /** Rows with anything in them, the header not counted. */
  read: number;
  outcomes: Record<Outcome, number>;
  /** Rows whose details belong to two customers: a possible duplicate that the service remembers. */
  conflicts: number;
  warnings: Map<string, number>;
}

export const newAccount = (): Account => ({
  read: 0,
  outcomes: { created: 0, updated: 0, unchanged: 0, found: 0, failed: 0 },
  conflicts: 0,
  warnings: new Map(),
});

/** Enters one row and what was noticed about it. */
export function enter(
  account: Account,
  outcome: Outcome,
  { warnings = [], conflicts = [] }: Partial<Pick<UpsertReport, 'warnings' | 'conflicts'>> = {},
): void {
  account.read++;
  account.outcomes[outcome]++;
  if (conflicts.length > 0) account.conflicts++;
  for (const { code } of warnings) account.warnings.set(code, (account.warnings.get(code) ?? 0) + 1);
}

/** The closing account, one figure a line. */
export function describeAccount(account: Account): string[] {
  const figures: [string, number][] = [['rows read', account.read], ...Object.entries(account.outcomes)];
  const width = String(account.read).length;
  const warnings = [...account.warnings].sort(([, a], [, b]) => b - a);
  return [
    ...figures.map(([name, count]) => `${`${name}:`.padEnd(11)} ${String(count).padStart(width)}`),
    ...warnings.map(([code, count]) => `warning ${code}: ${count}`),
    ...(account.conflicts > 0
      ? [`rows whose details belong to two customers (possible duplicates): ${account.conflicts}`]
      : []),
  ];
}
