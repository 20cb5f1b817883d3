/** What each request is called: in its log lines, and in `x-request-id` for whoever asks us about it. */
import { randomBytes } from 'node:crypto';

/**
 * Names for the requests of one server, each with its own beginning by chance: workers, instances and restarts write into
 * one log, and a bare number would be in it as often as there were processes. Chance for each request costs more.
 */
export function requestIds(): () => string {
  const server = randomBytes(6).toString('hex');
  let count = 0;
  return () => `${server}-${(++count).toString(36)}`;
}
