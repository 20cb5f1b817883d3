/**
 * Sends away what there is no room for before anything is made of it: at five times what the service can do, four of five
 * requests end here, and each costs time that an answer could have had. Callers who are told at once send the next at once,
 * so of the time of each round of the event loop no more is given to refusals than their share: without that, 12,000 of them a
 * second left 250 of 3,000 answers a second. Whoever is to be refused meanwhile waits, and asks for nothing more. The share grows
 * with the wait: a caller who hangs up and comes again costs more than one who is told.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { failure, JSON_HEADERS } from './envelope.ts';
import type { Room } from './room.ts';

/** One costs up to two fifths of an answer: there is a third of one for each who is let in, and so many a round in any case. */
const SHARE = 1 / 3;
const LEAST_SENT_AWAY = 8;
/** After a wait of so long it is one for each, after twice as long two. */
const LONG_MS = 6_000;
const sentAwayFor = (letIn: number, waited: number): number =>
  Math.ceil(letIn * Math.max(SHARE, waited / LONG_MS)) + LEAST_SENT_AWAY;

/** Who waits to be sent away, one after the other. */
export class Leaving<T> {
  readonly #waiting: { who: T; since: number }[] = [];
  readonly #isGone: (who: T) => boolean;

  constructor(isGone: (who: T) => boolean) {
    this.#isGone = isGone;
  }

  get size(): number {
    return this.#waiting.length;
  }

  join(who: T, now = performance.now()): void {
    this.#waiting.push({ who, since: now });
  }

  /** Whose turn it is after a round in which so many were let in. Who has gone away meanwhile takes nobody's turn. */
  next(letIn: number, now = performance.now()): T[] {
    const turns: T[] = [];
    let passed = 0;
    let most = 0;
    for (const { who, since } of this.#waiting) {
      if (this.#isGone(who)) {
        passed++;
        continue;
      }
      if (turns.length === 0) most = sentAwayFor(letIn, now - since);
      if (turns.length === most) break;
      turns.push(who);
      passed++;
    }
    this.#waiting.splice(0, passed);
    return turns;
  }
}

export interface Shedding {
  room: Room;
  /** Whose a request is, if that is known without looking anything up; else it goes the whole way. */
  whose(authorization: string): string | null;
  /** A new name for a request. */
  newId(): string;
}

/** Puts itself before what listens on the server. */
export function shedEarly(server: Server, base: string, { room, whose, newId }: Shedding): void {
  const [listener] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  const leaving = new Leaving((response: ServerResponse) => response.req.socket.destroyed);
  const waiting = new WeakSet<Socket>();
  let letIn = 0;
  // In no log: the id says so.
  const send = (response: ServerResponse) => sendAway(response, room, `shed-${newId()}`);
  const sendSome = () => {
    for (const response of leaving.next(letIn)) {
      waiting.delete(response.req.socket);
      send(response);
    }
    letIn = 0;
    if (leaving.size > 0) setImmediate(sendSome);
  };
  server.on('request', (request, response) => {
    if (hasPlaceFor(request)) {
      letIn++;
      listener!(request, response);
      return;
    }
    // Who sends on without an answer is answered at once: Node stops reading where answers pile up, and nowhere else.
    if (waiting.has(request.socket)) return send(response);
    waiting.add(request.socket);
    leaving.join(response);
    if (leaving.size === 1) {
      letIn = 0;
      setImmediate(sendSome);
    }
  });

  function hasPlaceFor(request: IncomingMessage): boolean {
    if (!room.isCrowded || !isAlike(request, base)) return true;
    const who = whose(request.headers.authorization!);
    return who === null || room.hasRoomFor(who);
  }
}

/** A call of a program with its key. A browser of another site must be told whether it may read the answer. */
const isAlike = ({ url, headers }: IncomingMessage, base: string): boolean =>
  headers.authorization !== undefined && headers.origin === undefined && url!.startsWith(base);

function sendAway(response: ServerResponse, room: Room, id: string): void {
  const error = room.refuse();
  const body = failure(error);
  response.writeHead(error.status, {
    ...JSON_HEADERS,
    'content-length': String(Buffer.byteLength(body)),
    'retry-after': String(error.retryAfter),
    'x-request-id': id,
  });
  response.end(body);
}
