/** `kill -9` of the service under load, again and again; now and then PostgreSQL at the same moment. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { between } from './chance.ts';
import { killPostgres } from './processes.ts';
import { endedFrom, killService, Stand } from './stand.ts';
import type { Theme } from './theme.ts';

const KILLS = { smoke: 2, small: 15, full: 200 };
const SECONDS = { smoke: 4, small: 3, full: 3 };
/** Every so many times PostgreSQL dies with it. */
const BOTH = 10;

export const kill: Theme = {
  name: 'kill',
  title: 'kill -9 of the service',
  what: ({ scale }) => `${KILLS[scale]} × kill -9 of the service under load`,
  estimate: ({ scale }) => 8 + KILLS[scale] * SECONDS[scale],
  async run(section) {
    const kills = section.size(KILLS);
    const stand = await Stand.open(section);
    try {
      section.done(
        `${kills} times the service was ended by \`kill -9\` under the load of ${stand.writers} writers, 0.1 to 1.2 s after all ` +
          'of them were at work, and started again on the same database as a supervisor does. The time to normal service ' +
          `counts from the kill. Every ${BOTH}th time PostgreSQL was ended by \`kill -9\` at the same moment.`,
      );
      for (let round = 1; round <= kills; round++) {
        const both = round % BOTH === 0;
        await stand.round(`kill ${round}${both ? ' with PostgreSQL' : ''}`, async () => {
          await sleep(between(section.chance, 100, 1_200));
          const killed = performance.now();
          const [hasKilled, hasKilledDatabase] = await Promise.all([
            killService(stand.service),
            both && killPostgres(stand.dataDir, 'SIGKILL'),
          ]);
          const ended = endedFrom(killed);
          await stand.restart();
          assert.ok(hasKilled, 'The service had ended by itself before it was killed.');
          assert.equal(hasKilledDatabase, both, 'There was no PostgreSQL to kill.');
          section.tally.kills++;
          if (both) section.tally.databaseEnds++;
          return ended;
        });
      }
      await stand.conclude(kills);
    } finally {
      await stand.close();
    }
  },
};
