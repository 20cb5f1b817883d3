/**
 * Limits as real processes keep them: two services on one database, behind the second one's port two workers. Those of keys and
 * businesses are counted together, so that each refuses who was let in by the others; wrong keys each counts for itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/connect.ts';
import { makeBusiness } from '../business.ts';
import { type Answer, createDatabase, type Send, sender } from '../harness.ts';
import { useProcesses } from './process.ts';

const KEY_RATE = 50;
const BUSINESS_RATE = 60;
const FAILED_RATE = 3;
/** The one and the two workers. */
const PROCESSES = 3;
const MINUTE_MS = 60_000;
/** Half a minute of waiting for the next one, and once more when it was too slow for the rest of it. */
const PATIENT_MS = 180_000;

const processes = useProcesses();
let database: Awaited<ReturnType<typeof createDatabase>>;
let sql: Sql;
let urls: string[];
beforeAll(async () => {
  database = await createDatabase();
  sql = connect(database.url, { max: 2 });
  const env = {
    DATABASE_URL: database.url,
    CLIENTELE_KEY_RATE: String(KEY_RATE),
    CLIENTELE_BUSINESS_RATE: String(BUSINESS_RATE),
    CLIENTELE_FAILED_RATE: String(FAILED_RATE),
  };
  const one = await processes.start(env);
  const two = await processes.start({ ...env, CLIENTELE_WORKERS: '2' });
  urls = [one.url, two.url];
});
afterAll(async () => {
  await sql?.end();
  await database?.drop();
});

/** Ids of requests begin with what the process calls itself. */
const processOf = ({ headers }: Answer): string => headers.get('x-request-id')!.split('-')[0]!;

/** A connection for each request: the workers get them by turns. */
const ask = (send: Send, headers = {}): Promise<Answer> =>
  send('GET', '/customers?page_size=1', undefined, { headers: { connection: 'close', ...headers } });

function byProcess(answers: Answer[]): Answer[][] {
  const groups = new Map<string, Answer[]>();
  for (const answer of answers)
    groups.set(processOf(answer), [...(groups.get(processOf(answer)) ?? []), answer]);
  return [...groups.values()];
}

const isLetIn = ({ status }: Answer): boolean => status === 200;

/** Nearly as many as may be as fast as they come, then a few a second, by turns: until nobody lets any more in. */
async function sendUntilRefused(sends: Send[], limit: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  const isOver = () => answers.length >= 12 && !answers.slice(-12).some(isLetIn);
  while (!isOver() && answers.length < 4 * limit) {
    if (answers.length > limit - 10) await sleep(100);
    answers.push(await ask(sends[answers.length % sends.length]!));
  }
  return answers;
}

/** All of it within one minute of the clock: not begun near its end, and begun again where it was too slow all the same. */
async function withinMinute<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const left = MINUTE_MS - (Date.now() % MINUTE_MS);
    if (left < 25_000) await sleep(left + 100);
    const minute = Math.floor(Date.now() / MINUTE_MS);
    const done = await work();
    if (Math.floor(Date.now() / MINUTE_MS) === minute) return done;
  }
}

describe('several processes on one database', () => {
  it.each([
    ['a key', 'API key', KEY_RATE, 1],
    ['all keys of a business', 'business', BUSINESS_RATE, 2],
  ])(
    'let %s send what it may and little more, and each refuses who was let in elsewhere',
    async (_what, named, limit, keys) => {
      const answers = await withinMinute(async () => {
        const business = await makeBusiness({ sql, url: urls[0]! });
        const made = [business.key, (await business.addKey({})).key];
        return await sendUntilRefused(
          urls.map((url, i) => sender(url, made[i % keys]!)),
          limit,
        );
      });
      const refused = answers.filter((answer) => !isLetIn(answer));
      for (const { status, body, message, headers } of refused) {
        expect([status, body.code]).toEqual([429, 'rate_limited']);
        expect(message).toContain(`This ${named} has sent its ${limit} requests`);
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      }
      const groups = byProcess(answers);
      expect(groups).toHaveLength(PROCESSES);
      for (const group of groups) {
        expect(group.filter(isLetIn).length, 'less than would be refused without the others').toBeLessThan(
          limit,
        );
        expect(isLetIn(group.at(-1)!), 'refused in the end').toBe(false);
      }
      const letIn = answers.length - refused.length;
      expect(letIn).toBeGreaterThanOrEqual(limit);
      expect(letIn, 'half a second more of each').toBeLessThan(2 * limit);
    },
    PATIENT_MS,
  );

  it('let an address send its wrong keys to each, and another address as many', async () => {
    const guess = async (address: string) => {
      const answers: Answer[] = [];
      for (let n = 0; n < 8 * urls.length; n++) {
        const send = sender(urls[n % urls.length]!, `clt_guess_${address.length}${n}`);
        answers.push(await ask(send, { 'x-forwarded-for': address }));
      }
      return byProcess(answers).map((group) => group.map(({ status }) => status));
    };
    for (const address of ['203.0.113.7', '203.0.113.77']) {
      const told = await guess(address);
      expect(told).toHaveLength(PROCESSES);
      // The next is looked at twenty seconds later.
      for (const statuses of told)
        expect(statuses).toEqual([401, 401, 401, ...Array(statuses.length - FAILED_RATE).fill(429)]);
    }
  });
});
