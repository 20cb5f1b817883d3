/** Requests as a client sends them, and what their answers may hold. Apart from the harness: the campaign uses it too. */
import type { Blocker } from '../src/customers/plan-delete.ts';
import type { Customer, UpsertReport, Warning } from '../src/customers/schema.ts';
import type { HistoryEvent } from '../src/events/history.ts';
import type { FieldError } from '../src/http/errors.ts';

/** Every field a body of the API may have; a test reads those that its answer holds. */
export interface Body extends Customer {
  code: string;
  errors: FieldError[];
  warnings: Warning[];
  upsert: UpsertReport;
  previously_deleted: boolean;
  customer_id: string;
  customer_ids: string[];
  conflicts: UpsertReport['conflicts'];
  blockers: Blocker[];
  current: Customer;
  deleted_at: string | null;
  /** Of lists, of batches (whose `status` is a number) and of histories. */
  items: (Omit<Body, 'status'> & HistoryEvent & { status: string | number; customer: Body })[];
  page: number;
  page_size: number;
  total: number;
  total_pages: number;
  total_is_lower_bound: boolean;
  next_cursor: string | null;
  as_of: string;
  created: number;
  updated: number;
  unchanged: number;
  found: number;
  failed: number;
  key: string;
  country: string;
  timezone: string;
  scopes: string[];
  revoked_at: string | null;
  last_used_at: string | null;
  expires_at: string | null;
  protected_statuses: string[];
  protected_tags: string[];
  merged: string;
  gave_way: { field: string; kept: unknown; gave_way: unknown }[];
  /** The record of an unmerge; how many of an undo. */
  restored: Body & number;
  kept: FieldError[];
  contacts_taken: { type: string; value: string; customer_id: string }[];
  erased_at: string;
  legal_hold: string | null;
  state: string | null;
  score: number;
  reasons: string[];
  dismissed_at: string;
  /** Of an undo. */
  deleted: number;
  undone_before: number;
  skipped: { customer_id: string; reason: string }[];
}

export interface Answer {
  status: number;
  success: boolean;
  message: string;
  body: Body;
  headers: Headers;
  text: string;
}

export interface CallOptions {
  key?: string | null;
  headers?: Record<string, string>;
}

/** Sends one request; a string body goes as it is. */
export type Send = (method: string, path: string, body?: unknown, options?: CallOptions) => Promise<Answer>;

export const API = '/api/v2';

/** A request and what came back of it, as whoever listens hears of it. */
export interface Exchange {
  key: string | null;
  path: string;
  headers: Record<string, string>;
  body: unknown;
  answer: unknown;
}

let listener: (exchange: Exchange) => void = () => {};

/** From now on the one who hears of every exchange: the suite notes there what no log may hold. */
export const listenTo = (one: (exchange: Exchange) => void): void => {
  listener = one;
};

/** Sends requests below the base path (or to an absolute path that starts with `//`) as a key. */
export function sender(url: string, defaultKey: string | null): Send {
  return async (method, path, body, { key = defaultKey, headers = {} } = {}) => {
    const response = await fetch(url + (path.startsWith('//') ? path.slice(1) : API + path), {
      method,
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
      redirect: 'manual',
    } as RequestInit);
    const text = await response.text();
    const parsed = text.startsWith('{') ? JSON.parse(text) : {};
    listener({ key, path, headers, body, answer: parsed.body });
    return { status: response.status, headers: response.headers, text, ...parsed };
  };
}

/** The path of a route with this id in it, and a reference where it names one. */
export const pathWith = (path: string, id: string): string =>
  path
    .replace(/[:{]id\}?/, id)
    .replace(/[:{]kind\}?/, 'booking')
    .replace(/[:{]ref\}?/, 'B-1');
