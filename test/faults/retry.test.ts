/** A write with an Idempotency-Key whose answer was lost to `kill -9` is repeated: done once, answered as the first time. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { lookInto, type RunningService, untilServing } from '../../trust/processes.ts';
import { type Answer, sender } from '../harness.ts';
import { useProcesses } from './process.ts';

const processes = useProcesses();
const CALLERS = 24;
const KILLS = 3;

it(`${KILLS} kills under creates that no contact guards: every key is one customer`, async () => {
  const dataDir = await processes.dataDir();
  let service: RunningService = await processes.start({ CLIENTELE_DATA: dataDir });
  const key = service.key!;
  /** The customer that each key was told of. */
  const told = new Map<string, string>();
  let lost = 0;
  let isStopping = false;
  let made = 0;

  /** Repeats one request under one key until it is answered. */
  const insist = async (retryKey: string, body: object): Promise<void> => {
    for (;;) {
      const answer: Answer | null = await sender(service.url, key)('POST', '/customers', body, {
        headers: { 'idempotency-key': retryKey },
      }).catch(() => null);
      if (answer?.status === 201) {
        told.set(retryKey, answer.body.id);
        return;
      }
      lost++;
      const mayPass =
        answer === null || answer.status === 503 || answer.body.code === 'idempotency_in_progress';
      if (!mayPass) throw new Error(answer.text);
      await sleep(20);
    }
  };
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!isStopping) await insist(randomUUID(), { name: `Retry ${made++}` });
  });
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(500 + Math.random() * 300);
    await service.kill();
    service = await processes.start({ CLIENTELE_DATA: dataDir });
    await untilServing(service.url, key, 20_000);
  }
  await sleep(300);
  isStopping = true;
  await Promise.all(callers);

  expect(lost, 'requests that had to be repeated').toBeGreaterThan(0);
  await lookInto(dataDir, async (sql) => {
    const names = await sql`select id, name from customers where name like 'Retry %'`;
    expect(names.map(({ id }) => id).sort()).toEqual([...told.values()].sort());
    expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
  });
}, 120_000);
