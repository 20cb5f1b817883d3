/**
 * Reads that a streaming replica may answer. Its answer counts only when the snapshot it came from has reached what the
 * primary had when the read began, so whoever has written reads it, in every process, and no process remembers anything.
 */
import postgres from 'postgres';
import { isUnavailable, type Queryable, type Sql } from './connect.ts';
import { sharedReads } from './gather.ts';
import { within } from './within.ts';

/** Statements that only read, on whichever server they are handed; asked a second time when the first does not count. */
export type Reading<T> = (sql: Queryable) => Promise<T>;
/** Carries out a reading where it may be answered. */
export type Read = <T>(reading: Reading<T>) => Promise<T>;

/** Why the primary answered what the replica might have. */
type Miss = 'behind' | 'ahead' | 'unavailable';

/** A replica that takes longer than this is left to itself. */
const PATIENCE_MS = 2_000;
/**
 * A replica gives a statement up before the reader does: what nobody waits for leaves its connection to others, and one slow
 * search is told from a replica that is away.
 */
export const REPLICA_STATEMENT_MS = 1_500;
/** One that failed is not asked for so long. */
const REST_MS = 1_000;

export class Replica {
  /** What became of the reads since the start. */
  readonly outcomes: Record<'answered' | Miss, number> = { answered: 0, behind: 0, ahead: 0, unavailable: 0 };
  readonly #primary: Sql;
  readonly #replica: Sql;
  readonly #start: string;
  readonly #positions = sharedReads<string>();
  /** When it may be looked at again; null while it is asked. */
  #restsUntil: number | null = null;

  private constructor(primary: Sql, replica: Sql, start: string) {
    this.#primary = primary;
    this.#replica = replica;
    this.#start = start;
  }

  /**
   * A replica of a database that is up to date. What brought it there moved no business on, so a transaction of this
   * moment tells whether a snapshot has all of it.
   */
  static async of(primary: Sql, replica: Sql): Promise<Replica> {
    const [start] = await primary`select pg_current_xact_id() as id`;
    return new Replica(primary, replica, start!.id as string);
  }

  /** The time of the business's last commit, on the primary. */
  #position(businessId: string): Promise<string> {
    const read = async () => {
      const [feed] = await this.#primary`select at from feeds where business_id = ${businessId}`;
      return feed!.at as string;
    };
    return this.#positions.submit(businessId, { read });
  }

  /** Answers from the replica when it has come far enough, else from the primary. Throws what the primary throws. */
  async read<T>(businessId: string, reading: Reading<T>): Promise<T> {
    const found = this.#isAsked() ? await this.#ask(businessId, reading) : 'unavailable';
    if (typeof found === 'object') {
      this.outcomes.answered++;
      return found.answer;
    }
    this.outcomes[found]++;
    return await reading(this.#primary);
  }

  async #ask<T>(businessId: string, reading: Reading<T>): Promise<{ answer: T } | Miss> {
    const reached = await this.#position(businessId);
    const found = await within(PATIENCE_MS, this.#askReplica(businessId, reached, reading));
    if (found === null) {
      this.#rest();
      return 'unavailable';
    }
    if (typeof found === 'string') return found;
    // A replica may show a commit moments before the primary does. Who was shown a customer must find them there.
    const isAhead = found.at > reached && found.at > (await this.#position(businessId));
    return isAhead ? 'ahead' : found;
  }

  /**
   * One transaction, so that the position and everything shown come from one snapshot of one server: behind the URL
   * there may be several. The position comes first: an answer that would not count is not made.
   */
  async #askReplica<T>(
    businessId: string,
    reached: string,
    reading: Reading<T>,
  ): Promise<{ at: string; answer: T } | 'behind' | 'unavailable'> {
    let hasBegun = false;
    try {
      const found = await this.#replica.begin('isolation level repeatable read read only', async (tx) => {
        hasBegun = true;
        const [feed] = await tx<{ at: string; has_start: boolean }[]>`
          select at, pg_visible_in_snapshot(${this.#start}::xid8, pg_current_snapshot()) as has_start
          from feeds
          where business_id = ${businessId}`;
        if (!feed?.has_start || feed.at < reached) return null;
        return { at: feed.at, answer: await reading(tx) };
      });
      return (found as { at: string; answer: T } | null) ?? 'behind';
    } catch (error) {
      if (!hasBegun || isUnavailable(error)) this.#rest();
      // A refusal of our own, such as a cursor that is none, is the answer. What the replica refuses is not: it cancels
      // what its recovery cannot wait for, and may lack a table that the primary has.
      else if (!(error instanceof postgres.PostgresError)) throw error;
      return 'unavailable';
    }
  }

  /** False while it rests. It is then looked at beside the requests, which do not wait for that. */
  #isAsked(): boolean {
    if (this.#restsUntil === null) return true;
    if (performance.now() >= this.#restsUntil) {
      this.#restsUntil = Number.POSITIVE_INFINITY; // one look at a time
      this.#replica`select 1`.then(
        () => {
          this.#restsUntil = null;
        },
        () => this.#rest(),
      );
    }
    return false;
  }

  #rest(): void {
    this.#restsUntil = performance.now() + REST_MS;
  }
}
