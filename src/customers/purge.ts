/** The purge of deleted customers whose retention is over (contract section 4), some at a time, through the write queue. */
import type { Actor } from '../tenancy/scope.ts';
import { loadDeletedBefore } from './load.ts';
import { planPurge } from './plan-erase.ts';
import type { Service } from './service.ts';

const ACTOR: Actor = { type: 'system', id: null, name: 'retention' };
const PAGE = 100;

/** Purges what was deleted before this time, while it may go on. Answers how many records went. Safe to run twice at once. */
export async function purgeCustomers(
  { sql, writes }: Service,
  businessId: string,
  cutoff: string,
  mayGoOn: () => Promise<boolean> | boolean = () => true,
): Promise<number> {
  let purged = 0;
  for (let after: { deleted_at: string; id: string } | null = null; ; ) {
    const page: { deleted_at: string; id: string }[] = await loadDeletedBefore(
      sql,
      businessId,
      cutoff,
      after,
      PAGE,
    );
    for (const { id } of page) {
      if (!(await mayGoOn())) return purged;
      const [outcome] = await writes.submit(businessId, {
        retry: null,
        writes: [
          {
            needs: { ids: [id], keys: [], names: [], words: [], references: [id], mergedAway: [id] },
            plan(found, moment) {
              const changes = planPurge(found, { id, cutoff, actor: ACTOR }, moment);
              return { changes, answer: changes.length };
            },
          },
        ],
      });
      if (outcome!.status === 'rejected') throw outcome!.reason;
      purged += outcome!.value as number;
    }
    if (page.length < PAGE) return purged;
    after = page.at(-1)!;
  }
}
