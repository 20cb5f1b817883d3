/** A revoked key opens nothing a second later: two processes of the service on one database, both at work. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { revokeUnderLoad } from '../../trust/revocation.ts';
import { createDatabase } from '../harness.ts';
import { useProcesses } from './process.ts';

const SECOND = 1_000;
const ROUNDS = 3;

const processes = useProcesses();
let database: Awaited<ReturnType<typeof createDatabase>>;
let urls: string[];
let key: string;
beforeAll(async () => {
  database = await createDatabase();
  const env = { DATABASE_URL: database.url, CLIENTELE_KEY_RATE: '0', CLIENTELE_BUSINESS_RATE: '0' };
  const first = await processes.start(env);
  const second = await processes.start(env);
  expect(first.pid).not.toBe(second.pid);
  urls = [first.url, second.url];
  key = first.key!;
});
afterAll(async () => {
  await database?.drop();
});

it('is let in for a second at most by the process that revoked it and by the other', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    // Through the one and the other.
    const doors = round % 2 === 0 ? urls : urls.toReversed();
    const { last, admitted, refused, written, surprises } = await revokeUnderLoad(doors, key, `r${round}`);
    expect(surprises).toEqual([]);
    for (const n of [...admitted, ...refused, written]) expect(n, 'there was load').toBeGreaterThan(20);
    for (const ms of last) expect(ms).toBeLessThanOrEqual(SECOND);
    expect(last[0], 'at once where it was revoked: what was sent before the answer').toBeLessThanOrEqual(0);
  }
});
