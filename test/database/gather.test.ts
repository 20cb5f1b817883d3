/** How work for a key gathers: what waits, what goes together, what may begin beside the group before. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Gather, sharedReads } from '../../src/database/gather.ts';

interface Group {
  key: string;
  items: number[];
  isBeforeOver: boolean;
  free(): void;
  finish(): void;
  fail(error: Error): void;
}

/** A gatherer whose groups end when the test says so. */
function watched(limit: number) {
  const groups: Group[] = [];
  const gather = new Gather<number, number>({ limit }, async (key, items, { before, free }) => {
    const group = { key, items, isBeforeOver: false, free } as Group;
    groups.push(group);
    before.then(() => {
      group.isBeforeOver = true;
    });
    await new Promise<void>((resolve, reject) => {
      group.finish = resolve;
      group.fail = reject;
    });
    return items.map((value) => ({ status: 'fulfilled' as const, value }));
  });
  return { gather, groups };
}

const items = (groups: Group[]) => groups.map((group) => group.items);

describe('what arrives while work is in flight', () => {
  it('goes together next; other keys do not wait', async () => {
    const { gather, groups } = watched(10);
    const answers = [1, 2, 3].map((n) => gather.submit('a', n));
    const other = gather.submit('b', 9);
    expect(items(groups)).toEqual([[1], [9]]);
    expect(gather.waiting).toBe(2);
    groups[1]!.finish();
    expect(await other).toBe(9);
    expect(items(groups)).toEqual([[1], [9]]);
    groups[0]!.finish();
    expect(await answers[0]).toBe(1);
    await turn();
    expect(items(groups).at(-1)).toEqual([2, 3]);
    groups[2]!.finish();
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
    expect(gather.waiting).toBe(0);
  });

  it('begins beside it once it fills a group, two at a time, and hears when those before have ended', async () => {
    const { gather, groups } = watched(2);
    const answers = [1, 2, 3, 4, 5, 6].map((n) => gather.submit('a', n));
    expect(items(groups)).toEqual([[1], [2, 3]]);
    await turn();
    expect(groups[1]!.isBeforeOver).toBe(false);
    // The second ends first: the third begins, and hears of the first as well.
    groups[1]!.finish();
    await Promise.all([answers[1], answers[2]]);
    await turn();
    expect(items(groups)).toEqual([[1], [2, 3], [4, 5]]);
    expect(groups[2]!.isBeforeOver).toBe(false);
    groups[0]!.finish();
    await turn();
    expect(groups[2]!.isBeforeOver).toBe(true);
    expect(items(groups), 'one that is not full waits for all before').toHaveLength(3);
    groups[2]!.finish();
    await turn();
    groups[3]!.finish();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('begins beside it once it is free and as many wait, two at a time', async () => {
    const { gather, groups } = watched(10);
    const answers = [1, 2, 3, 4].map((n) => gather.submit('a', n));
    expect(items(groups)).toEqual([[1]]);
    groups[0]!.free();
    expect(items(groups)).toEqual([[1], [2, 3, 4]]);
    expect(groups[1]!.isBeforeOver).toBe(false);
    const last = gather.submit('a', 5);
    groups[1]!.free();
    expect(items(groups), 'a third waits for one of the two').toHaveLength(2);
    groups[0]!.finish();
    expect(await answers[0]).toBe(1);
    await turn();
    expect(items(groups), 'one waits, three are at work').toHaveLength(2);
    const others = [6, 7].map((n) => gather.submit('a', n));
    expect(items(groups)).toEqual([[1], [2, 3, 4], [5, 6, 7]]);
    groups[1]!.finish();
    groups[2]!.finish();
    expect(await Promise.all([...answers, last, ...others])).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('waits while fewer have come than the group before has, or while only an older group is free', async () => {
    const { gather, groups } = watched(10);
    const answers = [1, 2, 3].map((n) => gather.submit('a', n));
    groups[0]!.free();
    groups[0]!.finish();
    await answers[0];
    await turn();
    expect(items(groups)).toEqual([[1], [2, 3]]);
    const late = [4, 5].map((n) => gather.submit('a', n));
    groups[0]!.free();
    expect(items(groups), 'the newest is not free').toHaveLength(2);
    groups[1]!.free();
    expect(items(groups)).toEqual([[1], [2, 3], [4, 5]]);
    groups[1]!.finish();
    await Promise.all(answers);
    const few = gather.submit('a', 6);
    groups[2]!.free();
    expect(items(groups), 'one where two are at work').toHaveLength(3);
    groups[2]!.finish();
    await turn();
    expect(items(groups)).toHaveLength(4);
    groups[3]!.finish();
    expect(await Promise.all([...late, few])).toEqual([4, 5, 6]);
  });

  it('is not lost when the work before it fails', async () => {
    const { gather, groups } = watched(10);
    const first = gather.submit('a', 1);
    const second = gather.submit('a', 2);
    groups[0]!.fail(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    await turn();
    expect(groups[1]!.isBeforeOver).toBe(true);
    groups[1]!.finish();
    expect(await second).toBe(2);
  });
});

describe('shared readings', () => {
  it('are done once for all who came before they began, and never answer who came after', async () => {
    const reads = sharedReads<number>();
    let begun = 0;
    const ends: (() => void)[] = [];
    const read = async () => {
      const own = ++begun;
      await new Promise<void>((resolve) => ends.push(resolve));
      return own;
    };
    const answers = Array.from({ length: 5 }, () => reads.submit('page', { read }));
    expect(begun).toBe(1);
    ends[0]!();
    expect(await answers[0]).toBe(1);
    await turn();
    const late = reads.submit('page', { read });
    expect(begun).toBe(2);
    ends[1]!();
    expect(await Promise.all(answers)).toEqual([1, 2, 2, 2, 2]);
    await turn();
    expect(begun, 'the one that came while the second was read').toBe(3);
    ends[2]!();
    expect(await late).toBe(3);
  });

  it('are in vain when all who share one have gone, and not before', async () => {
    const reads = sharedReads<boolean>();
    const gone = new Set<string>();
    let finish = () => {};
    const first = reads.submit('page', {
      read: async () => {
        await new Promise<void>((resolve) => (finish = resolve));
        return false;
      },
    });
    let areGone = () => true;
    const shared = ['ann', 'bob'].map((who) =>
      reads.submit('page', {
        isGone: () => gone.has(who),
        read: async (isGone) => {
          areGone = isGone;
          return true;
        },
      }),
    );
    finish();
    expect(await Promise.all([first, ...shared])).toEqual([false, true, true]);
    const said = [[], ['ann'], ['ann', 'bob']].map((some) => {
      for (const who of some) gone.add(who);
      return areGone();
    });
    expect(said).toEqual([false, false, true]);
  });
});
