/** What can happen to PostgreSQL under load: restarted, crashed, sessions ended, connections taken by others. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Sql } from '../src/database/connect.ts';
import { between, oneOf } from './chance.ts';
import { killPostgres } from './processes.ts';
import { type Ended, endedFrom, endedNow, Stand } from './stand.ts';
import type { Theme } from './theme.ts';

const ROUNDS = { smoke: 5, small: 10, full: 100 };
const SECONDS = 4;
const EATEN_MS = { smoke: 500, small: 2_000, full: 3_000 };

/** Each answers when it ended. PostgreSQL is started again by its supervisor: what that takes counts. */
const FAULTS: Record<string, (stand: Stand) => Promise<Ended>> = {
  'immediate restart': (stand) => end(stand, 'SIGQUIT'),
  'kill -9 of the postmaster': (stand) => end(stand, 'SIGKILL'),
  async 'kill -9 of one session'(stand) {
    const sessions = await sessionsOf(stand);
    const now = performance.now();
    if (sessions.length > 0) process.kill(oneOf(stand.section.chance, sessions), 'SIGKILL');
    // All sessions end with one that crashed.
    await sleep(50);
    return endedFrom(now);
  },
  async 'all sessions terminated'(stand) {
    const now = performance.now();
    await terminate(stand);
    return endedFrom(now);
  },
  'all connections taken by others': takeAll,
};

async function end(stand: Stand, signal: NodeJS.Signals): Promise<Ended> {
  const now = performance.now();
  await killPostgres(stand.dataDir, signal);
  return endedFrom(now);
}

const sessionsOf = async ({ sql }: Stand): Promise<number[]> =>
  (await sql`select pid from pg_stat_activity where application_name = 'clientele'`).map(({ pid }) => pid);

const terminate = ({ sql }: Stand) =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'clientele'`;

/** Others open connections until there is none left, and the sessions of the service are ended: it gets none again. */
async function takeAll(stand: Stand): Promise<Ended> {
  const others: Sql[] = [];
  const take = async () => {
    for (;;) {
      const other = connect(stand.databaseUrl, { max: 1, applicationName: 'others' });
      others.push(other);
      if (
        !(await other`select 1`.then(
          () => true,
          () => false,
        ))
      )
        return;
    }
  };
  await take();
  for (let tries = 0; tries < 20 && (await sessionsOf(stand)).length > 0; tries++) {
    await terminate(stand);
    await take();
  }
  await sleep(stand.section.size(EATEN_MS));
  await Promise.all(others.map((other) => other.end({ timeout: 0 })));
  return endedNow();
}

export const postgres: Theme = {
  name: 'postgres',
  title: 'PostgreSQL restarted, killed, out of connections',
  what: ({ scale }) => `${ROUNDS[scale]} × the end of PostgreSQL, of its sessions, or of its connections`,
  estimate: ({ scale }) => 8 + ROUNDS[scale] * SECONDS,
  async run(section) {
    const rounds = section.size(ROUNDS);
    const names = Object.keys(FAULTS);
    const stand = await Stand.open(section);
    try {
      section.done(
        `${rounds} faults under the load of ${stand.writers} writers, in turn: ${names.join(', ')}. PostgreSQL was started again by ` +
          'the supervisor of the embedded server; the service was left alone.',
      );
      for (let round = 0; round < rounds; round++) {
        const name = names[round % names.length]!;
        await stand.round(`${name}, round ${round + 1}`, async () => {
          await sleep(between(section.chance, 100, 1_200));
          section.tally.databaseEnds++;
          return await FAULTS[name]!(stand);
        });
      }
      const isUp = await Promise.race([stand.service.exited.then(() => false), sleep(10, true)]);
      section.claim(
        'PostgreSQL restarted or killed: the service goes on in the same process',
        'never started again',
        `${isUp ? 'still the first process' : 'the process ended'}, after ${rounds} rounds`,
        isUp,
      );
      await stand.conclude();
    } finally {
      await stand.close();
    }
  },
};
