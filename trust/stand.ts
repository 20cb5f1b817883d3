/**
 * Where a fault is done to the service: a database, the service on it, writers, and after each round the comparison of
 * what they were told with what is there.
 */
import { connect, type Sql } from '../src/database/connect.ts';
import { type Embedded, freePort, startEmbedded } from '../src/database/embedded.ts';
import { createBusiness } from '../src/tenancy/operations.ts';
import { type Send, sender } from '../test/client.ts';
import { audit, countOf } from './audit.ts';
import { Ledger } from './ledger.ts';
import { Processes, type RunningService, until } from './processes.ts';
import { milliseconds, number } from './report.ts';
import type { Section } from './theme.ts';
import { startWriting } from './writers.ts';

const WRITERS = 8;
/** Normal service is back within so many milliseconds after a fault has ended. */
export const NORMAL_MS = 5_000;
/** After this a round has failed. */
const GIVE_UP_MS = 60_000;
const SHOWN = 3;

export interface StandOptions {
  /** `own`: a PostgreSQL that stays up when the service is killed. `embedded`: the one the service brings. */
  database: 'own' | 'embedded';
  /** Settings of the service. */
  env?: Record<string, string>;
}

interface Round {
  run: string;
  acknowledged: number;
  inDoubt: number;
  /** Milliseconds from the end of the fault until every writer has been told of a write again. */
  normalAfter: number;
}

/** What the fault was, done under load: answers the moment it ended. */
export type Fault = () => Promise<number>;

export class Stand {
  readonly section: Section;
  readonly processes: Processes;
  readonly writers = WRITERS;
  readonly rounds: Round[] = [];
  service!: RunningService;
  /** Looks past the service into the database. */
  sql!: Sql;
  /** The directory of the database. */
  dataDir!: string;
  #database: Embedded | null = null;
  #env: Record<string, string> = {};
  /** Every business written to, with what its writers were told: compared once more at the end. */
  readonly #past: { businessId: string; ledger: Ledger }[] = [];

  constructor(section: Section) {
    this.section = section;
    this.processes = new Processes({ isBuilt: section.options.scale !== 'smoke' });
  }

  static async open(section: Section, { database, env = {} }: StandOptions): Promise<Stand> {
    const stand = new Stand(section);
    try {
      stand.dataDir = await stand.processes.dataDir();
      if (database === 'own') stand.#database = await startEmbedded(stand.dataDir, 'the campaign');
      const from: Record<string, string> = stand.#database
        ? { DATABASE_URL: stand.#database.url }
        : { CLIENTELE_DATA: stand.dataDir };
      stand.#env = {
        // The same port after every start: writers do not notice that it is another process.
        PORT: String(await freePort()),
        CLIENTELE_KEY_RATE: '0',
        CLIENTELE_BUSINESS_RATE: '0',
        ...from,
        ...env,
      };
      await stand.startService();
      stand.sql = connect(stand.#database!.url, {
        max: 3,
        applicationName: 'campaign',
        statementTimeout: 60_000,
      });
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  async startService(env: Record<string, string> = {}): Promise<void> {
    this.service = await this.processes.start({ ...this.#env, ...env });
  }

  async close(): Promise<void> {
    await this.sql?.end({ timeout: 1 });
    await this.service?.kill();
    await this.#database?.stop();
    await this.processes.close();
  }

  /**
   * One round: a business of its own, writers, the fault, normal service without a hand, and the comparison. What goes
   * wrong is entered as a failed run.
   */
  async round(run: string, fault: Fault): Promise<void> {
    const { section } = this;
    const { id, apiKey } = await createBusiness(this.sql, {
      name: run,
      location: { name: 'Main', country: 'AU' },
    });
    const ledger = new Ledger();
    this.#past.push({ businessId: id, ledger });
    const send: Send = (...request) => sender(this.service.url, apiKey.key)(...request);
    const writing = startWriting(ledger, send, WRITERS, { chance: section.chance });
    try {
      const ended = await fault();
      const normal = await until('every writer is told of a write', GIVE_UP_MS, () =>
        writing.normalSince(ended),
      );
      await writing.stop();
      this.rounds.push({
        run,
        acknowledged: ledger.acknowledged,
        inDoubt: ledger.inDoubt,
        normalAfter: normal - ended,
      });
      await this.#compare(run, id, ledger);
    } catch (error) {
      section.failed(run, String((error as Error).message));
      await writing.stop();
    } finally {
      this.#count(run, ledger);
    }
  }

  /** The last comparison, of all rounds together; then the claims every fault has. */
  async conclude(): Promise<void> {
    const { section, rounds } = this;
    for (const { businessId, ledger } of this.#past)
      await this.#compare('all rounds, at the end', businessId, ledger);
    const { tally } = section;
    section.checked(
      'After each round, and for all rounds once more at the end: every acknowledged write is there, once, as it was ' +
        'answered; events replayed from the first lead to every answer and to what is stored; counters, contacts, ' +
        'references and the feed agree.',
    );
    const slowest = rounds.toSorted((a, b) => b.normalAfter - a.normalAfter)[0];
    section.kept.raw.rounds = rounds;
    if (slowest) {
      const times = rounds.map(({ normalAfter }) => normalAfter).sort((a, b) => a - b);
      section.found(
        `${number(tally.acknowledged)} writes acknowledged, ${number(tally.refused)} refused with 503, ` +
          `${number(tally.unanswered)} without an answer; ${number(tally.lost)} lost, ${number(tally.doubled)} done twice.`,
      );
      section.claim(
        `${section.kept.title}: normal service afterwards, without a hand`,
        `≤ ${milliseconds(NORMAL_MS)} in every round`,
        `longest ${milliseconds(slowest.normalAfter)} (${slowest.run}), median ${milliseconds(times[times.length >> 1]!)}, ${rounds.length} rounds`,
        slowest.normalAfter <= NORMAL_MS,
      );
    }
  }

  async #compare(run: string, businessId: string, ledger: Ledger): Promise<void> {
    const { section } = this;
    const findings = await audit(this.sql, ledger, businessId);
    section.tally.audits++;
    section.tally.lost += findings.lost.length;
    section.tally.doubled += findings.doubled.length;
    section.tally.wrong += findings.wrong.length;
    if (countOf(findings) === 0) return;
    for (const [kind, sentences] of Object.entries(findings))
      for (const sentence of sentences.slice(0, SHOWN)) section.failed(run, `${kind}: ${sentence}`);
  }

  #count(run: string, ledger: Ledger): void {
    const { section } = this;
    for (const key of ['requests', 'acknowledged', 'refused', 'unanswered', 'otherFaults'] as const)
      section.tally[key] += ledger[key];
    for (const surprise of ledger.surprises.slice(0, SHOWN))
      section.failed(run, `not explained: ${surprise}`);
  }
}
