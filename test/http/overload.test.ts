/** More than can be done: what is beyond is told to come again, others go through, and nothing is held for ever. */
import { connect } from 'node:net';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../trust/processes.ts';
import { type Answer, sender, type TestBusiness, useService } from '../harness.ts';

/** Room for eight of work: four of one business; and for twice as many as may wait for events of one. */
const MOST_WAITING = 12;
const waitingRoom = { pace: 2 * MOST_WAITING, least: 2 * MOST_WAITING, most: 2 * MOST_WAITING };
const service = useService({ room: { pace: 4, least: 8, most: 8 }, waitingRoom });
let noisy: TestBusiness;
let quiet: TestBusiness;
beforeAll(async () => {
  [noisy, quiet] = [await service.business(), await service.business()];
});
beforeEach(() => until('all is quiet', 5_000, () => service.room.held === 0));

/** Nobody can write while `meanwhile` lasts. */
const whileLocked = (meanwhile: () => Promise<void>) =>
  service.sql.begin(async (lock) => {
    await lock`lock table customers in exclusive mode`;
    await meanwhile();
  });

const isRefused = ({ status, body }: Answer) => status === 503 && body.code === 'overloaded';

describe('a business with as much under way as is left', () => {
  it('is told to come again, without a trace; another goes through, and what was let in is done', async () => {
    let under: Promise<Answer>[] = [];
    await whileLocked(async () => {
      under = [1, 2, 3, 4].map((n) => noisy.send('PUT', '/customers', { email: `n${n}@clientele.test` }));
      await until('four are under way', 5_000, () => service.room.held === 4);
      const refused = await noisy.send('PUT', '/customers', { email: 'n5@clientele.test' });
      expect(isRefused(refused), refused.text).toBe(true);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.headers.get('x-request-id')).toBeTruthy();
      // A browser of another site must be able to read it.
      const browser = await noisy.send('GET', '/customers', undefined, {
        headers: { origin: 'https://pos.test' },
      });
      expect([isRefused(browser), browser.headers.get('access-control-allow-origin')]).toEqual([
        true,
        'https://pos.test',
      ]);
      expect((await quiet.send('GET', '/customers')).status).toBe(200);
      expect((await service.send('GET', '//ready')).status, 'one business is not everybody').toBe(200);
    });
    expect((await Promise.all(under)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await until('all is given back', 5_000, () => service.room.held === 0);
    expect((await noisy.send('GET', '/customers')).body.total).toBe(4);
  });

  it('does not hold room for those who wait for events', async () => {
    const waiting = Array.from({ length: 10 }, () => quiet.send('GET', '/events?after=latest&wait=1'));
    await until('they wait', 5_000, () => service.waitingRoom.held === 10);
    expect((await quiet.send('GET', '/customers')).status).toBe(200);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(10).fill(200));
    await until('they are gone', 5_000, () => service.waitingRoom.held === 0);
  });

  it.each([
    ['sized', 'Content-Length: 1048576'],
    ['chunked', 'Transfer-Encoding: chunked'],
  ])('is told so before its body is read (%s)', async (which, framing) => {
    let under: Promise<Answer>[] = [];
    await whileLocked(async () => {
      under = [1, 2, 3, 4].map((n) =>
        noisy.send('PUT', '/customers', { email: `${which}${n}@clientele.test` }),
      );
      await until('four are under way', 5_000, () => service.room.held === 4);
      const { hostname, port } = new URL(service.url);
      const socket = connect(Number(port), hostname);
      let said = '';
      socket.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
      socket.write(
        `PUT /api/v2/customers HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${noisy.key}\r\n` +
          `Content-Type: application/json\r\n${framing}\r\n\r\n`,
      );
      await until('an answer', 5_000, () => said.includes('}'));
      socket.destroy();
      expect(said).toMatch(/^HTTP\/1\.1 503 /);
      expect(said).toContain('"code":"overloaded"');
    });
    expect((await Promise.all(under)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('has so many wait for events, and one more is told to come again; another business waits, and so does this one later', async () => {
    const wait = ({ send }: TestBusiness) => send('GET', '/events?after=latest&wait=2');
    const waiting = Array.from({ length: MOST_WAITING }, () => wait(quiet));
    await until('they wait', 5_000, () => service.waitingRoom.held === MOST_WAITING);
    const refused = await wait(quiet);
    expect(isRefused(refused), refused.text).toBe(true);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await quiet.send('GET', '/events?after=latest')).status, 'who does not wait').toBe(200);
    const other = wait(noisy);
    await until('another waits', 5_000, () => service.waitingRoom.held === MOST_WAITING + 1);
    const answers = await Promise.all([...waiting, other]);
    expect(answers.map(({ status }) => status)).toEqual(Array(MOST_WAITING + 1).fill(200));
    await until('they are gone', 5_000, () => service.waitingRoom.held === 0);
    expect((await wait(quiet)).status).toBe(200);
  });

  it('gets its room back when a request is refused or its caller goes away', async () => {
    for (const body of ['{', { name: 1 }, { unknown: 1 }]) await noisy.send('POST', '/customers', body);
    await noisy.send('POST', '/customers', 'x', { headers: { 'content-type': 'text/plain' } });
    const leaving = new AbortController();
    await whileLocked(async () => {
      const gone = fetch(`${service.url}/api/v2/customers`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${noisy.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'gone@clientele.test' }),
        signal: leaving.signal,
      }).catch(() => null);
      await until('it is under way', 5_000, () => service.room.held === 1);
      leaving.abort();
      await gone;
      expect(service.room.held, 'the work goes on without its caller').toBe(1);
    });
    await until('all is given back', 5_000, () => service.room.held === 0);
  });

  it('loses nothing to callers who announce a body and send it slowly, or go away half way', async () => {
    const { hostname, port } = new URL(service.url);
    const sockets = Array.from({ length: 20 }, (_, i) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      const key = i % 2 ? `Authorization: Bearer ${noisy.key}\r\n` : '';
      const path = i % 2 ? '/api/v2/customers' : '/api/v2/session';
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: test\r\n${key}Content-Type: application/json\r\nContent-Length: 1048576\r\n\r\n{`,
      );
      return socket;
    });
    await new Promise((done) => setTimeout(done, 300));
    expect(service.room.held).toBe(0);
    expect((await noisy.send('GET', '/customers')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await until('all is quiet', 5_000, () => service.room.held === 0);
    expect((await service.send('GET', '//ready')).status).toBe(200);
  });

  it('is not ready when hardly anybody would be let in', async () => {
    const crowd = await Promise.all(Array.from({ length: 4 }, () => service.business()));
    let under: Promise<Answer>[] = [];
    await whileLocked(async () => {
      under = crowd.flatMap(({ key }) =>
        [1, 2, 3, 4].map((n) =>
          sender(service.url, key)('PUT', '/customers', { email: `c${n}@clientele.test` }),
        ),
      );
      await until('the room is full', 5_000, () => service.room.held === 8);
      const { status, body } = await service.send('GET', '//ready');
      expect([status, body]).toEqual([503, { code: 'not_ready', reason: 'overloaded' }]);
      expect((await service.send('GET', '//health')).status).toBe(200);
    });
    const statuses = (await Promise.all(under)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    await until('all is given back', 5_000, () => service.room.held === 0);
    expect((await service.send('GET', '//ready')).status).toBe(200);
  });
});
