/** Settings that can be read and still are not sound: beside the server's own, and beside each other. */
import { type Config, isLoopback } from '../config.ts';
import type { Check, Finding } from './finding.ts';

/** For a command, a backup, the doctor and a start at the same time. */
const KEPT_FOR_COMMANDS = 6;

/** How many connections the server takes, and how many of them it keeps for those who look after it. */
export interface Connections {
  most: number;
  kept: number;
}

export const settings: Check = {
  name: 'settings',
  async run({ sql, config }) {
    const [is] = await sql<[Connections]>`
      select current_setting('max_connections')::int as most,
        current_setting('superuser_reserved_connections')::int
          + coalesce(current_setting('reserved_connections', true), '0')::int as kept`;
    return settingsFindings(config, is);
  },
};

type Settings = Pick<
  Config,
  | 'workers'
  | 'poolSize'
  | 'isPooled'
  | 'host'
  | 'trustProxy'
  | 'tracingFault'
  | 'keyRate'
  | 'businessRate'
  | 'failedRate'
>;

/** What of the settings is not sound: too many connections is wrong, the rest may be meant so. Pure. */
export const settingsFindings = (config: Settings, connections: Connections): Finding[] => [
  ...poolFindings(config, connections),
  ...warnings(config),
];

/** What can be said without the server: it is in the log of each start too. Pure. */
export const warnings = (config: Settings): Finding[] => [
  ...proxyFindings(config),
  ...tracingFindings(config),
  ...rateFindings(config),
];

/** Behind a pooler its own settings decide how many there are. */
function poolFindings({ workers, poolSize, isPooled }: Settings, { most, kept }: Connections): Finding[] {
  const needed = workers * poolSize;
  const room = most - kept - KEPT_FOR_COMMANDS;
  if (isPooled || needed <= room) return [];
  return [
    {
      what: `CLIENTELE_WORKERS × DATABASE_POOL are ${needed} connections; of the ${most} of the server (max_connections) ${Math.max(0, room)} are to be had, ${kept} kept by it and ${KEPT_FOR_COMMANDS} for commands left out.`,
      remedy: `Set DATABASE_POOL to ${Math.max(1, Math.floor(room / workers))} or less, raise max_connections, or put PgBouncer before the server. Other machines with the service add their own.`,
    },
  ];
}

function proxyFindings({ host, trustProxy }: Settings): Finding[] {
  if (isLoopback(host) || trustProxy !== false) return [];
  return [
    {
      what: `HOST is ${host}, which others reach, and CLIENTELE_TRUST_PROXY is not set: it speaks no TLS, and behind a proxy all callers are one address, whose wrong keys lock out each other.`,
      remedy:
        'Name the proxies in CLIENTELE_TRUST_PROXY. Without a proxy set HOST to 127.0.0.1, or put one before it.',
      isWarning: true,
    },
  ];
}

const tracingFindings = ({ tracingFault }: Settings): Finding[] =>
  tracingFault === null
    ? []
    : [{ what: tracingFault, remedy: 'OTEL_TRACES_EXPORTER=none asks for no traces.', isWarning: true }];

const RATES = {
  CLIENTELE_KEY_RATE: { of: 'keyRate', means: 'one API key may take all that the service can do' },
  CLIENTELE_BUSINESS_RATE: { of: 'businessRate', means: 'one business may take all that the service can do' },
  CLIENTELE_FAILED_RATE: { of: 'failedRate', means: 'keys may be guessed as fast as they can be sent' },
} as const;

const rateFindings = (config: Settings): Finding[] =>
  Object.entries(RATES)
    .filter(([, { of }]) => config[of] === 0)
    .map(([name, { means }]) => ({
      what: `${name} is 0, no limit: ${means}.`,
      remedy: `Leave ${name} out for its default, unless it is meant so.`,
      isWarning: true,
    }));
