/** The first lines of a file of JSON, as they stand there. */
import type { CsvRow } from '../../../src/imports/csv-shape.ts';
import { strings } from '../strings/index.ts';

const SHOWN = 5;

export function Lines({ rows }: { rows: CsvRow[] }) {
  return (
    <figure className="max-w-4xl">
      <figcaption className="text-sm text-muted">{strings.import.match.line}</figcaption>
      <ol className="mt-1 overflow-hidden rounded-xl border border-line bg-surface font-mono text-xs">
        {rows.slice(0, SHOWN).map(({ number, cells }) => (
          <li key={number} className="truncate border-b border-line px-4 py-2 last:border-b-0">
            {cells[0]}
          </li>
        ))}
      </ol>
    </figure>
  );
}
