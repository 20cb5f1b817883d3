/** What can happen to PostgreSQL under load: restarted, crashed, sessions ended, connections taken by others. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, errorCode, type Sql } from '../src/database/connect.ts';
import { between, oneOf } from './chance.ts';
import { isAlive, killPostgres, until } from './processes.ts';
import { type Ended, endedFrom, endedNow, Stand } from './stand.ts';
import type { Scale, Theme } from './theme.ts';

const SECONDS = 3;
const EATEN_MS = { smoke: 500, small: 2_000, full: 3_000 };
/** PostgreSQL says that it has no connection left. */
const NONE_LEFT = '53300';
/** The service and the others run for each connection that comes free. */
const TAKEN_MS = 15_000;
const GONE_MS = 5_000;

interface PostgresFault {
  name: string;
  rounds: Record<Scale, number>;
  /** Answers when it ended. PostgreSQL is started again by its supervisor: what that takes counts. */
  run(stand: Stand): Promise<Ended>;
}

const OFTEN = { smoke: 1, small: 4, full: 100 };
const SELDOM = { smoke: 1, small: 2, full: 20 };

const FAULTS: PostgresFault[] = [
  { name: 'immediate restart', rounds: OFTEN, run: (stand) => end(stand, 'SIGQUIT') },
  { name: 'kill -9 of the postmaster', rounds: OFTEN, run: (stand) => end(stand, 'SIGKILL') },
  {
    name: 'kill -9 of one session',
    rounds: SELDOM,
    async run(stand) {
      const sessions = await sessionsOf(stand);
      assert.ok(sessions.length > 0, 'The service had no session to kill.');
      const session = oneOf(stand.section.chance, sessions);
      const now = performance.now();
      process.kill(session, 'SIGKILL');
      await until('the session is gone', GONE_MS, () => !isAlive(session));
      // All sessions end with one that crashed.
      await sleep(50);
      return endedFrom(now);
    },
  },
  {
    name: 'all sessions terminated',
    rounds: SELDOM,
    async run(stand) {
      const now = performance.now();
      assert.ok((await terminate(stand)) > 0, 'The service had no session to end.');
      return endedFrom(now);
    },
  },
  { name: 'all connections taken by others', rounds: SELDOM, run: takeAll },
];

const roundsOf = (scale: Scale): number => FAULTS.reduce((sum, { rounds }) => sum + rounds[scale], 0);

/** The rounds in their order: each fault spread evenly over the whole. */
const plannedFor = (scale: Scale): PostgresFault[] =>
  FAULTS.flatMap((fault) =>
    Array.from({ length: fault.rounds[scale] }, (_, n) => ({ fault, at: (n + 0.5) / fault.rounds[scale] })),
  )
    .sort((a, b) => a.at - b.at)
    .map(({ fault }) => fault);

async function end(stand: Stand, signal: NodeJS.Signals): Promise<Ended> {
  const now = performance.now();
  assert.ok(await killPostgres(stand.dataDir, signal), 'There was no PostgreSQL to end.');
  return endedFrom(now);
}

const sessionsOf = async ({ sql }: Stand): Promise<number[]> =>
  (await sql`select pid from pg_stat_activity where application_name = 'clientele'`).map(({ pid }) => pid);

/** How many it ended. */
async function terminate({ sql }: Stand): Promise<number> {
  const ended = await sql<{ done: boolean }[]>`
    select pg_terminate_backend(pid) as done from pg_stat_activity where application_name = 'clientele'`;
  return ended.filter(({ done }) => done).length;
}

/** Others open connections until there is none left, and the sessions of the service are ended: it gets none again. */
async function takeAll(stand: Stand): Promise<Ended> {
  const others: Sql[] = [];
  try {
    await takeRest(stand, others);
    const giveUpAt = performance.now() + TAKEN_MS;
    while ((await sessionsOf(stand)).length > 0 && performance.now() < giveUpAt) {
      await terminate(stand);
      await takeRest(stand, others);
    }
    const left = await sessionsOf(stand);
    assert.equal(left.length, 0, `The service kept ${left.length} sessions: not all were taken.`);
    await sleep(stand.section.size(EATEN_MS));
  } finally {
    await Promise.all(others.map((other) => other.end({ timeout: 0 })));
  }
  return endedNow();
}

/** Opens connections until PostgreSQL says that there is none left; whatever else goes wrong is another fault. */
async function takeRest({ databaseUrl }: Stand, others: Sql[]): Promise<void> {
  for (;;) {
    const other = connect(databaseUrl, { max: 1, applicationName: 'others' });
    others.push(other);
    const code = await other`select 1`.then(
      () => null,
      (error) => errorCode(error) ?? String(error),
    );
    if (code === NONE_LEFT) return;
    assert.equal(code, null, `Connections were to be taken until none was left: ${code}.`);
  }
}

export const postgres: Theme = {
  name: 'postgres',
  title: 'PostgreSQL restarted, killed, out of connections',
  what: ({ scale }) => `${roundsOf(scale)} × the end of PostgreSQL, of its sessions, or of its connections`,
  estimate: ({ scale }) => 8 + roundsOf(scale) * SECONDS,
  async run(section) {
    const { scale } = section.options;
    const counts = FAULTS.map(({ name, rounds }) => `${rounds[scale]} × ${name}`).join(', ');
    const stand = await Stand.open(section);
    try {
      section.done(
        `Under the load of ${stand.writers} writers: ${counts}. PostgreSQL was started again by the supervisor of the embedded server; ` +
          'the service was left alone.',
      );
      for (const [n, { name, run }] of plannedFor(scale).entries())
        await stand.round(`${name}, round ${n + 1}`, async () => {
          await sleep(between(section.chance, 100, 1_200));
          const ended = await run(stand);
          section.tally.databaseEnds++;
          return ended;
        });
      const isUp = await Promise.race([stand.service.exited.then(() => false), sleep(10, true)]);
      section.claim(
        'PostgreSQL restarted or killed: the service goes on in the same process',
        'never started again',
        `${isUp ? 'still the first process' : 'the process ended'}, after ${counts}`,
        isUp,
      );
      await stand.conclude(roundsOf(scale));
    } finally {
      await stand.close();
    }
  },
};
