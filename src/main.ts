/** The life of the process: configuration → database → schema → listen; and the same backwards to stop. */
import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import pino from 'pino';
import { type Config, readConfig } from './config.ts';
import { bringUpToDate } from './customers/derived.ts';
import { openService } from './customers/service.ts';
import { connect, errorCode, SILENCE_MS } from './database/connect.ts';
import { startEmbedded } from './database/embedded.ts';
import { untilReachable } from './database/reachable.ts';
import { REPLICA_STATEMENT_MS } from './database/replica.ts';
import { addDemoAtStart } from './demo/load.ts';
import { warnings } from './doctor/settings.ts';
import { startHousekeeping } from './housekeeping.ts';
import { BACKLOG } from './http/doors.ts';
import { createServer } from './http/server.ts';
import { startCounting } from './tenancy/key-uses.ts';
import { createFirstBusiness, type NewBusiness } from './tenancy/operations.ts';
import { startSharing } from './tenancy/rate-limits.ts';
import { Tracer, traceWith } from './tracing.ts';
import { demoWelcome, welcome } from './welcome.ts';
import { startWorkers, tellReady } from './workers.ts';

/**
 * The heap grows by so much of what is alive before it is swept. Left to itself V8 lets it grow to a multiple: resident
 * memory under batches was 215 MiB instead of 160, for a tenth more rows a second (docs/decisions.md).
 */
const HEAP_GROWTH_PERCENT = 100;
setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);

/** A client under load sends again on a connection long before. */
const LINGER_MS = 1_000;
const USES_MS = 10_000;
const HOUSEKEEPING_MS = 60_000;

interface Running {
  address: string;
  stop(): Promise<void>;
}

/** Starts everything and answers how to stop it. */
async function start(config: Config, { isDemo }: { isDemo: boolean }): Promise<Running> {
  const logger = pino({ level: config.logLevel });
  for (const { what, remedy } of warnings(config)) logger.warn(`${what} ${remedy}`);
  const embedded = config.databaseUrl
    ? null
    : await startEmbedded(config.dataDir, `process ${process.pid} (clientele on port ${config.port})`);
  if (embedded?.notice) console.log(embedded.notice);
  const url = config.databaseUrl ?? embedded!.url;
  try {
    const first = await prepareDatabase(config, url);
    const running =
      config.workers > 1 ? await startWorkers(config.workers, url, logger) : await serve(config, url);
    console.log(welcome(running.address, first));
    // After the key was shown: nothing that goes wrong here may lose it.
    if (isDemo) console.log(await addDemo(config, url));
    const stop = () => running.stop().finally(() => embedded?.stop());
    return { address: running.address, stop };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** The schema of this version, and a first business where there is none. A server of one's own may come up later than this. */
async function prepareDatabase(config: Config, url: string): Promise<NewBusiness | null> {
  const sql = connect(url, { max: 2, isPooled: config.isPooled });
  try {
    await untilReachable(sql, console.log);
    await bringUpToDate(sql);
    return await createFirstBusiness(sql, {
      name: 'My business',
      location: { name: 'Main', country: config.country, timezone: config.timezone },
    });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Adds demo customers, and says in a sentence what came of it: without them the service is as good. */
async function addDemo(config: Config, url: string): Promise<string> {
  const sql = connect(url, { max: 4, isPooled: config.isPooled });
  try {
    return demoWelcome(await addDemoAtStart(sql));
  } catch (error) {
    return `No demo customers were added: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The HTTP server and its background work, on a database that is ready. */
async function serve(config: Config, url: string): Promise<Running> {
  const logger = pino({ level: config.logLevel });
  const tracer = config.tracing
    ? new Tracer(config.tracing, (error) =>
        logger.warn({ cause: errorCode(error) }, 'traces were not taken by the collector'),
      )
    : null;
  traceWith(tracer);
  const pool = { max: config.poolSize, isPooled: config.isPooled, silence: SILENCE_MS };
  const sql = connect(url, pool);
  const replica = config.replicaUrl
    ? connect(config.replicaUrl, { ...pool, statementTimeout: REPLICA_STATEMENT_MS })
    : null;
  const service = await openService(sql, {
    replica,
    groupCommit: config.groupCommit,
    rates: { key: config.keyRate, business: config.businessRate },
    failedRate: config.failedRate,
    keyUsesDays: config.keyUsesDays,
  });
  const app = await createServer(service, logger, { linger: LINGER_MS, trustProxy: config.trustProxy });
  const address = await app.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  // A worker is handed its connections.
  if (!cluster.isWorker) void app.doors.watch();

  const stopCounting = startCounting(service.uses, sql, USES_MS, (error) =>
    logger.warn({ cause: errorCode(error) }, 'what keys were used for was not written'),
  );
  const stopSharing = startSharing(service.limits, sql, (error) =>
    logger.warn({ cause: errorCode(error) }, 'request counts were not shared'),
  );
  const stopHousekeeping = startHousekeeping(service, logger, HOUSEKEEPING_MS);
  const stop = async () => {
    stopSharing();
    // What is under way in the house may take a minute: nobody is let in meanwhile.
    await Promise.all([stopHousekeeping(), app.close()]);
    await stopCounting();
    await tracer?.stop();
    await Promise.all([sql.end({ timeout: 5 }), replica?.end({ timeout: 5 })]);
  };
  return { address, stop };
}

/** Runs until SIGINT or SIGTERM; every request accepted is answered, then the database is stopped. */
async function main(): Promise<void> {
  try {
    const config = readConfig();
    const { values } = parseArgs({ options: { demo: { type: 'boolean', default: false } } });
    // A worker was given a database that is ready.
    const running = cluster.isWorker
      ? await serve(config, config.databaseUrl!)
      : await start(config, { isDemo: values.demo });
    if (cluster.isWorker) tellReady(running.address);
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
