/** Bodies that never come to their end: they hold memory up to a limit, and nobody else is kept out. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../trust/processes.ts';
import { useService } from '../harness.ts';

const service = useService();
const MIB = 1024 * 1024;
const BATCH = '/customers/batch?dry_run=true';
/** Half of 128 MiB, in batches of 16. */
const MOST_ALONE = 4;
const PIECES_OF_4_KIB = (16 * MIB) / 4096;

const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await until('their room is given back', 5_000, () => service.receivingRoom.held === 0);
});

/** Begins to send a body and does not end; what the server says to it, if anything. */
async function begin(key: string | null, path: string, framing: string, body = ' '): Promise<() => string> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  let said = '';
  socket.on('data', (bytes) => {
    said += bytes;
  });
  const authorization = key ? `Authorization: Bearer ${key}\r\n` : '';
  socket.write(
    `PUT /api/v2${path} HTTP/1.1\r\nHost: test\r\n${authorization}Content-Type: application/json\r\n${framing}\r\n\r\n${body}`,
  );
  return () => said;
}

const sized = `Content-Length: ${16 * MIB}`;
const status = (said: () => string) => until('an answer', 5_000, () => said().slice(9, 12) || null);

describe('bodies that do not end', () => {
  it('hold so much and no more for one business; another sends as ever, and so does this one afterwards', async () => {
    const [busy, other] = [await service.business(), await service.business()];
    const held = await Promise.all(Array.from({ length: MOST_ALONE }, () => begin(busy.key, BATCH, sized)));
    await until(
      'they are on their way',
      5_000,
      () => service.receivingRoom.held >= MOST_ALONE * PIECES_OF_4_KIB,
    );
    const refused = await begin(busy.key, BATCH, sized);
    expect(await status(refused)).toBe('503');
    expect(refused()).toContain('"code":"overloaded"');
    expect(refused()).toMatch(/retry-after: \d/i);
    expect(held.map((said) => said())).toEqual(held.map(() => ''));
    // What is small is let in beside them.
    expect((await busy.send('PUT', '/customers', { email: 'ann@clientele.test' })).status).toBe(200);
    const large = { customers: [{ email: 'ann@clientele.test' }], ' ': ' '.repeat(2 * MIB) };
    expect((await other.send('PUT', BATCH, large)).status).toBe(422);
    for (const socket of sockets) socket.destroy();
    await until('their room is given back', 5_000, () => service.receivingRoom.held === 0);
    expect((await busy.send('PUT', BATCH, large)).status).toBe(422);
  });

  it('are counted as they come where nobody said how long they are', async () => {
    const { key } = await service.business();
    const chunk = `${(8 * MIB).toString(16)}\r\n${' '.repeat(8 * MIB)}\r\n`;
    const chunked = () => begin(key, BATCH, 'Transfer-Encoding: chunked', chunk);
    const sent = await Promise.all(Array.from({ length: 2 * MOST_ALONE + 2 }, chunked));
    const refused = () => sent.filter((said) => said().startsWith('HTTP/1.1 503'));
    await until('one is refused', 10_000, () => refused().length > 0);
    expect(service.receivingRoom.held).toBeLessThanOrEqual((MOST_ALONE * 16 + 2) * (MIB / 4096) * 1.1);
    expect(refused().length).toBeLessThan(5);
  });

  it('without a key hold nothing: what they say is refused before it is read', async () => {
    expect(await status(await begin(null, '/customers', sized))).toBe('401');
    expect(await status(await begin(null, '/nowhere', sized))).toBe('404');
    expect(await status(await begin(null, '/nowhere', 'Transfer-Encoding: chunked'))).toBe('404');
  });

  it('a body of chunks is read whole, of any length up to the limit', async () => {
    const { key, send } = await service.business();
    const json = JSON.stringify({ email: 'ann@clientele.test', custom_fields: { note: 'x'.repeat(9_000) } });
    for (const size of [1, 100, 70_000]) {
      const padded = json + ' '.repeat(size);
      const chunks = padded.match(/.{1,4000}/g)!.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
      const said = await begin(
        key,
        '/customers',
        'Transfer-Encoding: chunked',
        `${chunks.join('')}0\r\n\r\n`,
      );
      expect(await status(said), said()).toBe('200');
    }
    expect((await send('GET', '/customers')).body.total).toBe(1);
    const tooLong = `${(MIB + 1).toString(16)}\r\n${' '.repeat(MIB + 1)}\r\n`;
    expect(await status(await begin(key, '/customers', 'Transfer-Encoding: chunked', tooLong))).toBe('413');
  });
});
