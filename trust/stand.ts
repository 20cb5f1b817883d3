/**
 * Where a fault is done to the service: a database, the service on it, writers, and after each round the comparison of
 * what they were told with what is there.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, isUnavailable, type Sql } from '../src/database/connect.ts';
import { type Embedded, freePort, startEmbedded } from '../src/database/embedded.ts';
import { createBusiness } from '../src/tenancy/operations.ts';
import { type Send, sender } from '../test/client.ts';
import { audit, countOf } from './audit.ts';
import { normalService, type Round } from './evidence.ts';
import { feedFaults, follow } from './follower.ts';
import { Ledger } from './ledger.ts';
import { Processes, type RunningService, until } from './processes.ts';
import { milliseconds, NORMAL_MS, number } from './report.ts';
import type { Section } from './theme.ts';
import { startWriting, type Writing } from './writers.ts';

const WRITERS = 8;
/** After this a round has failed. */
const GIVE_UP_MS = 40_000;
const SHOWN = 3;

export interface StandOptions {
  /** Where PostgreSQL keeps its files; a directory of its own that goes with the stand unless given. */
  dataDir?: string;
  /** Settings of the service. */
  env?: Record<string, string>;
  /** By which way the service reaches its database, and clients the service. */
  toDatabase?: (url: string) => Promise<string>;
  toService?: (url: string) => Promise<string>;
  /** Milliseconds after which a request without an answer counts as hanging. */
  patience?: number;
}

/** When a fault ended: the wait for normal service counts `from` then, writes told of count `after` it had its effect. */
export interface Ended {
  from: number;
  after: number;
  /** When service was normal again, where it was seen before the fault was over. */
  normal?: number;
}

/** What is done to the service while writers write. Throws where it had no effect: what did not happen is not counted. */
export type Fault = (round: { ledger: Ledger; writing: Writing; key: string }) => Promise<Ended>;

/** A fault that is over now. */
export const endedNow = (): Ended => ({ from: performance.now(), after: performance.now() });

/** A fault that began then, and that nobody but a supervisor ends. */
export const endedFrom = (from: number): Ended => ({ from, after: performance.now() });

/** `kill -9` of an instance. False where it had ended by itself before. */
export async function killService(service: RunningService): Promise<boolean> {
  await service.kill();
  return (await service.exited).signal === 'SIGKILL';
}

export class Stand {
  readonly section: Section;
  readonly processes: Processes;
  readonly writers = WRITERS;
  readonly rounds: Round[] = [];
  service!: RunningService;
  /** Where writers send to. */
  url!: string;
  /** Looks past the service, and past whatever is between it and the database. */
  sql!: Sql;
  /** The directory of the database, and its own address. */
  dataDir!: string;
  databaseUrl!: string;
  #database: Embedded | null = null;
  #options: StandOptions;
  #env: Record<string, string> = {};
  /** Every business written to, with what its writers were told: compared once more at the end. */
  readonly #past: { businessId: string; ledger: Ledger }[] = [];

  constructor(section: Section, options: StandOptions) {
    this.section = section;
    this.#options = options;
    this.processes = new Processes({ isBuilt: section.options.scale !== 'smoke' });
  }

  static async open(section: Section, options: StandOptions = {}): Promise<Stand> {
    const stand = new Stand(section, options);
    try {
      await stand.#open();
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  async #open(): Promise<void> {
    const { dataDir, env, toDatabase = async (url) => url, toService = async (url) => url } = this.#options;
    this.dataDir = dataDir ?? (await this.processes.dataDir());
    // It stays up when the service is killed, and is started again at once when it is killed itself.
    this.#database = await startEmbedded(this.dataDir, 'the campaign');
    this.databaseUrl = this.#database.url;
    // The same port after every start: writers do not notice that it is another process.
    const port = String(await freePort());
    this.#env = {
      DATABASE_URL: await toDatabase(this.databaseUrl),
      PORT: port,
      CLIENTELE_KEY_RATE: '0',
      CLIENTELE_BUSINESS_RATE: '0',
      ...env,
    };
    this.service = await this.startService();
    this.url = await toService(this.service.url);
    this.sql = connect(this.databaseUrl, { max: 3, applicationName: 'campaign', statementTimeout: 60_000 });
  }

  /** Another process of the service on the same database; on the port of the first unless told otherwise. */
  async startService(env: Record<string, string> = {}): Promise<RunningService> {
    return await this.processes.start({ ...this.#env, ...env });
  }

  /** Starts the service again after it has ended, as a supervisor does: until it stays. */
  async restart(): Promise<void> {
    this.service = await insist(
      () => this.startService(),
      () => true,
    );
  }

  async close(): Promise<void> {
    await this.sql?.end({ timeout: 1 });
    await this.service?.kill();
    await this.#database?.stop();
    await this.processes.close();
  }

  /**
   * One round: a business of its own, writers, the fault, normal service without a hand, and the comparison. What goes
   * wrong is entered as a failed run. `sendAs` replaces the way writers send.
   */
  async round(
    run: string,
    fault: Fault,
    sendAs: (key: string) => Send = (key) => sender(this.url, key),
  ): Promise<void> {
    const { section } = this;
    const ledger = new Ledger();
    // Counted before it begins: one that fails on the way is a round after which nothing was normal.
    const round: Round = { run, acknowledged: 0, inDoubt: 0, longestMs: 0, normalAfter: null };
    this.rounds.push(round);
    try {
      const business = { name: run, location: { name: 'Main', country: 'AU' } };
      const { id, apiKey } = await insist(() => createBusiness(this.sql, business));
      this.#past.push({ businessId: id, ledger });
      round.normalAfter = await this.#underLoad(ledger, fault, apiKey.key, sendAs);
      await this.#compare(run, id, ledger);
      await this.#compareFeed(run, id, ledger);
    } catch (error) {
      section.failed(run, String((error as Error).message));
    } finally {
      this.#count(round, ledger);
    }
  }

  /** Writers, the fault, and writers again: milliseconds until service was normal. Throws where it was not, in time. */
  async #underLoad(
    ledger: Ledger,
    fault: Fault,
    key: string,
    sendAs: (key: string) => Send,
  ): Promise<number> {
    const { chance } = this.section;
    const { patience } = this.#options;
    const writing = startWriting(ledger, sendAs(key), WRITERS, { chance, patience });
    const following = follow(ledger, sendAs(key));
    try {
      await until('the writers are at work', GIVE_UP_MS, () => writing.normalSince(0));
      const { from, after, normal: seen } = await fault({ ledger, writing, key });
      const again = await until('every writer is told of a write', GIVE_UP_MS, () =>
        writing.normalSince(after),
      );
      return (seen ?? again) - from;
    } finally {
      await writing.stop();
      await following.stop();
    }
  }

  /** The last comparison, of all rounds together; then what every fault has to say, of as many rounds as were planned. */
  async conclude(planned: number): Promise<void> {
    const { section, rounds } = this;
    for (const { businessId, ledger } of this.#past)
      await this.#compare('all rounds, at the end', businessId, ledger);
    const { tally } = section;
    section.checked(
      'After each round, and for all rounds once more at the end: every acknowledged write is there, once, as it was ' +
        'answered; the events, replayed from the first, lead to every answer and to what is stored; counters, contacts, ' +
        'references and the feed agree; of the erased nothing is left. Of the acknowledged writes every fourth is read at once, some ' +
        'are searched for, and now and then all are exported. One caller follows the feed from its first event through every round: ' +
        'it is told of each event once, in order.',
    );
    section.found(
      `${number(tally.acknowledged)} writes acknowledged, ${number(tally.refused)} refused with 503, ` +
        `${number(tally.unanswered)} without an answer; ${number(tally.lost)} lost, ${number(tally.doubled)} done twice. ` +
        `${number(tally.reads)} reads of them, ${number(tally.followed)} events followed.`,
    );
    const limit = section.size(NORMAL_MS);
    const { figure, met } = normalService(rounds, planned, limit);
    section.claim(
      `${section.kept.title}: normal service afterwards, without a hand`,
      `≤ ${milliseconds(limit)} in every round`,
      figure,
      met,
    );
  }

  async #compare(run: string, businessId: string, ledger: Ledger): Promise<void> {
    const { section } = this;
    const findings = await insist(() => audit(this.sql, ledger, businessId));
    section.tally.audits++;
    section.tally.lost += findings.lost.length;
    section.tally.doubled += findings.doubled.length;
    section.tally.wrong += findings.wrong.length;
    if (countOf(findings) === 0) return;
    for (const [kind, sentences] of Object.entries(findings))
      for (const sentence of sentences.slice(0, SHOWN)) section.failed(run, `${kind}: ${sentence}`);
  }

  /** What the follower was told is every event, once, in order. */
  async #compareFeed(run: string, businessId: string, { feed }: Ledger): Promise<void> {
    const { section } = this;
    const events = await insist(
      () => this.sql<{ id: string }[]>`select id from events where business_id = ${businessId} order by seq`,
    );
    const faults = feedFaults(
      feed,
      events.map(({ id }) => id),
    );
    section.tally.followed += events.length;
    section.tally.misfollowed += faults.length;
    for (const fault of faults.slice(0, SHOWN)) section.failed(run, `the feed: ${fault}`);
  }

  #count(round: Round, ledger: Ledger): void {
    const { section, rounds } = this;
    const { acknowledged, inDoubt, longestMs } = ledger;
    Object.assign(round, { acknowledged, inDoubt, longestMs });
    for (const key of COUNTED) section.tally[key] += ledger[key];
    for (const surprise of ledger.surprises.slice(0, SHOWN))
      section.failed(round.run, `not explained: ${surprise}`);
    // After each, so that a theme that ends early has told of those it did.
    section.kept.raw.rounds = rounds;
    section.kept.normalAfter = rounds.map(({ normalAfter }) => normalAfter);
  }
}

const COUNTED = [
  'requests',
  'acknowledged',
  'refused',
  'unanswered',
  'otherFaults',
  'reads',
  'stale',
] as const;
const INSIST_MS = 20_000;

/** Does what the fault may still prevent, again until it succeeds: a look into a database that is starting. */
async function insist<T>(
  work: () => Promise<T>,
  isPassing = isUnavailable as (error: unknown) => boolean,
): Promise<T> {
  const end = performance.now() + INSIST_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || performance.now() > end) throw error;
      await sleep(50);
    }
  }
}
