/** One who asks the service, enters into the ledger what he is told of his writes, and looks whether it can be read. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Send } from '../test/client.ts';
import { type Chance, oneOf } from './chance.ts';
import type { Ledger, State, Written } from './ledger.ts';
import { canonical, printOf } from './replay.ts';
import { readFault } from './states.ts';

const PAUSE_MS = 30;
/** How many writes carry an Idempotency-Key, and how many of those are sent again though they were answered. */
const KEYED = 0.4;
const REPEATED = 0.5;
/** How many acknowledged writes are read at once, and how many of those are searched for too. */
const READ = 0.25;
const SEARCHED = 0.3;

export interface Control {
  isStopped: boolean;
  erases: boolean;
}

export interface Request {
  method: string;
  path: string;
  body?: unknown;
}

/** A customer and what becomes of it when the write is done. */
export type Change = [written: Written, next: State];

export class Caller {
  protected readonly ledger: Ledger;
  protected readonly name: string;
  protected readonly number: number;
  protected readonly chance: Chance;
  protected readonly control: Control;
  protected turn = 0;
  readonly #send: Send;
  readonly #patience: number;

  /** By name, and the how-manieth of all. */
  constructor(
    ledger: Ledger,
    send: Send,
    { name, number }: { name: string; number: number },
    chance: Chance,
    patience: number,
    control: Control,
  ) {
    this.ledger = ledger;
    this.#send = send;
    this.name = name;
    this.number = number;
    this.chance = chance;
    this.#patience = patience;
    this.control = control;
  }

  /** Sends a write and enters what came of it; true when it was acknowledged. */
  protected async ask(changes: Change[], request: Request): Promise<boolean> {
    const key = this.chance() < KEYED ? `${this.name}-${this.turn}` : null;
    let answer = await this.#once(request, key);
    // Under a key a lost answer is asked for again: the write is done once, whatever became of the first.
    while (!answer && key && !this.control.isStopped) answer = await this.#once(request, key);
    if (!answer) {
      // Of several that one write changes all are done, or none; a batch may be done in part. Who is the same before and after
      // says nothing of which it was.
      const moved = changes.filter(([{ may }, next]) => canonical(may[0]) !== canonical(next));
      for (const [written, next] of changes) written.may.push(next);
      const [first, ...others] = request.path.endsWith('/batch') ? [] : moved;
      for (const [other] of others) this.ledger.together.push([first![0], other]);
      return false;
    }
    this.#enter(changes, answer);
    if (key && this.chance() < REPEATED) await this.#repeat(request, key, answer);
    if (changes.length > 0 && this.chance() < READ) await this.#readBack(oneOf(this.chance, changes));
    return true;
  }

  /** What was acknowledged is there for whoever reads next. */
  async #readBack([{ id, email }, state]: Change): Promise<void> {
    const answer = await this.read(`/customers/${id}`);
    const fault = answer && readFault(id!, state, answer);
    if (fault) this.stale(fault);
    if (!email || state.isDeleted || this.chance() >= SEARCHED) return;
    const page = await this.read(`/customers?q=${encodeURIComponent(email)}`);
    if (page && !page.body.items?.some((item) => item.id === id))
      this.stale(`${id} is not found by ${email}`);
  }

  protected stale(sentence: string): void {
    this.ledger.stale++;
    this.ledger.surprises.push(`after an acknowledged write: ${sentence}`);
  }

  /** The answer to a read; null where there was none, or 503. */
  protected async read(path: string): Promise<Answer | null> {
    const answer = await this.#exchange('GET', path);
    if (answer === null || answer.status === 503 || answer.status === 408) return null;
    this.ledger.reads++;
    if (answer.status >= 500) this.ledger.otherFaults++;
    return answer;
  }

  #enter(changes: Change[], { body }: Answer): void {
    const items = body.items ? body.items.map(({ customer }) => customer) : [body, body.restored];
    for (const [i, [written, next]] of changes.entries()) {
      written.may = [next];
      written.id ??= items[i]?.id ?? null;
    }
    for (const item of items) this.ledger.locationId ??= item?.location_id ?? null;
    // A hold or a reference answers the version too, and no record.
    for (const item of items)
      if (item?.version && item.contacts)
        this.ledger.answers.push({ id: item.id, version: item.version, print: printOf({ ...item }) });
  }

  /** The same under the same key: the same answer, and nothing is done. */
  async #repeat(request: Request, key: string, { text }: Answer): Promise<void> {
    const again = await this.#once(request, key);
    if (again && (again.text !== text || again.headers.get('idempotent-replayed') !== 'true'))
      this.ledger.surprises.push(`a repetition was answered ${again.text} instead of ${text}`);
  }

  /** The answer of a write that was done; null when nobody knows whether it was. */
  async #once({ method, path, body }: Request, key: string | null): Promise<Answer | null> {
    const ledger = this.ledger;
    const answer = await this.#exchange(method, path, body, key ? { 'idempotency-key': key } : {});
    if (answer && answer.status < 300 && !failedItem(answer)) {
      ledger.acknowledged++;
      ledger.lastTold.set(this.name, performance.now());
      return answer;
    }
    if (answer === null) ledger.unanswered++;
    else if (answer.status === 503 && answer.headers.get('retry-after') !== null) ledger.refused++;
    // Stopped while half of it had come, the service finds it late afterwards: nothing was begun.
    else if (answer.status === 408) ledger.unanswered++;
    else if (!(key && answer.body.code === 'idempotency_in_progress')) {
      if (answer.status >= 500) ledger.otherFaults++;
      ledger.surprises.push(`${answer.status} ${method} ${path} ${answer.text.slice(0, 300)}`);
    }
    await sleep(PAUSE_MS);
    return null;
  }

  /** The answer; null when the connection was lost, or nothing came for too long. */
  async #exchange(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer | null> {
    const ledger = this.ledger;
    ledger.requests++;
    const asked = performance.now();
    const answer = await Promise.race([
      this.#send(method, path, body, { headers }).catch(() => null),
      sleep(this.#patience, 'hangs' as const, { ref: false }),
    ]);
    ledger.longestMs = Math.max(ledger.longestMs, performance.now() - asked);
    if (answer !== 'hangs') return answer;
    ledger.surprises.push(`no answer within ${this.#patience} ms: ${method} ${path}`);
    return null;
  }
}

/** An item of a batch that was not done: 503 like the whole. */
const failedItem = ({ body }: Answer): boolean => (body.failed ?? 0) > 0;
