/** A database of its own and a streaming replica of it: both are the embedded server, the second on a copy of the files. */
import { execFileSync } from 'node:child_process';
import { appendFile, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connect, type Sql } from '../../src/database/connect.ts';
import { type Embedded, startEmbedded } from '../../src/database/embedded.ts';
import { type Processes, until } from '../../trust/processes.ts';

export interface Pair {
  primary: Embedded;
  replica: Embedded;
  /** Where the replica's files are. */
  replicaDir: string;
  /** The test's own looks into either. */
  look: { primary: Sql; replica: Sql };
  /** Nothing is replayed while the work is done. */
  whilePaused(work: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both. A replica that is killed starts again by itself. */
export async function startPair(processes: Processes): Promise<Pair> {
  const [primaryDir, replicaDir] = [await processes.dataDir(), await processes.dataDir()];
  await (await startEmbedded(primaryDir, 'the test')).stop();
  await mkdir(replicaDir);
  const files = join(replicaDir, 'postgres');
  // With their owner: where root runs the tests, PostgreSQL runs as another user.
  execFileSync('cp', ['-a', join(primaryDir, 'postgres'), files]);
  await copyFile(join(primaryDir, 'postgres.password'), join(replicaDir, 'postgres.password'));

  const primary = await startEmbedded(primaryDir, 'the test');
  const { hostname, port, username, password } = new URL(primary.url);
  await writeFile(join(files, 'standby.signal'), '');
  await appendFile(
    join(files, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${password}'\n`,
  );
  const replica = await startEmbedded(replicaDir, 'the test');
  const look = { primary: connect(primary.url, { max: 2 }), replica: connect(replica.url, { max: 2 }) };
  await until('the replica follows', 20_000, async () => {
    const [row] = await look.primary`select 1 from pg_stat_replication where state = 'streaming'`;
    return row;
  });
  return {
    primary,
    replica,
    replicaDir: dirname(files),
    look,
    async whilePaused(work) {
      await look.replica`select pg_wal_replay_pause()`;
      await until('the replay pauses', 20_000, async () => {
        const [row] = await look.replica`select pg_get_wal_replay_pause_state() as state`;
        return row!.state === 'paused';
      });
      await work().finally(() => look.replica`select pg_wal_replay_resume()`);
    },
    async stop() {
      await Promise.all([look.primary.end({ timeout: 1 }), look.replica.end({ timeout: 1 })]);
      await replica.stop();
      await primary.stop();
    },
  };
}
