/** Five times what the service can bear, from a process that does not wait; and one business that crowds a quiet one. */
import { fork } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageDir } from '../src/config.ts';
import { makeBusiness, type TestBusiness } from '../test/business.ts';
import { API } from '../test/client.ts';
import { Memory } from './memory.ts';
import type { Group, GroupAccount, LoopAccount, Plan, Told } from './open-loop.ts';
import { milliseconds, number } from './report.ts';
import { Stand } from './stand.ts';
import type { Section, Theme } from './theme.ts';

/** Seconds of each step of the search for the peak, of the overload, and beside a noisy business. */
const STEP = { smoke: 1, small: 6, full: 8 };
/** The peak is what is kept up for so many of them. */
const PLATEAU = 5;
const OVERLOAD = { smoke: 2, small: 20, full: 300 };
const NOISY = { smoke: 2, small: 10, full: 60 };
const TIMES = 5;
/** Arrivals a second of the first step; each is so much more than the one before, as long as more gets done. */
const FIRST_RATE = 800;
const GROWTH = 1.5;
const MOST_STEPS = { smoke: 1, small: 8, full: 8 };
/** Then so many callers who each send the next request when the last was answered: few are never sent away. */
const CALLERS = { smoke: [64], small: [64, 256, 1_024], full: [64, 256, 1_024, 4_096] };
const PATIENCE_MS = { smoke: 1_000, small: 10_000, full: 10_000 };
const SOCKETS = { smoke: 200, small: 8_000, full: 8_000 };
const BUSINESSES = 8;
const RECOVERED_MS = 5_000;
/** Who is sent away is told so within. */
const REFUSED_MS = 5_000;
/** Answers as fast as this, so many in a row, are the service as it was. */
const NORMAL_MS = 250;
const IN_ROW = 10;
/** So long is waited for that at the most, with a pause after an answer that is not. */
const GIVE_UP_MS = 60_000;
const PAUSE_MS = 20;
const QUIET_SHARE = 0.02;

export const overload: Theme = {
  name: 'overload',
  title: 'Overload',
  what: ({ scale }) =>
    `${TIMES} times the peak for ${OVERLOAD[scale]} s, a noisy business beside a quiet one`,
  estimate: ({ scale }) =>
    8 +
    (1 + MOST_STEPS[scale] + CALLERS[scale].length) * (STEP[scale] + 2) +
    OVERLOAD[scale] +
    2 * NOISY[scale] +
    2 * (PATIENCE_MS[scale] / 1000),
  async run(section) {
    // Every key may send as much as it likes: what the service does by itself is looked at.
    const stand = await Stand.open(section, {});
    try {
      const businesses = await Promise.all(
        Array.from({ length: BUSINESSES }, () => makeBusiness({ url: stand.service.url, sql: stand.sql })),
      );
      const mixes = await Promise.all(businesses.map(mixOf));
      const peak = await findPeak(section, stand, businesses[0]!, mixes);
      await overwhelm(section, stand, businesses[0]!, mixes, peak);
      await crowd(section, stand, peak);
    } finally {
      await stand.close();
    }
  },
};

/** What a business asks for: of ten requests five upserts (three of them of somebody new), four gets and a list. */
async function mixOf({ key, send }: TestBusiness): Promise<string[]> {
  const made = await send('PUT', '/customers/batch', {
    customers: Array.from({ length: 200 }, (_, n) => ({ name: `Person ${n}`, email: `known${n}@load.test` })),
  });
  const ids = made.body.items.map(({ customer }) => customer.id);
  const to = (method: string, path: string, body = '') =>
    `${method} ${API}${path} HTTP/1.1\r\nHost: load.test\r\nAuthorization: Bearer ${key}\r\n` +
    (body ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` : '') +
    `\r\n${body}`;
  const upsert = (email: string) =>
    to('PUT', '/customers', JSON.stringify({ name: 'Load', email, company_name: '{number}' }));
  return ids
    .slice(0, 50)
    .flatMap((id, n) => [
      upsert('new{number}@load.test'),
      to('GET', `/customers/${id}`),
      upsert(`known${n}@load.test`),
      to('GET', `/customers/${ids[n + 50]}`),
      upsert('new{number}@load.test'),
      to('GET', '/customers?page_size=20'),
      to('GET', `/customers/${ids[n + 100]}`),
      upsert(`known${n + 60}@load.test`),
      to('GET', `/customers/${ids[n + 150]}`),
      upsert('new{number}@load.test'),
    ]);
}

/** Sends as planned, from a process of its own. `onSent` hears when the last request was sent: some still wait then. */
async function loop(
  section: Section,
  url: string,
  seconds: number,
  groups: Group[],
  { sockets = section.size(SOCKETS), onSent = (_at: number) => {} } = {},
): Promise<LoopAccount> {
  const plan: Plan = { url, seconds, sockets, patience: section.size(PATIENCE_MS), groups };
  const child = fork(join(packageDir, 'trust/open-loop.ts'), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return await new Promise((done, fail) => {
    child.on('message', (told: Told) => {
      if (told.type === 'sent') onSent(performance.now() - told.ago);
      else done(told.account);
    });
    child.once('exit', (code) => fail(new Error(`The process that sends ended with ${code}.`)));
    child.send(plan);
  });
}

const spread = (mixes: string[][], rate: number): Group[] =>
  mixes.map((requests, i) => ({ name: `business ${i + 1}`, rate: rate / mixes.length, requests }));

const sum = (
  account: LoopAccount,
  field: 'due' | 'sent' | 'done' | 'doneMeanwhile' | 'refused' | 'unanswered' | 'wrong',
): number => account.groups.reduce((all, group) => all + group[field], 0);

/**
 * The most that gets done in a second, kept up for some: more is sent until less or no more gets done, and then callers send
 * who wait for their answers. What is measured under overload can only be more than that by chance.
 */
async function findPeak(
  section: Section,
  stand: Stand,
  loaded: TestBusiness,
  mixes: string[][],
): Promise<number> {
  const seconds = section.size(STEP);
  const { url } = stand.service;
  await loop(section, url, seconds, spread(mixes, FIRST_RATE));
  const steps: { what: string; done: number; kept: number }[] = [];
  const step = async (what: string, rate: number, sockets?: number) => {
    const account = await loop(section, url, seconds, spread(mixes, rate), { sockets });
    section.tally.requests += sum(account, 'sent');
    const done = Math.round(sum(account, 'doneMeanwhile') / account.seconds);
    steps.push({ what, done, kept: plateau(account) });
    section.tell(`${what}: ${number(done)} a second done, at most ${number(plateau(account))} kept up`);
    await asBefore(await probesOf(stand, loaded));
    return done;
  };
  let short = 0;
  let rate = FIRST_RATE;
  // Once may be chance.
  for (let n = 0; n < section.size(MOST_STEPS) && short < 2; n++, rate *= GROWTH)
    short = (await step(number(Math.round(rate)), rate)) < rate * 0.7 ? short + 1 : 0;
  for (const callers of section.size(CALLERS)) await step(`${number(callers)} callers`, rate * 2, callers);
  const peak = Math.max(...steps.map(({ kept }) => kept));
  section.kept.raw.steps = steps;
  section.done(
    `Requests of ${mixes.length} businesses (of ten: five upserts, three of them of somebody new; four gets; a list) come at a fixed ` +
      `pace from another process, whether earlier ones were answered or not, over up to ${number(section.size(SOCKETS))} connections: ` +
      'callers beyond that are never heard of. Others send the next when the last was answered. The service, its PostgreSQL and that ' +
      'process share two cores: what is sent is paid for by what is done.',
  );
  section.found(
    `At most ${number(peak)} requests a second get done, kept up for ${Math.min(PLATEAU, seconds)} s ` +
      `(sent → done: ${steps.map(({ what, done }) => `${what} → ${number(done)}`).join('; ')}).`,
  );
  return peak;
}

/** The best seconds in a row, in requests done in one. */
function plateau({ bySecond, seconds }: LoopAccount): number {
  const whole = Array.from({ length: Math.floor(seconds) }, (_, second) => bySecond[second] ?? 0);
  const length = Math.min(PLATEAU, whole.length);
  const sums = whole
    .slice(length - 1)
    .map((_, from) => whole.slice(from, from + length).reduce((all, done) => all + done, 0));
  return Math.round(Math.max(...sums) / length);
}

/** What the client itself can send to somebody who sends everything away at once, in requests a second. */
async function mostOfClient(section: Section, mixes: string[][], rate: number): Promise<number> {
  const refusal = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}';
  const server = createServer((socket) =>
    socket.on('data', () => socket.write(refusal)).on('error', () => {}),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const account = await loop(section, `http://127.0.0.1:${port}`, section.size(STEP), spread(mixes, rate));
  server.close();
  return sum(account, 'sent') / account.seconds;
}

async function overwhelm(
  section: Section,
  stand: Stand,
  loaded: TestBusiness,
  mixes: string[][],
  peak: number,
): Promise<void> {
  const seconds = section.size(OVERLOAD);
  const memory = Memory.of(stand.service.pid);
  const probes = await probesOf(stand, loaded);
  let recovery!: Promise<Recovered[]>;
  const account = await loop(section, stand.service.url, seconds, spread(mixes, peak * TIMES), {
    // Those who still wait then are part of what it has to recover from.
    onSent: (at) => {
      recovery = asBefore(probes, at);
    },
  });
  const recoveries = await recovery;
  memory.stop();
  const mostSent = await mostOfClient(section, mixes, peak * TIMES);
  section.kept.raw.overload = { account, memory: memory.samples, mostSent, recoveries };
  const [due, sent, done, refused, unanswered, wrong] = (
    ['due', 'sent', 'done', 'refused', 'unanswered', 'wrong'] as const
  ).map((field) => sum(account, field)) as [number, number, number, number, number, number];
  section.tally.requests += sent;
  section.tally.refused += refused;
  section.tally.otherFaults += faultsIn(account.groups);
  const goodput = sum(account, 'doneMeanwhile') / account.seconds;
  const share = (goodput / peak) * 100;
  const times = sent / account.seconds / peak;
  section.done(
    `Then ${TIMES} times as much for ${seconds} s: ${number(due / account.seconds)} a second were due, ${number(sent / account.seconds)} found a ` +
      `free connection and were sent; that took ${number((account.cpu / account.seconds) * 100)} % of a core. To somebody who sends ` +
      `everything away at once, the same client sends ${number(mostSent)} a second.`,
  );
  section.checked(
    `An answer counts when it is a 2xx within ${section.size(PATIENCE_MS) / 1000} s of the moment its request was due; everything else must be a 429 or ` +
      '503 with Retry-After. From the moment the last request was sent, one of those businesses and a new one ask one thing after the ' +
      `other: ${IN_ROW} answers in a row within ${NORMAL_MS} ms are the service as before.`,
  );
  const statuses = statusesOf(account.groups);
  section.found(
    `Under ${number(times)} times the peak ${number(goodput)} a second got done, p99 ${milliseconds(Math.max(...account.groups.map(({ p99 }) => p99)))}; ` +
      `answers by status (0: none in time): ${statuses}; the client was late by ${milliseconds(account.lateness)} at the worst.`,
  );
  const isSmoke = section.options.scale === 'smoke';
  const judged = (met: boolean) => (isSmoke ? null : met);
  const cause = isSmoke ? 'too short to say' : '';
  // All that were due, but for the last tick.
  const isSent = sent >= due * 0.99;
  section.claim(
    'load really sent',
    `≥ ${TIMES} times the peak`,
    `${number(times)} times, ${number(sent / account.seconds)} a second of ${number(due / account.seconds)} that were due`,
    judged(isSent),
    cause || (isSent ? '' : whyNotSent(account, mostSent)),
  );
  section.claim(
    'goodput under overload',
    '≥ 80 % of the peak',
    `${number(share)} %, ${number(goodput)} of ${number(peak)} a second, with ${number(times)} times the peak really sent`,
    judged(share >= 80),
    cause || (share >= 80 ? '' : lossOf(peak - goodput, refused / account.seconds, account)),
  );
  const [p50, p99] = (['refusedP50', 'refusedP99'] as const).map((field) =>
    Math.max(...account.groups.map((group) => group[field])),
  ) as [number, number];
  section.claim(
    'a refusal takes',
    `p99 ≤ ${milliseconds(REFUSED_MS)}`,
    `p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}, of ${number(refused)}`,
    judged(p99 <= REFUSED_MS),
    cause ||
      (p99 <= REFUSED_MS
        ? ''
        : `${number(account.mostBusy)} connections waited at once, and ${number(refused / account.seconds)} a second were sent away`),
  );
  section.claim(
    'whoever is not served is told when to come again',
    'all who were sent',
    `${number(unanswered + wrong)} of ${number(sent - done)} were not (${number(unanswered)} without an answer in time, ${number(wrong)} otherwise)`,
    judged(unanswered + wrong === 0),
    cause,
  );
  const { first, last, most } = memory.told();
  section.claim(
    'resident memory under overload',
    'flat: ≤ 25 % more at its end than at its beginning',
    `${number(first)} MiB at first, ${number(last)} MiB in the end, at most ${number(most)} MiB`,
    judged(last <= first * 1.25),
    cause,
  );
  section.claim(
    'as fast as before after an overload',
    `≤ ${RECOVERED_MS / 1000} s`,
    recoveries.map(({ who, after }) => `${who} after ${milliseconds(after)}`).join(', '),
    judged(recoveries.every(({ after }) => after <= RECOVERED_MS)),
    cause,
  );
}

/** What kept requests from being sent whose time had come. */
const whyNotSent = ({ seconds, groups, mostBusy }: LoopAccount, mostSent: number): string => {
  const of = (field: 'doneMeanwhile' | 'refused') =>
    groups.reduce((all, group) => all + group[field], 0) / seconds;
  return (
    `a connection that waits sends nothing, and all ${number(mostBusy)} waited: the service does ${number(of('doneMeanwhile'))} a second and ` +
    `sends no more than ${number(of('refused'))} away, which spares the time for what it does. The client could have sent ${number(mostSent)}, ` +
    'on the same two cores'
  );
};

/** Where the rest of the peak went, in the run's own figures. */
const lossOf = (missing: number, refused: number, { cpu, seconds }: LoopAccount): string =>
  `${number(missing)} a second are missing, and ${number(refused)} a second were sent away: ${number(missing / refused)} of an answer each, ` +
  `what it took to send them included (${number((cpu / seconds) * 100)} % of a core of the same machine)`;

/** Who looks whether the service is as it was. */
interface Probe {
  who: string;
  business: TestBusiness;
}

/** A probe, and the milliseconds after which it was served as before. */
interface Recovered {
  who: string;
  after: number;
}

/** One whose own requests may still be under way, and a new one, for whom there is room even where there is hardly any. */
const probesOf = async ({ service, sql }: Stand, loaded: TestBusiness): Promise<Probe[]> => [
  { who: 'a business of the overload', business: loaded },
  { who: 'a new one', business: await makeBusiness({ url: service.url, sql }) },
];

/** For each, when the answers in a row began that came as fast as ever. */
const asBefore = (probes: Probe[], start = performance.now()): Promise<Recovered[]> =>
  Promise.all(probes.map(async ({ who, business }) => ({ who, after: await recovered(business, start) })));

async function recovered({ send }: TestBusiness, start: number): Promise<number> {
  let inRow = 0;
  let since = start;
  while (inRow < IN_ROW && performance.now() < start + GIVE_UP_MS) {
    const sent = performance.now();
    const answer = await send('PUT', '/customers', { name: 'Ann', phone: '0412 345 678' }).catch(() => null);
    const isNormal = answer?.status === 200 && performance.now() - sent <= NORMAL_MS;
    if (inRow === 0 || !isNormal) since = performance.now();
    inRow = isNormal ? inRow + 1 : 0;
    if (!isNormal) await sleep(PAUSE_MS);
  }
  return since - start;
}

/** A quiet business alone, then beside one that sends ten times what two could share. */
async function crowd(section: Section, stand: Stand, peak: number): Promise<void> {
  const place = { url: stand.service.url, sql: stand.sql };
  const [quiet, noisy] = await Promise.all([makeBusiness(place), makeBusiness(place)]);
  const [quietMix, noisyMix] = await Promise.all([mixOf(quiet), mixOf(noisy)]);
  const seconds = section.size(NOISY);
  const own: Group = { name: 'quiet', rate: Math.max(5, peak * QUIET_SHARE), requests: quietMix };
  const alone = (await loop(section, place.url, seconds, [own])).groups[0]!;
  // Two have half of the peak each. Each has connections of its own, and a process that sends.
  const share = peak / 2;
  const [besideNoise, noise] = await Promise.all([
    loop(section, place.url, seconds, [own]),
    loop(section, place.url, seconds, [{ name: 'noisy', rate: share * 10, requests: noisyMix }]),
  ]);
  const [beside, crowding] = [besideNoise.groups[0]!, noise.groups[0]!];
  section.tally.requests += alone.sent + beside.sent + crowding.sent;
  section.tally.refused += beside.refused + crowding.refused;
  section.tally.otherFaults += faultsIn([alone, beside, crowding]);
  section.kept.raw.noisy = { alone, beside: besideNoise, crowding: noise };
  section.done(
    `A business that sends ${number(own.rate)} a second, alone and beside another that sends ${number(share * 10)}, ten times its half of the peak, for ${seconds} s.`,
  );
  section.found(
    `The quiet one: alone p50 ${milliseconds(alone.p50)}, p99 ${milliseconds(alone.p99)}; beside the noisy one p50 ${milliseconds(beside.p50)}, ` +
      `p99 ${milliseconds(beside.p99)}, ${number(beside.done)} of ${number(beside.sent)} done. The noisy one: ${number(crowding.doneMeanwhile / noise.seconds)} a second done.`,
  );
  const isSmoke = section.options.scale === 'smoke';
  const success = (beside.done / beside.sent) * 100;
  section.claim(
    'a quiet business beside one of ten times its share',
    '≥ 99 % done, p99 ≤ 1 s',
    `${number(success)} % done, p99 ${milliseconds(beside.p99)} (alone ${milliseconds(alone.p99)})`,
    isSmoke ? null : success >= 99 && beside.p99 <= 1_000,
    isSmoke ? 'too short to say' : '',
  );
  await asBefore(await probesOf(stand, noisy));
}

const faultsIn = (groups: GroupAccount[]): number =>
  groups.reduce(
    (all, { statuses }) =>
      all +
      Object.entries(statuses).reduce(
        (n, [status, count]) => n + (Number(status) >= 500 && status !== '503' ? count : 0),
        0,
      ),
    0,
  );

function statusesOf(groups: GroupAccount[]): string {
  const counts = new Map<string, number>();
  for (const { statuses } of groups)
    for (const [status, count] of Object.entries(statuses))
      counts.set(status, (counts.get(status) ?? 0) + count);
  return [...counts].map(([status, count]) => `${status} ${number(count)}`).join(', ');
}
