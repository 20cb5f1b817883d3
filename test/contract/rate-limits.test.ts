/** `RateLimit` and `Retry-After` (contract section 5, "safety"): by key and by business, over all processes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { RateLimits } from '../../src/tenancy/rate-limits.ts';
import {
  type Answer,
  type Send,
  sender,
  type TestBusiness,
  useSecondServer,
  useService,
} from '../harness.ts';

const RATES = { key: 5, business: 8 };
const service = useService({ rates: RATES });
const elsewhere = useSecondServer(service, { rates: RATES });

/** Sends so many reads, one after the other; none of them in another minute than the first. */
async function sendMany(send: Send, times: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < times; i++) answers.push(await send('GET', '/customers'));
  return answers;
}
const statuses = (answers: Answer[]) => answers.map(({ status }) => status);

const leftOf = ({ headers }: Answer, name: string): number =>
  Number(new RegExp(`"${name}";r=(\\d+)`).exec(headers.get('ratelimit')!)![1]);

/** Each test has five seconds of one minute. */
const waitForRoom = async () => {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 5_000) await new Promise((done) => setTimeout(done, left));
};

describe('rate limits', () => {
  let business: TestBusiness;
  beforeAll(async () => {
    business = await service.business();
  });

  it('tell every caller what is left, and refuse what is beyond with the time to wait', async () => {
    await waitForRoom();
    const { send } = await business.addKey({});
    const answers = await sendMany(send, 7);
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const [first, , , , last, refused] = answers;
    expect(first!.headers.get('ratelimit-policy')).toBe('"key";q=5;w=60, "business";q=8;w=60');
    expect(first!.headers.get('ratelimit')).toMatch(/^"key";r=4;t=\d+, "business";r=7;t=\d+$/);
    expect(leftOf(last!, 'key')).toBe(0);
    expect(refused).toMatchObject({ success: false, body: { code: 'rate_limited' } });
    expect(refused!.message).toMatch(
      /^This API key has sent its 5 requests of this minute\. Go on in \d+ seconds\.$/,
    );
    const wait = Number(refused!.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
  });

  it('stop all keys of a business together, and nobody else', async () => {
    await waitForRoom();
    const crowd = await service.business();
    const keys = await Promise.all([crowd.addKey({}), crowd.addKey({}), crowd.addKey({})]);
    const answers = [];
    for (const { send } of keys) answers.push(...(await sendMany(send, 3)));
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 429]);
    expect(answers.at(-1)!.message).toContain('This business has sent its 8 requests');
    expect((await (await service.business()).send('GET', '/customers')).status).toBe(200);
  });

  it('count what other processes have let in', async () => {
    await waitForRoom();
    const { key, send } = await (await service.business()).addKey({});
    const there = sender(elsewhere.url, key);
    await sendMany(send, 3);
    await sendMany(there, 1);
    await service.limits.share(service.sql);
    await elsewhere.limits.share(service.sql);
    const [fifth, sixth] = await sendMany(there, 2);
    expect([fifth!.status, leftOf(fifth!, 'key'), sixth!.status]).toEqual([200, 0, 429]);
  });

  it.each([
    ['ahead', 600_000],
    ['behind', -600_000],
  ])('count together with a process whose clock is %s', async (_where, skew) => {
    await waitForRoom();
    const { id: businessId, addKey } = await service.business();
    const { id } = await addKey({});
    const scope = { businessId, locationId: null, actor: { type: 'api_key' as const, id, name: 'k' } };
    const [right, wrong] = [new RateLimits({ key: 5, business: 0 }), new RateLimits({ key: 5, business: 0 })];
    const left = (limits: RateLimits, now: number) =>
      /r=(\d+)/.exec(limits.admit(scope, now).headers.ratelimit!)![1];
    const told: unknown[] = [];
    // Each tells after each request, in turn: neither wipes out what the other told.
    for (let n = 0; n < 2; n++) {
      told.push(left(right, Date.now()));
      await right.share(service.sql);
      told.push(left(wrong, Date.now() + skew));
      await wrong.share(service.sql);
    }
    told.push(left(right, Date.now()));
    await right.share(service.sql);
    expect(told).toEqual(['4', '4', '3', '2', '1']);
    await wrong.share(service.sql);
    expect(wrong.admit(scope, Date.now() + skew).error).toBeNull();
    await wrong.share(service.sql);
    expect(wrong.admit(scope, Date.now() + skew).error?.code).toBe('rate_limited');
  });

  it('say when to come again to whoever signs in too', async () => {
    await waitForRoom();
    const { key, send } = await (await service.business()).addKey({});
    await sendMany(send, 5);
    const { status, headers } = await service.send('POST', '/session', { key });
    expect(status).toBe(429);
    const left = 60 - (Math.floor(Date.now() / 1000) % 60);
    expect(Math.abs(Number(headers.get('retry-after')) - left)).toBeLessThanOrEqual(1);
  });

  it('are told only to whom a key was recognised', async () => {
    const { status, headers } = await business.send('GET', '/customers', undefined, { key: 'clt_wrong' });
    expect([status, headers.get('ratelimit')]).toEqual([401, null]);
  });
});

describe('the counting', () => {
  const scope = {
    businessId: 'b',
    locationId: null,
    actor: { type: 'api_key' as const, id: 'k', name: 'k' },
  };
  const at = (seconds: number) => Date.UTC(2026, 0, 1) + seconds * 1000;

  it.each([
    ['the next minute begins anew', [0, 1, 59, 60, 61], [2, 1, 0, 2, 1]],
    ['what is refused is not counted', [0, 0, 0, 0, 60], [2, 1, 0, 0, 2]],
  ])('%s', (_name, seconds, left) => {
    const limits = new RateLimits({ key: 3, business: 0 });
    const told = seconds.map((s) =>
      Number(/r=(\d+)/.exec(limits.admit(scope, at(s)).headers.ratelimit!)![1]),
    );
    expect(told).toEqual(left);
  });

  it('says nothing when nothing is limited', () => {
    expect(new RateLimits({ key: 0, business: 0 }).admit(scope)).toEqual({ headers: {}, error: null });
  });
});
