/** A bad wire: between the service and PostgreSQL, and between clients and the service. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeBusiness } from '../test/business.ts';
import { sender } from '../test/client.ts';
import { longestWait, type Waited } from './evidence.ts';
import { milliseconds, number } from './report.ts';
import { type Ended, endedFrom, endedNow, Stand } from './stand.ts';
import type { Scale, Section, Theme } from './theme.ts';
import { type Way, Wire } from './wire.ts';

const LATENCIES = [50, 500, 5_000];
const LATENCY_ROUNDS = { smoke: 1, small: 1, full: 4 };
const LATENCY_MS = { smoke: 500, small: 5_000, full: 15_000 };
const RESETS = { smoke: 1, small: 5, full: 30 };
const SILENCES = { smoke: 1, small: 1, full: 4 };
const SILENCE_MS = { smoke: 9_000, small: 15_000, full: 20_000 };
/** Smallest, one way is enough to see that it runs. */
const SILENT_WAYS: Record<Scale, Way[]> = { smoke: ['up'], small: ['up', 'down'], full: ['up', 'down'] };
const CUT_ROUNDS = { smoke: 1, small: 4, full: 20 };
const CUT_MS = { smoke: 1_000, small: 2_000, full: 3_000 };
/** Of the pieces on the wire, so many are answered by a reset. */
const CUT_SHARE = 0.1;
/** However bad the wire to the database, nobody waits longer for an answer: longer than a statement may take, and some. */
const LONGEST_MS = 20_000;
const PATIENCE_MS = 30_000;
/** So many read at once while the wire is silent: of one business, and with keys that the process has not seen yet. */
const CROWD = { smoke: 20, small: 200, full: 200 };
const CROWD_PAUSE_MS = 1_000;

export const network: Theme = {
  name: 'network',
  title: 'A bad network',
  what: ({ scale }) =>
    `latency, ${RESETS[scale]} resets, ${2 * SILENCES[scale]} silences before PostgreSQL; ${2 * CUT_ROUNDS[scale]} rounds of cut clients`,
  estimate: ({ scale }) =>
    20 +
    LATENCIES.length * LATENCY_ROUNDS[scale] * (LATENCY_MS[scale] / 1000 + 5) +
    RESETS[scale] * 2 +
    2 * SILENCES[scale] * (SILENCE_MS[scale] / 1000 + 8) +
    2 * CUT_ROUNDS[scale] * (CUT_MS[scale] / 1000 + 2),
  async run(section) {
    let toDatabase!: Wire;
    let toService!: Wire;
    const stand = await Stand.open(section, {
      patience: PATIENCE_MS,
      async toDatabase(url) {
        toDatabase = await Wire.open(url);
        return toDatabase.before(url);
      },
      async toService(url) {
        toService = await Wire.open(url);
        return toService.before(url);
      },
    });
    try {
      await slow(stand, toDatabase);
      await reset(stand, toDatabase);
      const crowds = await silence(stand, toDatabase);
      await cutClients(stand, toService);
      const silences = section.size(SILENCES) * section.size(SILENT_WAYS).length;
      const rounds =
        LATENCIES.length * section.size(LATENCY_ROUNDS) +
        section.size(RESETS) +
        silences +
        2 * section.size(CUT_ROUNDS);
      // In each silence a crowd waited beside the writers.
      claimAnswers(section, [...stand.rounds, ...crowds], rounds + silences);
      await stand.conclude(rounds);
    } finally {
      await toDatabase.close();
      await toService.close();
      await stand.close();
    }
  },
};

async function slow(stand: Stand, wire: Wire): Promise<void> {
  const { section } = stand;
  const millis = section.size(LATENCY_MS);
  section.done(
    `Between service and PostgreSQL, through a proxy of our own: ${LATENCIES.map(milliseconds).join(', ')} of latency each way, ` +
      `each ${section.size(LATENCY_ROUNDS)} times for ${millis / 1000} s.`,
  );
  for (const latency of LATENCIES)
    for (let round = 1; round <= section.size(LATENCY_ROUNDS); round++)
      await stand.round(`latency of ${latency} ms, round ${round}`, async () => {
        const before = wire.delayed;
        wire.latency = latency;
        await sleep(millis);
        wire.latency = 0;
        assert.ok(wire.delayed > before, 'Nothing was on the wire to be held up.');
        return endedNow();
      });
}

async function reset(stand: Stand, wire: Wire): Promise<void> {
  const { section } = stand;
  section.done(`${section.size(RESETS)} times all connections to PostgreSQL were reset at once.`);
  for (let round = 1; round <= section.size(RESETS); round++)
    await stand.round(`reset ${round}`, async (): Promise<Ended> => {
      const [now, before] = [performance.now(), wire.cut];
      wire.resetAll();
      assert.ok(wire.cut > before, 'There was no connection to reset.');
      return endedFrom(now);
    });
}

async function silence(stand: Stand, wire: Wire): Promise<Waited[]> {
  const { section } = stand;
  const millis = section.size(SILENCE_MS);
  const size = section.size(CROWD);
  section.done(
    `Half-open: ${section.size(SILENCES)} times each way, for ${millis / 1000} s, whatever the one end sent vanished, without a ` +
      'word to either. Connections that had lost something stayed dead afterwards, as behind a firewall that forgot them. ' +
      `Meanwhile ${size} callers read the customers of one business, and ${size} more with keys that the process had not seen yet.`,
  );
  const crowds: Waited[] = [];
  for (const way of section.size(SILENT_WAYS))
    for (let round = 1; round <= section.size(SILENCES); round++) {
      const run = `silence of ${way === 'up' ? 'the service' : 'PostgreSQL'}, round ${round}`;
      const keys = await crowdKeys(stand, size);
      let crowd: Promise<Waited> | null = null;
      await stand.round(run, async () => {
        const before = wire.vanished;
        wire.vanishing = [way];
        const end = performance.now() + millis;
        crowd = gather(stand, run, keys, end);
        await sleep(millis);
        wire.vanishing = [];
        const ended = endedNow();
        assert.ok(wire.vanished > before, 'Nothing was on the wire to vanish.');
        return ended;
      });
      // None where the round failed before: one too few is seen below.
      if (crowd) crowds.push(await crowd);
    }
  return crowds;
}

/** As many times the key of one business, which the process knows, as keys of another that nobody has used. */
async function crowdKeys({ url, sql }: Stand, size: number): Promise<string[]> {
  const [known, unknown] = [await makeBusiness({ url, sql }), await makeBusiness({ url, sql })];
  await known.send('GET', '/customers');
  const strangers = await Promise.all(
    Array.from({ length: size }, () => unknown.addKey({ scopes: ['customers:read'] })),
  );
  return [...Array<string>(size).fill(known.key), ...strangers.map(({ key }) => key)];
}

/** All ask at once, and again after each answer, until the time is over. */
async function gather(stand: Stand, run: string, keys: string[], end: number): Promise<Waited> {
  const { section } = stand;
  const waited: Waited = { run: `the crowd, ${run}`, longestMs: 0 };
  const surprises = new Set<string>();
  await Promise.all(
    keys.map(async (key) => {
      while (performance.now() < end) {
        const asked = performance.now();
        const answer = await Promise.race([
          sender(stand.url, key)('GET', '/customers').catch(() => null),
          sleep(PATIENCE_MS, 'hangs' as const, { ref: false }),
        ]);
        section.tally.requests++;
        waited.longestMs = Math.max(waited.longestMs, performance.now() - asked);
        if (answer === 'hangs' || answer === null) surprises.add(`no answer: ${answer ?? 'connection lost'}`);
        else if (answer.status === 503) section.tally.refused++;
        else if (answer.status !== 200) surprises.add(`${answer.status} ${answer.text.slice(0, 200)}`);
        await sleep(CROWD_PAUSE_MS);
      }
    }),
  );
  for (const surprise of surprises) section.failed(waited.run, surprise);
  return waited;
}

/** The client's connection is reset before its request arrives, or once the answer is under way. */
async function cutClients(stand: Stand, wire: Wire): Promise<void> {
  const { section } = stand;
  const before = wire.cut;
  for (const way of ['up', 'down'] as Way[])
    for (let round = 1; round <= section.size(CUT_ROUNDS); round++)
      await stand.round(
        `clients cut ${way === 'up' ? 'before' : 'after'} the write, round ${round}`,
        async () => {
          const beforehand = wire.cut;
          wire.cuts = [{ way, share: CUT_SHARE, chance: section.chance }];
          await sleep(section.size(CUT_MS));
          wire.cuts = [];
          const ended = endedNow();
          assert.ok(wire.cut > beforehand, 'No connection was cut.');
          return ended;
        },
      );
  section.done(
    `Between clients and service: ${number(wire.cut - before)} connections reset, half of the rounds before the request arrived, ` +
      'half when its answer was on the way. Requests with an `Idempotency-Key` were repeated until answered.',
  );
}

/** Nobody waits for ever, whatever became of the wire behind the service. */
function claimAnswers(section: Section, waits: Waited[], planned: number): void {
  section.kept.raw.waits = waits;
  const { figure, met } = longestWait(waits, planned, LONGEST_MS);
  section.claim(
    'a dead wire to PostgreSQL: every request is answered',
    `≤ ${milliseconds(LONGEST_MS)}`,
    figure,
    met,
  );
}
