/** What monitors ask: is the process alive, should it be sent requests, and how is it doing. */
import type { FastifyInstance } from 'fastify';
import { errorCode, type Sql } from '../database/connect.ts';
import { missingMigrations } from '../database/migrate.ts';
import { within } from '../database/within.ts';
import { JSON_HEADERS, success } from './envelope.ts';
import { ApiError } from './errors.ts';
import type { Metrics } from './metrics.ts';
import type { Room } from './room.ts';

/** A database that takes longer to say what it has is as good as away. */
const PATIENCE_MS = 2_000;

/** Why no requests should be sent just now. */
const REASONS = {
  stopping: 'The service is stopping.',
  overloaded: 'The service has as much under way as it can do.',
  database: 'The database cannot be reached just now.',
  schema: 'The database lacks migrations of this version. Run `clientele migrate`, or restart the service.',
} as const;
type Reason = keyof typeof REASONS;

/** Registers `/health`, `/ready` and `/metrics`. */
export function registerProbes(
  app: FastifyInstance,
  { sql, room }: { sql: Sql; room: Room },
  metrics: Metrics,
): void {
  let isStopping = false;
  app.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  const hidden = { schema: { hide: true } as object };
  app.get('/health', hidden, async (_request, reply) =>
    reply.headers(JSON_HEADERS).send(success('Alive.', { status: 'ok' })),
  );
  app.get('/ready', hidden, async (request, reply) => {
    const reason = isStopping ? 'stopping' : room.isFull ? 'overloaded' : await faultOf(sql);
    if (!reason) return reply.headers(JSON_HEADERS).send(success('Ready.', { status: 'ok' }));
    request.log.warn({ reason }, 'not ready');
    throw new ApiError('not_ready', REASONS[reason], { reason });
  });
  app.get('/metrics', hidden, async (_request, reply) =>
    reply.headers({ ...JSON_HEADERS, 'content-type': metrics.contentType }).send(await metrics.text()),
  );
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
