/** docs/grafana.json asks for figures that there are, by labels that they have. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openService } from '../../src/customers/service.ts';
import { connect, poolOf } from '../../src/database/connect.ts';
import { Metrics } from '../../src/http/metrics.ts';
import { useService } from '../harness.ts';

const service = useService();
interface Panel {
  title: string;
  targets: { expr: string; legendFormat: string }[];
}
const { panels } = JSON.parse(readFileSync(new URL('../../docs/grafana.json', import.meta.url), 'utf8')) as {
  panels: Panel[];
};
const WORDS = /\b(sum|max|by|rate|histogram_quantile|le)\b/;

let text: string;
beforeAll(async () => {
  const { send } = await service.business();
  const following = send('GET', '/events?after=latest&wait=5');
  await new Promise((done) => setTimeout(done, 100));
  await send('PUT', '/customers', { name: 'Ann', email: 'ann@clientele.test' });
  await following;
  await send('GET', '/nowhere');
  await send('GET', '/customers', undefined, { key: 'clt_x' });
  text = (await service.send('GET', '//metrics')).text;
  // What only a service with a replica has.
  const sql = connect(service.databaseUrl, { max: 2 });
  const opened = await openService(sql, { replica: sql });
  text += await new Metrics({ ...opened, pool: () => poolOf(sql) }).text();
  await sql.end();
});

/** The labels of a figure, with those of all its rows; null when there is no such figure. */
function labelsOf(name: string): Set<string> | null {
  const rows = text.split('\n').filter((line) => new RegExp(`^${name}(\\{| )`).test(line));
  if (rows.length === 0) return null;
  return new Set(rows.flatMap((row) => [...row.matchAll(/(\w+)="/g)].map(([, label]) => label!)));
}

describe('the dashboard', () => {
  it.each(panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target }))))(
    '$title: $expr',
    ({ expr, legendFormat }) => {
      const names = [...expr.matchAll(/[a-z]\w*_\w+/g)].map(([name]) => name);
      const figures = names.filter((name) => /^(clientele|process|nodejs)_/.test(name));
      expect(figures).toHaveLength(1);
      const labels = labelsOf(figures[0]!);
      expect(labels, `/metrics has no ${figures[0]}`).not.toBeNull();
      const grouped = [...expr.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list]) => list!.split(', '));
      const matched = [...expr.matchAll(/(\w+)(?:!?=~?)"/g)].map(([, label]) => label!);
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      expect(shown.filter((label) => !grouped.includes(label))).toEqual([]);
      expect([...grouped, ...matched].filter((label) => !labels!.has(label))).toEqual([]);
      expect(expr).toMatch(WORDS);
    },
  );

  it('shows every figure of the service', () => {
    const own = new Set([...text.matchAll(/^# TYPE (clientele_\w+)/gm)].map(([, name]) => name!));
    const all = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    expect([...own].filter((name) => !all.includes(name))).toEqual([]);
  });
});
