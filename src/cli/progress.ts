/** How far a long command is: a bar where somebody watches, a plain line now and then elsewhere. */
import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

export interface Progress {
  /** Rows done so far. */
  show(done: number): void;
  stop(): void;
}

const LINE_EVERY_MS = 5_000;

export function startProgress(terminal: Terminal, total: number): Progress {
  return terminal.screen ? bar(terminal.screen, total) : lines(terminal, total);
}

function bar(screen: NodeJS.WriteStream, total: number): Progress {
  const drawn = new SingleBar({
    stream: screen,
    format: '{bar} {percentage}% | {value} of {total} rows | {eta_formatted} to go',
    hideCursor: true,
    etaBuffer: 20,
  });
  drawn.start(total, 0);
  return { show: (done) => drawn.update(done), stop: () => drawn.stop() };
}

function lines(terminal: Terminal, total: number): Progress {
  let last = Date.now();
  return {
    show(done) {
      if (Date.now() - last < LINE_EVERY_MS) return;
      last = Date.now();
      terminal.tell(`${done} of ${total} rows`);
    },
    stop() {},
  };
}
