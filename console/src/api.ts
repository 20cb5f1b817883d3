/** The API as the console calls it: typed by the server's own OpenAPI document, failures as one kind of error. */
import createClient from 'openapi-fetch';
import type { operations, paths } from './openapi.ts';
import { pauseOf } from './rate-limit.ts';
import { strings } from './strings/index.ts';

type Answer<Id extends keyof operations> =
  operations[Id]['responses'] extends Record<200, { content: { 'application/json': { body: infer Body } } }>
    ? Body
    : never;

export type Session = Answer<'getSession'>;
export type Location = Session['locations'][number];
export type CustomerPage = Answer<'listCustomers'>;
/** A record as lists show it; `deleted_at` only in the list of deleted ones. */
export type Customer = CustomerPage['items'][number];
export type Contact = Customer['contacts'][number];
export type DuplicatePage = Answer<'listDuplicates'>;
export type HistoryEvent = Answer<'listCustomerEvents'>['items'][number];
export type ListQuery = NonNullable<operations['listCustomers']['parameters']['query']>;
export type Sort = NonNullable<ListQuery['sort']>;
export type CustomerChange = NonNullable<
  operations['updateCustomer']['requestBody']
>['content']['application/json'];

export type CustomerGrowth = Answer<'getCustomerGrowth'>;
export type Import = Answer<'listImports'>['items'][number];
export type ApiKey = Answer<'listApiKeys'>['items'][number];
export type KeyUseDay = Answer<'listApiKeyUses'>['items'][number];
/** A key as it is shown once. */
export type NewApiKey = ApiKey & { key: string | null };
export type DeleteRules = Answer<'getDeleteRules'>;

export interface Blocker {
  rule: string;
  message: string;
  references: { kind: string; ref: string }[];
  resolution: string;
}

/** An answer that is not a success; its message is a sentence to show. */
export class Failure extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly details: {
    errors?: { field: string; code: string; message: string }[];
    blockers?: Blocker[];
    current?: Customer;
    customer_id?: string;
  };

  constructor(
    status: number,
    code: string,
    message: string,
    details: Failure['details'] = {},
    requestId: string | null = null,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.requestId = requestId;
  }
}

export const api = createClient<paths>({ baseUrl: '/', headers: { 'X-Clientele-Console': '1' } });

let goOnAt = 0;
api.use({
  onResponse({ response: { headers } }) {
    const pause = pauseOf(headers.get('ratelimit-policy'), headers.get('ratelimit'));
    goOnAt = pause > 0 ? Date.now() + pause : 0;
  },
});

/** Milliseconds until work in the background may send its next request. */
export const pauseBeforeNext = (): number => Math.max(0, goOnAt - Date.now());

/** The body of an answer. Throws Failure, also when nothing answers at all. */
export async function bodyOf<Body>(
  request: Promise<{ data?: { body: Body }; error?: unknown; response: Response }>,
): Promise<Body> {
  const { data, error, response } = await request.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new Failure(0, 'offline', strings.errors.offline);
  });
  if (data) return data.body;
  const { message, body } = (error ?? {}) as {
    message?: string;
    body?: { code: string } & Failure['details'];
  };
  throw new Failure(
    response.status,
    body?.code ?? 'unexpected',
    message ?? strings.errors.offline,
    body,
    response.headers.get('x-request-id'),
  );
}

/** What a person may be told of anything thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Failure ? error.message : strings.errors.unexpected;
