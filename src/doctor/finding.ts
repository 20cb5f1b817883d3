/** What the doctor finds: in plain words, with what to do about it, and how it is repaired where that is safe. */
import type { Config } from '../config.ts';
import type { Sql } from '../database/connect.ts';

export interface Finding {
  /** What is wrong, as a sentence with names and numbers. */
  what: string;
  /** What to do about it. */
  remedy: string;
  /** Puts it right without losing anything; absent where a person has to decide. */
  repair?: (sql: Sql) => Promise<void>;
  /** Nothing is wrong yet, and it may be meant so: worth to be said, not to fail for. */
  isWarning?: boolean;
}

/** What is examined. */
export interface Patient {
  sql: Sql;
  /** The same database, for connections of a check's own. */
  url: string;
  config: Config;
  /** Says how far a long check is. */
  tell: (line: string) => void;
}

export interface Check {
  /** What it is about, in a word or two. */
  name: string;
  run(patient: Patient): Promise<Finding[]>;
}

/** So many examples are named; the rest is counted. */
export const EXAMPLES = 3;

/** "7 customers" with the first of them named. */
export function named(count: number, noun: string, examples: readonly string[]): string {
  const shown = examples.slice(0, EXAMPLES).join(', ');
  const more = count > Math.min(EXAMPLES, examples.length) ? ', …' : '';
  return `${count} ${noun}${count === 1 ? '' : 's'}${shown ? ` (${shown}${more})` : ''}`;
}

export const RUN_FIX = 'Run "clientele doctor --fix".';
export const RESTORE =
  'Nothing repairs this safely: keep the database as it is, restore a backup beside it and compare.';
