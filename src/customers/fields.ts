/** How the plain fields of a write meet those of a record: blanks, tags, free-form fields. Pure; shared by the plans. */
import { invalid } from '../http/errors.ts';
import type { Moment, StoredCustomer } from './record.ts';
import { type CreateInput, LIMITS, type Warning } from './schema.ts';

/** A text as given, or null for absent, null and blank. */
export const textOrNull = (text: string | null | undefined): string | null => text || null;

/** Tags without doubles (case does not count, the first spelling stays). */
export function uniqueTags(tags: string[]): string[] {
  const seen = new Map<string, string>();
  for (const tag of tags) if (!seen.has(tag.toLowerCase())) seen.set(tag.toLowerCase(), tag);
  return [...seen.values()];
}

/**
 * The tags of a record after `tags` (replace) and `added_tags` (add); both together store the union of the two.
 * Tags that stay keep their place and spelling, so that the same set again is no change.
 */
export function nextTags(
  current: string[],
  tags: string[] | null | undefined,
  added: string[] | null | undefined,
): { tags: string[]; warnings: Warning[] } {
  const wanted = new Set([...(tags ?? current), ...(added ?? [])].map((tag) => tag.toLowerCase()));
  const kept = current.filter((tag) => wanted.has(tag.toLowerCase()));
  const all = uniqueTags([...kept, ...(tags ?? []), ...(added ?? [])]);
  const next = all.slice(0, LIMITS.tags);
  const warnings = all.slice(LIMITS.tags).map((tag) => ({
    code: 'tag_limit',
    field: 'added_tags',
    message: `The customer has ${LIMITS.tags} tags already; "${tag}" was not added.`,
  }));
  return { tags: next, warnings };
}

export const FREE_FORM_BYTES = 16_384;

/** Free-form fields as they would be; throws 422 when they no longer fit. */
export function requireFit(fields: Record<string, unknown>, field: string): Record<string, unknown> {
  if (Buffer.byteLength(JSON.stringify(fields)) > FREE_FORM_BYTES) {
    throw invalid([
      {
        field,
        code: 'too_large',
        message: `${field} would be larger than 16 KiB with what is there already.`,
      },
    ]);
  }
  return fields;
}

/** A record that does not exist yet, without contacts. */
export function blankRecord(input: CreateInput, locationId: string, moment: Moment): StoredCustomer {
  return {
    id: moment.newId(),
    location_id: locationId,
    name: textOrNull(input.name),
    company_name: textOrNull(input.company_name),
    address: textOrNull(input.address),
    avatar: textOrNull(input.avatar),
    status: input.status ?? 'active',
    contacts: [],
    tags: uniqueTags(input.tags ?? []),
    source: textOrNull(input.source),
    source_metadata: input.source_metadata ?? {},
    custom_fields: input.custom_fields ?? {},
    version: 1,
    created_at: moment.now,
    updated_at: moment.now,
    deleted_at: null,
    merged_into: null,
    legal_hold: null,
    away_from: null,
    away_until: null,
    erased_at: null,
  };
}
