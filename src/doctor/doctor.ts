/** The examination: every check in its order, what each found, and the repairs that lose nothing. */
import type { Config } from '../config.ts';
import { connect, errorCode, type Sql } from '../database/connect.ts';
import { LEASE_MS } from '../housekeeping.ts';
import { selectBusinessIds } from '../tenancy/store.ts';
import type { Check, Finding, Patient } from './finding.ts';
import { RUN_FIX } from './finding.ts';
import { plans } from './plans.ts';
import { examineRecords } from './records.ts';
import { indexes, migrations, statistics } from './schema.ts';
import { disk, replica, server } from './server.ts';
import { settings } from './settings.ts';
import { counters, feed, imports, leftovers, pairs, type TableCheck } from './tables.ts';

const leases: Check = {
  name: 'leases',
  async run({ sql }) {
    // Nobody takes one for longer, but a clock may have been wrong.
    const latest = new Date(Date.now() + 2 * LEASE_MS).toISOString();
    const rows = await sql<{ name: string; until: string }[]>`
      select name, until from leases where until > ${latest}`;
    return rows.map(({ name, until }) => ({
      what: `The lease "${name}" is taken until ${until}: no process does its work before.`,
      remedy: `${RUN_FIX} Then look at the clocks of the machines.`,
      repair: async (sql) => {
        await sql`delete from leases where name = ${name} and until > ${latest}`;
      },
    }));
  },
};

const BUSINESSES = 200;

/** The ids of all businesses, some at a time. */
async function* businessIds(sql: Sql): AsyncGenerator<string> {
  for (let after: string | null = null; ; ) {
    const ids: string[] = await selectBusinessIds(sql, after, BUSINESSES);
    yield* ids;
    if (ids.length < BUSINESSES) return;
    after = ids.at(-1)!;
  }
}

/** A check of each business after the other. */
const ofEachBusiness = (name: string, check: TableCheck): Check => ({
  name,
  async run({ sql, tell }) {
    const findings: Finding[] = [];
    let n = 0;
    for await (const id of businessIds(sql)) {
      findings.push(...(await check(sql, id)).map((finding) => ofBusiness(id, finding)));
      if (++n % BUSINESSES === 0) tell(`${name}: ${n} businesses`);
    }
    return findings;
  },
});

const ofBusiness = (id: string, finding: Finding): Finding => ({
  ...finding,
  what: `${finding.what} (business ${id})`,
});

const TELL_EVERY_MS = 2_000;

const records: Check = {
  name: 'records',
  async run({ sql, tell }) {
    const [row] = await sql`select coalesce(sum(n), 0)::int8 as n from customer_counts`;
    const about = Number(row!.n);
    const findings: Finding[] = [];
    let done = 0;
    let told = Date.now();
    for await (const id of businessIds(sql)) {
      const found = await examineRecords(sql, id, (customers) => {
        done += customers;
        if (Date.now() - told < TELL_EVERY_MS) return;
        told = Date.now();
        tell(`records: ${done} of about ${about} customers`);
      });
      findings.push(...found.map((finding) => ofBusiness(id, finding)));
    }
    tell(`records: ${done} customers looked through`);
    return findings;
  },
};

/** Of the server and its schema. Those after need the schema of this build. */
const GROUND: Check[] = [settings, server, replica, disk, migrations];
const REST: Check[] = [
  indexes,
  statistics,
  leases,
  plans,
  ofEachBusiness('counters', counters),
  ofEachBusiness('feed', feed),
  ofEachBusiness('imports', imports),
  ofEachBusiness('pairs', pairs),
  ofEachBusiness('leftovers', leftovers),
  records,
];

export const CHECKS: readonly string[] = [...GROUND, ...REST].map(({ name }) => name);

export interface Found extends Finding {
  check: string;
}

/**
 * Examines everything behind this URL, and with `fix` repairs what can be repaired and looks there again. Throws when
 * nothing answers there.
 */
export async function examine(
  config: Config,
  url: string,
  { fix, tell }: { fix: boolean; tell: (line: string) => void },
): Promise<{ findings: Found[]; repaired: Found[] }> {
  const sql = connect(url, {
    max: 2,
    applicationName: 'clientele doctor',
    isPooled: config.isPooled,
    statementTimeout: 0,
  });
  const patient = { sql, url, config, tell };
  try {
    // Not to be reached at all is one finding, not one for each check.
    await sql`select 1`;
    const findings: Found[] = [];
    const repaired: Found[] = [];
    for (const checks of [GROUND, REST]) {
      for (const check of checks) {
        tell(`${check.name} …`);
        let found = await runCheck(check, patient);
        const mendable = found.filter(({ repair }) => fix && repair);
        if (mendable.length > 0) {
          const mended = await repairAll(sql, mendable);
          found = await runCheck(check, patient);
          repaired.push(...mended.filter((one) => !found.some(({ what }) => what === one.what)));
        }
        findings.push(...found);
      }
      // On another schema the rest would say nothing of value.
      if (findings.some(({ check }) => check === 'migrations')) break;
    }
    return { findings, repaired };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function runCheck(check: Check, patient: Patient): Promise<Found[]> {
  try {
    return (await check.run(patient)).map((finding) => ({ ...finding, check: check.name }));
  } catch (error) {
    // What keeps one check from its end is a finding; the others still say theirs.
    return [
      {
        check: check.name,
        what: `It could not be examined: ${error instanceof Error ? error.message : String(error)} (${errorCode(error) ?? 'no code'}).`,
        remedy: 'Mend what the message names, then run the doctor again.',
      },
    ];
  }
}

/** Repairs what can be; one that fails leaves its finding where it is. */
async function repairAll(sql: Sql, findings: Found[]): Promise<Found[]> {
  const mended: Found[] = [];
  for (const finding of findings) {
    try {
      await finding.repair!(sql);
      mended.push(finding);
    } catch {
      // It is found again.
    }
  }
  return mended;
}
