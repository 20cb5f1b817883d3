/** The comparison as a picture: for each operation how many times as much the service bore as each of its peers. */
import { type Compared, OPERATIONS } from './compare.ts';
import type { Run } from './report.ts';

const LEFT = 190;
const WIDTH = 760;
const ROW = 20;
const GAP = 26;
const MOST = WIDTH - LEFT - 90;

/** An SVG that stands on light and dark pages alike. */
export function chart({ compared: { rows, systems }, commit, date }: Run): string {
  const measured = systems.filter(({ error }) => !error);
  const parts: string[] = [];
  let y = 58;
  for (const operation of OPERATIONS) {
    const rates = measured.map((system) => system.figures[operation]?.rate ?? 0);
    const top = Math.max(...rates);
    parts.push(`<text class="operation" x="16" y="${y + 14}">${operation}</text>`);
    for (const [i, system] of measured.entries()) {
      parts.push(bar(system, rates[i]!, top, i === 0, y));
      y += ROW;
    }
    y += GAP - ROW / 2;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH + 130} ${y + 10}" role="img" aria-label="Requests per second of Clientele and its peers">
<style>
text { font: 12px system-ui, sans-serif; fill: #57606a }
.operation { font-weight: 600; fill: #57606a }
.title { font-size: 15px; font-weight: 600 }
.own { fill: #0f766e } .peer { fill: #94a3b8 }
@media (prefers-color-scheme: dark) { text, .operation { fill: #c9d1d9 } .own { fill: #2dd4bf } .peer { fill: #64748b } }
</style>
<text class="title" x="16" y="26">Per second with ${rows.toLocaleString('en')} customers, one core for the server</text>
<text x="16" y="43">${date} UTC, ${commit}; bulk in rows; longer is better, each group to its own scale</text>
${parts.join('\n')}
</svg>
`;
}

function bar({ name }: Compared, rate: number, top: number, isOwn: boolean, y: number): string {
  const width = Math.max(1, Math.round((MOST * rate) / top));
  const shown = rate === 0 ? 'none' : Math.round(rate).toLocaleString('en');
  return (
    `<text x="${LEFT + 118}" y="${y + 13}" text-anchor="end">${name}</text>` +
    `<rect class="${isOwn ? 'own' : 'peer'}" x="${LEFT + 126}" y="${y + 2}" width="${width}" height="${ROW - 6}" rx="2"/>` +
    `<text x="${LEFT + 132 + width}" y="${y + 13}">${shown}</text>`
  );
}
