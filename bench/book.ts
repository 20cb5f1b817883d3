/** What the themes of a run write into, and what they are told: how large, how long, how often. */
import type { Compared } from './compare.ts';
import type { Figure, Patience } from './load.ts';
import type { Row, Verdict } from './report.ts';
import type { Stage } from './stage.ts';

/** As many connections as an operation is asked on, unless its row says otherwise. */
export const CALLERS = 32;

export interface Options extends Patience {
  isSmoke: boolean;
  /** Customers of the one business, small to large. */
  sizes: number[];
  /** How many businesses, and the customers of each. */
  many: { businesses: number; each: number };
  /** Rows that are imported and exported. */
  bulk: number;
  /** Seconds of the mixed load. */
  flat: number;
  /** Customers of the service and of each peer beside it. */
  peers: { rows: number; isOwnOnly: boolean };
}

/** A part of the benchmark that can be run alone, on a stage of its own. */
export interface Theme {
  name: string;
  /** One line for the terminal. */
  what(options: Options): string;
  /** Seconds it takes, roughly, on two cores. */
  estimate(options: Options): number;
  run(book: Book): Promise<void>;
}

/** Seconds that so many figures take: each warms up and is repeated. */
export const secondsOf = (figures: number, { seconds, repetitions }: Patience): number =>
  figures * (Math.min(1, seconds) + seconds * repetitions + 0.2);

export class Book {
  readonly options: Options;
  readonly figures: Row[] = [];
  /** MiB resident, by when. */
  readonly memory: Record<string, number> = {};
  readonly verdicts: Verdict[] = [];
  /** Seconds, by theme. */
  readonly took: Record<string, number> = {};
  compared: { rows: number; systems: Compared[] } = { rows: 0, systems: [] };
  postgres = '';
  isPinned = false;

  constructor(options: Options) {
    this.options = options;
  }

  /** Notes on which database a theme is run. */
  async opened({ sql, isPinned }: Stage): Promise<void> {
    const [row] = await sql`show server_version`;
    this.postgres = row!.server_version;
    this.isPinned ||= isPinned;
  }

  /** Enters a figure: several of one load, one alone (per second), or none with the reason as a remark. */
  note<F extends Figure | number | null>(rows: number, what: string, figure: F, remark = ''): F {
    const row: { rate: number } | null = typeof figure === 'number' ? { rate: figure } : figure;
    this.figures.push({ rows, what, ...row, remark });
    const shown = row ? `${Math.round(row.rate).toLocaleString('en').padStart(8)} /s` : '';
    console.log(`${what.padEnd(52)} ${shown} ${remark}`.trimEnd());
    return figure;
  }

  verdict(work: string, target: string, figure: string, met: boolean | null): void {
    this.verdicts.push({ work, target, figure, met });
  }

  /** A share of a floor, at least so much of it; `null` where the floor could not be measured. */
  share(work: string, target: string, ratio: number | null, least: number): void {
    if (ratio === null) this.verdict(work, target, 'no floor here', null);
    else this.verdict(work, target, `${(ratio * 100).toFixed(0)} %`, ratio >= least);
  }
}
