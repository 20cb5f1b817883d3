/**
 * What `/metrics` answers, in Prometheus' text format: requests by operation, writes, and the process itself. Where
 * there are several workers, whichever is asked answers for all of them.
 */
import cluster, { type Worker } from 'node:cluster';
import {
  type Aggregator,
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client';
import { ERRORS } from './errors.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30];

/** What is counted elsewhere. */
export interface Counted {
  writes: { stats: { groups: number; writes: number; retries: number }; waiting: number };
  upserts: { created: number; updated: number; unchanged: number; found: number };
  replica: { outcomes: Record<string, number> } | null;
  room: Held;
  waitingRoom: Held;
  receivingRoom: Held;
  turns: { waiting: number };
  authentication: { refused: Record<string, number> };
  feed: { onSeen: (seconds: number) => void };
  house: { finishedAt: number };
  pool: () => { size: number; busy: number; waiting: number };
  isReady: () => Promise<boolean>;
}

interface Held {
  held: number;
  size: number;
  refused: number;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'clientele_requests_total',
    help: 'Requests answered, by operation and status.',
    labelNames: ['operation', 'status'],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: 'clientele_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer, by operation.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers: [this.#registry],
  });

  readonly #errors = new Counter({
    name: 'clientele_errors_total',
    help: 'Answers that are not a success, by code: overloaded, rate_limited, unauthorized, database_unavailable and so on.',
    labelNames: ['code'],
    registers: [this.#registry],
  });

  constructor(counted: Counted) {
    const { writes, upserts, replica, room, waitingRoom, receivingRoom, turns, authentication, feed, pool } =
      counted;
    const { house, isReady } = counted;
    collectDefaultMetrics({ register: this.#registry });
    if (cluster.isWorker) {
      AggregatorRegistry.setRegistries(this.#registry);
      // Made for what making it does: from now on this worker answers the primary.
      new AggregatorRegistry();
    }
    // From nought: a figure that begins with its first error shows no increase, and an alarm would wait for the second.
    for (const code of Object.keys(ERRORS)) this.#errors.inc({ code }, 0);
    this.#gauge(
      'clientele_ready',
      'Whether it should be sent requests, as /ready says: 1 or 0; of several workers, whether all should.',
      async () => Number(await isReady()),
      'min',
    );
    this.#count(
      'clientele_write_groups_total',
      'Groups of writes sent to the database.',
      () => writes.stats.groups,
    );
    this.#count('clientele_writes_total', 'Writes in those groups.', () => writes.stats.writes);
    this.#count(
      'clientele_lost_races_total',
      'Groups that were planned again because another process had won a race.',
      () => writes.stats.retries,
    );
    this.#count(
      'clientele_duplicates_prevented_total',
      'Upserts that found the customer instead of making another.',
      () => upserts.updated + upserts.unchanged + upserts.found,
    );
    this.#count('clientele_upserts_created_total', 'Upserts that made a customer.', () => upserts.created);
    this.#gauge(
      'clientele_writes_waiting',
      'Writes that wait for the commit before them.',
      () => writes.waiting,
    );
    this.#gauge(
      'clientele_reads_waiting',
      'Reads that wait for their turn at the database.',
      () => turns.waiting,
    );
    this.#gauge('clientele_pool_size', 'Connections to the database that there may be.', () => pool().size);
    this.#gauge('clientele_pool_busy', 'Connections to the database that are at work.', () => pool().busy);
    this.#gauge('clientele_pool_waiting', 'Statements that wait for a connection.', () => pool().waiting);
    this.#gauge('clientele_under_way', 'Work under way, in requests; bodies weigh more.', () => room.held);
    this.#gauge('clientele_room', 'How much work may be under way.', () => room.size);
    this.#gauge(
      'clientele_receiving',
      'Bodies on their way to us, in pieces of 4 KiB; small ones are not counted.',
      () => receivingRoom.held,
    );
    this.#gauge('clientele_followers', 'Readers who wait for events.', () => waitingRoom.held);
    this.#count(
      'clientele_shed_total',
      'Requests sent away because too much was under way; most are in no other figure.',
      () => room.refused + waitingRoom.refused + receivingRoom.refused,
    );
    this.#countBy(
      'clientele_sign_ins_refused_total',
      'Who was not let in, by reason; too_many: refused by address without a look.',
      'reason',
      () => authentication.refused,
    );
    this.#gauge(
      'clientele_housekeeping_finished_timestamp_seconds',
      'When a round of the background work last came to its end, in seconds since 1970; 0 before the first.',
      () => house.finishedAt / 1000,
      'max',
    );
    const lag = new Histogram({
      name: 'clientele_feed_lag_seconds',
      help: 'From a commit to the answer of a reader who waited for it.',
      buckets: SECONDS,
      registers: [this.#registry],
    });
    feed.onSeen = (seconds) => lag.observe(Math.max(0, seconds));
    if (replica)
      this.#countBy(
        'clientele_replica_reads_total',
        'Reads that the replica might answer, by what became of them; all but "answered" went to the primary.',
        'outcome',
        () => replica.outcomes,
      );
  }

  /** A number that goes up and down elsewhere, and what it is of several workers. */
  #gauge(
    name: string,
    help: string,
    read: () => number | Promise<number>,
    aggregator: Aggregator = 'sum',
  ): void {
    new Gauge({
      name,
      help,
      aggregator,
      registers: [this.#registry],
      async collect() {
        this.set(await read());
      },
    });
  }

  /** Numbers that are kept elsewhere by some label and only grow. */
  #countBy(name: string, help: string, label: string, read: () => Record<string, number>): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [value, n] of Object.entries(read())) this.inc({ [label]: value }, n);
      },
    });
  }

  /** A number that is kept elsewhere and only grows. */
  #count(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** An answer that is not a success. */
  countError(code: string): void {
    this.#errors.inc({ code });
  }

  observe(operation: string, status: number, seconds: number): void {
    this.#requests.inc({ operation, status });
    this.#seconds.observe({ operation }, seconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All figures; null when not every worker said its own. */
  text(): Promise<string | null> {
    return cluster.isWorker ? textOfAll() : this.#registry.metrics();
  }
}

const TEXT = 'clientele:metrics';
interface TextMessage {
  type: typeof TEXT;
  text?: string;
}
const isText = (message: unknown): message is TextMessage => (message as TextMessage | null)?.type === TEXT;

/** Asks the primary for the sums over all workers; null when it did not get them from each. */
const textOfAll = (): Promise<string | null> =>
  new Promise((resolve) => {
    const take = (message: unknown) => {
      if (!isText(message)) return;
      process.off('message', take);
      // No worker at all is no answer either.
      resolve(message.text || null);
    };
    process.on('message', take);
    process.send!({ type: TEXT });
  });

/** In the primary: answers workers that are asked for the metrics of all. */
export function shareMetrics(): void {
  const all = new AggregatorRegistry();
  cluster.on('message', async (worker: Worker, message: unknown) => {
    if (!isText(message)) return;
    const text = await all.clusterMetrics().catch(() => '');
    if (worker.isConnected()) worker.send({ type: TEXT, text });
  });
}
