/** SIGTERM under load, a second SIGTERM, and a second start on a directory in use. */
import { Agent, get } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../trust/ledger.ts';
import { lookInto, type RunningService, until } from '../../trust/processes.ts';
import { startWriting } from '../../trust/writers.ts';
import { API, sender } from '../harness.ts';
import { expectToldIn } from './audit.ts';
import { expectStopped, useProcesses } from './process.ts';

const processes = useProcesses();
let dataDir: string;
let running: RunningService;
let key: string;

beforeAll(async () => {
  dataDir = await processes.dataDir();
  running = await processes.start({ CLIENTELE_DATA: dataDir });
  key = running.key!;
});

const STOPPED = { code: 0, signal: null };

/** A write on a socket of its own, in two steps: resolves when the service has accepted it. */
async function accepted(url: string, name: string): Promise<{ send(): void; answer: Promise<string> }> {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ name });
  const socket = connectSocket(Number(port), hostname);
  socket.setEncoding('utf8').on('error', () => {});
  let text = '';
  const answer = new Promise<string>((done) => socket.on('close', () => done(text)));
  const isAccepted = new Promise<void>((done) =>
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.includes('100 Continue')) done();
    }),
  );
  socket.write(
    `POST ${API}/customers HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
  );
  await isAccepted;
  return { send: () => socket.write(body), answer };
}

describe('SIGTERM', () => {
  it('waits for nobody who waits for events, nor for a connection on which nothing was ever said', async () => {
    const service = await processes.start({ CLIENTELE_DATA: await processes.dataDir() });
    const { hostname, port } = new URL(service.url);
    const silent = connectSocket(Number(port), hostname).on('error', () => {});
    const polling = sender(service.url, service.key!)('GET', '/events?after=latest&wait=25');
    await sender(service.url, service.key!)('GET', '/customers');
    const began = performance.now();
    service.signal('SIGTERM');
    expect(await service.exited).toEqual(STOPPED);
    expect(performance.now() - began).toBeLessThan(8_000);
    expect((await polling).status).toBe(200);
    silent.destroy();
  });

  it('loses no count of what a key was used for, at either of two workers', async () => {
    const own = { CLIENTELE_DATA: await processes.dataDir(), CLIENTELE_WORKERS: '2' };
    const service = await processes.start(own);
    const send = sender(service.url, service.key!);
    const answers = await Promise.all(Array.from({ length: 64 }, () => send('GET', '/customers')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    service.signal('SIGTERM');
    expect(await service.exited).toEqual(STOPPED);

    const again = await processes.start(own);
    const ask = sender(again.url, service.key!);
    const { id } = (await ask('GET', '/api-keys')).body.items[0]!;
    const { text } = await ask('GET', `/api-keys/${id}/uses`);
    expect(/"operation":"listCustomers","requests":(\d+),/.exec(text)?.[1], text).toBe('64');
    again.signal('SIGTERM');
    await again.exited;
  });

  it('answers every request that was accepted, with its write done, and exits 0 with PostgreSQL stopped', async () => {
    const requests = await Promise.all(
      Array.from({ length: 20 }, (_, i) => accepted(running.url, `Accepted ${i}`)),
    );
    // Nobody can write until the lock goes: all twenty are under way when the signal comes.
    await lookInto(dataDir, (sql) =>
      sql.begin(async (lock) => {
        await lock`lock table customers in exclusive mode`;
        for (const request of requests) request.send();
        await until('a write waits', 10_000, async () => {
          const [row] =
            await lock`select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'`;
          return row!.n > 0;
        });
        running.signal('SIGTERM');
        await until('it takes no new connections', 10_000, async () =>
          sender(running.url, null)('GET', '//health').then(
            () => false,
            () => true,
          ),
        );
      }),
    );
    const answers = await Promise.all(requests.map((request) => request.answer));
    expect(answers.map((answer) => /HTTP\/1.1 (201)/.exec(answer)?.[1] ?? answer)).toEqual(
      Array(20).fill('201'),
    );
    expect(await running.exited).toEqual(STOPPED);
    await expectStopped(dataDir);
  });

  it('twice, under the load of eight writers: what was not answered was not written, and it starts again', async () => {
    running = await processes.start({ CLIENTELE_DATA: dataDir });
    const ledger = new Ledger();
    const writing = startWriting(ledger, sender(running.url, key), 8);
    await until('the writers are at work', 20_000, () => writing.acknowledged() > 100);
    running.signal('SIGTERM');
    running.signal('SIGTERM');
    await writing.stop();
    expect(await running.exited).toEqual(STOPPED);
    await expectStopped(dataDir);

    running = await processes.start({ CLIENTELE_DATA: dataDir });
    ledger.dropDoubts();
    await expectToldIn(dataDir, ledger);
    expect(ledger.surprises).toEqual([]);
  });
});

describe('a connection that a client keeps open', () => {
  it('is served at the moment of SIGTERM, told to close, and then closed', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (url: string) =>
      new Promise<{ status: number | undefined; connection: string | undefined }>((done, fail) =>
        get(`${url}/health`, { agent }, (response) => {
          response
            .resume()
            .on('end', () => done({ status: response.statusCode, connection: response.headers.connection }));
        }).on('error', fail),
      );
    expect(await ask(running.url)).toEqual({ status: 200, connection: 'keep-alive' });
    running.signal('SIGTERM');
    await until('it takes no new connections', 10_000, async () =>
      sender(running.url, null)('GET', '//health').then(
        () => false,
        () => true,
      ),
    );
    expect(await ask(running.url)).toEqual({ status: 200, connection: 'close' });
    expect(await running.exited).toEqual(STOPPED);
    running = await processes.start({ CLIENTELE_DATA: dataDir });
  });
});

describe('a second start on the same data directory', () => {
  it('exits 1 and says who holds it; the first is not disturbed', async () => {
    const second = await processes.startInVain({ CLIENTELE_DATA: dataDir });
    expect(second.code).toBe(1);
    expect(second.output).toContain(`${dataDir} is in use by process ${running.pid} (clientele on port 0).`);
    expect(second.output).toContain('CLIENTELE_DATA');
    expect((await sender(running.url, key)('GET', '/customers')).status).toBe(200);
  });
});
