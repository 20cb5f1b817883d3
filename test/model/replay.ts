/** The live rows of a business, built again from its events alone, and as they are in the tables. */
import { expect } from 'vitest';
import type { Sql } from '../../src/database/connect.ts';
import type { HistoryEvent } from '../../src/events/history.ts';
import { Replay } from '../../src/events/replay.ts';

type State = Record<string, unknown>;

/** Every live record as the events tell it: fields, contacts, references, version, times. */
function replayed(events: HistoryEvent[]): Map<string, State> {
  const begun = new Map<string, { replay: Replay; created_at: string }>();
  const states = new Map<string, State>();
  for (const event of events) {
    const { customer_id: id, location_id, type, at } = event;
    const { replay, created_at } = begun.get(id) ?? { replay: new Replay(), created_at: at };
    begun.set(id, { replay, created_at });
    replay.step(event);
    expect(replay.fault).toBeNull();
    const { version, fields, references } = replay;
    if (fields.deleted_at !== null || type === 'erased' || type === 'purged') states.delete(id);
    else states.set(id, { ...fields, references, location_id, version, created_at, updated_at: at });
  }
  return states;
}

/** Fails when the events do not come to exactly what the tables hold, or have gaps. */
export async function expectReplayable(sql: Sql, businessId: string): Promise<void> {
  const events = await sql<(HistoryEvent & { seq: number })[]>`
    select * from events where business_id = ${businessId} order by seq`;
  const [feed] = await sql`select seq, at from feeds where business_id = ${businessId}`;
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  expect(feed!.seq).toBe(events.length);
  expect(events.every(({ at }, i) => i === 0 || at >= events[i - 1]!.at)).toBe(true);

  const rows = await sql<(State & { id: string })[]>`
    select id, location_id, name, company_name, address, avatar, status, source, legal_hold, source_metadata,
      custom_fields, tags, version, created_at, updated_at, deleted_at, merged_into,
      (
        select coalesce(json_agg(json_build_object('id', k.id, 'type', k.type, 'value', k.value, 'raw', k.raw,
          'extension', k.extension, 'label', k.label, 'is_primary', k.is_primary, 'matchable', k.matchable) order by k.id), '[]')
        from contacts k
        where k.business_id = c.business_id and k.customer_id = c.id
      ) as contacts,
      (
        select coalesce(json_object_agg('references/' || r.kind || '/' || r.ref, r.state), '{}')
        from customer_references r
        where r.business_id = c.business_id and r.customer_id = c.id
      ) as references
    from customers c
    where business_id = ${businessId} and deleted_at is null`;
  const stored = Object.fromEntries(rows.map(({ id, ...state }) => [id, state]));
  expect(Object.fromEntries(replayed(events))).toEqual(stored);

  const [held] = await sql`
    select count(*)::int as n
    from (
      select location_id, key
      from contacts
      where business_id = ${businessId} and standing = 'holds'
      group by location_id, key
      having count(*) > 1
    ) twice`;
  expect(held!.n, 'match keys held twice').toBe(0);
  const [counted] = await sql`select sum(n)::int as n from customer_counts where business_id = ${businessId}`;
  expect(counted!.n, 'the counters').toBe(rows.length);
}
