/** A wire that can be slow, cut or silent: a TCP proxy before a database or a service. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Chance } from './chance.ts';

/** `up`: from the one who connects to the one behind. */
export type Way = 'up' | 'down';

interface Link {
  near: Socket;
  far: Socket;
  /** Bytes of it were lost: no end will ever hear of the other again, as after a firewall has forgotten a connection. */
  isDead: boolean;
}

export class Wire {
  /** Milliseconds that each piece is held up, each way. */
  latency = 0;
  /** Ways in which whatever is sent vanishes, without a word to either end. */
  vanishing: Way[] = [];
  /** Cuts the connection instead of handing a piece on; asked for each. */
  cuts: { way: Way; share: number; chance: Chance }[] = [];
  /** Connections cut so far. */
  cut = 0;
  /** Pieces that vanished so far, and that were held up. */
  vanished = 0;
  delayed = 0;
  readonly #links = new Set<Link>();
  readonly #server: Server;
  readonly #target: { host: string; port: number };

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = createServer({ noDelay: true }, (near) => this.#join(near));
  }

  /** Listens before this address. */
  static async open(url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const wire = new Wire({ host: hostname, port: Number(port) });
    await new Promise<void>((done) => wire.#server.listen(0, '127.0.0.1', done));
    return wire;
  }

  /** The address with this wire in its place. */
  before(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String((this.#server.address() as AddressInfo).port);
    return changed.href.replace(/\/$/, '');
  }

  /** Resets every connection. */
  resetAll(): void {
    for (const link of this.#links) this.#reset(link);
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.resetAll();
    await closed;
  }

  #reset(link: Link): void {
    this.cut++;
    for (const socket of [link.near, link.far]) socket.resetAndDestroy();
  }

  #join(near: Socket): void {
    const far = connect({ ...this.#target, noDelay: true });
    const link = { near, far, isDead: false };
    this.#links.add(link);
    this.#pass(link, near, far, 'up');
    this.#pass(link, far, near, 'down');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        this.#links.delete(link);
        other.destroy();
      });
    }
  }

  #pass(link: Link, from: Socket, to: Socket, way: Way): void {
    const held: { at: number; piece: Buffer }[] = [];
    const release = () => {
      while (held.length > 0 && held[0]!.at <= performance.now()) to.write(held.shift()!.piece);
      if (held.length > 0) setTimeout(release, Math.ceil(held[0]!.at - performance.now()));
    };
    from.on('data', (piece) => {
      if (link.isDead || this.vanishing.includes(way)) {
        link.isDead = true;
        this.vanished++;
        return;
      }
      const cut = this.cuts.find((one) => one.way === way && one.chance() < one.share);
      if (cut) return this.#reset(link);
      if (this.latency === 0 && held.length === 0) return void to.write(piece);
      // In order: what is behind a held piece waits with it.
      this.delayed++;
      held.push({ at: performance.now() + this.latency, piece });
      if (held.length === 1) setTimeout(release, this.latency);
    });
  }
}
