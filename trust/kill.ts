/** `kill -9` of the service under load, again and again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { between } from './chance.ts';
import { Stand } from './stand.ts';
import type { Theme } from './theme.ts';

const KILLS = { smoke: 2, small: 15, full: 200 };
const SECONDS = { smoke: 3.5, small: 2.5, full: 2.5 };

export const kill: Theme = {
  name: 'kill',
  title: 'kill -9 of the service',
  what: ({ scale }) => `${KILLS[scale]} × kill -9 of the service under load`,
  estimate: ({ scale }) => 5 + KILLS[scale] * SECONDS[scale],
  async run(section) {
    const kills = section.size(KILLS);
    const stand = await Stand.open(section, { database: 'own' });
    try {
      section.done(
        `${kills} times the service was ended by \`kill -9\` under the load of ${stand.writers} writers, at a moment between ` +
          '0.2 and 0.9 s after they began, and started again on the same database.',
      );
      for (let round = 1; round <= kills; round++)
        await stand.round(`kill ${round}`, async () => {
          await sleep(between(section.chance, 200, 900));
          await stand.service.kill();
          section.tally.kills++;
          await stand.startService();
          return performance.now();
        });
      await stand.conclude();
    } finally {
      await stand.close();
    }
  },
};
