/** A file that nobody takes is given up; one that is taken slowly is not. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { hangUpWhenStalled, STALLED_MS } from '../../src/http/route.ts';

const PIECE = Buffer.alloc(64 * 1024);
/** Longer than a process is kept from its work on a busy machine. */
const SHORT_MS = 1_000;

it.each([
  ['nobody takes', false],
  ['somebody takes slowly', true],
])('a file that %s: given up or not', async (_, isTaken) => {
  const file = Readable.from(
    (function* () {
      for (let n = 0; n < 400; n++) yield PIECE;
    })(),
  );
  const server = createServer((_request, response: ServerResponse) => {
    hangUpWhenStalled(response, SHORT_MS);
    file.pipe(response).once('close', () => file.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  caller.pause();
  caller.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n');
  const closed = once(file, 'close').then(() => file.readableEnded);
  let bytes = 0;
  caller.on('data', ({ length }) => {
    bytes += length;
    caller.pause();
  });
  const taking = setInterval(() => isTaken && caller.resume(), 5);
  const isWhole = await Promise.race([closed, sleep(20_000, 'never')]);
  expect(isWhole).toBe(isTaken);
  if (isTaken) expect(bytes).toBeGreaterThan(0);
  clearInterval(taking);
  caller.destroy();
  server.close();
});

it('the service gives it as long as it says', () => {
  const given: number[] = [];
  const response = { setTimeout: (millis: number) => given.push(millis) } as unknown as ServerResponse;
  hangUpWhenStalled(response);
  expect(given).toEqual([STALLED_MS]);
});
