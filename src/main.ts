/** The life of the process: configuration → database → schema → listen; and the same backwards to stop. */
import pino from 'pino';
import { type Config, readConfig } from './config.ts';
import { bringUpToDate } from './customers/derived.ts';
import { openService } from './customers/service.ts';
import { connect, errorCode, type Sql } from './database/connect.ts';
import { type Embedded, startEmbedded } from './database/embedded.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createServer } from './http/server.ts';
import { createFirstBusiness } from './tenancy/operations.ts';
import { startSharing } from './tenancy/rate-limits.ts';
import { welcome } from './welcome.ts';

const USAGE_FLUSH_MS = 30_000;
const HOUSEKEEPING_MS = 60_000;

/** Starts everything and answers how to stop it. */
async function start(config: Config): Promise<{ address: string; stop(): Promise<void> }> {
  const logger = pino({ level: config.logLevel });
  const embedded = config.databaseUrl
    ? null
    : await startEmbedded(config.dataDir, `process ${process.pid} (clientele on port ${config.port})`);
  if (embedded?.notice) console.log(embedded.notice);
  const sql = connect(config.databaseUrl ?? embedded!.url, { max: config.poolSize });
  try {
    return await serve(config, sql, embedded, logger);
  } catch (error) {
    await sql.end({ timeout: 1 });
    await embedded?.stop();
    throw error;
  }
}

async function serve(config: Config, sql: Sql, embedded: Embedded | null, logger: pino.Logger) {
  await bringUpToDate(sql);
  const first = await createFirstBusiness(sql, {
    name: 'My business',
    location: { name: 'Main', country: config.country, timezone: config.timezone },
  });
  const service = await openService(sql, {
    groupCommit: config.groupCommit,
    rates: { key: config.keyRate, business: config.businessRate },
  });
  const { authentication } = service;
  const app = await createServer(service, logger);
  const address = await app.listen({ port: config.port, host: config.host });
  console.log(welcome(address, first));

  const flush = () =>
    authentication
      .flushUsage()
      .catch((error) => logger.warn({ cause: errorCode(error) }, 'key usage was not written'));
  const flushing = setInterval(flush, USAGE_FLUSH_MS).unref();
  const stopSharing = startSharing(service.limits, sql, (error) =>
    logger.warn({ cause: errorCode(error) }, 'request counts were not shared'),
  );
  const stopHousekeeping = startHousekeeping(service, logger, HOUSEKEEPING_MS);
  const stop = async () => {
    clearInterval(flushing);
    stopSharing();
    await stopHousekeeping();
    await app.close();
    await flush();
    await sql.end({ timeout: 5 });
    await embedded?.stop();
  };
  return { address, stop };
}

/** Runs until SIGINT or SIGTERM; every request accepted is answered, then the database is stopped. */
async function main(): Promise<void> {
  try {
    const running = await start(readConfig());
    let isStopping = false;
    const stop = () => {
      // A second Ctrl-C changes nothing: the first is at work.
      if (isStopping) return;
      isStopping = true;
      running.stop().then(() => process.exit(0), fail);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  console.error(`clientele: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

await main();
