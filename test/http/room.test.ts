/** How much may be under way: fair shares, a pace that is measured, and what is taken is given back; and who is sent away when. */
import { describe, expect, it } from 'vitest';
import { Gone, Turns } from '../../src/database/turns.ts';
import { RECEIVING_ROOM } from '../../src/http/receiving.ts';
import { ROOM, Room, WAITING_ROOM, workOf } from '../../src/http/room.ts';
import { Leaving } from '../../src/http/shed.ts';

const size = (n: number) => ({ pace: n / 2, least: n, most: n });
/** So many of work 1 as are let in, at most `most`. */
const fill = (room: Room, who: string, most = 1_000): number => {
  let n = 0;
  while (n < most && room.hasRoomFor(who, 0)) {
    room.enter(who, 1, 0);
    n++;
  }
  return n;
};

describe('the room', () => {
  it.each<[string, number, string[], number[]]>([
    ['one alone has half of it', 100, ['a'], [50]],
    ['a second has half of what the first left, a third half of that', 64, ['a', 'b', 'c'], [32, 16, 8]],
    ['whoever has nothing under way is let in beside the greediest', 4, ['a', 'b'], [2, 1]],
  ])('%s', (_what, n, businesses, expected) => {
    const room = new Room(size(n), 0);
    expect(businesses.map((who) => fill(room, who))).toEqual(expected);
  });

  it.each([
    ['the work under way, before its pace was measured', ROOM, ROOM.pace],
    ['the work under way, where it gets most done', { ...ROOM, pace: 1_000_000 }, ROOM.most],
    ['the work under way, where it gets nothing done', { ...ROOM, pace: 0 }, ROOM.least],
    ['those who wait for events', WAITING_ROOM, 8_192],
    ['bodies on their way', RECEIVING_ROOM, 32_768],
  ])('of %s takes as much as it is made for, and no more', (_what, made, n) => {
    const room = new Room(made, 0);
    expect(room.size).toBe(n);
    expect(fill(room, 'a', n), 'one alone').toBe(n / 2);
    expect(() => room.enter('a', 1, 0)).toThrow('As much is under way');
    let others = 0;
    while (room.held < n) others += fill(room, `b${others}`, n);
    expect(fill(room, 'b0', 1), 'who is in it already, of a full one').toBe(0);
  });

  it('lets whoever has nothing under way into a full one, until there is twice as much as there should be', () => {
    const room = new Room(size(8), 0);
    const many = Array.from({ length: 30 }, (_, i) => `b${i}`);
    const held = many.map((who) => fill(room, who, 1)).reduce((sum, n) => sum + n);
    expect(held).toBe(16);
    expect(() => room.enter('another', 1, 0)).toThrow('As much is under way');
    expect(room.refused).toBe(1);
  });

  it('is given back once, however often that is said', () => {
    const room = new Room(size(4), 0);
    const leave = room.enter('a', 1, 0);
    leave();
    leave();
    expect([room.held, fill(room, 'a')]).toEqual([0, 2]);
  });

  it('weighs bodies: a page of 4 KiB is as much as a request; the largest is no more than one business may hold', () => {
    expect([0, 4095, 4096, 16 * 1024 * 1024].map(workOf)).toEqual([1, 1, 2, 4097]);
    const room = new Room(size(100), 0);
    room.enter('a', 4097, 0);
    expect(room.held, 'no more than one may hold').toBe(50);
    expect(room.hasRoomFor('a', 0)).toBe(false);
    expect(fill(room, 'b')).toBe(25);
  });

  it('says when to come again, by what is under way', () => {
    const room = new Room({ pace: 10, least: 100, most: 100 }, 0);
    fill(room, 'a');
    expect(room.secondsToWait).toBe(5);
  });

  it('shrinks to what gets done in a second, never below the least, and grows again in five seconds', () => {
    const room = new Room({ pace: 2_000, least: 100, most: 16_000 }, 0);
    const leaves = Array.from({ length: 200 }, () => room.enter('a', 1, 0));
    // Nothing gets done for ten seconds.
    for (let now = 250; now <= 10_000; now += 250) room.hasRoomFor('b', now);
    expect(room.size).toBe(100);
    for (const leave of leaves) leave(10_000);
    for (let now = 10_250; now <= 15_250; now += 250) room.hasRoomFor('b', now);
    expect(room.size).toBeGreaterThan(1_500);
  });
});

describe('turns', () => {
  it('go in a circle: one of each, however many of one wait', async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    const work = (who: string, n: number) => turns.run(who, async () => void order.push(`${who}${n}`));
    const noisy = Array.from({ length: 6 }, (_, i) => work('noisy', i));
    await Promise.all([...noisy, work('quiet', 0), work('other', 0)]);
    expect(order).toEqual(['noisy0', 'noisy1', 'quiet0', 'other0', 'noisy2', 'noisy3', 'noisy4', 'noisy5']);
    expect(turns.waiting).toBe(0);
  });

  it('pass by whoever has gone meanwhile, who costs those of their own line no turn either', async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    const gone = new Set(['noisy2', 'quiet0', 'last0']);
    const work = (who: string, n: number) =>
      turns.run(
        who,
        async () => void order.push(`${who}${n}`),
        () => gone.has(`${who}${n}`),
      );
    const all = [work('noisy', 0), work('noisy', 1), work('noisy', 2), work('noisy', 3)];
    all.push(work('quiet', 0), work('quiet', 1), work('other', 0), work('last', 0));
    const settled = await Promise.allSettled(all);
    expect(order).toEqual(['noisy0', 'noisy1', 'quiet1', 'other0', 'noisy3']);
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused.map((reason) => reason instanceof Gone)).toEqual([true, true, true]);
    expect(turns.waiting).toBe(0);
    expect(await turns.run('a', async () => 'goes on')).toBe('goes on');
  });

  it('are so many at a time, also after one has failed', async () => {
    const turns = new Turns(3);
    let now = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++now);
      await new Promise((done) => setTimeout(done, 2));
      now--;
      throw new Error('none of the turns');
    };
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => turns.run('a', work)));
    expect([most, settled.every(({ status }) => status === 'rejected')]).toEqual([3, true]);
    expect(await turns.run('a', async () => 'goes on')).toBe('goes on');
  });
});

describe('those who are sent away', () => {
  const crowd = (isGone: (who: number) => boolean = () => false) => {
    const leaving = new Leaving<number>(isGone);
    for (let who = 0; who < 1_000; who++) leaving.join(who, 0);
    return leaving;
  };

  it.each<[string, number, number, number]>([
    ['where nobody is let in, eight', 0, 0, 8],
    ['a third of those who are let in, and eight', 100, 1_000, 42],
    ['as many when they have waited for long', 100, 6_000, 108],
    ['twice as many after twice as long', 100, 12_000, 208],
    ['no more than there are', 10_000, 1_000, 1_000],
  ])('are in a round %s', (_what, letIn, waited, expected) => {
    const leaving = crowd();
    expect(leaving.next(letIn, waited)).toEqual(Array.from({ length: expected }, (_, who) => who));
    expect(leaving.size).toBe(1_000 - expected);
  });

  it('do not wait for those who have gone away, and these are not kept', () => {
    const leaving = crowd((who) => who < 500);
    expect(leaving.next(0, 0)).toEqual([500, 501, 502, 503, 504, 505, 506, 507]);
    expect(leaving.size).toBe(492);
    expect(crowd(() => true).next(0, 0)).toEqual([]);
  });

  it('are told by how long the first of them has waited who is still there', () => {
    const leaving = new Leaving<string>((who) => who === 'gone');
    leaving.join('gone', 0);
    for (let n = 0; n < 100; n++) leaving.join('there', 15_000);
    expect(leaving.next(30, 16_000)).toHaveLength(18);
  });
});
