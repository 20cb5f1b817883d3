/** What an answer shows of an id that it was asked about. */
import type { Answer } from '../client.ts';

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g;
/** Of this answer, not of what it is about. */
const ITS_OWN = ['x-request-id', 'date', 'keep-alive'];

/**
 * Status, headers and body as text, the id that was asked about taken out; with `isWrite` all ids and times too: what a
 * caller writes for itself has new ones each time.
 */
export function shown({ status, text, headers }: Answer, asked: string, isWrite = false): string {
  const told = [...headers]
    .filter(([name]) => !ITS_OWN.includes(name))
    .map(([name, value]) => `${name}: ${value}`)
    .sort();
  const body = without(asked, text).replace(/"as_of":"[^"]+"/, '"as_of":"(now)"');
  const all = [status, ...told, body].join('\n');
  return isWrite ? all.replace(ID, '(id)').replace(TIME, '(time)') : all;
}

/** The text without the id that was asked about: a reference is told by the last part of it. */
export const without = (asked: string, text: string): string =>
  text.replaceAll(asked.split('/').at(-1)!, '(asked)');
