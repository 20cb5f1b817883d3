/** Several processes behind one port: each serves, the first one starts, replaces and stops them. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { errorCode } from './database/connect.ts';
import { shareMetrics } from './http/metrics.ts';

/** Between the death of a worker and the next in its place. */
const REPLACE_MS = 500;
/** Until the next attempt, when the machine has no room for another process. */
const RETRY_MS = 2_000;

interface Ready {
  type: 'clientele:ready';
  address: string;
}
const isReady = (message: unknown): message is Ready => (message as Ready | null)?.type === 'clientele:ready';

/** In a worker: tells the primary that it listens. */
export const tellReady = (address: string): void => {
  process.send?.({ type: 'clientele:ready', address } satisfies Ready);
};

/**
 * Starts so many workers on this database and answers where they listen. A worker that dies later is replaced. Throws
 * when one of the first does not come up; it has said why.
 */
export async function startWorkers(
  count: number,
  databaseUrl: string,
  logger: Logger,
): Promise<{ address: string; stop(): Promise<void> }> {
  let isStopping = false;
  shareMetrics();
  const fork = () => cluster.fork({ DATABASE_URL: databaseUrl });
  const stop = async () => {
    isStopping = true;
    await Promise.all(Object.values(cluster.workers ?? {}).map((worker) => end(worker!)));
  };
  try {
    const addresses = await Promise.all(Array.from({ length: count }, async () => ready(fork())));
    const forkAfter = async (millis: number) => {
      await sleep(millis);
      if (isStopping) return;
      const failed = (error: unknown) => {
        logger.error({ cause: errorCode(error) }, 'a worker could not be started, it is tried again');
        void forkAfter(RETRY_MS);
      };
      // Thrown or told, by what the machine is short of. Nobody listening, it would end this process and all workers.
      try {
        const worker = fork();
        worker.on('error', (error) => {
          if (worker.process.pid === undefined) failed(error);
        });
      } catch (error) {
        failed(error);
      }
    };
    cluster.on('exit', (worker) => {
      if (isStopping) return;
      logger.error({ worker: worker.process.pid }, 'a worker ended, another takes its place');
      void forkAfter(REPLACE_MS);
    });
    return { address: addresses[0]!, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const ready = (worker: Worker): Promise<string> =>
  new Promise((resolve, reject) => {
    worker.on('message', (message: unknown) => {
      if (isReady(message)) resolve(message.address);
    });
    worker.on('error', reject);
    worker.once('exit', () => reject(new Error('a worker did not come up.')));
  });

/** Every request it has accepted is answered first. */
async function end(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const exited = once(worker, 'exit');
  worker.process.kill('SIGTERM');
  await exited;
}
