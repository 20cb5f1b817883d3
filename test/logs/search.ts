/**
 * Looks in logs for what must not be there. A value is found as its words in a row, whatever case they are in and whatever
 * stands between them, so that `0412 345 678` is found in a quoted URL too; each line is gone through once. Pure.
 */

/** What was noted of a run: each value, and the field it stood in. */
export type Noted = ReadonlyMap<string, string>;

export interface Leak {
  file: string;
  line: number;
  /** Where the value stood in what was sent or answered. */
  field: string;
  /** Field, length and the first two letters: a report of a leak is no leak. */
  value: string;
}

/** A shorter one says nothing of anybody, and stands in any log by chance: but for a name. */
const SHORTEST = 6;
const SHORTEST_NAME = 3;
/** Fields that a person is called in, or looked for. */
const NAMES = new Set(['name', 'company_name', 'q', 'raw', 'value']);
/** As names are written, and letters alone. What might be a piece of an id, in its digits of sixteen, is none here. */
const isName = (value: string): boolean =>
  /^[\p{Lu}\p{Lo}]\p{L}*$/u.test(value) && !/^[a-f]{4,}$/i.test(value);
/** Words of everyday that tests take for a name, and that the service's sentences are made of. */
const EVERYDAY = new Set(
  'one two three main other own old new known last live stop plain form call key wrong mine kept busy'.split(
    ' ',
  ),
);
/**
 * What the log says of itself (why somebody was not let in, routes, messages): tests send such a word as a phone or a name, and it
 * tells of nobody. Of one word alone; `unknown person` is looked for.
 */
const ORDINARY = new Set([
  ...[
    'unknown',
    'nobody',
    'another',
    'missing',
    'malformed',
    'checksum',
    'expired',
    'request',
    'customers',
    'customer',
    'duplicates',
  ],
  ...[
    'references',
    'booking',
    'events',
    'export',
    'import',
    'imports',
    'growth',
    'restore',
    'unmerge',
    'session',
  ],
  ...['locations', 'location', 'business', 'delete', 'refused', 'failed', 'default'],
  ...['get', 'put', 'post', 'patch', 'head', 'options', 'node', 'null', 'true', 'false'],
  ...[
    'ready',
    'again',
    'not',
    'was',
    'off',
    'what',
    'keys',
    'used',
    'for',
    'written',
    'counts',
    'were',
    'shared',
    'traces',
  ],
  ...[
    'taken',
    'the',
    'worker',
    'ended',
    'takes',
    'its',
    'place',
    'could',
    'started',
    'tried',
    'sign',
    'canary',
  ],
]);
/** What the service says in words of its own: no short name is looked for there, as `Main` is in the place of a fault. */
const FIXED = new Set(['method', 'route', 'frames', 'cause', 'code', 'reason', 'name']);
/** Names that JavaScript has of its own: texts that tests make by chance are pieces of them, and so are frames in a log. */
const LANGUAGE = [Object.prototype, Function.prototype]
  .flatMap((one) => Object.getOwnPropertyNames(one))
  .concat('prototype')
  .join(' ')
  .toLowerCase();
/** Of every line of the service's log, and nobody's. */
const OWN = new Set(['level', 'time', 'pid', 'hostname', 'reqId', 'trace_id']);

interface Phrase {
  isShort: boolean;
  words: string[];
  field: string;
  value: string;
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** The phrases to look for, by their first word. Short values and the log's own words are left out. */
export function phrasesOf(noted: Noted): Map<string, Phrase[]> {
  const phrases = new Map<string, Phrase[]>();
  for (const [value, field] of noted) {
    const words = wordsOf(value);
    if (!isLookedFor(field, value, words)) continue;
    const masked = `${field} of ${value.length} characters, ${value.slice(0, 2)}…`;
    const others = phrases.get(words[0]!);
    const phrase = { isShort: words.join('').length < SHORTEST, words, field, value: masked };
    if (others) others.push(phrase);
    else phrases.set(words[0]!, [phrase]);
  }
  return phrases;
}

function isLookedFor(field: string, value: string, words: string[]): boolean {
  const { length } = words.join('');
  if (ORDINARY.has(words.join(' ')) || LANGUAGE.includes(words.join(' '))) return false;
  if (length >= SHORTEST) return true;
  return length >= SHORTEST_NAME && NAMES.has(field) && isName(value.trim()) && !EVERYDAY.has(words[0]!);
}

/** Where the phrases stand in the text of one log; of each line the first. */
export function leaksIn(file: string, text: string, phrases: Map<string, Phrase[]>): Leak[] {
  return withoutWelcome(text)
    .split('\n')
    .flatMap((line, i) => {
      for (const { text: part, isFixed } of partsOf(line)) {
        const found = firstOf(wordsOf(decoded(part)), phrases, isFixed);
        if (found) return [{ file, line: i + 1, field: found.field, value: found.value }];
      }
      return [];
    });
}

function firstOf(words: string[], phrases: Map<string, Phrase[]>, isFixed: boolean): Phrase | undefined {
  for (let start = 0; start < words.length; start++) {
    const found = phrases
      .get(words[start]!)
      ?.find(
        (phrase) =>
          !(phrase.isShort && isFixed) && phrase.words.every((word, i) => words[start + i] === word),
      );
    if (found) return found;
  }
  return undefined;
}

/** What a line says: of a JSON one each name and value by itself, without what every line begins with. */
function partsOf(line: string): Part[] {
  if (line.startsWith('{')) {
    try {
      return partsIn(JSON.parse(line), false);
    } catch {
      // Cut off: taken as it stands.
    }
  }
  return [{ text: line, isFixed: false }];
}

interface Part {
  text: string;
  isFixed: boolean;
}

const partsIn = (value: unknown, isFixed: boolean): Part[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .filter(([name]) => !OWN.has(name))
        .flatMap(([name, inner]) => [
          { text: name, isFixed: false },
          ...partsIn(inner, isFixed || FIXED.has(name)),
        ])
    : [{ text: String(value), isFixed }];

function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return ' ';
    }
  });
}

/** The first start shows its key and an example, once; a second time would be a leak. Lines keep their numbers. */
const withoutWelcome = (text: string): string =>
  text.replace(/^Clientele is ready at [\s\S]*?^Ctrl-C stops the service and its database\.$/m, (welcome) =>
    welcome.replace(/[^\n]+/g, ''),
  );
