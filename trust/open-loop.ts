/**
 * A process of its own that sends requests when their time has come, whether earlier ones were answered or not: callers
 * of a service that is too slow do not wait for each other. Plain sockets, because a client that is dear would be what
 * is measured. The plan comes in as a message of the parent; when the last request was sent, and the account of all, go
 * out as others.
 */
import { connect, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Requests of one kind of caller. */
export interface Group {
  name: string;
  /** A second. */
  rate: number;
  /** Ready to be sent: of these one after the other. `{number}` becomes a number that none other has. */
  requests: string[];
}

export interface Plan {
  url: string;
  seconds: number;
  /** Connections at the most; a request that finds none free when its time has come is never sent. */
  sockets: number;
  /** Milliseconds from its time after which nobody waits for an answer any more. */
  patience: number;
  groups: Group[];
}

export interface GroupAccount {
  name: string;
  /** Whose time came. */
  due: number;
  /** Those that left: for the others every connection was waiting for an answer already. */
  sent: number;
  /** Answered with 2xx in time; their milliseconds. */
  done: number;
  /** Those of them that came while requests were still being sent. */
  doneMeanwhile: number;
  p50: number;
  p99: number;
  /** 429 or 503 with Retry-After. */
  refused: number;
  /** Milliseconds in which the refusals came. */
  refusedP50: number;
  refusedP99: number;
  /** Nobody waited for these any more, or the connection was lost. */
  unanswered: number;
  /** Anything else: 5xx, or a refusal that does not say when to come again. */
  wrong: number;
  statuses: Record<string, number>;
}

export interface LoopAccount {
  seconds: number;
  groups: GroupAccount[];
  /** Milliseconds by which the client itself was late at the worst. */
  lateness: number;
  /** Seconds of a processor that the client took. */
  cpu: number;
  /** Done in each second. */
  bySecond: number[];
  /** Connections that waited for an answer at the same time, at the most. */
  mostBusy: number;
}

/** What the parent is told: how many milliseconds ago the last request was sent (clocks of processes differ); then all. */
export type Told = { type: 'sent'; ago: number } | { type: 'account'; account: LoopAccount };

interface Job {
  group: Running;
  due: number;
}

interface Running {
  group: Group;
  account: GroupAccount;
  times: number[];
  refusals: number[];
  next: number;
}

const TICK_MS = 4;
const HANG_UP_MS = 100;

let count = 0;

async function run(plan: Plan, tell: (told: Told) => void): Promise<LoopAccount> {
  const { hostname, port } = new URL(plan.url);
  const start = performance.now();
  const end = start + plan.seconds * 1000;
  const groups = plan.groups.map(
    (group): Running => ({
      group,
      account: {
        name: group.name,
        due: 0,
        sent: 0,
        done: 0,
        doneMeanwhile: 0,
        p50: 0,
        p99: 0,
        refused: 0,
        refusedP50: 0,
        refusedP99: 0,
        unanswered: 0,
        wrong: 0,
        statuses: {},
      },
      times: [],
      refusals: [],
      next: start,
    }),
  );
  const idle: Connection[] = [];
  const busy = new Set<Connection>();
  const bySecond: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();

  const settle = ({ group, due }: Job, status: number, hasRetryAfter: boolean) => {
    const { account } = group;
    const millis = performance.now() - due;
    account.statuses[status] = (account.statuses[status] ?? 0) + 1;
    if (status === 0 || millis > plan.patience) account.unanswered++;
    else if (status >= 200 && status < 300) {
      account.done++;
      const second = Math.floor((performance.now() - start) / 1000);
      bySecond[second] = (bySecond[second] ?? 0) + 1;
      if (performance.now() <= end) account.doneMeanwhile++;
      group.times.push(millis);
    } else if ((status === 429 || status === 503) && hasRetryAfter) {
      account.refused++;
      group.refusals.push(millis);
    } else account.wrong++;
  };
  const onFree = (connection: Connection) => {
    busy.delete(connection);
    idle.push(connection);
  };
  const onGone = (connection: Connection) => {
    busy.delete(connection);
    const at = idle.indexOf(connection);
    if (at >= 0) idle.splice(at, 1);
  };
  let mostBusy = 0;
  let lastSent = start;
  const submit = (job: Job, template: string) => {
    let connection = idle.pop();
    if (!connection) {
      if (busy.size >= plan.sockets) return;
      connection = new Connection(connect(Number(port), hostname), settle, onFree, onGone);
    }
    job.group.account.sent++;
    busy.add(connection);
    mostBusy = Math.max(mostBusy, busy.size);
    connection.send(job, fill(template, ++count));
    lastSent = performance.now();
  };
  // Callers hang up when they have waited long enough.
  const hangUp = setInterval(() => {
    const latest = performance.now() - plan.patience;
    for (const connection of busy) if (connection.due < latest) connection.close();
  }, HANG_UP_MS);

  let turn = 0;
  await new Promise<void>((done) => {
    const timer = setInterval(() => {
      const now = performance.now();
      if (now >= end) {
        clearInterval(timer);
        return done();
      }
      // Another first each time: where connections are scarce, nobody always comes first.
      turn++;
      for (let n = 0; n < groups.length; n++) {
        const running = groups[(turn + n) % groups.length]!;
        const { group, account } = running;
        for (; running.next <= now; running.next += 1000 / group.rate) {
          const template = group.requests[account.due % group.requests.length]!;
          account.due++;
          submit({ group: running, due: running.next }, template);
        }
      }
    }, TICK_MS);
  });
  const seconds = (performance.now() - start) / 1000;
  tell({ type: 'sent', ago: performance.now() - lastSent });
  // What is still under way gets its time.
  while (busy.size > 0) await new Promise((done) => setTimeout(done, 20));
  clearInterval(hangUp);
  const { user, system } = process.cpuUsage();
  for (const { account, times, refusals } of groups) {
    account.p50 = at(times, 0.5);
    account.p99 = at(times, 0.99);
    account.refusedP50 = at(refusals, 0.5);
    account.refusedP99 = at(refusals, 0.99);
  }
  return {
    seconds,
    groups: groups.map(({ account }) => account),
    lateness: delay.max / 1e6,
    cpu: (user + system) / 1e6,
    bySecond: Array.from(bySecond, (done) => done ?? 0),
    mostBusy,
  };
}

/** Of as many signs as the mark itself, in base 36: the length of the body is in the header already. */
const fill = (template: string, n: number) =>
  template.replaceAll('{number}', n.toString(36).padStart(8, '0'));

function at(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  return Math.round((values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0) * 10) / 10;
}

/** A connection with one request under way at most. */
class Connection {
  readonly #socket: Socket;
  readonly #settle: (job: Job, status: number, hasRetryAfter: boolean) => void;
  readonly #onFree: (connection: Connection) => void;
  #job: Job | null = null;
  #text = '';

  constructor(
    socket: Socket,
    settle: (job: Job, status: number, hasRetryAfter: boolean) => void,
    onFree: (connection: Connection) => void,
    onGone: (connection: Connection) => void,
  ) {
    this.#socket = socket.setNoDelay(true).setEncoding('latin1');
    this.#settle = settle;
    this.#onFree = onFree;
    socket.on('data', (text: string) => this.#hear(text));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#job) settle(this.#job, 0, false);
      this.#job = null;
      onGone(this);
    });
  }

  /** When the request under way should have been sent. */
  get due(): number {
    return this.#job?.due ?? Number.POSITIVE_INFINITY;
  }

  close(): void {
    this.#socket.destroy();
  }

  send(job: Job, bytes: string): void {
    this.#job = job;
    this.#socket.write(bytes);
  }

  #hear(text: string): void {
    this.#text += text;
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0 || !this.#job) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < head + 4 + length) return;
    const status = Number(this.#text.slice(9, 12));
    const hasRetryAfter = /\r\nretry-after: \d/i.test(this.#text.slice(0, head));
    const isLast = /\r\nconnection: close/i.test(this.#text.slice(0, head));
    const job = this.#job;
    this.#text = '';
    this.#job = null;
    this.#settle(job, status, hasRetryAfter);
    if (isLast) this.#socket.destroy();
    else this.#onFree(this);
  }
}

process.once('message', (plan: Plan) => {
  void run(plan, (told) => process.send!(told)).then((account) =>
    process.send!({ type: 'account', account } satisfies Told, () => process.exit(0)),
  );
});
