/** The clock of the service jumps, forwards and backwards. Needs libfaketime: `apt-get install libfaketime`. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeBusiness } from '../test/business.ts';
import { API, sender } from '../test/client.ts';
import { type Balancer, balance } from './balancer.ts';
import { until } from './processes.ts';
import { endedNow, Stand } from './stand.ts';
import type { Section, Theme } from './theme.ts';

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((platform) => `/usr/lib/${platform}/faketime/libfaketime.so.1`)
  .concat('/opt/homebrew/lib/faketime/libfaketime.1.dylib');
const HOUR_S = 3_600;
/** Seconds beside the true time, one jump after the other. */
const JUMPS = [HOUR_S, -HOUR_S, 0, -24 * HOUR_S, 0, 20 * HOUR_S, 60, -60, 0];
const ROUNDS = { smoke: 2, small: JUMPS.length, full: 3 * JUMPS.length };
const SECONDS = 3;
/** A session lives 12 hours, a kept answer 24, a deleted customer 30 days. */
const BEYOND_SESSION_S = 13 * HOUR_S;
const AHEAD = [
  { name: '25 h', seconds: 25 * HOUR_S },
  { name: '31 days', seconds: 31 * 24 * HOUR_S },
];
const HOUSE_MS = 60_000;

export const clock: Theme = {
  name: 'clock',
  title: 'The clock jumps',
  what: ({ scale }) =>
    `${ROUNDS[scale]} jumps of the clock of the service, up to a day either way; one of two instances ahead by ${AHEAD.map(({ name }) => name).join(', ')}`,
  estimate: ({ scale }) => 35 + ROUNDS[scale] * SECONDS,
  async run(section) {
    const library = LIBRARIES.find((path) => existsSync(path));
    if (!library) {
      section.found('Not run: libfaketime is not here (Debian: `apt-get install libfaketime`).');
      section.claim(
        'clock jumps: order holds',
        'ids, versions, feed',
        'not run',
        null,
        'libfaketime is not here',
      );
      return;
    }
    const dir = await mkdtemp(join(tmpdir(), 'clientele-clock-'));
    const file = join(dir, 'offset');
    const jump = async (seconds: number) => {
      await writeFile(file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`);
      // The library looks once a second.
      await sleep(1_100);
    };
    await writeFile(file, '+0\n');
    const stand = await Stand.open(section, {
      env: {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_CACHE_DURATION: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    });
    try {
      await ahead(section, stand, dir);
      const rounds = section.size(ROUNDS);
      section.done(
        `The clock of the service jumped ${rounds} times under load (libfaketime), up to a day forwards and backwards; that of ` +
          'PostgreSQL stayed. Each time a create with an `Idempotency-Key` from before the jump was repeated after it.',
      );
      for (let round = 0; round < rounds; round++) {
        const seconds = JUMPS[round % JUMPS.length]!;
        await stand.round(
          `clock at ${seconds > 0 ? '+' : ''}${seconds} s, round ${round + 1}`,
          async ({ key }) => {
            const repeat = await keyed(stand.url, key, `clock-${round}`);
            await jump(seconds);
            await repeat(section);
            return endedNow();
          },
        );
      }
      await sessions(section, stand, jump);
      await stand.conclude(AHEAD.length + rounds);
    } finally {
      await stand.close();
      await rm(dir, { recursive: true });
    }
  },
};

/**
 * Two instances, of which one is ahead of all others by more than something is kept: what is kept by the other must not go
 * by its clock. It keeps house when it starts; nobody else may be at it then.
 */
async function ahead(section: Section, stand: Stand, dir: string): Promise<void> {
  const faults: string[] = [];
  for (const { name, seconds } of AHEAD) {
    const business = await makeBusiness({ url: stand.url, sql: stand.sql });
    const repeat = await keyed(stand.url, business.key, `kept-${seconds}`);
    const { id } = (await business.send('POST', '/customers', { name: 'Deleted' })).body;
    await business.send('DELETE', `/customers/${id}`);
    await stand.sql`delete from leases`;
    const file = join(dir, `ahead-${seconds}`);
    await writeFile(file, `+${seconds}\n`);
    const early = await stand.startService({ PORT: '0', FAKETIME_TIMESTAMP_FILE: file });
    try {
      await until('it has kept house', HOUSE_MS, async () => {
        const { text } = await sender(early.url, business.key)('GET', '//metrics');
        return Number(/^clientele_housekeeping_finished_timestamp_seconds ([\d.e+]+)$/m.exec(text)?.[1]) > 0;
      });
      const restored = await sender(early.url, business.key)('POST', `/customers/${id}/restore`);
      if (restored.status !== 200) faults.push(`${name}: a restore was answered ${restored.status}`);
      for (const url of [early.url, stand.url])
        if (!(await repeat(null, url))) faults.push(`${name}: a repetition`);
      const balancers: Balancer[] = [];
      await stand.round(
        `one of two ahead by ${name}`,
        async () => {
          await sleep(SECONDS * 1_000);
          return endedNow();
        },
        (key) => {
          const balancer = balance([stand.url, early.url], key);
          balancers.push(balancer);
          return balancer.send;
        },
      );
      for (const balancer of balancers) balancer.close();
    } finally {
      await early.kill();
    }
  }
  section.done(
    `A second instance on the same database, ahead by ${AHEAD.map(({ name }) => name).join(' and then by ')}, kept house. Before, a customer ` +
      'had been deleted and another made under an `Idempotency-Key`: the one was restored and the other repeated, at both instances. ' +
      'Then writers went to both in turn.',
  );
  for (const fault of faults) section.failed('one of two ahead', fault);
  section.claim(
    `an instance ahead by ${AHEAD.map(({ name }) => name).join(' or ')} forgets nothing early`,
    'deleted customers are restored, repetitions are answered as before',
    faults.length === 0 ? 'all' : faults.join('; '),
    faults.length === 0,
  );
}

/** A create under a key; what is given back repeats it and expects the first answer. */
async function keyed(url: string, key: string, name: string) {
  const create = (at: string) =>
    sender(at, key)('POST', '/customers', { name }, { headers: { 'idempotency-key': name } });
  const first = await create(url);
  return async (section: Section | null, at = url): Promise<boolean> => {
    const again = await create(at);
    const isSame = again.text === first.text;
    if (!isSame) section?.failed(name, `a repetition was answered ${again.text}`);
    return isSame;
  };
}

/** A session ends after its 12 hours by the clock of the service, and not before. */
async function sessions(
  section: Section,
  { url, sql }: Stand,
  jump: (seconds: number) => Promise<void>,
): Promise<void> {
  await jump(0);
  const [business] = await sql`select id from businesses order by created_at limit 1`;
  const { createApiKey } = await import('../src/tenancy/operations.ts');
  const actor = { type: 'system' as const, id: null, name: 'campaign' };
  const { key } = await createApiKey(
    sql,
    { businessId: business!.id, locationId: null, actor },
    { name: 'session' },
  );
  const signedIn = await sender(url, key)(
    'POST',
    '/session',
    { key },
    { headers: { 'x-clientele-console': '1' } },
  );
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const status = async () => (await fetch(`${url}${API}/customers`, { headers: { cookie } })).status;
  const statuses: number[] = [await status()];
  for (const seconds of [-HOUR_S, HOUR_S]) {
    await jump(seconds);
    statuses.push(await status());
  }
  await jump(BEYOND_SESSION_S);
  // On a busy machine the library looks a little later.
  await until('the session is over', 5_000, async () => (await status()) === 401).catch(() => {});
  statuses.push(await status());
  await jump(0);
  await until(
    'the clock is back',
    5_000,
    async () => (await sender(url, key)('GET', '/customers')).status === 200,
  );
  const isRight = statuses.join() === '200,200,200,401';
  section.claim(
    'clock jumps: a session ends after 12 hours, not before',
    'valid at -1 h and +1 h, over at +13 h',
    statuses.join(', '),
    isRight,
  );
}
