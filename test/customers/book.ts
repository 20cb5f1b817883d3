/** A location's customers in memory: the plans are pure, so their rules need no database to be tried. */
import { readDetails } from '../../src/customers/details.ts';
import { Found } from '../../src/customers/found.ts';
import { planCreate } from '../../src/customers/plan-create.ts';
import { planDelete } from '../../src/customers/plan-delete.ts';
import { planUpdate } from '../../src/customers/plan-update.ts';
import { planUpsert } from '../../src/customers/plan-upsert.ts';
import type { Change, StoredCustomer } from '../../src/customers/record.ts';
import type { CreateInput, UpdateInput, UpsertInput } from '../../src/customers/schema.ts';
import { ApiError } from '../../src/http/errors.ts';
import { NO_RULES } from '../../src/tenancy/delete-rules.ts';

export const LOCATION = '00000000-0000-7000-8000-0000000000aa';
export const ACTOR = { type: 'system' as const, id: null, name: 'test' };

/** Plans writes one after the other, each seeing what the ones before it did. */
export function openBook() {
  const found = new Found([], [], []);
  const records = new Map<string, StoredCustomer>();
  let made = 0;
  const moment = {
    now: '2026-01-01T00:00:00.000Z',
    newId: () => `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`,
  };
  const done = <T extends { change: Change | null }>(plan: T): T => {
    if (plan.change) {
      found.apply(plan.change);
      records.set(plan.change.after.id, plan.change.after);
    }
    return plan;
  };
  const request = { locationId: LOCATION, actor: ACTOR };
  return {
    found,
    moment,
    /** All records, deleted ones too. */
    records: () => [...records.values()],
    upsert: (input: UpsertInput, country = 'AU') =>
      done(
        planUpsert(
          found,
          { ...request, input, supplied: readDetails(input, country), importId: null },
          moment,
        ),
      ),
    create: (input: CreateInput) =>
      done(
        planCreate(found, { ...request, input, supplied: readDetails(input, 'AU'), importId: null }, moment),
      ),
    update: (id: string, input: UpdateInput, ifMatch: number | null = null) =>
      done(planUpdate(found, { ...request, id, input, country: 'AU', ifMatch }, moment)),
    delete: (id: string, rules = NO_RULES, ifMatch: number | null = null) =>
      done(planDelete(found, { ...request, id, rules, ifMatch, force: false }, moment)),
  };
}

/** The ApiError that the work throws. */
export function refusal(work: () => unknown): ApiError {
  try {
    work();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
