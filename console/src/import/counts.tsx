/** How many rows are in each state. Each figure shows its rows when it is pressed. */
import { formatNumber } from '../format.ts';
import { strings } from '../strings/index.ts';
import type { State } from './rows.ts';

export const STATES: State[] = ['created', 'updated', 'unchanged', 'again', 'problem', 'left_out', 'waiting'];
export type Shown = State | 'all';

export const DOTS: Record<State, string> = {
  created: 'bg-accent',
  updated: 'border-2 border-accent',
  unchanged: 'border-2 border-line-strong',
  again: 'border-2 border-dashed border-line-strong',
  problem: 'bg-danger',
  left_out: 'bg-line-strong',
  waiting: 'border border-line-strong',
};

interface Props {
  counts: Record<State, number>;
  total: number;
  shown: Shown;
  onShow: (shown: Shown) => void;
  /** Those that are there whatever their number. */
  always: State[];
}

export function Counts({ counts, total, shown, onShow, always }: Props) {
  const figures: { id: Shown; label: string; count: number }[] = [
    { id: 'all', label: strings.import.rows.all, count: total },
    ...STATES.filter((state) => counts[state] > 0 || always.includes(state)).map((state) => ({
      id: state,
      label: strings.import.rows.states[state],
      count: counts[state],
    })),
  ];
  return (
    <ul className="flex flex-wrap gap-2">
      {figures.map(({ id, label, count }) => (
        <li key={id} className="min-w-28 flex-1 sm:max-w-44">
          <button
            type="button"
            aria-pressed={shown === id}
            className="w-full rounded-xl border border-line bg-surface px-3 py-2 text-left hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft"
            onClick={() => onShow(id)}
          >
            <span className="numeric block text-xl font-semibold">{formatNumber(count)}</span>{' '}
            <span className="flex items-center gap-1.5 text-sm text-muted">
              {id !== 'all' && (
                <span className={`size-2 shrink-0 rounded-full ${DOTS[id]}`} aria-hidden="true" />
              )}
              {label}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
