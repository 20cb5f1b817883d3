/** The disk of the database is full under load, and freed again. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { number } from './report.ts';
import { endedNow, Stand } from './stand.ts';
import type { Theme } from './theme.ts';

const ROUNDS = { smoke: 1, small: 3, full: 15 };
/** On a busy machine no write may come to its commit sooner. */
const UNFELT_MS = 15_000;
const FULL_MS = { smoke: 1_500, small: 3_000, full: 6_000 };
/** Room for a fresh cluster and for what the rounds write. */
const SIZE_MIB = 768;
const PIECE = Buffer.alloc(1024 * 1024);
const LEAST = 4096;

export const disk: Theme = {
  name: 'disk',
  title: 'The disk is full',
  what: ({ scale }) => `${ROUNDS[scale]} × no room left for PostgreSQL, and room again`,
  estimate: ({ scale }) => 10 + ROUNDS[scale] * (FULL_MS[scale] / 1000 + 4),
  async run(section) {
    const rounds = section.size(ROUNDS);
    const dir = await mkdtemp(join(tmpdir(), 'clientele-disk-'));
    const refusal = mount(dir);
    if (refusal) {
      await rm(dir, { recursive: true });
      section.found('Not run: a file system of its own could not be mounted here.');
      section.claim('disk full: nothing acknowledged is lost', '0', 'not run', null, refusal);
      return;
    }
    let stand: Stand | null = null;
    try {
      await chmod(dir, 0o755);
      stand = await Stand.open(section, { dataDir: join(dir, 'data') });
      section.done(
        `PostgreSQL kept its files on a file system of ${number(SIZE_MIB)} MiB in memory (tmpfs). ${rounds} times the rest of it was ` +
          `filled to the last byte under load, for ${section.size(FULL_MS) / 1000} s, and freed again; log and data alike had no room.`,
      );
      let refused = 0;
      for (let round = 1; round <= rounds; round++)
        await stand.round(`disk full ${round}`, async ({ ledger }) => {
          const before = ledger.refused;
          await fill(dir, section.size(FULL_MS), () => ledger.refused > before);
          const ended = endedNow();
          assert.ok(ledger.refused > before, 'No write was refused: there was room.');
          refused += ledger.refused - before;
          return ended;
        });
      section.found(`${number(refused)} writes were refused with 503 while the disk was full.`);
      section.claim(
        'disk full: writes are refused, not forgotten',
        '503 meanwhile',
        `${number(refused)} × 503`,
        refused > 0,
      );
      await stand.conclude(rounds);
    } finally {
      await stand?.close();
      execFileSync('umount', ['-l', dir]);
      await rm(dir, { recursive: true, force: true });
    }
  },
};

/** A small file system; the reason when there can be none. */
function mount(dir: string): string | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', dir], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `mounting needs root: ${String((error as Error).message)
      .split('\n')
      .at(-1)}`;
  }
}

/** Keeps the file system full for so long, and until it was felt: what is freed meanwhile is taken again. */
async function fill(dir: string, millis: number, wasFelt: () => boolean): Promise<void> {
  const path = join(dir, 'filling');
  const end = performance.now() + millis;
  const giveUpAt = end + UNFELT_MS;
  const file = await open(path, 'a');
  try {
    while (performance.now() < end || (!wasFelt() && performance.now() < giveUpAt)) {
      for (let piece = PIECE; piece.length >= LEAST; ) {
        // Half as much where this much has no room.
        const isDone = await file.write(piece).then(
          () => true,
          () => false,
        );
        if (!isDone) piece = piece.subarray(0, piece.length >> 1);
      }
      await sleep(20);
    }
  } finally {
    await file.close();
    await rm(path);
  }
}
