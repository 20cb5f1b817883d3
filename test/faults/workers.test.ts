/** CLIENTELE_WORKERS: several processes behind one port, and everything still true. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../trust/ledger.ts';
import { type RunningService, until } from '../../trust/processes.ts';
import { startWriting } from '../../trust/writers.ts';
import { sender } from '../harness.ts';
import { expectToldIn } from './audit.ts';
import { expectStopped, useProcesses } from './process.ts';

const processes = useProcesses();
let dataDir: string;
let running: RunningService;
let key: string;
/** One for all: names are never used twice. */
const ledger = new Ledger();

beforeAll(async () => {
  dataDir = await processes.dataDir();
  running = await processes.start({
    CLIENTELE_DATA: dataDir,
    CLIENTELE_WORKERS: '2',
    CLIENTELE_FAILED_RATE: '0',
  });
  key = running.key!;
});

/** The process ids of the workers. */
const workers = (): number[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(running.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('main.ts'))
    .map((line) => Number.parseInt(line, 10));

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${running.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

/** By how the ids of requests begin. Before both listen the death of one may close the port: it would be another then. */
const bothServe = () =>
  until('both serve', 20_000, async () => {
    const ask = () => fetch(`${running.url}/health`, { headers: { connection: 'close' } });
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    return new Set(answers.map(({ headers }) => headers.get('x-request-id')!.split('-')[0])).size === 2;
  });

describe('two workers', () => {
  it('make one customer of 64 simultaneous upserts, and count as one in /metrics', async () => {
    expect(workers().length).toBe(2);
    const send = sender(running.url, key);
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => send('PUT', '/customers', { name: 'Ann Lee', phone: '0412 345 678' })),
    );
    const outcomes = answers.map(({ body }) => body.upsert?.outcome);
    expect(outcomes.filter((outcome) => outcome === 'created').length).toBe(1);
    expect(outcomes.filter((outcome) => outcome === 'unchanged').length).toBe(63);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    // Whichever worker is asked, it answers for both.
    for (let i = 0; i < 4; i++) {
      expect(await metric('clientele_upserts_created_total')).toBe(1);
      expect(await metric('clientele_duplicates_prevented_total')).toBe(63);
    }
  });

  it('call no two requests alike', async () => {
    // A connection each, so that both are asked.
    const ask = () => fetch(`${running.url}/health`, { headers: { connection: 'close' } });
    const answers = await Promise.all(Array.from({ length: 32 }, ask));
    const ids = answers.map(({ headers }) => headers.get('x-request-id')!);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((id) => id.split('-')[0])).size, 'one beginning for each').toBe(2);
  });

  it('say as one whether they are ready and when the background work last came to its end', async () => {
    await until('a round has come to its end', 20_000, async () => {
      const finished = await metric('clientele_housekeeping_finished_timestamp_seconds');
      return Math.abs(Date.now() / 1000 - finished) < 90;
    });
    expect(await metric('clientele_ready')).toBe(1);
    expect(await metric('clientele_pool_size')).toBe(20);
  });

  it('are no figures at all while one of them does not say its own: 503, not an empty 200', async () => {
    const [victim] = workers();
    process.kill(victim!, 'SIGSTOP');
    try {
      // Some of them reach the one that is stopped, and wait.
      const asked = Array.from({ length: 4 }, () => fetch(`${running.url}/metrics`));
      const first = await Promise.race(asked);
      expect(first.status).toBe(503);
      expect(first.headers.get('retry-after')).toBe('1');
      expect(await first.text()).toMatch(/^The workers did not all say/);
      process.kill(victim!, 'SIGCONT');
      await Promise.all(asked);
    } finally {
      process.kill(victim!, 'SIGCONT');
    }
    await until('figures are back', 20_000, async () => (await metric('clientele_ready')) === 1);
  });

  it('both refuse a revoked key within a second', async () => {
    const admin = sender(running.url, key);
    const made = (await admin('POST', '/api-keys', { name: 'till', scopes: ['customers:read'] })).body;
    const ask = async () =>
      (
        await Promise.all(
          Array.from({ length: 16 }, () => sender(running.url, made.key)('GET', '/customers')),
        )
      ).map(({ status }) => status);
    expect(new Set(await ask())).toEqual(new Set([200]));
    await admin('DELETE', `/api-keys/${made.id}`);
    const revoked = performance.now();
    await until('everybody refuses', 2_000, async () => (await ask()).every((status) => status === 401));
    expect(performance.now() - revoked).toBeLessThan(1_500);
    expect(new Set(await ask())).toEqual(new Set([401]));
  });

  it('outlast the kill -9 of one under load: nothing acknowledged is lost, another takes its place', async () => {
    const writing = startWriting(ledger, sender(running.url, key), 8);
    await until('the writers are at work', 20_000, () => writing.acknowledged() > 50);
    const [victim] = workers();
    process.kill(victim!, 'SIGKILL');
    await until(
      'another has taken its place',
      20_000,
      () => workers().length === 2 && !workers().includes(victim!),
    );
    const before = writing.acknowledged();
    await until('the writers go on', 20_000, () => writing.acknowledged() > before + 50);
    await writing.stop();
    await expectToldIn(dataDir, ledger);
    expect(ledger.surprises).toEqual([]);
  });

  it('outlast a machine that has no room for another process: it is tried again until there is', async () => {
    const limit = (files: string) =>
      execFileSync('prlimit', ['--pid', String(running.pid), `--nofile=${files}:`]);
    await bothServe();
    const [victim] = workers();
    // Fewer than it has open: from now on it gets no pipe for a child.
    limit('8');
    process.kill(victim!, 'SIGKILL');
    await until('it was tried', 20_000, () =>
      /"cause":"EMFILE".*could not be started/.test(running.output()),
    );
    expect(workers()).toHaveLength(1);
    limit('1024');
    await until('another has taken its place', 20_000, () => workers().length === 2);
    await bothServe();
  });

  it('answer what they have accepted at SIGTERM, and exit 0 with PostgreSQL stopped', async () => {
    const writing = startWriting(ledger, sender(running.url, key), 8);
    await until('the writers are at work', 20_000, () => writing.acknowledged() > 50);
    running.signal('SIGTERM');
    await writing.stop();
    expect(await running.exited).toEqual({ code: 0, signal: null });
    await expectStopped(dataDir);
    running = await processes.start({
      CLIENTELE_DATA: dataDir,
      CLIENTELE_WORKERS: '2',
      CLIENTELE_FAILED_RATE: '0',
    });
    ledger.dropDoubts();
    await expectToldIn(dataDir, ledger);
    expect(ledger.surprises).toEqual([]);
  });
});

describe('workers that cannot start', () => {
  it('end the start with exit 1 and a reason', async () => {
    const { port } = new URL(running.url);
    const second = await processes.startInVain({
      CLIENTELE_DATA: await processes.dataDir(),
      CLIENTELE_WORKERS: '2',
      CLIENTELE_FAILED_RATE: '0',
      PORT: port,
    });
    expect(second.code).toBe(1);
    expect(second.output).toContain('EADDRINUSE');
  });
});
