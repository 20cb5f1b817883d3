/** What goes on by itself: one thing at a time, stopped, tried again or failed, with the pace it goes at. */
import { Failure, messageOf } from '../api.ts';
import type { Patience } from './send.ts';

export type Activity = 'reading' | 'checking' | 'running' | 'undoing';

export interface Going extends Patience {
  /** False when something else has begun meanwhile: the answer is nobody's any more. */
  isCurrent(): boolean;
}

/** What a person is told in place of it going on. */
export class Trouble extends Error {}

/** The pace is that of the last seconds. */
const PACE_MS = 10_000;
/** Often enough to see it move; every time costs a look at all rows. */
const SHOWN_EVERY_MS = 200;

export class Work {
  /** Changes with everything that is shown: big lists are changed in place. */
  version = 0;
  activity: Activity | null = null;
  /** Why it does not go on; null while it does. */
  trouble: string | null = null;
  /** The session is over: whoever shows this leads to another. */
  isSessionOver = false;
  /** Ends with the request that is under way, so that what it does is known. */
  isStopping = false;
  /** Why a request is being tried again. */
  waiting: string | null = null;

  #controller: AbortController | null = null;
  #pace: { at: number; done: number }[] = [];
  #shown: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  protected changed(): void {
    this.version++;
    clearTimeout(this.#shown);
    this.#shown = undefined;
    for (const listener of this.#listeners) listener();
  }

  /** Nothing of what is under way counts any longer. */
  protected giveUp(): void {
    this.#controller?.abort();
    this.#controller = null;
    this.activity = null;
    this.waiting = null;
    this.isStopping = false;
  }

  /** Does something that takes its time; an error is told, not thrown. */
  protected async doing(activity: Activity, work: (going: Going) => Promise<void>): Promise<void> {
    this.giveUp();
    const controller = new AbortController();
    this.#controller = controller;
    Object.assign(this, { activity, trouble: null, waiting: null, isSessionOver: false });
    this.#pace = [];
    this.changed();
    const isCurrent = () => this.#controller === controller;
    const onRetry = (reason: string | null) => {
      if (reason === this.waiting || !isCurrent()) return;
      this.waiting = reason;
      this.changed();
    };
    try {
      await work({ signal: controller.signal, onRetry, isCurrent });
    } catch (error) {
      if (!controller.signal.aborted) {
        this.trouble = error instanceof Trouble ? error.message : messageOf(error);
        this.isSessionOver = error instanceof Failure && error.status === 401;
      }
    } finally {
      if (isCurrent()) this.giveUp();
      this.changed();
    }
  }

  /** Stops as soon as it is known what the last request did; it can go on from there. */
  stop(): void {
    this.isStopping = true;
    this.#controller?.abort();
    this.changed();
  }

  /** So many are done by now. */
  protected progressed(done: number): void {
    const at = Date.now();
    this.#pace = [...this.#pace.filter((one) => at - one.at < PACE_MS), { at, done }];
    this.#shown ??= setTimeout(() => this.changed(), SHOWN_EVERY_MS);
  }

  /** How many are done a second of late; null until it is known. */
  protected perSecond(): number | null {
    const [first, last] = [this.#pace[0], this.#pace.at(-1)];
    if (!first || !last || last.at === first.at) return null;
    return (1000 * (last.done - first.done)) / (last.at - first.at);
  }
}
