/** Nobody is dead, nobody answers: the service, or PostgreSQL with all its sessions, is stopped and goes on. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { longestWait } from './evidence.ts';
import { isAlive, postgresProcesses } from './processes.ts';
import { milliseconds } from './report.ts';
import { endedNow, Stand } from './stand.ts';
import type { Theme } from './theme.ts';

const ROUNDS = { smoke: 1, small: 1, full: 3 };
const PAUSE_MS = { smoke: 1_000, small: 12_000, full: 30_000 };
/** What was answered before the stop has arrived by then. */
const SETTLED_MS = 500;
const PATIENCE_MS = 60_000;
/** While PostgreSQL does not answer, the service says so within. */
const LONGEST_MS = 20_000;

export const pause: Theme = {
  name: 'pause',
  title: 'Processes stopped and continued',
  what: ({ scale }) =>
    `${ROUNDS[scale]} × SIGSTOP of the service and of PostgreSQL, ${PAUSE_MS[scale] / 1000} s each, then SIGCONT`,
  estimate: ({ scale }) => 8 + 2 * ROUNDS[scale] * (PAUSE_MS[scale] / 1000 + 4),
  async run(section) {
    const [rounds, millis] = [section.size(ROUNDS), section.size(PAUSE_MS)];
    const stand = await Stand.open(section, { patience: PATIENCE_MS });
    const victims: Record<string, () => Promise<number[]>> = {
      'the service': async () => [stand.service.pid],
      PostgreSQL: () => postgresProcesses(stand.dataDir),
    };
    try {
      section.done(
        `${rounds} times each the service, and PostgreSQL with all its sessions, was stopped by SIGSTOP under load for ` +
          `${millis / 1000} s, then continued by SIGCONT.`,
      );
      for (const [name, processes] of Object.entries(victims))
        for (let round = 1; round <= rounds; round++)
          await stand.round(`${name} stopped, round ${round}`, async ({ ledger }) => {
            const pids = await processes();
            signal(pids, 'SIGSTOP');
            await sleep(SETTLED_MS);
            const before = ledger.acknowledged;
            await sleep(millis - SETTLED_MS);
            const after = ledger.acknowledged;
            signal(pids, 'SIGCONT');
            const ended = endedNow();
            assert.equal(after, before, 'Writes were done all the same: it was not stopped.');
            return ended;
          });
      const ofDatabase = stand.rounds.filter(({ run }) => run.startsWith('PostgreSQL'));
      const { figure, met } = longestWait(ofDatabase, rounds, LONGEST_MS);
      section.claim(
        'PostgreSQL does not answer: every request is answered',
        `≤ ${milliseconds(LONGEST_MS)}`,
        `${figure}, with a pause of ${millis / 1000} s`,
        met,
      );
      await stand.conclude(rounds * Object.keys(victims).length);
    } finally {
      await stand.close();
    }
  },
};

/** One that has gone meanwhile must not keep the others from going on. */
function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, name);
}
