/**
 * How much may be under way at a time, so that the service answers before it drowns: as much as it gets done in a
 * second, counted in work, which bodies weigh in. A business may hold as much as is left free (one alone half of the room, two a
 * third each); whoever has nothing under way is let in even into a full one, until there is twice as much as there should be.
 * Room is taken when a request has arrived whole and given back when its work is done: who sends slowly, or goes away, holds
 * none. Nothing here knows what a business is.
 */
import { ApiError } from './errors.ts';

/** Work is counted in requests; so many bytes of a body are as much as one. */
const BYTES_OF_WORK = 4096;

/** What a request with a body of so many bytes weighs. */
export const workOf = (bytes: number): number => 1 + Math.floor(bytes / BYTES_OF_WORK);

/** Who is let in waits no longer than about so long. */
const LONGEST_WAIT_S = 1;
/** A bad measure must not send everybody away for long. */
const LONGEST_RETRY_S = 10;
/** The pace is measured in steps of so long, while so much is under way that it is the service's own. */
const STEP_MS = 250;
const BUSY = 64;
/** How far a measure moves what is believed of the pace; and how far it goes back when there is nothing to measure. */
const LEARN = 0.3;
const FORGET = 0.1;

export interface RoomSize {
  /** Work a second, believed until it was measured. */
  pace: number;
  /** There is always room for so much, and never for more than so much, in work. */
  least: number;
  most: number;
}

/** 16,384 of work are 64 MiB of bodies. */
export const ROOM: RoomSize = { pace: 2_000, least: 512, most: 16_384 };
/** Who waits for something to happen does no work: a fixed number of them. */
export const WAITING_ROOM: RoomSize = { pace: 8_192, least: 8_192, most: 8_192 };

/** Gives back what was taken; more than once is as good as once. */
export type Leave = (now?: number) => void;

export class Room {
  /** What is under way, in work. */
  held = 0;
  /** Who was sent away since the start; for the metrics. */
  refused = 0;
  readonly #size: RoomSize;
  readonly #heldBy = new Map<string, number>();
  #pace: number;
  /** Of the present step: when it began, what was done in it, and what was held × milliseconds up to `#seen`. */
  #since: number;
  #seen: number;
  #done = 0;
  #area = 0;

  constructor(size: RoomSize = ROOM, now = performance.now()) {
    this.#size = size;
    this.#pace = size.pace;
    this.#since = now;
    this.#seen = now;
  }

  /** How much may be under way. */
  get size(): number {
    return Math.min(Math.max(this.#pace * LONGEST_WAIT_S, this.#size.least), this.#size.most);
  }

  /** Hardly anybody would be let in. */
  get isFull(): boolean {
    return this.held > this.size * 0.9;
  }

  /** When somebody who was sent away should come again: when what is under way now should be done. */
  get secondsToWait(): number {
    return Math.min(LONGEST_RETRY_S, Math.max(1, Math.ceil(this.held / (this.#pace || 1))));
  }

  /** Somebody may hold as much as is left: it is worth to ask who. */
  get isCrowded(): boolean {
    return this.held * 2 >= this.size;
  }

  hasRoomFor(who: string, now = performance.now()): boolean {
    this.#look(now);
    const own = this.#heldBy.get(who) ?? 0;
    return own < this.size - this.held || (own === 0 && this.held < 2 * this.size);
  }

  /** Takes room for a business (or whoever must not crowd out others). Throws 503 when it holds as much as is left. */
  enter(who: string, asked: number, now = performance.now()): Leave {
    if (!this.hasRoomFor(who, now)) throw this.refuse();
    // The largest batch is no more than what one business may hold.
    const work = Math.max(1, Math.min(asked, Math.floor(this.size / 2)));
    this.held += work;
    this.#heldBy.set(who, (this.#heldBy.get(who) ?? 0) + work);
    let hasLeft = false;
    return (then = performance.now()) => {
      if (hasLeft) return;
      hasLeft = true;
      this.#leave(who, work, then);
    };
  }

  /** Counts one who is sent away, and says when to come again. */
  refuse(): ApiError {
    this.refused++;
    return new ApiError(
      'overloaded',
      'As much is under way as can be done soon. Nothing was begun; try again shortly.',
      {},
      { retryAfter: this.secondsToWait },
    );
  }

  #leave(who: string, work: number, now: number): void {
    this.#look(now);
    this.held -= work;
    this.#done += work;
    const own = this.#heldBy.get(who)! - work;
    if (own > 0) this.#heldBy.set(who, own);
    else this.#heldBy.delete(who);
  }

  /** Measures the pace: it is what gets done while plenty is under way, whatever holds it up. */
  #look(now: number): void {
    this.#area += this.held * (now - this.#seen);
    this.#seen = now;
    const millis = now - this.#since;
    if (millis < STEP_MS) return;
    const isBusy = this.#area / millis >= BUSY;
    if (isBusy) this.#pace += LEARN * ((1000 * this.#done) / millis - this.#pace);
    else if (this.#pace < this.#size.pace)
      this.#pace += (1 - (1 - FORGET) ** (millis / STEP_MS)) * (this.#size.pace - this.#pace);
    this.#since = now;
    this.#done = 0;
    this.#area = 0;
  }
}
