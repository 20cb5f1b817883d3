/** The look through the logs of a run finds what it is there for, and only that. */
import { describe, expect, it } from 'vitest';
import { type Found, faultsOf, type Ran } from './notes.ts';
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
    ['Léa', 'q'],
    ['李小龙', 'name'],
    ['Unknown', 'phone'],
    ['request', 'name'],
    ['vip', 'tags'],
    ['123', 'phone'],
    ['Beef', 'name'],
    ['ref', 'company_name'],
    ['\u{98e03}name', 'name'],
    ['One', 'name'],
    ['__lookup', 'tags'],
    ['prototy', 'name'],
    ['Al', 'name'],
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
  ['a line within a field of a field', json({ error: { said: 'who:\nQuintessa Zyxwvut' } }), 'name'],
  ['a word, as a short name', json({ msg: 'what of ann?' }), 'name'],
  ['a name in letters that have no capitals', json({ msg: '李小龙' }), 'name'],
  ['an encoded one', json({ url: '/customers?q=L%C3%A9a' }), 'q'],
  ['no JSON at all', `Error: duplicate (0412 987 654)`, 'phone'],
  ['JSON that was cut off', '{"level":30,"msg":"0412-987-654', 'phone'],
];
const CLEAN: [string, string][] = [
  ['a short value that is no name', json({ msg: 'vip 123' })],
  ['a piece of an id', json({ key: '0190a6d6-beef-7c1e-8a51-3f7e0c5d2b10' })],
  ['no name but a word, or a part of a value', json({ msg: 'name: ref of one' })],
  ['a frame of the code', json({ frames: ['at Authentication.#lookUp', 'at Object.prototy (x.ts:1)'] })],
  ['two letters', json({ msg: 'al' })],
  ['a part of a word', json({ msg: 'annotated' })],
  ['a word of its own', json({ reason: 'unknown', msg: 'sign-in refused' })],
  ['half a value', json({ msg: 'Quintessa' })],
  ['what every line begins with', json({ msg: 'request' })],
  ['words of two fields in a row', json({ a: 'Quintessa', b: 'Zyxwvut' })],
  ['a bad escape', json({ url: '/%FF%GG' })],
];

/** A whole run, as it should be. */
const WHOLE: Found = { planted: 90, found: 90, values: 50_000, kinds: { tests: 9_000, processes: 20_000 } };

describe('a look that was none', () => {
  it.each<[string, Partial<Ran>, Partial<Found>, number]>([
    ['a whole run', {}, {}, 0],
    [
      'a part of the suite that sends nothing',
      { files: 1, isWhole: false },
      { values: 0, kinds: { tests: 0 } },
      0,
    ],
    ['a file that noted nothing', { files: 91 }, {}, 1],
    ['nothing noted at all', { files: 1, isWhole: false }, { planted: 0, found: 0 }, 1],
    ['what was planted is not found', { isWhole: false }, { found: 0 }, 1],
    ['what was planted is not found everywhere', {}, { found: 89 }, 1],
    ['a whole run that noted next to nothing', {}, { values: 3 }, 1],
    ['a whole run without the logs of processes', {}, { kinds: { tests: 9_000, processes: 0 } }, 1],
    ['a whole run without any', {}, { values: 0, kinds: { tests: 0, processes: 0 } }, 3],
  ])('is told: %s', (_what, ran, found, faults) => {
    expect(faultsOf({ files: 90, isWhole: true, ...ran }, { ...WHOLE, ...found })).toHaveLength(faults);
  });
});

describe('the look through the logs', () => {
  it.each(LEAKS)('finds a value in %s', (_where, line, field) => {
    const leaks = leaksIn('a.log', `${json({ msg: 'request' })}\n${line}\n`, PHRASES);
    expect(leaks).toEqual([
      { file: 'a.log', line: 2, field, value: expect.stringContaining(`${field} of `) },
    ]);
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
