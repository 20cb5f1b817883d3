/**
 * The rules of the upsert (contract section 3, the decision table): given who exists and what was supplied, who
 * is meant, and what changes. A pure function; single upserts, batches and imports all go through it.
 */
import { ApiError } from '../http/errors.ts';
import type { Actor } from '../tenancy/scope.ts';
import { KEY_ORDER } from './contact.ts';
import { addDetails, isMatchable, isUsable, type Supplied, type SuppliedDetails } from './details.ts';
import { scorePair } from './duplicate-score.ts';
import { blankRecord, nextTags, requireFit, textOrNull } from './fields.ts';
import type { Found } from './found.ts';
import {
  type Change,
  changeOf,
  type Moment,
  type PossibleDuplicate,
  type StoredCustomer,
  toCustomer,
} from './record.ts';
import type { UpsertedCustomer, UpsertInput, UpsertReport, Warning } from './schema.ts';
import { nameKey } from './search-text.ts';

export interface UpsertRequest {
  input: UpsertInput;
  supplied: SuppliedDetails;
  locationId: string;
  actor: Actor;
  /** The import this is part of. */
  importId: string | null;
}

export interface UpsertPlan {
  /** Null when nothing is written: unchanged, found. */
  change: Change | null;
  /** Pairs that may be one person (contract: upsert 5). */
  possibleDuplicates: PossibleDuplicate[];
  answer: UpsertedCustomer;
}

/** Decides one upsert. Throws 422 `contact_details_required` (row 1) and 409 `identity_conflict` (row 5). */
export function planUpsert(found: Found, request: UpsertRequest, moment: Moment): UpsertPlan {
  const { input, supplied } = request;
  if (!supplied.details.some(isUsable)) {
    throw new ApiError(
      'contact_details_required',
      'An upsert needs a usable email or phone: customers are never matched by name.',
      {
        errors: ['email', 'phone'].map((field) => ({
          field,
          code: 'contact_details_required',
          message: `Give a usable ${field}, or both.`,
        })),
      },
    );
  }
  const match = findMatch(found, request);
  if (!match) return planNew(found, request, moment);

  const conflicts = match.others.map(({ detail, customer }) => ({
    field: detail.field,
    customer_id: customer.id,
  }));
  if (conflicts.length > 0 && input.on_conflict === 'fail') {
    const ids = [...new Set([match.customer.id, ...conflicts.map((conflict) => conflict.customer_id)])];
    throw new ApiError(
      'identity_conflict',
      'The contact details belong to different customers; nothing was written.',
      {
        customer_ids: ids,
        conflicts,
      },
    );
  }
  if (input.do_not_update) return answerWith(match.customer, null, 'found', match, [], supplied.warnings);

  const taken = new Set(match.others.map(({ detail }) => detail.key));
  const updated = updateFound(found, match.customer, request, taken, moment);
  const change = changeOf(match.customer, updated.record, {
    type: 'updated',
    actor: request.actor,
    moment,
    context: contextOf(input),
    importId: request.importId,
  });
  const changed = change ? Object.keys(change.event.changes) : [];
  const warnings = [...supplied.warnings, ...updated.warnings];
  return answerWith(
    change?.after ?? match.customer,
    change,
    change ? 'updated' : 'unchanged',
    match,
    changed,
    warnings,
  );
}

interface Match {
  customer: StoredCustomer;
  /** The details that led to this customer. */
  on: Supplied[];
  /** Details that belong to somebody else (row 5). */
  others: { detail: Supplied; customer: StoredCustomer }[];
}

/** Who is meant: the holder of the best key (rows 2, 3, 5, 7), or the namesake at a shared contact (row 6). */
function findMatch(found: Found, { input, supplied, locationId }: UpsertRequest): Match | null {
  const matchable = supplied.details.filter((detail) => isMatchable(found, locationId, detail));
  const ranked = KEY_ORDER.flatMap((kind) => matchable.filter((detail) => detail.kind === kind));
  const holders = ranked.flatMap((detail) => {
    const customer = found.holder(locationId, detail.key);
    return customer ? [{ detail, customer }] : [];
  });
  const best = holders[0]?.customer;
  if (best) {
    return {
      customer: best,
      on: holders.filter(({ customer }) => customer.id === best.id).map(({ detail }) => detail),
      others: holders.filter(({ customer }) => customer.id !== best.id),
    };
  }
  if (matchable.length > 0) return null;
  const name = nameKey({ name: textOrNull(input.name), company_name: textOrNull(input.company_name) });
  for (const detail of supplied.details) {
    const customer = found.namesake(locationId, detail.key, name);
    if (customer) return { customer, on: [detail], others: [] };
  }
  return null;
}

function planNew(
  found: Found,
  { input, supplied, locationId, actor, importId }: UpsertRequest,
  moment: Moment,
): UpsertPlan {
  const { tags, warnings: tagWarnings } = nextTags([], input.tags, input.added_tags);
  const blank = blankRecord({ ...input, tags }, locationId, moment);
  const { contacts, warnings: contactWarnings } = addDetails(found, blank, supplied.details, moment);
  const change = changeOf(null, { ...blank, contacts }, { type: 'created', actor, moment, importId })!;
  const warnings = [...supplied.warnings, ...tagWarnings, ...contactWarnings];
  const plan = answerWith(change.after, change, 'created', null, [], warnings);
  // Row 9: a deleted record was known by one of these details; it stays deleted, and the caller is told.
  const keys = supplied.details.filter((detail) => isMatchable(found, locationId, detail));
  if (keys.some((detail) => found.wasReleased(locationId, detail.key))) plan.answer.previously_deleted = true;
  return plan;
}

/** What a match takes from the request: blanks never clear, values overwrite, contacts are added, never moved. */
function updateFound(
  found: Found,
  current: StoredCustomer,
  request: UpsertRequest,
  taken: Set<string>,
  moment: Moment,
) {
  const { input, supplied } = request;
  const { tags, warnings: tagWarnings } = nextTags(current.tags, input.tags, input.added_tags);
  const given = Object.entries(input.custom_fields ?? {}).filter(
    ([, value]) => value !== null && value !== '',
  );
  const fields: StoredCustomer = {
    ...current,
    name: textOrNull(input.name) ?? current.name,
    company_name: textOrNull(input.company_name) ?? current.company_name,
    address: textOrNull(input.address) ?? current.address,
    avatar: textOrNull(input.avatar) ?? current.avatar,
    tags,
    custom_fields: requireFit({ ...current.custom_fields, ...Object.fromEntries(given) }, 'custom_fields'),
  };
  const free = supplied.details.filter((detail) => !taken.has(detail.key));
  const { contacts, warnings } = addDetails(found, fields, free, moment);
  return { record: { ...fields, contacts }, warnings: [...tagWarnings, ...warnings] };
}

/** What came with the write and is kept in history only: the source stays as it was at creation. */
function contextOf(input: UpsertInput): Record<string, unknown> | null {
  const context = {
    ...(input.source && { source: input.source }),
    ...(input.source_metadata && { source_metadata: input.source_metadata }),
  };
  return Object.keys(context).length > 0 ? context : null;
}

function answerWith(
  customer: StoredCustomer,
  change: Change | null,
  outcome: UpsertReport['outcome'],
  match: Match | null,
  changed: string[],
  warnings: Warning[],
): UpsertPlan {
  const others = outcome === 'found' ? [] : (match?.others ?? []);
  return {
    change,
    possibleDuplicates: others.map((other) => ({
      locationId: customer.location_id,
      ids: [customer.id, other.customer.id],
      ...suspicion(customer, other.customer, match!.on[0]!, other.detail),
      byRequest: true,
    })),
    answer: {
      ...toCustomer(customer),
      upsert: {
        outcome,
        matched_on: [...new Set(match?.on.map((detail) => detail.type) ?? [])],
        changed,
        conflicts:
          match?.others.map(({ detail, customer: { id } }) => ({ field: detail.field, customer_id: id })) ??
          [],
        warnings,
      },
    },
  };
}

/** Named in one breath: as likely as not one person, or more so when the two look alike. */
function suspicion(a: StoredCustomer, b: StoredCustomer, onA: Supplied, onB: Supplied) {
  const { score, reasons } = scorePair(a, b);
  const named = `one request named the ${onA.type} of one and the ${onB.type} of the other`;
  return { score: Math.max(score, 0.5), reasons: [named, ...reasons] };
}
