/** Reads a file of one JSON object a line. */
import { createReadStream } from 'node:fs';
import { type JsonLine, LineReader } from './json-lines.ts';

/** The lines with anything in them. */
export async function* readNdjson(path: string): AsyncGenerator<JsonLine> {
  const reader = new LineReader();
  for await (const piece of createReadStream(path, 'utf8') as AsyncIterable<string>)
    yield* reader.read(piece);
  yield* reader.end();
}
