/** A theme of the campaign, what it is told, and the section of the report that it fills. */
import { type Chance, chanceOf } from './chance.ts';

/** How much is done: enough to see that it runs, a look after a change, or what the report stands on. */
export type Scale = 'smoke' | 'small' | 'full';

export interface Options {
  scale: Scale;
  seed: number;
}

/** A part of the campaign that can be run alone. */
export interface Theme {
  name: string;
  /** Its heading in the report. */
  title: string;
  /** One line for the terminal. */
  what(options: Options): string;
  /** Seconds it takes, roughly, on two cores. */
  estimate(options: Options): number;
  /** Throws only where the theme itself cannot go on; what the service does wrong goes to `failed`. */
  run(section: Section): Promise<void>;
}

/** One row of the first table: what is promised, how much of it was asked for, what was measured. */
export interface Claim {
  theme: string;
  claim: string;
  target: string;
  figure: string;
  /** Null when it was not run here. */
  met: boolean | null;
  /** Why it was missed or not run. */
  cause: string;
}

/** A run that went wrong, with what it takes to look into it. */
export interface Failure {
  theme: string;
  run: string;
  problem: string;
  /** What became of it, entered afterwards in the file of results: the cause, and the test that would find it again. */
  since?: string;
}

/** What is counted over all themes. */
export interface Tally {
  /** Sent by the campaign, and answered that they are done. */
  requests: number;
  acknowledged: number;
  /** Answered with 503 and Retry-After. */
  refused: number;
  /** The connection was lost before an answer came. */
  unanswered: number;
  /** Processes of the service ended by kill -9; PostgreSQL or its sessions ended, however. */
  kills: number;
  databaseEnds: number;
  /** SIGTERM to the service. */
  stops: number;
  /** Comparisons of all that was acknowledged with the database and the replayed events. */
  audits: number;
  /** Acknowledged writes that are not there; writes that are there twice. */
  lost: number;
  doubled: number;
  /** Whatever else of the database does not agree with what was told, or with itself. */
  wrong: number;
  /** 5xx other than 503. */
  otherFaults: number;
  /** Reads of what had just been acknowledged; those that did not show it. */
  reads: number;
  stale: number;
  /** Events written while somebody followed the feed; those that he was not told of once, in order. */
  followed: number;
  misfollowed: number;
}

export const emptyTally = (): Tally => ({
  requests: 0,
  acknowledged: 0,
  refused: 0,
  unanswered: 0,
  kills: 0,
  databaseEnds: 0,
  stops: 0,
  audits: 0,
  lost: 0,
  doubled: 0,
  wrong: 0,
  otherFaults: 0,
  reads: 0,
  stale: 0,
  followed: 0,
  misfollowed: 0,
});

/** What is kept of a theme. */
export interface Kept {
  name: string;
  title: string;
  seconds: number;
  /** What was done, how it was checked, what was found: sentences, in the order they were written. */
  done: string[];
  checked: string[];
  found: string[];
  claims: Claim[];
  failures: Failure[];
  tally: Tally;
  /** Milliseconds until normal service, for each fault that was done; null where that was waited for in vain. */
  normalAfter: (number | null)[];
  /** Whatever is worth keeping beside the page: each round's figures. */
  raw: Record<string, unknown>;
}

/** The section of one theme, filled while it runs. */
export class Section {
  readonly options: Options;
  readonly kept: Kept;
  readonly chance: Chance;

  constructor({ name, title }: Theme, options: Options) {
    this.options = options;
    this.chance = chanceOf(options.seed, name);
    this.kept = {
      name,
      title,
      seconds: 0,
      done: [],
      checked: [],
      found: [],
      claims: [],
      failures: [],
      tally: emptyTally(),
      normalAfter: [],
      raw: {},
    };
  }

  get tally(): Tally {
    return this.kept.tally;
  }

  /** The figure for this scale. */
  size<T>(sizes: Record<Scale, T>): T {
    return sizes[this.options.scale];
  }

  done(sentence: string): void {
    this.kept.done.push(sentence);
  }

  checked(sentence: string): void {
    this.kept.checked.push(sentence);
  }

  found(sentence: string): void {
    this.kept.found.push(sentence);
    console.log(`  ${sentence}`);
  }

  /** Enters a row of the first table. */
  claim(claim: string, target: string, figure: string, met: boolean | null, cause = ''): void {
    this.kept.claims.push({ theme: this.kept.name, claim, target, figure, met, cause });
  }

  /** Enters what went wrong in a run; the campaign goes on. */
  failed(run: string, problem: string): void {
    this.kept.failures.push({ theme: this.kept.name, run, problem });
    console.error(`  FAILED ${run}: ${problem}`);
  }

  /** One line of progress for the terminal, nothing for the report. */
  tell(line: string): void {
    console.log(`  ${line}`);
  }
}
