/**
 * Sends away what there is no room for before anything is made of it: at five times what the service can do, four of five
 * requests end here, and each costs time that an answer could have had.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { failure, JSON_HEADERS } from './envelope.ts';
import type { Room } from './room.ts';

export interface Shedding {
  room: Room;
  /** Whose a request is, if that is known without looking anything up; else it goes the whole way. */
  whose(authorization: string): string | null;
}

/** Puts itself before what listens on the server. */
export function shedEarly(server: Server, base: string, { room, whose }: Shedding): void {
  const [listener] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  let n = 0;
  server.on('request', (request, response) => {
    if (!room.isCrowded || !isAlike(request, base)) return listener!(request, response);
    const who = whose(request.headers.authorization!);
    if (who === null || room.hasRoomFor(who)) return listener!(request, response);
    n++;
    sendAway(response, room, `shed-${n.toString(36)}`);
  });
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
