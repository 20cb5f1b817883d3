/** PgBouncer in transaction mode before the database of the suite: `npm run test:pgbouncer`. Debian's package. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../src/database/connect.ts';
import { freePort } from '../src/database/embedded.ts';

const BINARY = '/usr/sbin/pgbouncer';

/** Starts it (as the system user postgres when root runs the suite) and answers its URL. */
export async function startPgBouncer(serverUrl: string): Promise<{ url: string; stop(): Promise<void> }> {
  if (!existsSync(BINARY)) {
    console.log('PgBouncer is not here: installing Debian’s package pgbouncer.');
    execFileSync('apt-get', ['install', '-y', 'pgbouncer'], { stdio: 'ignore' });
  }
  const { hostname, port, username, password } = new URL(serverUrl);
  const listen = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'clientele-pgbouncer-'));
  const config = join(dir, 'pgbouncer.ini');
  await writeFile(
    config,
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
`,
  );
  await chmod(dir, 0o755);
  const isRoot = process.getuid?.() === 0;
  const child = isRoot
    ? spawn('su', ['postgres', '-s', '/bin/sh', '-c', `exec ${BINARY} ${config}`], { stdio: 'ignore' })
    : spawn(BINARY, [config], { stdio: 'ignore' });
  const url = new URL(serverUrl);
  url.port = String(listen);
  await answering(url.href);
  return {
    url: url.href,
    async stop() {
      const ended = new Promise((done) => child.once('exit', done));
      execFileSync('pkill', ['-INT', '-f', config]);
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function answering(url: string): Promise<void> {
  const sql = connect(url, { max: 1, isPooled: true });
  for (let tries = 0; ; tries++) {
    try {
      await sql`select 1`;
      return await sql.end();
    } catch (error) {
      if (tries > 50) throw error;
      await sleep(100);
    }
  }
}
