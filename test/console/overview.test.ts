/** What the overview makes of the growth of a business, and the colours it is shown in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Month, seriesOf, sumOf } from '../../console/src/overview/growth.ts';

const month = (name: string, counts: [source: string | null, count: number][], other = 0): Month => ({
  month: name,
  total: counts.reduce((sum, [, count]) => sum + count, other),
  sources: counts.map(([source, count]) => ({ source, count })),
  other,
});

describe('the growth of a business', () => {
  it('has a row of counts for each source, the commonest first, then the rest and those without', () => {
    const months = [
      month('2025-12', [
        ['walk-in', 2],
        [null, 5],
      ]),
      month('2026-01', [], 9),
      month('2026-02', [
        ['website', 4],
        ['walk-in', 1],
        ['other', 1],
      ]),
    ];
    expect(seriesOf(months)).toEqual([
      { kind: 'source', source: 'website', total: 4, counts: [0, 0, 4] },
      { kind: 'source', source: 'walk-in', total: 3, counts: [2, 0, 1] },
      { kind: 'source', source: 'other', total: 1, counts: [0, 0, 1] },
      { kind: 'other', source: '', total: 9, counts: [0, 9, 0] },
      { kind: 'none', source: '', total: 5, counts: [5, 0, 0] },
    ]);
    expect(sumOf(months)).toBe(22);
  });

  it('leaves out what nobody has', () => {
    expect(seriesOf([month('2026-01', []), month('2026-02', [['website', 1]])])).toEqual([
      { kind: 'source', source: 'website', total: 1, counts: [0, 1] },
    ]);
  });
});

describe('the colours of charts', () => {
  const css = readFileSync(join(import.meta.dirname, '../../console/src/app.css'), 'utf8');
  const [light, dark] = css.split('prefers-color-scheme: dark') as [string, string];

  it.each([
    ['light', light],
    ['dark', dark],
  ])(
    'stand out from the page and from their neighbours in the %s theme, whoever sees no hues',
    (_, theme) => {
      const series = [...theme.matchAll(/--series-[\w]+: (#\w{6});/g)].map(([, colour]) => colour!);
      const surface = /--surface: (#\w{6});/.exec(theme)![1]!;
      expect(series.length).toBe(10);
      expect(series.filter((colour) => contrast(colour, surface) < 3)).toEqual([]);
      expect(series.filter((colour, i) => i > 0 && contrast(colour, series[i - 1]!) < 3)).toEqual([]);
    },
  );
});

/** As WCAG 2.2 reckons it. */
function contrast(a: string, b: string): number {
  const [dim, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
