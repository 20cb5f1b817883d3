/**
 * Writers that do all kinds of writes, each with customers of its own, and enter into the ledger what they are told. Now and
 * then they look whether it can be read.
 */
import type { Send } from '../test/client.ts';
import { Caller, type Change } from './caller.ts';
import { between, type Chance, chanceOf, oneOf } from './chance.ts';
import { type Ledger, SETTINGS, type Setting, SHARED_PHONE, type State, type Written } from './ledger.ts';
import { canUnmerge, erased, first, later, merged, unmerged } from './states.ts';

export interface WritersOptions {
  chance?: Chance;
  /** Milliseconds after which a request that has no answer hangs. */
  patience?: number | undefined;
  /** Nobody is erased: whoever was told of is still known by name. */
  erases?: boolean;
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
const BATCH = { least: 2, most: 6 };
/** Merging goes on until somebody has so many contacts. */
const MOST_CONTACTS = 8;

/** Starts writers that go on until told to stop. */
export function startWriting(
  ledger: Ledger,
  send: Send,
  count: number,
  { chance = Math.random, patience = PATIENCE_MS, erases = true }: WritersOptions = {},
): Writing {
  const control = { isStopped: false, erases };
  const before = ledger.acknowledged;
  const names = Array.from({ length: count }, (_, i) => `w${i}-${ledger.customers.length}`);
  const running = names.map((name, number) => {
    const own = chanceOf(Math.floor(chance() * 2 ** 32), name);
    return new Writer(ledger, send, { name, number }, own, patience, control).write();
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
  merge: 6,
  unmerge: 5,
  erase: 3,
  hold: 4,
  setting: 3,
  exported: 1,
  batch: 5,
  refer: 6,
  shared: 10,
};
const TURNS = Object.entries(KINDS).flatMap(([kind, times]) =>
  Array(times).fill(kind),
) as (keyof typeof KINDS)[];

class Writer extends Caller {
  readonly #mine: Written[] = [];

  async write(): Promise<void> {
    for (; !this.control.isStopped; this.turn++) await this[oneOf(this.chance, TURNS)]();
  }

  /** With a name alone: no key guards against doubles. */
  async create(): Promise<void> {
    const written = this.#newcomer(null);
    await this.ask([[written, first(written)]], {
      method: 'POST',
      path: '/customers',
      body: { name: written.name },
    });
  }

  async upsertNew(): Promise<void> {
    const written = this.#newcomer();
    const { name, email } = written;
    await this.ask([[written, first(written)]], {
      method: 'PUT',
      path: '/customers',
      body: { name, email },
    });
  }

  async upsertKnown(): Promise<void> {
    const known = this.#find(({ isDeleted }, { email }) => !isDeleted && email !== null);
    if (!known) return await this.upsertNew();
    const company = `u${this.turn}`;
    const body = { email: known.email, company_name: company };
    await this.ask([[known, later(known.may[0]!, { company })]], {
      method: 'PUT',
      path: '/customers',
      body,
    });
  }

  /** Nothing new: nothing may change. */
  async upsertAgain(): Promise<void> {
    const known = this.#find(({ isDeleted }, { email }) => !isDeleted && email !== null);
    if (!known) return await this.upsertNew();
    const body = { email: known.email, name: known.name };
    await this.ask([[known, known.may[0]!]], { method: 'PUT', path: '/customers', body });
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
    const company = `c${this.turn}`;
    await this.ask([[known, later(known.may[0]!, { company })]], {
      method,
      path: `/customers/${known.id}`,
      body: { company_name: company },
    });
  }

  async remove(): Promise<void> {
    const known = this.#find(
      ({ isDeleted, hold, references }) =>
        !isDeleted && hold === null && !references.some((one) => one.endsWith('open')),
    );
    if (!known) return await this.create();
    await this.ask([[known, later(known.may[0]!, { isDeleted: true })]], {
      method: 'DELETE',
      path: `/customers/${known.id}`,
    });
  }

  async restore(): Promise<void> {
    const known = this.#find(({ isDeleted, isErased, into }) => isDeleted && !isErased && into === null);
    if (!known) return await this.remove();
    await this.ask([[known, later(known.may[0]!, { isDeleted: false })]], {
      method: 'POST',
      path: `/customers/${known.id}/restore`,
    });
  }

  /** One into the other: both change together. */
  async merge(): Promise<void> {
    const isLive = ({ isDeleted, hold, contacts }: State) =>
      !isDeleted && hold === null && contacts.length < MOST_CONTACTS / 2;
    const survivor = this.#find(isLive);
    const other = this.#find((state, written) => isLive(state) && written !== survivor);
    if (!survivor || !other) return await this.create();
    const [kept, gone] = [survivor.may[0]!, other.may[0]!];
    const { united, away } = merged(kept, gone, survivor.id!);
    other.merge = { survivor: kept, other: gone, united };
    await this.ask(
      [
        [survivor, united],
        [other, away],
      ],
      { method: 'POST', path: `/customers/${survivor.id}/merge`, body: { from: other.id } },
    );
  }

  /** Both are as they were, as far as nobody has touched them since. */
  async unmerge(): Promise<void> {
    const survivorOf = ({ into }: State) => this.#mine.find(({ id }) => id === into);
    const other = this.#find((state, { merge }) => {
      if (state.into === null || state.isErased || !merge) return false;
      const [now, ...doubts] = survivorOf(state)?.may ?? [];
      return !!now && doubts.length === 0 && canUnmerge(now, merge);
    });
    if (!other) return await this.merge();
    const survivor = survivorOf(other.may[0]!)!;
    const after = unmerged(survivor.may[0]!, other.may[0]!, other.merge!);
    other.wasUnmerged = true;
    await this.ask(
      [
        [survivor, after.survivor],
        [other, after.other],
      ],
      { method: 'POST', path: `/customers/${survivor.id}/unmerge`, body: { from: other.id } },
    );
  }

  /** With everybody who was merged into it; nobody of whom a former survivor would keep the details, redacted. */
  async erase(): Promise<void> {
    const awayInto = (id: string) => this.#mine.filter(({ may }) => may.some((state) => state?.into === id));
    const isPlain = (written: Written) => written.may.length === 1 && !written.wasUnmerged;
    const known = this.#find((state, written) => {
      const others = awayInto(written.id!);
      return (
        !state.isErased &&
        state.into === null &&
        state.hold === null &&
        [written, ...others].every(isPlain) &&
        others.every(({ id }) => awayInto(id!).length === 0)
      );
    });
    if (!known || !this.control.erases) return await this.create();
    const all = [known, ...awayInto(known.id!)].filter(({ may }) => !may[0]!.isErased);
    await this.ask(
      all.map((written): Change => [written, erased(written.may[0]!)]),
      { method: 'POST', path: `/customers/${known.id}/erase` },
    );
  }

  /** A legal hold is set and lifted. */
  async hold(): Promise<void> {
    const known = this.#find(({ isDeleted }) => !isDeleted);
    if (!known) return await this.create();
    const state = known.may[0]!;
    const hold = state.hold === null ? `claim ${this.turn}` : null;
    await this.ask([[known, later(state, { hold })]], {
      method: hold === null ? 'DELETE' : 'PUT',
      path: `/customers/${known.id}/legal-hold`,
      ...(hold !== null && { body: { reason: hold } }),
    });
  }

  /** Of the business's delete rules, and of its location, each writer sets another field. */
  async setting(): Promise<void> {
    const { settings, locationId } = this.ledger;
    const setting = SETTINGS[this.number];
    if (!setting || locationId === null) return await this.create();
    const entry = settings.get(setting) ?? { told: undefined, asked: [] };
    settings.set(setting, entry);
    const value = VALUES[setting](this.turn);
    entry.asked.push(value);
    const isDone = await this.ask([], {
      ...(setting === 'name' || setting === 'timezone'
        ? { method: 'PATCH', path: `/locations/${locationId}` }
        : { method: 'PUT', path: '/delete-rules' }),
      body: { [setting]: value },
    });
    if (isDone) Object.assign(entry, { told: value, asked: [] });
  }

  /** Whoever of mine lives is in a file of all, once. */
  async exported(): Promise<void> {
    const mine = this.#mine.filter(({ may }) => may.length === 1 && may[0]?.isDeleted === false);
    const answer = await this.read('/customers/export?format=csv');
    if (answer?.status !== 200) return;
    const lines = answer.text.split('\n');
    for (const { name, id } of mine) {
      const times = lines.filter((line) => line.includes(id!)).length;
      if (times !== 1) this.stale(`${name} is ${times} times in an export`);
    }
  }

  async batch(): Promise<void> {
    const changes = Array.from({ length: between(this.chance, BATCH.least, BATCH.most) }, (): Change => {
      const written = this.#newcomer();
      return [written, first(written)];
    });
    const customers = changes.map(([{ name, email }]) => ({ name, email }));
    await this.ask(changes, { method: 'PUT', path: '/customers/batch', body: { customers } });
  }

  /** A booking is opened, closed, taken away. */
  async refer(): Promise<void> {
    const known = this.#find(({ isDeleted }) => !isDeleted);
    if (!known) return await this.create();
    const { references } = known.may[0]!;
    const [last = `booking/${this.name}-${this.turn} none`] = references.toReversed();
    const [reference, state] = last.split(' ') as [string, keyof typeof NEXT_STATE];
    const next = NEXT_STATE[state];
    const others = references.filter((one) => one !== last);
    const after = next ? [...others, `${reference} ${next}`].sort() : others;
    await this.ask([[known, later(known.may[0]!, { references: after })]], {
      method: next ? 'PUT' : 'DELETE',
      path: `/customers/${known.id}/references/${reference}`,
      ...(next && { body: { state: next } }),
    });
  }

  /** The one customer of all writers: each sets a field of its own. */
  async shared(): Promise<void> {
    const entry = this.ledger.shared.get(this.name) ?? { told: 0, asked: [] };
    this.ledger.shared.set(this.name, entry);
    const n = this.turn + 1;
    entry.asked.push(n);
    const body = { phone: SHARED_PHONE, custom_fields: { [this.name]: n } };
    const isDone = await this.ask([], { method: 'PUT', path: '/customers', body });
    if (isDone) Object.assign(entry, { told: n, asked: [] });
  }

  /** A customer nobody has written yet; by an e-mail address or a name alone. */
  #newcomer(email: string | null | undefined = undefined): Written {
    const name = `${this.name}-${this.turn}-${this.#mine.length}`;
    const written: Written = {
      name,
      email: email === undefined ? `${name}@clientele.test` : email,
      id: null,
      may: [null],
      settledAt: 0,
      merge: null,
      wasUnmerged: false,
    };
    this.#mine.push(written);
    this.ledger.customers.push(written);
    return written;
  }

  /** One of the last of mine of whom nothing is in doubt, in a state that will do. */
  #find(willDo: (state: State, written: Written) => boolean): Written | null {
    const found = this.#mine.slice(-40).filter((written) => {
      const [state] = written.may;
      return written.id !== null && written.may.length === 1 && !!state && willDo(state, written);
    });
    return found.length > 0 ? oneOf(this.chance, found) : null;
  }
}

const NEXT_STATE = { none: 'open', open: 'closed', closed: null } as const;

/** Another value each turn, of a kind that changes nothing for the other writes. */
const VALUES: Record<Setting, (turn: number) => unknown> = {
  protected_tags: (turn) => [`tag ${turn}`],
  soft_reference_kinds: (turn) => [`kind${turn}`],
  retention_days: (turn) => 30 + (turn % 300),
  name: (turn) => `Main ${turn}`,
  timezone: (turn) => ZONES[turn % ZONES.length],
};
const ZONES = ['Australia/Sydney', 'Australia/Perth', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo'];
