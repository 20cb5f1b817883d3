/** docs/grafana.json asks for figures that there are, by labels that they have. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { figuresIn, groupsIn, labelsIn, useFigures } from './figures.ts';

const figures = useFigures();
interface Panel {
  title: string;
  targets: { expr: string; legendFormat: string }[];
}
const { panels } = JSON.parse(readFileSync(new URL('../../docs/grafana.json', import.meta.url), 'utf8')) as {
  panels: Panel[];
};
const WORDS = /\b(sum|min|max|by|rate|histogram_quantile|le)\b/;

describe('the dashboard', () => {
  it.each(panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target }))))(
    '$title: $expr',
    ({ expr, legendFormat }) => {
      const names = figuresIn(expr);
      expect(names).toHaveLength(1);
      const labels = figures.labelsOf(names[0]!);
      expect(labels, `/metrics has no ${names[0]}`).not.toBeNull();
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      expect(shown.filter((label) => !groupsIn(expr).includes(label))).toEqual([]);
      expect(labelsIn(expr).filter((label) => !labels!.has(label))).toEqual([]);
      expect(figures.unknownIn(expr)).toEqual([]);
      expect(expr).toMatch(WORDS);
    },
  );

  it('shows every figure of the service', () => {
    const own = new Set([...figures.text.matchAll(/^# TYPE (clientele_\w+)/gm)].map(([, name]) => name!));
    const all = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    expect([...own].filter((name) => !all.includes(name))).toEqual([]);
  });
});
