/** How connections come in, and how they end when the service stops. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Socket, Server as TcpServer } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** So many handles beside the first: each looks at every new connection, which costs microseconds. */
const DOORS = 63;
const ECHO = `
  process.on('message', (message, handle) => process.send(message, handle));
  process.on('disconnect', () => process.exit());
`;

/**
 * More doors to where a server listens. Node takes one connection from a listening socket in each round of its event
 * loop (libuv since 1.45), and rounds are long where much is under way: at 3,300 requests a second 40 new connections a second
 * were taken, and whoever was new stood behind them. Each handle on the socket takes one in a round; another handle needs a
 * descriptor of its own, and what makes one is to send it to a process and have it sent back.
 */
export class Doors {
  readonly #server: TcpServer;
  readonly open: TcpServer[] = [];
  #echo: ChildProcess | null = null;

  constructor(server: TcpServer) {
    this.#server = server;
  }

  /** Resolves when all are open, or as many as could be: without them the service is as good until it is crowded. */
  async openAll(count = DOORS): Promise<void> {
    const { _handle: handle } = this.#server as unknown as { _handle: TcpServer | null };
    if (!handle) return;
    const echo = spawn(process.execPath, ['-e', ECHO], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#echo = echo;
    await new Promise<void>((done) => {
      echo.once('error', () => done());
      echo.once('exit', () => done());
      echo.on('message', (_, copy) => {
        this.#open(copy as TcpServer);
        if (this.open.length === count) echo.disconnect();
      });
      // One that could not be started has no channel; what became of it is said by its events.
      for (let n = 0; n < count && echo.connected; n++) echo.send('copy', handle, () => {});
    });
  }

  #open(handle: TcpServer): void {
    // A stop began meanwhile.
    if (!this.#server.listening) return void handle.close();
    // As an HTTP server makes its own.
    const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#server.emit('connection', socket),
    );
    this.open.push(door.listen(handle));
  }

  /** Takes no more connections: neither here nor at the server. Resolves when the last one has ended. */
  async close(): Promise<void> {
    // What it holds would be a door that nobody opens.
    this.#echo?.kill('SIGKILL');
    const closed = (server: TcpServer) =>
      new Promise<void>((done) => TcpServer.prototype.close.call(server, () => done()));
    await Promise.all([this.#server, ...this.open].map(closed));
  }
}

const SWEEP_MS = 20;
/** What is still under way so long after a stop began is cut off. */
export const STOP_MS = 30_000;

/**
 * A stop takes no new connections, and is over when the last one has ended. One that its client keeps open is told
 * `Connection: close` with its next answer; those that stay idle are closed after `linger` milliseconds: sooner, and a request
 * that is on its way at that moment would be lost. (Node closes those that are idle at the moment of the stop, at once.)
 */
export function closeGently(app: FastifyInstance, doors: Doors, linger: number): void {
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
      setTimeout(() => app.server.closeAllConnections(), STOP_MS),
    ];
    await doors.close();
    timers.forEach(clearTimeout);
    // What else an HTTP server has to end; that it listens no more is no news.
    app.server.close(() => {});
  });
}
