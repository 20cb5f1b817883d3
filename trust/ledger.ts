/** What writers were told: what must be in the database, and what may be. */
import type { Answered } from './replay.ts';

/** A customer as one acknowledged write left it. */
export interface State {
  version: number;
  company: string | null;
  isDeleted: boolean;
  /** The id of the survivor, once merged away. */
  into: string | null;
  /** In order. */
  contacts: string[];
  /** `kind/ref state`, in order. */
  references: string[];
}

/** One customer, of whom one writer alone knows. Names are never used twice. */
export interface Written {
  name: string;
  email: string | null;
  id: string | null;
  /**
   * What the database may hold. One entry: it was acknowledged. More: the last write got no answer, so it was
   * done or not. Null: there is no such customer.
   */
  may: (State | null)[];
  /** Which of them it was, at the last comparison. */
  settledAt: number;
}

export const SHARED_PHONE = '+61412000000';

/** What all writers together were told. */
export class Ledger {
  readonly customers: Written[] = [];
  /** Each writer's field on the one customer that all of them write: the last value told, and those in doubt since. */
  readonly shared = new Map<string, { told: number; asked: number[] }>();
  /** Two that a merge in doubt changed together: both or neither. */
  readonly together: [Written, Written][] = [];
  /** What was answered since the last comparison. */
  readonly answers: Answered[] = [];
  /** Answers that no fault explains. */
  readonly surprises: string[] = [];
  requests = 0;
  acknowledged = 0;
  /** Answered with 503 and Retry-After; without an answer. Their writes are in doubt. */
  refused = 0;
  unanswered = 0;
  /** 5xx other than 503. */
  otherFaults = 0;
  /** The longest that a request waited for its answer. */
  longestMs = 0;
  /** When each writer was last told that its write is done. */
  readonly lastTold = new Map<string, number>();

  /** Writes whose outcome is unknown. */
  get inDoubt(): number {
    return this.refused + this.unanswered;
  }

  /** After an orderly stop: a request without an answer was not accepted, so nothing of it may be there. */
  dropDoubts(): void {
    for (const written of this.customers) written.may = written.may.slice(0, 1);
    for (const entry of this.shared.values()) entry.asked = [];
    this.together.length = 0;
  }
}
