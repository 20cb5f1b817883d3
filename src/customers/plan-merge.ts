/**
 * The merge rules (contract section 5): two records of one person become one. The survivor's values win, its blanks
 * are filled, contacts, tags, references and free-form fields are united; nothing is dropped silently: what does not
 * fit refuses the merge, and values that give way are named. Pure.
 */
import { ApiError, type FieldError, invalid, notFound } from '../http/errors.ts';
import type { Actor } from '../tenancy/scope.ts';
import { FREE_FORM_BYTES, uniqueTags } from './fields.ts';
import type { Found } from './found.ts';
import {
  type Change,
  changeOf,
  isSame,
  type Moment,
  type Reference,
  type ReferenceChange,
  type StoredContact,
  type StoredCustomer,
} from './record.ts';
import { LIMITS } from './schema.ts';
import { liveTarget, merged, requireVersion, type Target } from './target.ts';

/** A value of the record merged away that gave way to the survivor's; it stands in that record's history. */
export interface GivenWay {
  field: string;
  kept: unknown;
  gave_way: unknown;
}

export interface MergeRequest extends Target {
  /** The record that is merged away. */
  from: string;
  actor: Actor;
}

export interface MergePlan {
  /** The record merged away first, so that its contacts are free for the survivor; none when it was done before. */
  changes: Change[];
  customer: StoredCustomer;
  gaveWay: GivenWay[];
}

/** Decides one merge. Throws 404, 409 `customer_merged` and `merge_blocked`, 412, and 422 for a merge with itself. */
export function planMerge(found: Found, request: MergeRequest, moment: Moment): MergePlan {
  const { from, locationId, actor } = request;
  const other = found.customer(from, locationId);
  if (from === request.id)
    throw invalid([
      { field: 'from', code: 'same_customer', message: 'A customer cannot be merged with itself.' },
    ]);
  const survivor = liveTarget(found, { ...request, ifMatch: null });
  if (!other || other.erased_at !== null) throw missingFrom();
  const trail = found.survivorOf(other);
  if (other.merged_into !== null && trail?.id === survivor.id)
    return { changes: [], customer: survivor, gaveWay: [] };
  if (trail && trail !== other && trail.deleted_at === null) throw merged(trail.id);
  if (other.deleted_at !== null) throw missingFrom();
  requireVersion(survivor, request.ifMatch);
  if (other.location_id !== survivor.location_id) {
    throw invalid([
      {
        field: 'from',
        code: 'another_location',
        message: 'The two customers belong to different locations, where each is known by its own contacts.',
      },
    ]);
  }

  const references = unitedReferences(found.referencesOf(survivor.id), found.referencesOf(other.id));
  const united = unite(survivor, other, moment);
  const added = references.gained.filter(({ before }) => before === null).length;
  requireRoom(united, found.referencesOf(survivor.id).length + added);
  const gone = { ...other, deleted_at: moment.now, merged_into: survivor.id };
  const away = changeOf(other, gone, {
    type: 'merged_away',
    actor,
    moment,
    references: references.given,
    context: { into: survivor.id },
  })!;
  const into =
    changeOf(survivor, united, {
      type: 'merged',
      actor,
      moment,
      references: references.gained,
      context: { from: other.id },
    }) ?? bareChange(survivor, other.id, actor, moment);
  return { changes: [away, into], customer: into.after, gaveWay: gaveWay(survivor, other) };
}

const missingFrom = () => {
  const error = notFound('customer');
  error.details.errors = [
    { field: 'from', code: 'customer_not_found', message: 'There is no customer of this id to merge.' },
  ];
  return error;
};

/** A merge that brings the survivor nothing new still stands in its history. */
function bareChange(survivor: StoredCustomer, from: string, actor: Actor, moment: Moment): Change {
  return {
    before: survivor,
    after: { ...survivor, version: survivor.version + 1, updated_at: moment.now },
    event: {
      id: moment.newId(),
      type: 'merged',
      actor,
      at: moment.now,
      changes: {},
      context: { from },
      import_id: null,
    },
  };
}

const FILLED = ['name', 'company_name', 'address', 'avatar', 'source', 'legal_hold'] as const;
const FREE = ['source_metadata', 'custom_fields'] as const;

/** The survivor with what the other adds to it. */
function unite(survivor: StoredCustomer, other: StoredCustomer, moment: Moment): StoredCustomer {
  const filled = Object.fromEntries(FILLED.map((field) => [field, survivor[field] ?? other[field]]));
  const free = Object.fromEntries(FREE.map((field) => [field, { ...other[field], ...survivor[field] }]));
  return {
    ...survivor,
    ...filled,
    ...free,
    tags: uniqueTags([...survivor.tags, ...other.tags]),
    contacts: unitedContacts(survivor.contacts, other.contacts, moment),
  };
}

/**
 * Contacts keep their ids, unless an earlier merge and unmerge has left both with the same; the survivor's primaries
 * stay, and only a type it lacks takes the other's.
 */
function unitedContacts(own: StoredContact[], others: StoredContact[], moment: Moment): StoredContact[] {
  const gained = others.filter((contact) => !own.some(({ key }) => key === contact.key));
  const hasPrimary = (type: string) => own.some((contact) => contact.type === type && contact.is_primary);
  const contacts = gained.map((contact) => ({
    ...contact,
    id: own.some(({ id }) => id === contact.id) ? moment.newId() : contact.id,
    is_primary: contact.is_primary && !hasPrimary(contact.type),
  }));
  return [...own, ...contacts].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** References go over to the survivor; one that both have is open when either is. */
function unitedReferences(own: Reference[], others: Reference[]) {
  const given: ReferenceChange[] = others.map(({ kind, ref, state }) => ({
    kind,
    ref,
    before: state,
    after: null,
  }));
  const gained: ReferenceChange[] = others.flatMap(({ kind, ref, state }) => {
    const before = own.find((one) => one.kind === kind && one.ref === ref)?.state ?? null;
    return before === state || before === 'open' ? [] : [{ kind, ref, before, after: state }];
  });
  return { given, gained };
}

/** Throws 409 `merge_blocked` with every limit that the united record would pass. */
function requireRoom(united: StoredCustomer, references: number): void {
  const sizes: [field: string, size: number, limit: number, unit: string][] = [
    ['contacts', united.contacts.length, LIMITS.contacts, 'contacts'],
    ['tags', united.tags.length, LIMITS.tags, 'tags'],
    ['references', references, LIMITS.references, 'references'],
    ...FREE.map((field): [string, number, number, string] => [
      field,
      Buffer.byteLength(JSON.stringify(united[field])),
      FREE_FORM_BYTES,
      'bytes',
    ]),
  ];
  const errors: FieldError[] = sizes
    .filter(([, size, limit]) => size > limit)
    .map(([field, size, limit, unit]) => ({
      field,
      code: 'too_many',
      message: `The two have ${size} ${unit} together; a customer takes ${limit}. Remove some of either, then merge.`,
    }));
  if (errors.length === 0) return;
  throw new ApiError('merge_blocked', `The customers do not fit into one: ${errors[0]!.message}`, { errors });
}

/** What the survivor had another value for. */
function gaveWay(survivor: StoredCustomer, other: StoredCustomer): GivenWay[] {
  const plain = [...FILLED, 'status' as const]
    .filter((field) => survivor[field] !== null && other[field] !== null && survivor[field] !== other[field])
    .map((field) => ({
      field: field as string,
      kept: survivor[field] as unknown,
      gave_way: other[field] as unknown,
    }));
  const free = FREE.flatMap((field) =>
    Object.keys(other[field])
      .filter(
        (key) => Object.hasOwn(survivor[field], key) && !isSame(survivor[field][key], other[field][key]),
      )
      .map((key) => ({ field: `${field}/${key}`, kept: survivor[field][key], gave_way: other[field][key] })),
  );
  return [...plain, ...free];
}
