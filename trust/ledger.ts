/** What writers were told: what must be in the database, and what may be. */
import type { Answered } from './replay.ts';

/** A customer as one acknowledged write left it. */
export interface State {
  version: number;
  company: string | null;
  isDeleted: boolean;
  /** Nothing personal is left of it. */
  isErased: boolean;
  /** Why it must be kept. */
  hold: string | null;
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
  /** Its last merge into another: what the two were, and what came of it. */
  merge: Merge | null;
  /** It was merged away and came back: others have its details in their history. */
  wasUnmerged: boolean;
}

export interface Merge {
  survivor: State;
  other: State;
  united: State;
}

export const SETTINGS = [
  'protected_tags',
  'soft_reference_kinds',
  'retention_days',
  'name',
  'timezone',
] as const;
export type Setting = (typeof SETTINGS)[number];

export const SHARED_PHONE = '+61412000000';

/** The last value told of something that one writer alone sets, and those in doubt since. */
export interface Told<T> {
  told: T;
  asked: T[];
}

/** What all writers together were told. */
export class Ledger {
  readonly customers: Written[] = [];
  /** Each writer's field on the one customer that all of them write. */
  readonly shared = new Map<string, Told<number>>();
  /** Delete rules of the business and fields of its location. */
  readonly settings = new Map<Setting, Told<unknown>>();
  locationId: string | null = null;
  /** Ids of events, as a follower of the feed was told of them. */
  readonly feed: string[] = [];
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
  /** Reads of what had just been acknowledged, and those of them that did not show it. */
  reads = 0;
  stale = 0;
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
    for (const entry of [...this.shared.values(), ...this.settings.values()]) entry.asked = [];
    this.together.length = 0;
  }
}
