/** The rules of the house that prose alone does not hold: which way arrows point, and who writes what. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', 'src');
const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const files = names.map((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const imports = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) =>
    relative(root, join(root, dirname(file), path!)),
  );
  return { file, text, imports };
});

/** Each rule: the files it is about, what they may not import or contain, and why. */
const RULES: { promise: string; about: RegExp; except?: RegExp; imports?: RegExp; text?: RegExp }[] = [
  {
    promise: 'the database floor knows nothing above it',
    about: /^database\//,
    imports: /^(customers|tenancy|events|imports|http|cli)\//,
  },
  {
    promise: 'http knows nothing of customers, but for the list of routes in server.ts',
    about: /^http\//,
    except: /^http\/(server|route)\.ts$/,
    imports: /^(customers|tenancy|events|imports|cli)\//,
  },
  {
    promise: 'plans are pure: no SQL, no loading, no committing',
    about:
      /^customers\/(plan-.*|contact|details|fields|record|found|search-text|target|revert|erasure|as-it-was|duplicate-score)\.ts$/,
    imports: /^database\/|^customers\/(load|commit|list|search|write-queue|operations|routes)\.ts$/,
  },
  {
    promise: 'plans read no clock, no chance, no environment',
    about:
      /^customers\/(plan-.*|contact|details|fields|record|found|search-text|target|revert|erasure|as-it-was|duplicate-score)\.ts$/,
    text: /Date\.now|new Date\(\)|Math\.random|randomUUID|process\.|fetch\(/,
  },
  {
    promise: 'load, plan and commit are called in order and never call each other',
    about: /^customers\/(load|commit)\.ts$/,
    imports: /^customers\/(plan-.*|load|commit|operations|write-queue)\.ts$/,
  },
  {
    promise: 'operations is the only door: routes neither load nor commit',
    about: /^customers\/(life-)?routes\.ts$|^cli\/|^imports\//,
    imports: /^customers\/(load|commit|list|search|write-queue|plan-.*)\.ts$/,
  },
  {
    promise: 'commit is the only writer of the customer tables',
    about: /./,
    except: /^customers\/commit(-sql|-erase|-imports)\.ts$/,
    text: /(insert into|update|delete from)\s+(customers|contacts|events|imports|name_words|possible_duplicates|customer_references)\b/,
  },
  {
    promise:
      'the console reads files by the rules of the command line, and days by those of the service: they need nothing of Node',
    about:
      /^json\.ts$|^database\/answer-life\.ts$|^imports\/(columns|csv-shape|failure-format|headers|json-lines|scientific|verdict)\.ts$|^customers\/(csv-line|export|spreadsheet|statuses|time-zone|web-address)\.ts$/,
    imports: /^database\/|^http\/|^customers\/(contact|formats)\.ts$/,
    text: /from 'node:|\bBuffer\b|process\./,
  },
  {
    promise:
      'errors of the database are told apart by SQLSTATE alone: on a cluster names of constraints are other ones',
    about: /./,
    text: /constraint_name|\.constraint\b|\bconstraint:/,
  },
  {
    promise:
      'the start of a database alone takes advisory locks, and nothing listens: both are each node’s own',
    about: /./,
    except: /^database\/migrate\.ts$/,
    text: /pg_(try_)?advisory|pg_notify|sql\.(listen|notify)\(/,
  },
  {
    promise: 'config.ts is the only reader of the environment',
    about: /./,
    except: /^config\.ts$/,
    text: /process\.env/,
  },
];

describe('architecture', () => {
  for (const { promise, about, except, imports, text } of RULES) {
    it(promise, () => {
      const subjects = files.filter(({ file }) => about.test(file) && !except?.test(file));
      expect(subjects.length, 'the rule is about files that exist').toBeGreaterThan(0);
      const broken = subjects.flatMap((subject) => [
        ...subject.imports
          .filter((path) => imports?.test(path))
          .map((path) => `${subject.file} imports ${path}`),
        ...(text?.test(subject.text) ? [`${subject.file} contains ${text.exec(subject.text)![0]}`] : []),
      ]);
      expect(broken, promise).toEqual([]);
    });
  }
});
