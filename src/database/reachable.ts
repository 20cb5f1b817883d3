/** A start that comes before its database waits for it: a machine that boots starts both, and a crashed server recovers first. */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, type Sql } from './connect.ts';

/** What passes by itself, and what it is in words. A wrong password, say, never does. */
const PASSING: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there yet',
  ECONNRESET: 'it closed the connection',
  '57P02': 'it has crashed and starts again',
  '57P03': 'it is starting, stopping or recovering',
};

const PATIENCE_MS = 60_000;
const TRY_EVERY_MS = 250;
const TELL_EVERY_MS = 10_000;

/**
 * Waits until the database answers, saying what it waits for at once and every ten seconds. Throws what does not pass by
 * itself, and a sentence when it has not passed in the time.
 */
export async function untilReachable(
  sql: Sql,
  tell: (line: string) => void,
  patience = PATIENCE_MS,
): Promise<void> {
  const began = performance.now();
  for (let told = Number.NEGATIVE_INFINITY; ; await sleep(TRY_EVERY_MS)) {
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      const code = errorCode(error) ?? '';
      const why = PASSING[code];
      if (!why) throw error;
      const waited = performance.now() - began;
      if (waited >= patience)
        throw new Error(
          `The database did not answer within ${Math.round(patience / 1000)} seconds: ${why} (${code}). Check DATABASE_URL and the server.`,
        );
      if (waited - told < TELL_EVERY_MS) continue;
      told = waited;
      tell(`Waiting for the database: ${why} (${code}).`);
    }
  }
}
