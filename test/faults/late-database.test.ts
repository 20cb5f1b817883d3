/** A start that comes before its database waits for it, and says so; what no waiting mends ends it at once. */
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { freePort } from '../../src/database/embedded.ts';
import { untilReachable } from '../../src/database/reachable.ts';
import { until } from '../../trust/processes.ts';
import { createDatabase, sender } from '../harness.ts';
import { useProcesses } from './process.ts';

const processes = useProcesses();
let made: Awaited<ReturnType<typeof createDatabase>>;
beforeAll(async () => {
  made = await createDatabase();
});
afterAll(() => made.drop());

/** What a server says to whoever comes while it recovers. */
const RECOVERING = refusal('57P03', 'the database system is starting up');

function refusal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** Stands before the server: refuses as long as it recovers, leads to it afterwards. */
async function gate(refused: Buffer) {
  const target = new URL(made.url);
  const sockets = new Set<Socket>();
  let isOpen = false;
  let refusals = 0;
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    if (!isOpen) {
      refusals++;
      socket.once('data', () => socket.end(refused));
      return;
    }
    const up = dial(Number(target.port || 5432), target.hostname);
    sockets.add(up.on('error', () => socket.destroy()));
    socket.pipe(up).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    refusals: () => refusals,
    open: () => {
      isOpen = true;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function urlAt(port: number): string {
  const url = new URL(made.url);
  url.host = `127.0.0.1:${port}`;
  return url.href;
}

describe('a service that is started before its database', () => {
  it('waits while the server recovers', async () => {
    const recovering = await gate(RECOVERING);
    const starting = processes.start({ DATABASE_URL: urlAt(recovering.port) });
    starting.catch(() => {});
    await until('it has asked more than once', 60_000, () => recovering.refusals() > 1);
    recovering.open();
    const running = await starting;
    expect(running.output()).toMatch(/^Waiting for the database: .*57P03/);
    expect((await sender(running.url, null)('GET', '//ready')).status).toBe(200);
    running.signal('SIGTERM');
    await running.exited;
    recovering.close();
  }, 90_000);

  it('says what it waits for, and in the end that it was in vain', async () => {
    const recovering = await gate(RECOVERING);
    for (const [port, why] of [
      [recovering.port, 'it is starting, stopping or recovering (57P03)'],
      [await freePort(), 'nothing listens there yet (ECONNREFUSED)'],
    ] as const) {
      const sql = connect(urlAt(port), { max: 1 });
      const told: string[] = [];
      await expect(untilReachable(sql, (line) => told.push(line), 1_000)).rejects.toThrow(
        `did not answer within 1 seconds: ${why}`,
      );
      expect(told).toEqual([`Waiting for the database: ${why}.`]);
      await sql.end({ timeout: 1 });
    }
    recovering.close();
  });

  it('goes on where the server has come up', async () => {
    const recovering = await gate(RECOVERING);
    const sql = connect(urlAt(recovering.port), { max: 1 });
    const told: string[] = [];
    const reached = untilReachable(sql, (line) => told.push(line), 20_000);
    await until('it waits', 5_000, () => told.length > 0);
    recovering.open();
    await reached;
    expect(told).toHaveLength(1);
    await sql.end({ timeout: 1 });
    recovering.close();
  });

  it('does not wait for what stays as it is', async () => {
    const url = new URL(made.url);
    url.pathname = '/nobody_made_it';
    const { code, output } = await processes.startInVain({ DATABASE_URL: url.href });
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/^clientele: database "nobody_made_it" does not/),
    ]);
    const refusing = await gate(refusal('28P01', 'password authentication failed for user "x"'));
    const sql = connect(urlAt(refusing.port), { max: 1 });
    await expect(untilReachable(sql, () => expect.fail('it waits'))).rejects.toThrow('password');
    await sql.end({ timeout: 1 });
    refusing.close();
  });
});
