/**
 * `kill -9` under write load: of the service, of PostgreSQL, of both. Four rounds in the suite, as many as
 * CLIENTELE_KILL_ROUNDS says in a campaign.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../trust/ledger.ts';
import { killPostgres, type RunningService, until, untilServing } from '../../trust/processes.ts';
import { startWriting } from '../../trust/writers.ts';
import { sender } from '../harness.ts';
import { expectToldIn } from './audit.ts';
import { useProcesses } from './process.ts';

const ROUNDS = Number(process.env.CLIENTELE_KILL_ROUNDS ?? 4);
const WRITERS = 8;
const VICTIMS = ['service', 'postgres', 'both'] as const;

const processes = useProcesses();
const ledger = new Ledger();
let dataDir: string;
let service: RunningService;
let key: string;

beforeAll(async () => {
  dataDir = await processes.dataDir();
  service = await processes.start({ CLIENTELE_DATA: dataDir });
  key = service.key!;
});

async function kill(victim: (typeof VICTIMS)[number]): Promise<void> {
  if (victim === 'service') await service.kill();
  else if (victim === 'postgres') await killPostgres(dataDir, 'SIGKILL');
  else await Promise.all([service.kill(), killPostgres(dataDir, 'SIGKILL')]);
}

describe('kill -9 under the load of eight writers', () => {
  for (let round = 0; round < ROUNDS; round++) {
    const victim = VICTIMS[round % VICTIMS.length]!;
    it(`round ${round + 1}, ${victim}: every acknowledged write is there, none twice`, async () => {
      const writing = startWriting(ledger, sender(service.url, key), WRITERS);
      await until('the writers are at work', 20_000, () => writing.acknowledged() > 150);
      await sleep(Math.random() * 250);
      await kill(victim);
      if (victim === 'postgres') {
        const before = ledger.acknowledged;
        await until('the service goes on by itself', 20_000, () => ledger.acknowledged > before + 50);
        await writing.stop();
      } else {
        await writing.stop();
        service = await processes.start({ CLIENTELE_DATA: dataDir });
      }
      await untilServing(service.url, key, 20_000);

      expect(ledger.surprises, 'answers that a crash does not explain').toEqual([]);
      await expectToldIn(dataDir, ledger);
    });
  }
});
