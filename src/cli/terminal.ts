/** Where a command writes, and how it ends. Text of customers and files is shown without what steers a terminal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageDir } from '../config.ts';

export interface Terminal {
  /** One line of the result, for people and scripts. */
  print(line: string): void;
  /** One line beside the result: progress, an error. */
  tell(line: string): void;
  /** The screen a progress bar may be drawn on; null when nobody watches. */
  screen: NodeJS.WriteStream | null;
}

/** What a command is given: the settings (read when asked for) and the terminal; it may set the exit code. */
export interface CommandContext {
  config: () => import('../config.ts').Config;
  terminal: Terminal;
  exitCode: number;
}

/** The command was called in a way it can't work: exit code 2. */
export class UsageError extends Error {}

/** The terminal of this process. */
export const standardTerminal: Terminal = {
  print: (line) => void process.stdout.write(`${line}\n`),
  tell: (line) => void process.stderr.write(`${line}\n`),
  screen: process.stderr.isTTY ? process.stderr : null,
};

/** The version of this Clientele. */
export const version = (): string =>
  JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')).version;

/** A text on one line, without control characters: a cell of a file can't move the cursor or change colours. */
export const visible = (text: string): string => text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();

/** Rows below their headings, in columns as wide as their longest cell. */
export function table(headings: string[], rows: string[][]): string {
  const lines = [headings, ...rows.map((row) => row.map(visible))];
  const widths = headings.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
