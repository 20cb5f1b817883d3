/** Every environment variable Clientele reads, its default and its meaning. Nothing else reads process.env. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TracingSettings } from './tracing.ts';

export interface Config {
  /** `PORT`: the port the HTTP server listens on. Default 3000; 0 takes any free one. */
  port: number;
  /** `HOST`: the address it listens on. Default 127.0.0.1: this machine only. */
  host: string;
  /** `CLIENTELE_DATA`: the directory of the embedded PostgreSQL. Default `./data`. */
  dataDir: string;
  /** `DATABASE_URL`: a PostgreSQL 15 or later of your own, instead of the embedded one. */
  databaseUrl: string | null;
  /** `DATABASE_REPLICA_URL`: a streaming replica of the database at DATABASE_URL, for lists and exports. Default none. */
  replicaUrl: string | null;
  /** `DATABASE_POOL`: connections to the database for each process, and as many to the replica. Default 10. */
  poolSize: number;
  /** `DATABASE_POOLER`: `transaction` when DATABASE_URL leads to a pooler in transaction mode (PgBouncer). Default none. */
  isPooled: boolean;
  /** `CLIENTELE_COUNTRY`: the country of the first location, which reads phone numbers without a prefix. Default AU. */
  country: string;
  /** `CLIENTELE_TIMEZONE`: the time zone of the first location. Default Australia/Sydney. */
  timezone: string;
  /** `LOG_LEVEL`: trace, debug, info, warn, error, fatal or silent. Default warn. */
  logLevel: string;
  /** `CLIENTELE_URL`: where the command line finds the service. Default http://127.0.0.1:3000, its port that of PORT. */
  url: string;
  /** `CLIENTELE_KEY`: the API key the command line sends when `--key` is absent. */
  key: string | null;
  /** `CLIENTELE_KEY_RATE`: requests an API key may send in a minute; 0 for no limit. Default 60000. */
  keyRate: number;
  /** `CLIENTELE_BUSINESS_RATE`: requests all keys of a business may send in a minute; 0 for no limit. Default 180000. */
  businessRate: number;
  /** `CLIENTELE_FAILED_RATE`: wrong API keys an address may send in a minute; 0 for no limit. Default 30. */
  failedRate: number;
  /** `CLIENTELE_KEY_USES_DAYS`: how many days it is kept what each API key was used for. Default 400. */
  keyUsesDays: number;
  /**
   * `CLIENTELE_TRUST_PROXY`: the proxies whose X-Forwarded-For is believed: addresses, networks, `loopback`, `linklocal`,
   * `uniquelocal`, separated by commas; `none`. Default `loopback` where HOST is of this machine alone: whoever connects
   * there runs here. Else none.
   */
  trustProxy: string[] | false;
  /** Traces go here as OTLP over HTTP, by the standard variables `OTEL_…`; null when they ask for none, or for what we cannot. */
  tracing: TracingSettings | null;
  /** What of those variables we cannot, in a sentence with the fix: it costs the traces, never the start. */
  tracingFault: string | null;
  /** `CLIENTELE_WORKERS`: processes that serve side by side, one for each core to be used. Default 1. */
  workers: number;
  /** `CLIENTELE_GROUP_COMMIT`: `off` commits every write alone; only for measuring. Default on. */
  groupCommit: boolean;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Reads the environment; throws one sentence that names the variable and the fix. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const port = wholeNumber(env, 'PORT', 3000, 0, 65_535);
  const host = env.HOST || '127.0.0.1';
  if (env.DATABASE_REPLICA_URL && !env.DATABASE_URL)
    throw new Error('DATABASE_REPLICA_URL needs DATABASE_URL: the embedded database has no replica.');
  return {
    port,
    host,
    dataDir: resolve(env.CLIENTELE_DATA || 'data'),
    databaseUrl: env.DATABASE_URL || null,
    replicaUrl: env.DATABASE_REPLICA_URL || null,
    poolSize: wholeNumber(env, 'DATABASE_POOL', 10, 1, 500),
    isPooled: oneOf(env, 'DATABASE_POOLER', 'none', ['none', 'transaction']) === 'transaction',
    country: (env.CLIENTELE_COUNTRY || 'AU').toUpperCase(),
    timezone: env.CLIENTELE_TIMEZONE || 'Australia/Sydney',
    logLevel: oneOf(env, 'LOG_LEVEL', 'warn', LOG_LEVELS),
    url: (env.CLIENTELE_URL || `http://127.0.0.1:${port}`).replace(/\/+$/, ''),
    key: env.CLIENTELE_KEY || null,
    keyRate: wholeNumber(env, 'CLIENTELE_KEY_RATE', 60_000, 0, 1_000_000_000),
    businessRate: wholeNumber(env, 'CLIENTELE_BUSINESS_RATE', 180_000, 0, 1_000_000_000),
    failedRate: wholeNumber(env, 'CLIENTELE_FAILED_RATE', 30, 0, 1_000_000_000),
    keyUsesDays: wholeNumber(env, 'CLIENTELE_KEY_USES_DAYS', 400, 1, 36_500),
    trustProxy: proxies(env, 'CLIENTELE_TRUST_PROXY', isLoopback(host) ? ['loopback'] : false),
    ...tracing(env),
    workers: wholeNumber(env, 'CLIENTELE_WORKERS', 1, 1, 256),
    groupCommit: oneOf(env, 'CLIENTELE_GROUP_COMMIT', 'on', ['on', 'off']) === 'on',
  };
}

/** The package's own directory, where `migrations/` lies; the same from `src/` and from `dist/`. */
export const packageDir = resolve(fileURLToPath(new URL('..', import.meta.url)));

function wholeNumber(
  env: NodeJS.ProcessEnv,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const text = env[name];
  if (!text) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

/** True for an address where only programs of this machine connect. */
export const isLoopback = (host: string): boolean => /^(127(\.\d+){3}|::1|\[::1\]|localhost)$/i.test(host);

/** These variables are often set for all programs of a machine or a cluster: what we cannot do is no reason not to serve. */
function tracing(env: NodeJS.ProcessEnv): Pick<Config, 'tracing' | 'tracingFault'> {
  try {
    return { tracing: tracingSettings(env), tracingFault: null };
  } catch (error) {
    return { tracing: null, tracingFault: `${(error as Error).message} Until then no traces are sent.` };
  }
}

/** The variables of the OpenTelemetry specification that matter to a process that sends spans. */
function tracingSettings(env: NodeJS.ProcessEnv): TracingSettings | null {
  const exporter = oneOf(env, 'OTEL_TRACES_EXPORTER', 'otlp', ['otlp', 'none']);
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const isAsked = own || base || env.OTEL_TRACES_EXPORTER;
  if (!isAsked || exporter === 'none' || env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null;
  const sampling = samplingOf(env);
  if (sampling.share === 0 && !sampling.followsCaller) return null;
  // What is said of traces alone wins; it replaces what is said of all signals.
  if (env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL)
    oneOf(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json', PROTOCOLS);
  else oneOf(env, 'OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json', PROTOCOLS);
  const timeout = wholeNumber(env, 'OTEL_EXPORTER_OTLP_TIMEOUT', 5_000, 1, 600_000);
  const resource = pairs(env, 'OTEL_RESOURCE_ATTRIBUTES');
  return {
    url: own || `${(base || 'http://localhost:4318').replace(/\/+$/, '')}/v1/traces`,
    headers: env.OTEL_EXPORTER_OTLP_TRACES_HEADERS
      ? pairs(env, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS')
      : pairs(env, 'OTEL_EXPORTER_OTLP_HEADERS'),
    timeout: wholeNumber(env, 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', timeout, 1, 600_000),
    resource: {
      ...resource,
      'service.name': env.OTEL_SERVICE_NAME || resource['service.name'] || 'clientele',
    },
    ...sampling,
  };
}

const PROTOCOLS = ['http/json', 'http/protobuf'];
/** By what a sampler of the specification is called, after `parentbased_`: the share it keeps; null for one that is given. */
const SAMPLERS: Record<string, number | null> = { always_on: 1, always_off: 0, traceidratio: null };

function samplingOf(env: NodeJS.ProcessEnv): Pick<TracingSettings, 'share' | 'followsCaller'> {
  const argument = env.OTEL_TRACES_SAMPLER_ARG;
  // A share that is given alone is meant.
  const fallback = argument ? 'parentbased_traceidratio' : 'parentbased_always_on';
  const names = Object.keys(SAMPLERS).flatMap((name) => [name, `parentbased_${name}`]);
  const [, parent, name] = /^(parentbased_)?(.+)$/.exec(oneOf(env, 'OTEL_TRACES_SAMPLER', fallback, names))!;
  const share = SAMPLERS[name!] ?? Number(argument || 1);
  if (!(share >= 0 && share <= 1))
    throw new Error('OTEL_TRACES_SAMPLER_ARG must be from 0 to 1: the share of traces that are kept.');
  return { share, followsCaller: parent !== undefined };
}

/** `name=value,…`, percent-encoded. What is wrong is not repeated: it may hold a secret. */
function pairs(env: NodeJS.ProcessEnv, name: string): Record<string, string> {
  const listed = (env[name] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  try {
    return Object.fromEntries(listed.map(pairOf));
  } catch {
    throw new Error(`${name} must be pairs such as name=value,other=value with values percent-encoded.`);
  }
}

function pairOf(text: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text)!;
  return [decodeURIComponent(name!.trim()), decodeURIComponent(value!.trim())];
}

const NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

function proxies(env: NodeJS.ProcessEnv, name: string, fallback: string[] | false): string[] | false {
  const text = env[name]?.trim();
  if (!text) return fallback;
  if (text.toLowerCase() === 'none') return false;
  const listed = text.split(',').map((one) => one.trim().toLowerCase());
  const wrong = listed.find((one) => !NETWORKS.includes(one) && !isNetwork(one));
  if (wrong === undefined) return listed;
  throw new Error(
    `${name} must be addresses or networks of your proxies (such as 10.0.0.0/8 or loopback), not "${wrong}".`,
  );
}

function isNetwork(text: string): boolean {
  const [address, bits, ...more] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address!)] as number;
  return (
    more.length === 0 && most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  );
}

function oneOf(env: NodeJS.ProcessEnv, name: string, fallback: string, allowed: string[]): string {
  const value = (env[name] || fallback).toLowerCase();
  if (!allowed.includes(value))
    throw new Error(`${name} must be one of ${allowed.join(', ')}, not "${value}".`);
  return value;
}
