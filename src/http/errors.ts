/**
 * Every error the API answers, in one table: code, HTTP status, what it means. The documentation's table and
 * the OpenAPI document are generated from it. Nothing here knows what a customer is beyond the codes' names.
 */

export interface FieldError {
  /** Where in the request: `name`, `contacts/0/value`, `query/page`. */
  field: string;
  code: string;
  message: string;
}

export const ERRORS = {
  malformed_json: { status: 400, meaning: 'The body is not valid JSON in UTF-8. Send one JSON object.' },
  duplicate_field: { status: 400, meaning: 'The JSON body has the same field twice in one object.' },
  nested_too_deep: { status: 400, meaning: 'The JSON body is nested deeper than 64 levels.' },
  invalid_request: { status: 400, meaning: 'The request cannot be read as HTTP, or its URL is malformed.' },
  invalid_cursor: {
    status: 400,
    meaning:
      'The cursor was not made by this list, or was changed; or it is one of the feed, and a backup was restored that lacks what it stands for. Start again without it.',
  },
  unauthorized: {
    status: 401,
    meaning: 'The API key is missing, malformed, unknown, expired or revoked; or the session is over.',
  },
  forbidden: { status: 403, meaning: 'The API key lacks the scope this operation needs.' },
  cross_site_request: {
    status: 403,
    meaning:
      'A write with the session cookie that does not come from the console itself: X-Clientele-Console is missing, or another site sent it.',
  },
  location_forbidden: { status: 403, meaning: 'The API key is bound to another location.' },
  route_not_found: { status: 404, meaning: 'There is no such path, or it does not take this method.' },
  customer_not_found: {
    status: 404,
    meaning: 'There is no customer of that id in the business and location of the key.',
  },
  duplicate_not_found: { status: 404, meaning: 'There is no possible duplicate of that id.' },
  import_not_found: { status: 404, meaning: 'No write of that import is on record.' },
  location_not_found: { status: 404, meaning: 'There is no location of that id in the business.' },
  api_key_not_found: { status: 404, meaning: 'There is no API key of that id in the business.' },
  customer_exists: {
    status: 409,
    meaning: 'One of the contact details already belongs to the customer named in customer_id.',
  },
  contact_in_use: {
    status: 409,
    meaning: 'One of the contact details belongs to another customer, named in customer_id.',
  },
  identity_conflict: {
    status: 409,
    meaning: 'The contact details belong to different customers and on_conflict is "fail".',
  },
  delete_blocked: {
    status: 409,
    meaning: 'The delete rules of the business keep this customer; blockers says why and what to do.',
  },
  customer_merged: {
    status: 409,
    meaning: 'The customer was merged into the one named in customer_id. Use that id.',
  },
  merge_blocked: {
    status: 409,
    meaning:
      'The two customers do not fit into one record; errors says what is too much. Nothing was written.',
  },
  not_merged: {
    status: 409,
    meaning: 'The customer in from is not merged into this one; customer_id says whom to unmerge first.',
  },
  idempotency_in_progress: {
    status: 409,
    meaning:
      'A request with this Idempotency-Key is still being answered. Ask again after Retry-After seconds.',
  },
  write_conflict: {
    status: 409,
    meaning: 'Others kept changing the same record. Nothing was written; send the request again.',
  },
  version_conflict: {
    status: 412,
    meaning: 'The record has changed since the version in If-Match; current is what it is now.',
  },
  payload_too_large: {
    status: 413,
    meaning: 'The body is larger than the operation takes (1 MiB, batch 16 MiB, signing in 4 KiB).',
  },
  unsupported_media_type: { status: 415, meaning: 'Send the body as application/json, uncompressed.' },
  validation_failed: {
    status: 422,
    meaning: 'One or more fields are not as the operation takes them; errors names each.',
  },
  unknown_field: {
    status: 422,
    meaning: 'A body field or query parameter that the operation does not know.',
  },
  idempotency_key_reused: {
    status: 422,
    meaning: 'The Idempotency-Key was used for another request in the last 24 hours. Use a new one.',
  },
  contact_details_required: {
    status: 422,
    meaning: 'Neither a usable e-mail address nor a usable phone number was given.',
  },
  location_required: {
    status: 422,
    meaning: 'The key covers several locations: say which one in location_id.',
  },
  rate_limited: {
    status: 429,
    meaning:
      'The API key or the business has sent its requests of this minute, or the address has come with too many wrong keys. Go on after Retry-After seconds.',
  },
  internal_error: {
    status: 500,
    meaning: 'A fault of the service. The request id in x-request-id finds it in the log.',
  },
  overloaded: {
    status: 503,
    meaning:
      'The business, or all together, have as much under way as can be done soon. Nothing was begun; retry after Retry-After seconds.',
  },
  not_ready: {
    status: 503,
    meaning:
      '/ready alone: send no requests here just now. reason is database, schema, overloaded or stopping.',
  },
  database_unavailable: {
    status: 503,
    meaning:
      'The database cannot be reached just now, or did not answer in time. Retry after Retry-After seconds; upserts, and writes with an Idempotency-Key, are safe to repeat.',
  },
  query_timeout: {
    status: 503,
    meaning: 'The database took too long over this request. Narrow it down or retry.',
  },
  storage_full: { status: 503, meaning: 'The database has no room left to write.' },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Whose request is refused, where that is known though nobody was let in. */
export interface RefusedKey {
  businessId: string;
  keyId: string;
}

type Aside = { retryAfter?: number; reason?: string; passedOver?: number; key?: RefusedKey | null };

/** An answer that is not a success: thrown where the rule is known, turned into the envelope in one place. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  /** What goes into the body beside the code: errors, customer_id, blockers, current. */
  readonly details: Record<string, unknown>;
  /** Seconds after which to come again, where that is known. */
  readonly retryAfter: number | null;
  /** What the log says of it beside the code, null for no line; not for the caller. */
  readonly reason: string | null;
  /** How many like it came since the line before without one of their own. */
  readonly passedOver: number;
  /** The key it is counted for; not for the caller. */
  readonly key: RefusedKey | null;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, aside: Aside = {}) {
    super(message);
    this.code = code;
    this.status = ERRORS[code].status;
    this.details = details;
    this.retryAfter = aside.retryAfter ?? null;
    this.reason = aside.reason ?? null;
    this.passedOver = aside.passedOver ?? 0;
    this.key = aside.key ?? null;
  }
}

/** So many are named: a body of a megabyte can have a hundred thousand faults. */
export const MOST_SHOWN = 100;

/** 422 for a list of field errors; the code is `unknown_field` when nothing else is wrong with any of them. */
export function invalid(errors: FieldError[]): ApiError {
  const code = errors.every((error) => error.code === 'unknown_field')
    ? 'unknown_field'
    : 'validation_failed';
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new ApiError(code, `${errors[0]!.message}${more}`, { errors: errors.slice(0, MOST_SHOWN) });
}

const NAMES = {
  customer: 'Customer',
  location: 'Location',
  api_key: 'API key',
  duplicate: 'Possible duplicate',
  import: 'Import',
} as const;

export const notFound = (what: keyof typeof NAMES): ApiError =>
  new ApiError(`${what}_not_found`, `${NAMES[what]} not found.`);
