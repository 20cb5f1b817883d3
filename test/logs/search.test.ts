/** The look through the logs of a run finds what it is there for, and only that. */
import { describe, expect, it } from 'vitest';
import { leaksIn, phrasesOf } from './search.ts';

const KEY = 'clt_abc_0123456789ABCDEFGHIJ';
const PHRASES = phrasesOf(
  new Map([
    ['Quintessa Zyxwvut', 'name'],
    ['0412 987 654', 'phone'],
    ['+61412987654', 'phone'],
    ['qz@clientele.test', 'email'],
    ['Zoë Çelik', 'name'],
    [KEY, 'key'],
    ['Ann', 'name'],
    ['Unknown', 'phone'],
  ]),
);
const json = (said: object) => JSON.stringify({ level: 30, time: 1, pid: 412987654, hostname: 'h', ...said });

const LEAKS: [string, string, string][] = [
  ['a message', json({ msg: 'customer Quintessa Zyxwvut not found' }), 'name'],
  ['another case', json({ msg: 'QUINTESSA ZYXWVUT' }), 'name'],
  ['a field', json({ customer: { email: 'qz@clientele.test' } }), 'email'],
  ['the name of a field', json({ 'qz@clientele.test': 1 }), 'email'],
  ['a number', json({ phone: 61412987654 }), 'phone'],
  ['a URL', json({ url: '/api/v2/customers?q=Quintessa+Zyxwvut' }), 'name'],
  ['an encoded URL', json({ url: '/customers?q=Zo%C3%AB%20%C3%87elik' }), 'name'],
  ['an escaped line', json({ msg: 'who:\nZoë Çelik\n' }), 'name'],
  ['a header', json({ authorization: `Bearer ${KEY}` }), 'key'],
  ['no JSON at all', `Error: duplicate (0412 987 654)`, 'phone'],
  ['JSON that was cut off', '{"level":30,"msg":"0412-987-654', 'phone'],
];
const CLEAN: [string, string][] = [
  ['a short value', json({ msg: 'Ann' })],
  ['a word of its own', json({ reason: 'unknown', msg: 'sign-in refused' })],
  ['half a value', json({ msg: 'Quintessa' })],
  ['what every line begins with', json({ msg: 'request' })],
  ['words of two fields in a row', json({ a: 'Quintessa', b: 'Zyxwvut' })],
  ['a bad escape', json({ url: '/%FF%GG' })],
];

describe('the look through the logs', () => {
  it.each(LEAKS)('finds a value in %s', (_where, line, field) => {
    const leaks = leaksIn('a.log', `${json({ msg: 'request' })}\n${line}\n`, PHRASES);
    expect(leaks).toEqual([{ file: 'a.log', line: 2, value: expect.stringContaining(`${field} of `) }]);
    expect(leaks[0]!.value).not.toMatch(/ssa|987|abc|elik/);
  });

  it.each(CLEAN)('finds nothing in %s', (_where, line) => {
    expect(leaksIn('a.log', line, PHRASES)).toEqual([]);
  });

  it('lets the first start show its key once, and no second time', () => {
    const shown = `Clientele is ready at http://x\n\nAPI key: ${KEY}\n\nCtrl-C stops the service and its database.\n`;
    expect(leaksIn('a.log', shown, PHRASES)).toEqual([]);
    expect(leaksIn('a.log', shown + shown, PHRASES)).toHaveLength(1);
    expect(leaksIn('a.log', `${shown}API key: ${KEY}\n`, PHRASES)).toMatchObject([{ line: 6 }]);
  });
});
