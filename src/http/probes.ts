/** What monitors ask: is the process alive, should it be sent requests, and how is it doing. */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { errorCode, type Sql } from '../database/connect.ts';
import { missingMigrations } from '../database/migrate.ts';
import { within } from '../database/within.ts';
import { JSON_HEADERS, success } from './envelope.ts';
import { ApiError } from './errors.ts';
import type { Metrics } from './metrics.ts';
import type { Room } from './room.ts';

/** A database that takes longer to say what it has is as good as away. */
const PATIENCE_MS = 2_000;
/** Nobody has to show a key to ask, so all who ask within this share one look at the database, and one line in the log. */
const SHARED_MS = 500;

/** Why no requests should be sent just now. */
const REASONS = {
  stopping: 'The service is stopping.',
  overloaded: 'The service has as much under way as it can do.',
  database: 'The database cannot be reached just now.',
  schema: 'The database lacks migrations of this version. Run `clientele migrate`, or restart the service.',
} as const;
type Reason = keyof typeof REASONS;

/** Whether the process should be sent requests: one look for all who ask at about the same time. */
export class Readiness {
  readonly #sql: Sql;
  readonly #room: Room;
  readonly #logger: Pick<Logger, 'warn'>;
  #isStopping = false;
  /** The last look at the database, and until when it is believed: for as long as it takes, to begin with. */
  #look: { fault: Promise<Reason | null>; until: number } | null = null;
  #told: { reason: Reason | null; at: number } = { reason: null, at: Number.NEGATIVE_INFINITY };

  constructor({ sql, room }: { sql: Sql; room: Room }, logger: Pick<Logger, 'warn'>) {
    this.#sql = sql;
    this.#room = room;
    this.#logger = logger;
  }

  /** From now on it is not. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Why it should not be; null when it should. Changes are told to the log. */
  async fault(): Promise<Reason | null> {
    const reason = this.#isStopping
      ? 'stopping'
      : this.#room.isFull
        ? 'overloaded'
        : await this.#faultOfDatabase();
    // A stop may have begun during the look.
    const now = this.#isStopping ? 'stopping' : reason;
    this.#tell(now);
    return now;
  }

  #faultOfDatabase(): Promise<Reason | null> {
    if (this.#look && performance.now() < this.#look.until) return this.#look.fault;
    const look = { fault: faultOf(this.#sql), until: Number.POSITIVE_INFINITY };
    this.#look = look;
    return look.fault.finally(() => {
      look.until = performance.now() + SHARED_MS;
    });
  }

  /** A room that is full and not full by turns is told of as often as there is a look, not for everybody who asks. */
  #tell(reason: Reason | null): void {
    const now = performance.now();
    if (reason === this.#told.reason || now - this.#told.at < SHARED_MS) return;
    this.#told = { reason, at: now };
    if (reason) this.#logger.warn({ reason }, 'not ready');
    else this.#logger.warn('ready again');
  }
}

/** Registers `/health`, `/ready` and `/metrics`. */
export function registerProbes(app: FastifyInstance, readiness: Readiness, metrics: Metrics): void {
  app.addHook('preClose', (done) => {
    readiness.stop();
    done();
  });
  const hidden = { schema: { hide: true } as object };
  app.get('/health', hidden, async (_request, reply) =>
    reply.headers(JSON_HEADERS).send(success('Alive.', { status: 'ok' })),
  );
  app.get('/ready', hidden, async (_request, reply) => {
    const reason = await readiness.fault();
    if (!reason) return reply.headers(JSON_HEADERS).send(success('Ready.', { status: 'ok' }));
    throw new ApiError('not_ready', REASONS[reason], { reason });
  });
  app.get('/metrics', hidden, async (_request, reply) => {
    const text = await metrics.text();
    if (text !== null)
      return reply.headers({ ...JSON_HEADERS, 'content-type': metrics.contentType }).send(text);
    // An empty 200 would look like figures that have gone; a failed scrape is seen for what it is.
    return reply
      .code(503)
      .headers({ ...JSON_HEADERS, 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' })
      .send('The workers did not all say their figures in time.\n');
  });
}

async function faultOf(sql: Sql): Promise<Reason | null> {
  try {
    const missing = await within(PATIENCE_MS, missingMigrations(sql));
    if (missing === null) return 'database';
    return missing.length > 0 ? 'schema' : null;
  } catch (error) {
    // No table of migrations at all: a database that was put back empty.
    return errorCode(error) === '42P01' ? 'schema' : 'database';
  }
}
