/** ops/alarms.yaml: each alarm asks for figures that there are, and has a runbook in docs/operations.md. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { figuresIn, labelsIn, useFigures } from './figures.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const figures = useFigures();

interface Alarm {
  name: string;
  expr: string;
  severity: string;
  summary: string;
  runbook: string;
}

/** The lines a rule is made of, in their order; a text in quotes stands on one line. */
const LINES: Record<string, RegExp> = {
  name: /^ {6}- alert: (\w+)$/,
  expr: /^ {8}expr: '([^']+)'$/,
  for: /^ {8}for: (\d+[mh])$/,
  severity: /^ {8}labels: \{ severity: (page|ticket) \}$/,
  annotations: /^ {8}annotations:()$/,
  summary: /^ {10}summary: '([^']+)'$/,
  runbook: /^ {10}runbook: (\S+)$/,
};
const AROUND = /^(groups:| {2}- name: [\w-]+| {4}rules:)$/;

/** The rules as they stand in the file, which keeps to the lines above: a line of another form is refused. */
function alarmsOf(text: string): Alarm[] {
  const alarms: Partial<Record<string, string>>[] = [];
  for (const line of text.split('\n')) {
    if (/^\s*(#.*)?$/.test(line) || AROUND.test(line)) continue;
    const [field, found] = Object.entries(LINES)
      .map(([name, pattern]) => [name, pattern.exec(line)] as const)
      .find(([, match]) => match) ?? [null, null];
    if (!field) throw new Error(`not understood: ${line}`);
    if (field === 'name') alarms.push({});
    alarms.at(-1)![field] = found![1]!;
  }
  return alarms as unknown as Alarm[];
}

const alarms = alarmsOf(read('ops/alarms.yaml'));
const operations = read('docs/operations.md');
/** The section of the alarms, by the heading of each runbook. */
const runbooks = new Map(
  operations
    .split(/^## /m)
    .find((section) => section.startsWith('Alarms\n'))!
    .split(/^### /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part]),
);
/** Those of Prometheus itself, and of the exporter that the second group names. */
const FOREIGN = /^(up|node_\w+)$/;

describe('the alarms', () => {
  it('are known by their names, and each has all its parts', () => {
    expect(alarms.length).toBeGreaterThan(10);
    expect(new Set(alarms.map(({ name }) => name)).size).toBe(alarms.length);
    const parts = ['name', 'expr', 'severity', 'summary', 'runbook'] as const;
    expect(alarms.filter((alarm) => parts.some((part) => !alarm[part]))).toEqual([]);
  });

  it('have a runbook each, which says all that is asked of it, and there is no other', () => {
    expect([...runbooks.keys()]).toEqual(alarms.map(({ name }) => name));
    for (const { name, runbook, severity } of alarms) {
      expect(runbook).toBe(`docs/operations.md#${name.toLowerCase()}`);
      for (const part of ['Means', 'Look at', 'Do', 'Wake somebody'])
        expect(runbooks.get(name), `${name}: ${part}`).toContain(`**${part}:**`);
      expect(runbooks.get(name)!.includes('**Wake somebody:** at once'), name).toBe(severity === 'page');
    }
  });

  it.each(alarms)('$name: $expr', ({ expr }) => {
    const own = figuresIn(expr);
    const all = [...expr.matchAll(/\b(up|\w+_\w+)(?=[{[ )])/g)].map(([, name]) => name!);
    const foreign = all.filter((name) => FOREIGN.test(name));
    expect(own.length + foreign.length).toBeGreaterThan(0);
    if (own.length === 0) return;
    // An instance is what Prometheus calls whom it asked.
    const asked = labelsIn(expr).filter((label) => label !== 'instance');
    for (const name of own) {
      const labels = figures.labelsOf(name);
      expect(labels, `/metrics has no ${name}`).not.toBeNull();
      expect(asked.filter((label) => !labels!.has(label))).toEqual([]);
    }
    expect(figures.unknownIn(expr)).toEqual([]);
  });
});

it.each([
  ['clientele_errors_total{code="storage_ful"}', ['clientele_errors_total: code "storage_ful"']],
  ['clientele_errors_total{code=~"storage_.*|rate_limit"}', ['clientele_errors_total: code "rate_limit"']],
  ['clientele_requests_total{operation!="listEvent"}', ['clientele_requests_total: operation "listEvent"']],
  [
    'clientele_requests_total{operation!~"listEvents|export"}',
    ['clientele_requests_total: operation "export"'],
  ],
  ['clientele_replica_reads_total{outcome="late"}', ['clientele_replica_reads_total: outcome "late"']],
  [
    'clientele_sign_ins_refused_total{reason!="missing", reason!="none"}',
    ['clientele_sign_ins_refused_total: reason "none"'],
  ],
  ['clientele_requests_total{operation=~"listEvents|other"} > up{job="clientele"}', []],
])('a value that nothing has is found in %s', (expr, expected) => {
  expect(figures.unknownIn(expr)).toEqual(expected);
});
