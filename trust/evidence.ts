/** What a claim needs beside its figure: that everything it speaks of was done, and done to its end. */
import { milliseconds, number } from './report.ts';
import type { Section } from './theme.ts';

/** One fault under load, and what came of it. */
export interface Round {
  run: string;
  acknowledged: number;
  inDoubt: number;
  /**
   * Milliseconds from the end of the fault until every writer has been told of a write again. Null where that was waited for
   * in vain, or the round failed before: a word that JSON has, which knows no infinity.
   */
  normalAfter: number | null;
  /** The longest that a request waited for its answer. */
  longestMs: number;
}

/** Somebody who asked and waited; a round among them may have failed. */
export type Waited = Pick<Round, 'run' | 'longestMs'> & Partial<Pick<Round, 'normalAfter'>>;

/** The figure of a claim, and whether it holds. */
export interface Judged {
  figure: string;
  met: boolean;
}

const SHOWN = 3;

/** How long it was to normal service after each of so many rounds. One that failed has no figure, and still counts. */
export function normalService(rounds: Round[], planned: number, limit: number): Judged {
  const ended = rounds
    .flatMap(({ run, normalAfter }) => (normalAfter === null ? [] : [{ run, normalAfter }]))
    .sort((a, b) => a.normalAfter - b.normalAfter);
  const longest = ended.at(-1);
  const times =
    longest &&
    `longest ${milliseconds(longest.normalAfter)} (${longest.run}), median ${milliseconds(ended[ended.length >> 1]!.normalAfter)}`;
  return {
    figure: [times, ofRounds(ended.length, planned), unended(rounds)].filter(Boolean).join(', '),
    met: longest !== undefined && ended.length === planned && longest.normalAfter <= limit,
  };
}

/** How long the longest of so many waited for an answer: the failed rounds too, and nothing is held where one is missing. */
export function longestWait(waits: Waited[], planned: number, limit: number): Judged {
  const longest = waits.toSorted((a, b) => b.longestMs - a.longestMs)[0];
  const ended = waits.filter(({ normalAfter }) => normalAfter !== null).length;
  const time = longest && `longest ${milliseconds(longest.longestMs)} (${longest.run})`;
  return {
    figure: [time, ended < planned && ofRounds(ended, planned), unended(waits)].filter(Boolean).join(', '),
    met: longest !== undefined && ended === planned && longest.longestMs <= limit,
  };
}

const ofRounds = (ended: number, planned: number): string =>
  ended === planned ? `${number(planned)} rounds` : `${number(ended)} of ${number(planned)} rounds`;

/** The first of the rounds that failed on the way. */
function unended(rounds: Waited[]): string {
  const failed = rounds.filter(({ normalAfter }) => normalAfter === null).map(({ run }) => run);
  if (failed.length === 0) return '';
  const others = failed.length - SHOWN;
  return `not to its end: ${failed.slice(0, SHOWN).join(', ')}${others > 0 ? ` and ${number(others)} more` : ''}`;
}

/** Enters how much was done, where the claims beside it are worth what was tried. In small that says nothing. */
export function claimAmount(section: Section, claim: string, least: number, count: number): void {
  const isWhole = section.options.scale === 'full';
  section.claim(
    claim,
    `≥ ${number(least)}`,
    number(count),
    isWhole ? count >= least : null,
    isWhole ? '' : 'too short to say',
  );
}
