/** Writers that remember what they were told: what must be in the database, and what may be. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Send } from '../harness.ts';

/** A customer as one acknowledged write left it. */
export interface State {
  version: number;
  company: string | null;
  deleted: boolean;
}

/** One customer, of whom one writer alone knows. Names are never used twice. */
export interface Written {
  name: string;
  email: string | null;
  id: string | null;
  /**
   * What the database may hold. One entry: it was acknowledged. More: the last write got no answer, so it was
   * done or not. Null: there is no such customer.
   */
  may: (State | null)[];
}

/** What all writers together were told. */
export class Ledger {
  readonly customers: Written[] = [];
  /** Each writer's field on the one customer that all of them write: the last value told, and those in doubt since. */
  readonly shared = new Map<string, { told: number; asked: number[] }>();
  /** Answers that no fault explains. */
  readonly surprises: string[] = [];
  acknowledged = 0;
  /** Writes without an answer, or with one that says the outcome is unknown. */
  inDoubt = 0;

  /** After an orderly stop: a request without an answer was not accepted, so nothing of it may be there. */
  dropDoubts(): void {
    for (const written of this.customers) written.may = written.may.slice(0, 1);
    for (const entry of this.shared.values()) entry.asked = [];
  }
}

/** A request that takes longer hangs. */
const PATIENCE_MS = 15_000;

export const SHARED_PHONE = '+61412000000';

/** Starts writers that go on until told to stop; `stop` waits for their last answers. */
export function startWriting(
  ledger: Ledger,
  send: Send,
  writers: number,
): { stop(): Promise<void>; acknowledged(): number } {
  let isStopped = false;
  const before = ledger.acknowledged;
  const running = Array.from({ length: writers }, (_, i) =>
    write(ledger, send, `w${i}-${ledger.customers.length}`, () => isStopped),
  );
  return {
    acknowledged: () => ledger.acknowledged - before,
    async stop() {
      isStopped = true;
      await Promise.all(running);
    },
  };
}

async function write(ledger: Ledger, send: Send, writer: string, isStopped: () => boolean): Promise<void> {
  const mine: Written[] = [];
  const settled = () =>
    mine.findLast(({ id, may }) => id !== null && may.length === 1 && !may[0]!.deleted) ?? null;
  for (let n = 0; !isStopped(); n++) {
    const known = settled();
    const turn = n % 6;
    if (turn === 0 || turn === 1 || !known)
      mine.push(await create(ledger, send, `${writer}-${n}`, turn === 1));
    else if (turn === 2) await change(ledger, send, known, 'PATCH', `/customers/${known.id}`, `c${n}`);
    else if (turn === 3)
      await (known.email
        ? change(ledger, send, known, 'PUT', '/customers', `u${n}`)
        : change(ledger, send, known, 'PUT', `/customers/${known.id}`, `p${n}`));
    else if (turn === 4) await remove(ledger, send, known);
    else await shared(ledger, send, writer, n);
  }
}

/** A customer by create (with a name alone, which no key guards against doubles) or by upsert. */
async function create(ledger: Ledger, send: Send, name: string, byUpsert: boolean): Promise<Written> {
  const email = byUpsert ? `${name}@clientele.test` : null;
  const written: Written = { name, email, id: null, may: [null] };
  ledger.customers.push(written);
  const first = { version: 1, company: null, deleted: false };
  const answer = await ask(ledger, written, first, () =>
    byUpsert ? send('PUT', '/customers', { name, email }) : send('POST', '/customers', { name }),
  );
  if (answer) written.id = answer.body.id;
  return written;
}

async function change(
  ledger: Ledger,
  send: Send,
  written: Written,
  method: string,
  path: string,
  company: string,
): Promise<void> {
  const now = written.may[0]!;
  const next = { ...now, version: now.version + 1, company };
  const body = { company_name: company, ...(path === '/customers' && { email: written.email }) };
  await ask(ledger, written, next, () => send(method, path, body));
}

async function remove(ledger: Ledger, send: Send, written: Written): Promise<void> {
  const now = written.may[0]!;
  const next = { ...now, version: now.version + 1, deleted: true };
  await ask(ledger, written, next, () => send('DELETE', `/customers/${written.id}`));
}

async function shared(ledger: Ledger, send: Send, writer: string, n: number): Promise<void> {
  const entry = ledger.shared.get(writer) ?? { told: 0, asked: [] };
  ledger.shared.set(writer, entry);
  entry.asked.push(n);
  const answer = await answerOf(ledger, () =>
    send('PUT', '/customers', { phone: SHARED_PHONE, custom_fields: { [writer]: n } }),
  );
  if (answer) Object.assign(entry, { told: n, asked: [] });
}

async function ask(
  ledger: Ledger,
  written: Written,
  next: State,
  request: () => Promise<Answer>,
): Promise<Answer | null> {
  const answer = await answerOf(ledger, request);
  if (answer) written.may = [next];
  else written.may = [...written.may, next];
  return answer;
}

/** The answer of a write that was done; null when nobody knows whether it was. */
async function answerOf(ledger: Ledger, request: () => Promise<Answer>): Promise<Answer | null> {
  const answer = await Promise.race([request().catch(() => null), sleep(PATIENCE_MS, 'hangs' as const)]);
  if (answer === 'hangs') {
    ledger.surprises.push(`no answer within ${PATIENCE_MS} ms`);
    ledger.inDoubt++;
    return null;
  }
  if (answer && answer.status < 300) {
    ledger.acknowledged++;
    return answer;
  }
  ledger.inDoubt++;
  const isExpected = answer === null || (answer.status === 503 && answer.headers.get('retry-after') !== null);
  if (!isExpected) ledger.surprises.push(`${answer.status} ${answer.text}`);
  await sleep(30);
  return null;
}
