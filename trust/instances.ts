/** Two instances on one database: restarted one after the other while writers go on, killed, and a key revoked at both. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../src/database/embedded.ts';
import { createBusiness } from '../src/tenancy/operations.ts';
import type { Send } from '../test/client.ts';
import { type Balancer, balance } from './balancer.ts';
import { between } from './chance.ts';
import { killPostgres, type RunningService, until } from './processes.ts';
import { milliseconds, number } from './report.ts';
import { revokeUnderLoad } from './revocation.ts';
import { endedFrom, killService, Stand } from './stand.ts';
import type { Section, Theme } from './theme.ts';

const STOPS = { smoke: 2, small: 10, full: 100 };
const KILLS = { smoke: 2, small: 8, full: 40 };
const REVOCATIONS = { smoke: 1, small: 2, full: 10 };
const REVOKED_WITHIN_MS = 1_000;
const GIVE_UP_MS = 20_000;
const SECONDS = { smoke: 5, small: 3, full: 3 };

export const instances: Theme = {
  name: 'instances',
  title: 'Two instances, restarted and killed in turn',
  what: ({ scale }) =>
    `${STOPS[scale]} × SIGTERM of one of two instances under load, started again; ${KILLS[scale]} × kill -9 of one, of PostgreSQL, of both; ${REVOCATIONS[scale]} keys revoked`,
  estimate: ({ scale }) => 10 + (STOPS[scale] + KILLS[scale]) * SECONDS[scale] + 4 * REVOCATIONS[scale],
  async run(section) {
    const stops = section.size(STOPS);
    const stand = await Stand.open(section);
    const ports = [new URL(stand.service.url).port, String(await freePort())];
    const start = (i: number) => stand.startService({ PORT: ports[i]! });
    const running: RunningService[] = [stand.service, await start(1)];
    const urls = running.map(({ url }) => url);
    const balancers: Balancer[] = [];
    const balanced = (key: string) => {
      const balancer = balance(urls, key);
      balancers.push(balancer);
      return balancer.send;
    };
    const codes: string[] = [];
    try {
      section.done(
        `Two instances on one database under the load of ${stand.writers} writers, over connections that are kept open. ${stops} times ` +
          'one of them got SIGTERM, in turn, and was started again when it had ended. The balancer before them went on to the ' +
          'other where a connection was refused, and retried nothing else.',
      );
      for (let round = 0; round < stops; round++) {
        const i = round % 2;
        await stand.round(
          `SIGTERM ${round + 1}`,
          async ({ writing }) => {
            await sleep(between(section.chance, 50, 500));
            const stopped = performance.now();
            running[i]!.signal('SIGTERM');
            section.tally.stops++;
            // The other serves meanwhile: nobody waits for the restart.
            const normal = await until('every writer is told of a write', GIVE_UP_MS, () =>
              writing.normalSince(stopped),
            );
            const { code, signal } = await running[i]!.exited;
            codes.push(String(code ?? signal));
            running[i] = await start(i);
            return { ...endedFrom(stopped), normal };
          },
          balanced,
        );
      }
      stand.service = running[0]!;
      const bad = codes.filter((code) => code !== '0');
      section.claim(
        `SIGTERM under load: exit code 0`,
        `${stops} of ${stops}`,
        `${codes.length - bad.length} of ${codes.length}${bad.length > 0 ? `, else ${bad.join(', ')}` : ''}`,
        bad.length === 0 && codes.length === stops,
      );
      const broken = balancers.flatMap((balancer) => balancer.broken);
      section.kept.raw.broken = broken;
      section.claim(
        'rolling restart: requests accepted and not answered',
        '0',
        `${number(broken.length)} of ${number(section.tally.requests)} requests, ${number(section.tally.refused)} refused with 503`,
        broken.length === 0 && section.tally.refused === 0,
        broken.length > 0 ? `for example ${broken[0]}` : '',
      );
      await kills(section, stand, { running, start, balanced });
      await revocations(
        section,
        stand,
        running.map(({ url }) => url),
      );
      await stand.conclude(stops + section.size(KILLS));
    } finally {
      for (const balancer of balancers) balancer.close();
      for (const service of running) await service.kill();
      await stand.close();
    }
  },
};

interface Pair {
  running: RunningService[];
  start(i: number): Promise<RunningService>;
  balanced(key: string): Send;
}

/** One of two dies, or the database of both, or both at the same moment: the other goes on, or begins again with it. */
async function kills(section: Section, stand: Stand, { running, start, balanced }: Pair): Promise<void> {
  const times = section.size(KILLS);
  section.done(
    `${times} times under the same load one of the two was ended by \`kill -9\`, in turn, and started again; every second time ` +
      'PostgreSQL was ended so at the same moment, every fourth time PostgreSQL alone. What the balancer had sent to the one that died ' +
      'counts as in doubt.',
  );
  for (let n = 0; n < times; n++) {
    const i = (n >> 1) % 2;
    const hasDatabase = n % 2 === 1;
    const hasService = n % 4 !== 3;
    const whose = [hasService && 'one of two', hasDatabase && 'PostgreSQL of two']
      .filter(Boolean)
      .join(' and ');
    await stand.round(
      `kill ${n + 1} of ${whose}`,
      async () => {
        await sleep(between(section.chance, 100, 1_200));
        const killed = performance.now();
        const [hasKilled, hasKilledDatabase] = await Promise.all([
          hasService && killService(running[i]!),
          hasDatabase && killPostgres(stand.dataDir, 'SIGKILL'),
        ]);
        const ended = endedFrom(killed);
        if (hasService) running[i] = await start(i);
        assert.equal(hasKilled, hasService, 'The service had ended by itself before it was killed.');
        assert.equal(hasKilledDatabase, hasDatabase, 'There was no PostgreSQL to kill.');
        if (hasService) section.tally.kills++;
        if (hasDatabase) section.tally.databaseEnds++;
        return ended;
      },
      balanced,
    );
  }
  stand.service = running[0]!;
}

/** Keys revoked through one instance and the other in turn, while both are called with them and have other work. */
async function revocations(section: Section, stand: Stand, urls: string[]): Promise<void> {
  const times = section.size(REVOCATIONS);
  section.done(
    `${times} times a key with which both instances were called without a pause was revoked through one of them, in turn, while ` +
      'both wrote for others. What counts is when the last request that was let in was sent, after the answer to the revocation.',
  );
  const business = { name: 'Revocations', location: { name: 'Main', country: 'AU' } };
  const { apiKey } = await createBusiness(stand.sql, business);
  const last: number[] = [];
  let seen = 0;
  for (let n = 0; n < times; n++) {
    const doors = n % 2 === 0 ? urls : urls.toReversed();
    const found = await revokeUnderLoad(doors, apiKey.key, `r${n}`);
    last.push(...found.last);
    for (const surprise of found.surprises.slice(0, 3)) section.failed(`revocation ${n + 1}`, surprise);
    const { admitted, refused, written } = found;
    // Where nobody was let in, nobody was let in too long.
    if ([...admitted, ...refused, written].every((count) => count > 0)) seen++;
    else
      section.failed(
        `revocation ${n + 1}`,
        `without load: let in ${admitted.join(' and ')} times, refused ${refused.join(' and ')} times, ${written} writes`,
      );
  }
  section.kept.raw.revocations = last;
  const longest = Math.max(...last);
  section.claim(
    'a revoked key is refused by every process',
    `≤ ${milliseconds(REVOKED_WITHIN_MS)}`,
    `last let in ${milliseconds(Math.max(0, longest))} after the revocation, the longest of ${number(times)}` +
      (seen === times ? '' : `, of which ${number(seen)} had load at both`),
    seen === times && longest <= REVOKED_WITHIN_MS,
  );
}
