/** How connections come in, and how they end when the service stops. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Socket, Server as TcpServer } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** So many handles in reserve: each takes one connection in a round of the event loop. */
const DOORS = 255;
/**
 * So many may stand before the doors (Linux: no more than net.core.somaxconn, as a rule just this many). Whoever finds no place
 * there is not told: their system knocks again after 1, 3 and 7 seconds. Node's own 511 made thousands wait for the last of these.
 */
export const BACKLOG = 4096;
/** An event loop without pauses: somebody may stand before the door. */
const BUSY = 0.95;
const PACE = {
  /** Milliseconds between two looks. */
  look: 100,
  /** After so many looks in a row with pauses, one door is enough again. */
  calm: 50,
};
/** It takes 50 ms. */
const STOCK_MS = 10_000;
const ECHO = `
  process.on('message', (message, handle) => process.send(message, handle));
  process.on('disconnect', () => process.exit());
`;

/**
 * More doors to where a server listens, while it is crowded. Node takes one connection from a listening socket in each round of
 * its event loop (libuv since 1.45), and rounds are long where much is under way: at 3,300 requests a second 40 new connections a
 * second were taken, and whoever was new stood behind them. Each handle on the socket takes one in a round; another handle needs
 * a descriptor of its own, and what makes one is to send it to a process and have it sent back. That takes a round for each, so
 * they are kept in reserve. They are not open all the time, for every one looks at every connection that comes: 250 microseconds
 * for 63 of them, as much as a request or two.
 */
export class Doors {
  readonly #server: TcpServer;
  /** Handles in reserve: nothing is waited for at them. */
  readonly reserve: TcpServer[] = [];
  readonly open: TcpServer[] = [];
  /** Doors that are closed, while connections that came in by them go on. */
  readonly #ending = new Set<Promise<void>>();
  #echo: ChildProcess | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(server: TcpServer) {
    this.#server = server;
  }

  /** Opens the doors when connections come while the event loop has no pause, and closes them when it has its pauses again. */
  async watch(count = DOORS, pace = PACE): Promise<void> {
    let newcomers = 0;
    let calm = 0;
    let before = performance.eventLoopUtilization();
    this.#server.on('connection', () => newcomers++);
    this.#timer = setInterval(() => {
      const now = performance.eventLoopUtilization();
      const isBusy = performance.eventLoopUtilization(now, before).utilization >= BUSY;
      before = now;
      calm = isBusy ? 0 : calm + 1;
      if (isBusy && newcomers > 0) this.openAll();
      else if (calm >= pace.calm && this.open.length > 0) {
        this.#shutAll();
        void this.stock(count);
      }
      newcomers = 0;
    }, pace.look).unref();
    await this.stock(count);
  }

  /** Resolves when so many are in reserve, or as many as could be: without them the service is as good until it is crowded. */
  async stock(count = DOORS): Promise<void> {
    const { _handle: handle } = this.#server as unknown as { _handle: TcpServer | null };
    if (!handle) return;
    let echo: ChildProcess;
    try {
      echo = spawn(process.execPath, ['-e', ECHO], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    } catch {
      // Some errors are thrown (no memory, not allowed), others are events.
      return;
    }
    this.#echo = echo;
    // Where descriptors run out a handle is lost on its way.
    const limit = setTimeout(() => echo.kill('SIGKILL'), STOCK_MS).unref();
    let made = 0;
    await new Promise<void>((done) => {
      echo.once('error', () => done());
      echo.once('exit', () => done());
      echo.on('message', (_, copy) => {
        // A stop began meanwhile.
        if (this.#server.listening) this.reserve.push(copy as TcpServer);
        else (copy as TcpServer).close();
        if (++made === count) echo.disconnect();
      });
      // One that could not be started has no channel; what became of it is said by its events.
      for (let n = 0; n < count && echo.connected; n++) echo.send('copy', handle, () => {});
    });
    clearTimeout(limit);
  }

  openAll(): void {
    for (const handle of this.reserve.splice(0)) {
      // As an HTTP server makes its own.
      const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
        this.#server.emit('connection', socket),
      );
      this.open.push(door.listen(handle, BACKLOG));
    }
  }

  #shutAll(): void {
    for (const door of this.open.splice(0)) {
      const ending = closed(door).finally(() => this.#ending.delete(ending));
      this.#ending.add(ending);
    }
  }

  /** Takes no more connections: neither here nor at the server. Resolves when the last one has ended. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    // What it holds would be a door that nobody opens.
    this.#echo?.kill('SIGKILL');
    for (const handle of this.reserve.splice(0)) handle.close();
    this.#shutAll();
    await Promise.all([closed(this.#server), ...this.#ending]);
  }
}

const closed = (server: TcpServer) =>
  new Promise<void>((done) => TcpServer.prototype.close.call(server, () => done()));

const SWEEP_MS = 20;
/** What is still under way so long after a stop began is cut off. */
export const STOP_MS = 30_000;

/**
 * A stop takes no new connections, and is over when the last one has ended. One that its client keeps open is told
 * `Connection: close` with its next answer; those that stay idle are closed after `linger` milliseconds: sooner, and a request
 * that is on its way at that moment would be lost. (Node closes those that are idle at the moment of the stop, at once.)
 * What is still under way after `cutOff` milliseconds gets no answer.
 */
export function closeGently(app: FastifyInstance, doors: Doors, linger: number, cutOff = STOP_MS): void {
  // A browser opens connections in advance: Node does not count them among the idle ones until something has come. (No listener
  // for 'data' here: it would take each connection from the parser's own way of reading, at a third of the requests a second.)
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  app.addHook('preClose', async () => {
    if (!app.server.listening) return;
    const sweep = () => {
      app.server.closeIdleConnections();
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    };
    const timers = [
      setTimeout(() => {
        sweep();
        timers.push(setInterval(sweep, SWEEP_MS));
      }, linger),
      setTimeout(() => app.server.closeAllConnections(), cutOff),
    ];
    await doors.close();
    timers.forEach(clearTimeout);
    // What else an HTTP server has to end; that it listens no more is no news.
    app.server.close(() => {});
  });
}
