/** The rules of update (contract section 3, "Update"): absent stays, null clears, `contacts` is the whole new list. */
import { ApiError, type FieldError, invalid } from '../http/errors.ts';
import type { Actor } from '../tenancy/scope.ts';
import { isMatchable, readDetails, type Supplied, toStored } from './details.ts';
import { nextTags, requireFit, textOrNull } from './fields.ts';
import type { Found } from './found.ts';
import { requireSubstance } from './plan-create.ts';
import { type Change, changeOf, type Moment, type StoredContact, type StoredCustomer } from './record.ts';
import type { UpdateInput, Warning } from './schema.ts';
import { liveTarget, type Target } from './target.ts';

export interface UpdateRequest extends Target {
  input: UpdateInput;
  /** Reads the phone numbers of the request: the country of the record's own location. */
  country: string;
  actor: Actor;
}

export interface UpdatePlan {
  change: Change | null;
  customer: StoredCustomer;
  warnings: Warning[];
}

/** Decides one update. Throws 404, 409 `contact_in_use` and `customer_merged`, 412 and 422. */
export function planUpdate(found: Found, request: UpdateRequest, moment: Moment): UpdatePlan {
  const { input } = request;
  const current = liveTarget(found, request);

  const { tags, warnings: tagWarnings } = nextTags(
    current.tags,
    'tags' in input ? (input.tags ?? []) : undefined,
    input.added_tags,
  );
  if (tagWarnings.length > 0)
    throw invalid([{ field: 'added_tags', code: 'too_many', message: 'A customer takes 100 tags.' }]);
  const fields: StoredCustomer = {
    ...current,
    tags,
    name: replaced(input.name, current.name),
    company_name: replaced(input.company_name, current.company_name),
    address: replaced(input.address, current.address),
    avatar: replaced(input.avatar, current.avatar),
    source: replaced(input.source, current.source),
    status: input.status ?? current.status,
    source_metadata:
      input.source_metadata === undefined ? current.source_metadata : (input.source_metadata ?? {}),
    custom_fields: nextCustomFields(current.custom_fields, input.custom_fields),
  };
  const { contacts, warnings } = nextContacts(found, fields, request, moment);
  const record = { ...fields, contacts };
  requireSubstance(record);
  const change = changeOf(current, record, { type: 'updated', actor: request.actor, moment });
  return { change, customer: change?.after ?? current, warnings };
}

const replaced = (given: string | null | undefined, current: string | null): string | null =>
  given === undefined ? current : textOrNull(given);

/** Merged key by key; a key given as null goes, null for the whole clears it. */
function nextCustomFields(
  current: Record<string, unknown>,
  given: Record<string, unknown> | null | undefined,
) {
  if (given === undefined) return current;
  if (given === null) return {};
  const merged = Object.entries({ ...current, ...given }).filter(([, value]) => value !== null);
  // What goes makes room for what comes.
  return requireFit(Object.fromEntries(merged), 'custom_fields');
}

function nextContacts(
  found: Found,
  record: StoredCustomer,
  request: UpdateRequest,
  moment: Moment,
): { contacts: StoredContact[]; warnings: Warning[] } {
  const { input } = request;
  const { country } = request;
  const listed = readDetails({ contacts: input.contacts ?? [] }, country);
  const primaries = readDetails({ email: input.email ?? null, phone: input.phone ?? null }, country);
  const warnings = [...listed.warnings, ...primaries.warnings];

  let contacts =
    input.contacts === undefined
      ? record.contacts
      : wholeList(found, record, input.contacts ?? [], listed.details, moment);
  const isListed = input.contacts !== undefined;
  for (const type of ['email', 'phone'] as const) {
    if (input[type] === undefined) continue;
    if (isListed && !input[type] && contacts.some((contact) => contact.type === type))
      throw contradiction(type);
    const detail = primaries.details.find((candidate) => candidate.field === type);
    // A placeholder counts as absent: it changes nothing.
    if (!detail && input[type]) continue;
    contacts = withPrimary(found, record, contacts, type, detail ?? null, moment, isListed);
  }
  if (contacts === record.contacts) return { contacts, warnings };
  requireRoom(contacts);
  requireFree(found, record, contacts, [...listed.details, ...primaries.details]);
  return { contacts: [...contacts].sort((a, b) => (a.id < b.id ? -1 : 1)), warnings };
}

const contradiction = (type: 'email' | 'phone') =>
  invalid([
    {
      field: type,
      code: 'contradiction',
      message: `${type} is cleared, but contacts lists one. Leave one of the two out.`,
    },
  ]);

type Item = NonNullable<UpdateInput['contacts']>[number];

/** The list as given: known ids are changed, others added, what is missing is gone; doubles and placeholders count once or not. */
function wholeList(
  found: Found,
  record: StoredCustomer,
  items: Item[],
  details: Supplied[],
  moment: Moment,
): StoredContact[] {
  const errors: FieldError[] = [];
  const entries: { contact: StoredContact; asked: boolean | undefined }[] = [];
  for (const [i, item] of items.entries()) {
    const known = record.contacts.find((contact) => contact.id === item.id?.toLowerCase());
    if (item.id && !known) {
      errors.push({
        field: `contacts/${i}/id`,
        code: 'unknown_contact',
        message: 'The customer has no contact of this id. Leave id out to add one.',
      });
    }
    for (const field of ['raw', 'extension'] as const) {
      if (item[field] === undefined || item[field] === (known?.[field] ?? null)) continue;
      errors.push({
        field: `contacts/${i}/${field}`,
        code: 'read_only',
        message: `${field} follows from value. Send it as it was answered, or leave it out.`,
      });
    }
    const detail = details.find((candidate) => candidate.field === `contacts/${i}`);
    const isKept = known?.type === item.type && (item.value === known.value || item.value === known.raw);
    const read =
      detail &&
      toStored(detail, known?.id ?? moment.newId(), false, isMatchable(found, record.location_id, detail));
    const contact = isKept ? known : read;
    // A double without an id has been read into the detail it doubles.
    if (!contact) continue;
    const given = item.label === undefined ? known?.label : textOrNull(item.label);
    const label = given ?? detail?.label ?? null;
    const double = entries.find((entry) => entry.contact.key === contact.key);
    if (double) {
      double.contact.label ??= label;
      continue;
    }
    if (known && entries.some((entry) => entry.contact.id === known.id)) {
      errors.push({
        field: `contacts/${i}/id`,
        code: 'duplicate_contact',
        message: 'This id stands in the list before, with another value. Leave id out to add a contact.',
      });
    }
    const declared = detail ? detail.declared : item.matchable;
    entries.push({
      asked: detail?.isPrimary || item.is_primary,
      contact: {
        ...contact,
        label,
        matchable:
          declared === undefined ? contact.matchable : declared && (detail?.matchable ?? contact.matchable),
        is_primary: known?.is_primary === true && item.is_primary !== false,
      },
    });
  }
  if (errors.length > 0) throw invalid(errors);
  const primaryOf = (type: string) => {
    const ofType = entries.filter((entry) => entry.contact.type === type);
    return (
      ofType.find((entry) => entry.asked) ?? ofType.find((entry) => entry.contact.is_primary) ?? ofType[0]
    );
  };
  return entries.map((entry) => ({ ...entry.contact, is_primary: primaryOf(entry.contact.type) === entry }));
}

/**
 * Sets, changes or (null) removes the primary contact of a type; the others stay. Beside a list of contacts a new
 * primary is added to it: what the list says is not overwritten.
 */
function withPrimary(
  found: Found,
  record: StoredCustomer,
  contacts: StoredContact[],
  type: 'email' | 'phone',
  detail: Supplied | null,
  moment: Moment,
  isListed: boolean,
): StoredContact[] {
  const primary = contacts.find((contact) => contact.type === type && contact.is_primary);
  if (!detail) return primary ? contacts.filter((contact) => contact !== primary) : contacts;
  if (primary?.key === detail.key) return contacts;
  const existing = contacts.find((contact) => contact.key === detail.key);
  if (existing) {
    return contacts.map((contact) =>
      contact.type === type ? { ...contact, is_primary: contact === existing } : contact,
    );
  }
  const matchable = isMatchable(found, record.location_id, detail);
  if (!primary) return [...contacts, toStored(detail, moment.newId(), true, matchable)];
  if (isListed)
    return [
      ...contacts.map((contact) => (contact === primary ? { ...contact, is_primary: false } : contact)),
      toStored(detail, moment.newId(), true, matchable),
    ];
  return contacts.map((contact) =>
    contact === primary
      ? { ...toStored(detail, primary.id, true, matchable), label: primary.label }
      : contact,
  );
}

function requireRoom(contacts: StoredContact[]): void {
  if (contacts.length > 20)
    throw invalid([{ field: 'contacts', code: 'too_many', message: 'A customer takes 20 contacts.' }]);
}

/** Throws 409 with every contact that identifies its owner and belongs to another customer of the location. */
function requireFree(
  found: Found,
  record: StoredCustomer,
  contacts: StoredContact[],
  details: Supplied[],
): void {
  const taken = contacts.flatMap((contact) => {
    const holder = contact.matchable ? found.holder(record.location_id, contact.key) : null;
    if (!holder || holder.id === record.id) return [];
    const field = details.find((detail) => detail.key === contact.key)?.field ?? 'contacts';
    return [{ type: contact.type, field, holder }];
  });
  const [first] = taken;
  if (!first) return;
  throw new ApiError('contact_in_use', `This ${first.type} belongs to another customer.`, {
    customer_id: first.holder.id,
    errors: taken.map(({ type, field, holder }) => ({
      field,
      code: 'contact_in_use',
      message: `This ${type} belongs to customer ${holder.id}.`,
    })),
  });
}
