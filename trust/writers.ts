/** Writers that do all kinds of writes, each with customers of its own, and enter into the ledger what they are told. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Send } from '../test/client.ts';
import { between, type Chance, chanceOf, oneOf } from './chance.ts';
import { type Ledger, SHARED_PHONE, type State, type Written } from './ledger.ts';
import { printOf } from './replay.ts';

export interface WritersOptions {
  chance?: Chance;
  /** Milliseconds after which a request that has no answer hangs. */
  patience?: number | undefined;
}

export interface Writing {
  /** Waits for the last answers. */
  stop(): Promise<void>;
  /** Writes since the start. */
  acknowledged(): number;
  /** Since when every writer has been told of a write again; null while one has not. */
  normalSince(moment: number): number | null;
}

const PATIENCE_MS = 15_000;
const PAUSE_MS = 30;
/** How many writes carry an Idempotency-Key, and how many of those are sent again though they were answered. */
const KEYED = 0.4;
const REPEATED = 0.5;
const BATCH = { least: 2, most: 6 };
/** Merging goes on until somebody has so many contacts. */
const MOST_CONTACTS = 8;

/** Starts writers that go on until told to stop. */
export function startWriting(
  ledger: Ledger,
  send: Send,
  count: number,
  { chance = Math.random, patience = PATIENCE_MS }: WritersOptions = {},
): Writing {
  const control = { isStopped: false };
  const before = ledger.acknowledged;
  const names = Array.from({ length: count }, (_, i) => `w${i}-${ledger.customers.length}`);
  const running = names.map((name) => {
    const own = chanceOf(Math.floor(chance() * 2 ** 32), name);
    return new Writer(ledger, send, name, own, patience, control).write();
  });
  return {
    acknowledged: () => ledger.acknowledged - before,
    normalSince(moment) {
      const times = names.map((name) => ledger.lastTold.get(name) ?? 0);
      return times.every((time) => time > moment) ? Math.max(...times) : null;
    },
    async stop() {
      control.isStopped = true;
      await Promise.all(running);
    },
  };
}

interface Request {
  method: string;
  path: string;
  body?: unknown;
}

/** A customer and what becomes of it when the write is done. */
type Change = [written: Written, next: State];

/** Each kind of write, so many times in a hundred turns. */
const KINDS: Record<Exclude<keyof Writer, 'write'>, number> = {
  create: 14,
  upsertNew: 14,
  upsertKnown: 12,
  upsertAgain: 6,
  update: 14,
  put: 6,
  remove: 8,
  restore: 6,
  merge: 5,
  batch: 5,
  refer: 6,
  shared: 10,
};
const TURNS = Object.entries(KINDS).flatMap(([kind, times]) =>
  Array(times).fill(kind),
) as (keyof typeof KINDS)[];

class Writer {
  readonly #mine: Written[] = [];
  readonly #ledger: Ledger;
  readonly #send: Send;
  readonly #name: string;
  readonly #chance: Chance;
  readonly #patience: number;
  readonly #control: { isStopped: boolean };
  #turn = 0;

  constructor(
    ledger: Ledger,
    send: Send,
    name: string,
    chance: Chance,
    patience: number,
    control: { isStopped: boolean },
  ) {
    this.#ledger = ledger;
    this.#send = send;
    this.#name = name;
    this.#chance = chance;
    this.#patience = patience;
    this.#control = control;
  }

  async write(): Promise<void> {
    for (; !this.#control.isStopped; this.#turn++) await this[oneOf(this.#chance, TURNS)]();
  }

  /** With a name alone: no key guards against doubles. */
  async create(): Promise<void> {
    const written = this.#newcomer(null);
    await this.#ask([[written, first(written)]], {
      method: 'POST',
      path: '/customers',
      body: { name: written.name },
    });
  }

  async upsertNew(): Promise<void> {
    const written = this.#newcomer();
    const { name, email } = written;
    await this.#ask([[written, first(written)]], {
      method: 'PUT',
      path: '/customers',
      body: { name, email },
    });
  }

  async upsertKnown(): Promise<void> {
    const known = this.#find(({ isDeleted }, { email }) => !isDeleted && email !== null);
    if (!known) return await this.upsertNew();
    const company = `u${this.#turn}`;
    const body = { email: known.email, company_name: company };
    await this.#ask([[known, later(known, { company })]], { method: 'PUT', path: '/customers', body });
  }

  /** Nothing new: nothing may change. */
  async upsertAgain(): Promise<void> {
    const known = this.#find(({ isDeleted }, { email }) => !isDeleted && email !== null);
    if (!known) return await this.upsertNew();
    const body = { email: known.email, name: known.name };
    await this.#ask([[known, known.may[0]!]], { method: 'PUT', path: '/customers', body });
  }

  async update(): Promise<void> {
    await this.#change('PATCH');
  }

  async put(): Promise<void> {
    await this.#change('PUT');
  }

  async #change(method: string): Promise<void> {
    const known = this.#find(({ isDeleted }) => !isDeleted);
    if (!known) return await this.create();
    const company = `c${this.#turn}`;
    await this.#ask([[known, later(known, { company })]], {
      method,
      path: `/customers/${known.id}`,
      body: { company_name: company },
    });
  }

  async remove(): Promise<void> {
    const known = this.#find(
      ({ isDeleted, references }) => !isDeleted && !references.some((one) => one.endsWith('open')),
    );
    if (!known) return await this.create();
    await this.#ask([[known, later(known, { isDeleted: true })]], {
      method: 'DELETE',
      path: `/customers/${known.id}`,
    });
  }

  async restore(): Promise<void> {
    const known = this.#find(({ isDeleted, into }) => isDeleted && into === null);
    if (!known) return await this.remove();
    await this.#ask([[known, later(known, { isDeleted: false })]], {
      method: 'POST',
      path: `/customers/${known.id}/restore`,
    });
  }

  /** One into the other: both change together. */
  async merge(): Promise<void> {
    const isLive = ({ isDeleted, contacts }: State) => !isDeleted && contacts.length < MOST_CONTACTS / 2;
    const survivor = this.#find(isLive);
    const other = this.#find((state, written) => isLive(state) && written !== survivor);
    if (!survivor || !other) return await this.create();
    const [kept, gone] = [survivor.may[0]!, other.may[0]!];
    const united = {
      company: kept.company ?? gone.company,
      contacts: [...kept.contacts, ...gone.contacts].sort(),
      references: [...kept.references, ...gone.references].sort(),
    };
    const isDone = await this.#ask(
      [
        [survivor, later(survivor, united)],
        [other, later(other, { isDeleted: true, into: survivor.id, references: [] })],
      ],
      { method: 'POST', path: `/customers/${survivor.id}/merge`, body: { from: other.id } },
    );
    if (!isDone) this.#ledger.together.push([survivor, other]);
  }

  async batch(): Promise<void> {
    const changes = Array.from({ length: between(this.#chance, BATCH.least, BATCH.most) }, (): Change => {
      const written = this.#newcomer();
      return [written, first(written)];
    });
    const customers = changes.map(([{ name, email }]) => ({ name, email }));
    await this.#ask(changes, { method: 'PUT', path: '/customers/batch', body: { customers } });
  }

  /** A booking is opened, closed, taken away. */
  async refer(): Promise<void> {
    const known = this.#find(({ isDeleted }) => !isDeleted);
    if (!known) return await this.create();
    const { references } = known.may[0]!;
    const [last = `booking/${this.#name}-${this.#turn} none`] = references.toReversed();
    const [reference, state] = last.split(' ') as [string, keyof typeof NEXT_STATE];
    const next = NEXT_STATE[state];
    const others = references.filter((one) => one !== last);
    const after = next ? [...others, `${reference} ${next}`].sort() : others;
    await this.#ask([[known, later(known, { references: after })]], {
      method: next ? 'PUT' : 'DELETE',
      path: `/customers/${known.id}/references/${reference}`,
      ...(next && { body: { state: next } }),
    });
  }

  /** The one customer of all writers: each sets a field of its own. */
  async shared(): Promise<void> {
    const entry = this.#ledger.shared.get(this.#name) ?? { told: 0, asked: [] };
    this.#ledger.shared.set(this.#name, entry);
    const n = this.#turn + 1;
    entry.asked.push(n);
    const body = { phone: SHARED_PHONE, custom_fields: { [this.#name]: n } };
    const isDone = await this.#ask([], { method: 'PUT', path: '/customers', body });
    if (isDone) Object.assign(entry, { told: n, asked: [] });
  }

  /** A customer nobody has written yet; by an e-mail address or a name alone. */
  #newcomer(email: string | null | undefined = undefined): Written {
    const name = `${this.#name}-${this.#turn}-${this.#mine.length}`;
    const written: Written = {
      name,
      email: email === undefined ? `${name}@clientele.test` : email,
      id: null,
      may: [null],
      settledAt: 0,
    };
    this.#mine.push(written);
    this.#ledger.customers.push(written);
    return written;
  }

  /** One of the last of mine of whom nothing is in doubt, in a state that will do. */
  #find(willDo: (state: State, written: Written) => boolean): Written | null {
    const found = this.#mine.slice(-40).filter((written) => {
      const [state] = written.may;
      return written.id !== null && written.may.length === 1 && !!state && willDo(state, written);
    });
    return found.length > 0 ? oneOf(this.#chance, found) : null;
  }

  /** Sends a write and enters what came of it; true when it was acknowledged. */
  async #ask(changes: Change[], request: Request): Promise<boolean> {
    const key = this.#chance() < KEYED ? `${this.#name}-${this.#turn}` : null;
    let answer = await this.#once(request, key);
    // Under a key a lost answer is asked for again: the write is done once, whatever became of the first.
    while (!answer && key && !this.#control.isStopped) answer = await this.#once(request, key);
    if (!answer) {
      for (const [written, next] of changes) written.may.push(next);
      return false;
    }
    this.#enter(changes, answer);
    if (key && this.#chance() < REPEATED) await this.#repeat(request, key, answer);
    return true;
  }

  #enter(changes: Change[], { body }: Answer): void {
    const items = body.items ? body.items.map(({ customer }) => customer) : [body];
    for (const [i, [written, next]] of changes.entries()) {
      written.may = [next];
      written.id ??= items[i]?.id ?? null;
    }
    for (const item of items)
      if (item?.version)
        this.#ledger.answers.push({ id: item.id, version: item.version, print: printOf({ ...item }) });
  }

  /** The same under the same key: the same answer, and nothing is done. */
  async #repeat(request: Request, key: string, { text }: Answer): Promise<void> {
    const again = await this.#once(request, key);
    if (again && (again.text !== text || again.headers.get('idempotent-replayed') !== 'true'))
      this.#ledger.surprises.push(`a repetition was answered ${again.text} instead of ${text}`);
  }

  /** The answer of a write that was done; null when nobody knows whether it was. */
  async #once({ method, path, body }: Request, key: string | null): Promise<Answer | null> {
    const ledger = this.#ledger;
    const headers: Record<string, string> = key ? { 'idempotency-key': key } : {};
    ledger.requests++;
    const asked = performance.now();
    const answer = await Promise.race([
      this.#send(method, path, body, { headers }).catch(() => null),
      sleep(this.#patience, 'hangs' as const, { ref: false }),
    ]);
    ledger.longestMs = Math.max(ledger.longestMs, performance.now() - asked);
    if (answer !== null && answer !== 'hangs' && answer.status < 300 && !failedItem(answer)) {
      ledger.acknowledged++;
      ledger.lastTold.set(this.#name, performance.now());
      return answer;
    }
    if (answer === 'hangs') ledger.surprises.push(`no answer within ${this.#patience} ms: ${method} ${path}`);
    if (answer === null || answer === 'hangs') ledger.unanswered++;
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
}

const NEXT_STATE = { none: 'open', open: 'closed', closed: null } as const;

const first = ({ email }: Written): State => ({
  version: 1,
  company: null,
  isDeleted: false,
  into: null,
  contacts: email ? [email] : [],
  references: [],
});

const later = ({ may }: Written, change: Partial<State>): State => ({
  ...may[0]!,
  version: may[0]!.version + 1,
  ...change,
});

/** An item of a batch that was not done: 503 like the whole. */
const failedItem = ({ body }: Answer): boolean => (body.failed ?? 0) > 0;
