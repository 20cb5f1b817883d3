/** What a round of the event loop takes on: many new connections, and no more refusals than their share. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeGently, Doors } from '../../src/http/doors.ts';
import { requestIds } from '../../src/http/request-ids.ts';
import { Room } from '../../src/http/room.ts';
import { shedEarly } from '../../src/http/shed.ts';

const CALLERS = 200;

let server: Server;
let doors: Doors;
let callers: Socket[];
beforeEach(async () => {
  server = createServer(() => {});
  doors = new Doors(server);
  callers = [];
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  for (const caller of callers) caller.destroy();
  await doors.close();
});

const call = (): Socket => {
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  callers.push(caller);
  return caller;
};

/** What `count` grew by in each round of the event loop until it is `all`. */
async function rounds(all: number, count: () => number): Promise<number[]> {
  const steps: number[] = [];
  for (let before = count(); before < all; before = count()) {
    await new Promise((done) => setImmediate(done));
    if (count() > before) steps.push(count() - before);
  }
  return steps;
}

it('takes a connection at each door in a round, where Node alone takes one', async () => {
  let taken = 0;
  server.on('connection', () => taken++);
  await doors.stock(31);
  doors.openAll();
  expect(doors.open).toHaveLength(31);
  for (let n = 0; n < CALLERS; n++) call();
  const steps = await rounds(CALLERS, () => taken);
  expect(steps.length, String(steps)).toBeLessThan(CALLERS / 4);
});

it('answers at every door, and listens no more when all of them are closed', async () => {
  server.on('request', (_request, response) => response.end('here'));
  await doors.stock(7);
  doors.openAll();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answers = Array.from({ length: 50 }, async () =>
    (await fetch(url, { headers: { connection: 'close' } })).text(),
  );
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['here']));
  await doors.close();
  await expect(fetch(url)).rejects.toThrow();
});

it('opens them when somebody comes while the event loop has no pause, and closes them when it has again', async () => {
  await doors.watch(7, { look: 20, calm: 5 });
  expect([doors.reserve.length, doors.open.length]).toEqual([7, 0]);
  let isBusy = true;
  const spin = () => isBusy && setImmediate(spin);
  spin();
  await sleep(100);
  expect(doors.open, 'busy, but nobody came').toHaveLength(0);
  const caller = call();
  await expect.poll(() => doors.open.length).toBe(7);
  isBusy = false;
  await expect.poll(() => [doors.reserve.length, doors.open.length]).toEqual([7, 0]);
  expect(caller.destroyed).toBe(false);
});

it('waits for who came in by a door that is closed already', async () => {
  await doors.stock(7);
  doors.openAll();
  let hasEnded = false;
  const byDoor = new Set<Socket>();
  for (const door of doors.open) door.prependListener('connection', (guest) => byDoor.add(guest));
  server.on('connection', (guest) => byDoor.has(guest) || guest.destroy());
  const guests = Array.from({ length: 50 }, call);
  await Promise.all(guests.map((guest) => once(guest, 'connect')));
  await expect.poll(() => byDoor.size).toBeGreaterThan(0);
  await doors.watch(7, { look: 5, calm: 2 });
  await expect.poll(() => doors.open.length).toBe(0);
  const closing = doors.close().then(() => {
    hasEnded = true;
  });
  await sleep(50);
  expect(hasEnded).toBe(false);
  for (const guest of guests) guest.destroy();
  await closing;
});

it('cuts off what is still under way when a stop has lasted its time; what ends before is answered', async () => {
  const app = Fastify({ forceCloseConnections: 'idle' });
  const under: string[] = [];
  app.get('/:milliseconds', async ({ params }) => {
    const { milliseconds } = params as { milliseconds: string };
    under.push(milliseconds);
    await sleep(Number(milliseconds), null, { ref: false });
    return 'done';
  });
  closeGently(app, new Doors(app.server), 0, 500);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const soon = fetch(`${url}/150`).then((answer) => answer.text());
  const late = fetch(`${url}/60000`).then(
    (answer) => answer.text(),
    () => 'cut off',
  );
  await expect.poll(() => under.length, { interval: 5 }).toBe(2);
  const began = performance.now();
  await app.close();
  const took = performance.now() - began;
  expect([await soon, await late]).toEqual(['done', 'cut off']);
  expect(took).toBeGreaterThan(450);
  expect(took).toBeLessThan(5_000);
});

it('lets go of the socket at once when a stop begins before the doors are there', async () => {
  const { port } = server.address() as AddressInfo;
  const stocking = doors.stock(7);
  await doors.close();
  await stocking;
  expect(doors.reserve).toEqual([]);
  await once(server.listen(port, '127.0.0.1'), 'listening');
});

it('answers who sends on without an answer at once, and stops reading there', async () => {
  const room = new Room({ pace: 4, least: 8, most: 8 });
  shedEarly(server, '/', { room, whose: () => 'noisy', newId: requestIds() });
  for (const _ of [1, 2, 3, 4]) room.enter('noisy', 1);
  let heard = 0;
  server.on('request', () => heard++);
  const caller = call().pause();
  const asked = 100_000;
  caller.write('GET /customers HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer x\r\n\r\n'.repeat(asked));
  // Nobody reads the answers: so many lie ready, and no request is read beyond them.
  await expect.poll(() => room.refused).toBeGreaterThan(1);
  for (let before = 0; before < heard; await sleep(200)) before = heard;
  expect(heard).toBeLessThan(asked / 2);
});

it('is as before where no process can be started', async () => {
  const { execPath } = process;
  process.execPath = '/nowhere\0';
  try {
    await doors.stock(7);
  } finally {
    process.execPath = execPath;
  }
  expect(doors.reserve).toEqual([]);
});

it('sends away no more than its share in a round; all are told in the end', async () => {
  const room = new Room({ pace: 4, least: 8, most: 8 });
  shedEarly(server, '/', { room, whose: () => 'noisy', newId: requestIds() });
  const under = [1, 2, 3, 4].map(() => room.enter('noisy', 1));
  const answers = Array.from({ length: CALLERS }, () => {
    const caller = call();
    caller.write('GET /customers HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer x\r\n\r\n');
    return once(caller, 'data').then(([bytes]) => String(bytes));
  });
  const steps = await rounds(CALLERS, () => room.refused);
  expect(Math.max(...steps), String(steps)).toBeLessThanOrEqual(32);
  for (const answer of await Promise.all(answers))
    expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]+retry-after: 1/i);
  for (const leave of under) leave();
});
