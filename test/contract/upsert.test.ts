/** The upsert decision table (contract section 3): one test per row, named after it. */
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';

const service = useService();

describe('upsert', () => {
  it('11: sixty-four identical calls, one customer', async () => {
    const { send, id } = await service.business();
    const answers = await Promise.all(
      Array.from({ length: 64 }, () =>
        send('PUT', '/customers', { name: 'Ann Lee', phone: '0412 000 111', email: 'ann@example.com' }),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(64).fill(200));
    const outcomes = answers.map((answer) => answer.body.upsert.outcome);
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'unchanged')).toHaveLength(63);
    const [counts] = await service.sql`
      select (select count(*) from customers where business_id = ${id})::int as customers,
             (select count(*) from events where business_id = ${id})::int as events`;
    expect(counts).toEqual({ customers: 1, events: 1 });
  });
});
