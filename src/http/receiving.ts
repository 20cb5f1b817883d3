/**
 * Bodies that are on their way. Each has its limit, but many at once that never come to their end would fill the memory: a business
 * may have as many under way as there is room for, by the length that was announced, or else by what has come.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import { type Leave, type Room, type RoomSize, workOf } from './room.ts';

/** 128 MiB, half of it for a business alone. */
export const RECEIVING_ROOM: RoomSize = { pace: 32_768, least: 32_768, most: 32_768 };

/** Less is not worth counting; and what comes without a length is counted in pieces of so many bytes. */
const PIECE = 64 * 1024;

export interface Receiving {
  room: Room;
  who: string;
  request: IncomingMessage;
  response: ServerResponse;
  /** No more of it is read than so many bytes. */
  limit: number;
}

/** Takes room for a body that says how long it is. Throws 503 when there is none. */
export function receive({ room, who, request, response, limit }: Receiving): void {
  const bytes = Number(request.headers['content-length'] ?? 0);
  // What is too large is refused before it is read.
  if (bytes < PIECE || bytes > limit) return;
  whenGone(request, response, room.enter(who, workOf(bytes)));
}

/** The body as it comes, where nobody said how long it will be: takes room for each piece. Ends with 503 when there is none. */
export function receivePieces({ room, who, request, response, limit }: Receiving): Transform {
  const leaves: Leave[] = [];
  let bytes = 0;
  const take = (chunk: Buffer, _encoding: string, done: TransformCallback) => {
    bytes += chunk.length;
    try {
      while (leaves.length < Math.floor(Math.min(bytes, limit) / PIECE))
        leaves.push(room.enter(who, workOf(PIECE)));
      done(null, chunk);
    } catch (error) {
      done(error as Error);
    }
  };
  const body = request.pipe(new Transform({ transform: take }));
  // Whoever was told of the error may listen no more.
  body.on('error', () => {});
  whenGone(request, response, () => {
    for (const leave of leaves.splice(0)) leave();
    body.destroy();
  });
  return body;
}

/** The body has arrived, or nobody will read more of it. */
function whenGone(request: IncomingMessage, response: ServerResponse, leave: Leave): void {
  request.once('close', () => leave());
  response.once('close', () => leave());
}
