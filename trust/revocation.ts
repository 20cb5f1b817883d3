/** How long a revoked key goes on to open the doors of several processes, while they have other work. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Send, sender } from '../test/client.ts';

/** With the key, at each process; and with another, so that each has to work. */
const CALLERS = 4;
const WRITERS = 4;
const BEFORE_MS = 500;
const AFTER_MS = 2_500;

export interface Revocation {
  /** For each process: when the last request that was let in was sent, in milliseconds after the answer to the revocation. */
  last: number[];
  /** Requests with the key that were let in, and refused, at each process. */
  admitted: number[];
  refused: number[];
  /** Writes of the others meanwhile. */
  written: number;
  /** Answers that are neither 200 nor 401. */
  surprises: string[];
}

/** Makes a key, calls all processes with it without a pause, revokes it through the first, and goes on calling. */
export async function revokeUnderLoad(urls: string[], adminKey: string, run: string): Promise<Revocation> {
  const admin = sender(urls[0]!, adminKey);
  const { body: made } = await admin('POST', '/api-keys', { name: run, scopes: ['customers:read'] });
  const found: Revocation = {
    last: urls.map(() => Number.NEGATIVE_INFINITY),
    admitted: urls.map(() => 0),
    refused: urls.map(() => 0),
    written: 0,
    surprises: [],
  };
  const admissions = urls.map(() => Number.NEGATIVE_INFINITY);
  let isOver = false;
  const call = async (send: Send, i: number) => {
    while (!isOver) {
      const asked = performance.now();
      const { status, text } = await send('GET', '/customers?page_size=1');
      if (status === 200) {
        admissions[i] = Math.max(admissions[i]!, asked);
        found.admitted[i]!++;
      } else if (status === 401) found.refused[i]!++;
      else found.surprises.push(text);
    }
  };
  const write = async (send: Send, who: string) => {
    for (let n = 0; !isOver; n++) {
      const { status, text } = await send('PUT', '/customers', { email: `${who}n${n}@clientele.test` });
      if (status === 200) found.written++;
      else found.surprises.push(text);
    }
  };
  const load = urls.flatMap((url, i) => [
    ...Array.from({ length: CALLERS }, () => call(sender(url, made.key), i)),
    ...Array.from({ length: WRITERS }, (_, n) => write(sender(url, adminKey), `${run}i${i}w${n}`)),
  ]);
  const loaded = Promise.all(load);
  // It ends them all, should one of them fail.
  loaded.catch(() => {
    isOver = true;
  });
  await sleep(BEFORE_MS);
  const { status, text } = await admin('DELETE', `/api-keys/${made.id}`);
  const revoked = performance.now();
  if (status !== 200) found.surprises.push(text);
  await sleep(AFTER_MS);
  isOver = true;
  await loaded;
  found.last = admissions.map((at) => at - revoked);
  return found;
}
