/** How far a long command is: a bar where somebody watches, a plain line now and then elsewhere. */
import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

export interface Progress {
  /** Rows done so far. */
  show(done: number): void;
  stop(): void;
}

const LINE_EVERY_MS = 5_000;

/** `before`: rows that an earlier start has done. */
export function startProgress(terminal: Terminal, total: number, before = 0): Progress {
  const started = Date.now();
  const pace = (done: number) => paceOf(done - before, total - done, Date.now() - started);
  return terminal.screen ? bar(terminal.screen, total, before, pace) : lines(terminal, total, pace);
}

/** Rows a second since the start, and the time that the rest takes at that. */
function paceOf(done: number, left: number, millis: number): { rate: string; left: string } {
  const rate = done / Math.max(millis / 1000, 0.001);
  const seconds = Math.round(left / Math.max(rate, 0.001));
  const time = seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return { rate: `${Math.round(rate).toLocaleString('en')} a second`, left: done > 0 ? `${time} to go` : '' };
}
type Pace = (done: number) => ReturnType<typeof paceOf>;

function bar(screen: NodeJS.WriteStream, total: number, before: number, pace: Pace): Progress {
  const drawn = new SingleBar({
    stream: screen,
    format: '{bar} {percentage}% | {value} of {total} rows | {rate} | {left}',
    hideCursor: true,
  });
  drawn.start(total, before, { rate: '', left: '' });
  return { show: (done) => drawn.update(done, pace(done)), stop: () => drawn.stop() };
}

function lines(terminal: Terminal, total: number, pace: Pace): Progress {
  let last = Date.now();
  return {
    show(done) {
      if (Date.now() - last < LINE_EVERY_MS) return;
      last = Date.now();
      const { rate, left } = pace(done);
      terminal.tell(`${done} of ${total} rows, ${rate}, ${left}`);
    },
    stop() {},
  };
}
