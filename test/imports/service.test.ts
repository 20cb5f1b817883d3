/** What the importer does while the service is away, against a server that misbehaves on purpose. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServiceError, send } from '../../src/imports/service.ts';

const envelope = (message: string, body: object = {}) => JSON.stringify({ success: true, message, body });

/** A server whose n-th answer is the n-th given; the last one stands for all later ones. */
async function serverOf(...answers: ((response: ServerResponse) => void)[]) {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answers[Math.min(calls++, answers.length - 1)]!(response));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  onTestFinished(() => void close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, calls: () => calls, close };
}

const ok = (response: ServerResponse) => response.end(envelope('Done.', { n: 1 }));
const away = (status: number, retryAfter?: string) => (response: ServerResponse) =>
  response
    .writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
    .end(envelope('Not now.'));
const hangUp = (response: ServerResponse) => response.destroy();

const ask = (url: string, retryFor: number, signal?: AbortSignal) =>
  send({ url, key: 'clt_x', retryFor, signal }, 'PUT', '/x', '{}');

describe('the importer', () => {
  it('outlasts 503, 429 and a lost connection', async () => {
    const { url, calls } = await serverOf(away(503, '0'), away(429, '0'), hangUp, ok);
    expect(await ask(url, 5_000)).toEqual({ status: 200, message: 'Done.', body: { n: 1 } });
    expect(calls()).toBe(4);
  });

  it('waits for as long as Retry-After says', async () => {
    const { url } = await serverOf(away(503, '1'), ok);
    const started = Date.now();
    await ask(url, 5_000);
    expect(Date.now() - started).toBeGreaterThanOrEqual(990);
  });

  it('gives up when its time is over, and says why', async () => {
    const { url } = await serverOf(away(503));
    await expect(ask(url, 600)).rejects.toThrow(/answers 503: Not now\./);
  });

  it('gives up at once when Retry-After lies beyond its time', async () => {
    const { url, calls } = await serverOf(away(429, '3600'));
    await expect(ask(url, 5_000)).rejects.toThrow(ServiceError);
    expect(calls()).toBe(1);
  });

  it('says that nobody answers', async () => {
    const { url, close } = await serverOf(ok);
    await close();
    await expect(ask(url, 100)).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/);
  });

  it('does not repeat a refusal', async () => {
    const { url, calls } = await serverOf(away(422), ok);
    expect((await ask(url, 5_000)).status).toBe(422);
    expect(calls()).toBe(1);
  });

  it('knows that something else answers', async () => {
    const { url } = await serverOf((response) => response.writeHead(404).end('<html>'));
    await expect(ask(url, 5_000)).rejects.toThrow(/answered 404, but not as Clientele does/);
  });

  it('can be interrupted while it waits', async () => {
    const { url } = await serverOf(away(503, '20'));
    await expect(ask(url, 30_000, AbortSignal.timeout(200))).rejects.toThrow('interrupted');
  });
});
