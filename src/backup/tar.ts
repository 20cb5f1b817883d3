/**
 * The container of a backup: a plain ustar archive of small members, so that any tar lists and unpacks it. Members are whole
 * in memory, a few megabytes each; what does not add up is an error, never a shorter archive.
 */

const BLOCK = 512;
/** More than any member of ours: a number beyond it is damage. */
const LARGEST = 64 * 1024 * 1024;

export interface Member {
  name: string;
  body: Buffer;
}

/** The blocks of one member. */
export function* member({ name, body }: Member): Generator<Buffer> {
  const header = Buffer.alloc(BLOCK);
  const field = (text: string, at: number) => header.write(text, at, 'ascii');
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  field(name, 0);
  field(octal(0o600, 7), 100);
  field(octal(0, 7), 108);
  field(octal(0, 7), 116);
  field(octal(body.length, 11), 124);
  field(octal(0, 11), 136);
  field('0', 156);
  field('ustar\x0000', 257);
  field(`${octal(checksum(header), 6)} `, 148);
  yield header;
  yield body;
  yield Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK);
}

/** What ends an archive. */
export const END = Buffer.alloc(2 * BLOCK);

/** The sum of a header's bytes, its own field read as blanks. */
function checksum(header: Buffer): number {
  let sum = 8 * 0x20;
  for (const [i, byte] of header.entries()) if (i < 148 || i >= 156) sum += byte;
  return sum;
}

/** The members of an archive in their order. Throws where it is damaged or ends too soon. */
export async function* members(source: AsyncIterable<Buffer>): AsyncGenerator<Member> {
  const bytes = new Bytes(source);
  for (;;) {
    const header = await bytes.take(BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const text = (at: number, length: number) =>
      header
        .toString('latin1', at, at + length)
        .split('\0')[0]!
        .trim();
    const size = Number.parseInt(text(124, 12), 8);
    if (Number.parseInt(text(148, 8), 8) !== checksum(header) || !(size <= LARGEST))
      throw new Error('a header is damaged');
    const body = await bytes.take(size);
    await bytes.take((BLOCK - (size % BLOCK)) % BLOCK);
    yield { name: text(0, 100), body };
  }
}

/** Takes exactly as many bytes as asked for. */
class Bytes {
  readonly #source: AsyncIterator<Buffer>;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    while (this.#length < length) {
      const { value, done } = await this.#source.next();
      if (done) throw new Error('it ends too soon');
      this.#chunks.push(value);
      this.#length += value.length;
    }
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(length)];
    this.#length -= length;
    return all.subarray(0, length);
  }
}
