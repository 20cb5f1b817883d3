/** The one shape of every answer: `{ success, message, body }` (contract section 1). */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { errorCode, isLockTimeout, isStorageFull, isTimeout, isUnavailable } from '../database/connect.ts';
import { Gone } from '../database/turns.ts';
import { networkOf } from './address.ts';
import { ApiError, type ErrorCode, type RefusedKey } from './errors.ts';
import { InvalidRequest } from './validation.ts';

export const success = (message: string, body: unknown): string =>
  `{"success":true,"message":${JSON.stringify(message)},"body":${body instanceof ReadyJson ? body.text : JSON.stringify(body)}}`;

/** A body that is JSON already, as the database keeps it; beside it what the headers say of it. */
export class ReadyJson {
  readonly text: string;
  readonly id: string | undefined;
  readonly version: number | undefined;

  constructor(text: string, { id, version }: { id?: string; version?: number } = {}) {
    this.text = text;
    this.id = id;
    this.version = version;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** A body that is a file, sent as it is made, without the envelope. */
export class FileBody {
  readonly contentType: string;
  readonly name: string;
  readonly chunks: AsyncIterable<string>;

  constructor(contentType: string, name: string, chunks: AsyncIterable<string>) {
    this.contentType = contentType;
    this.name = name;
    this.chunks = chunks;
  }
}

export const failure = (error: ApiError): string =>
  JSON.stringify({ success: false, message: error.message, body: { code: error.code, ...error.details } });

/** With every JSON answer: it is personal data, nothing to keep, guess at or frame. */
export const JSON_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Fastify's own refusals, by its code. */
const FASTIFY_ERRORS: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'payload_too_large',
    'The body is too large: 1 MiB, for a batch 16 MiB, for signing in 4 KiB.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_request', 'Content-Length is not the length of the body.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed_json', 'The body is empty.'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_request', 'A part of the path is longer than anything it could name.'],
  FST_ERR_BAD_URL: ['invalid_request', 'The URL is malformed.'],
};

/** What to answer for anything thrown; a fault of ours becomes 500 without a word about its inside. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof InvalidRequest) return error.toApiError();
  if (isUnavailable(error))
    return new ApiError(
      'database_unavailable',
      'The database cannot be reached just now. Try again shortly.',
    );
  if (isTimeout(error) || isLockTimeout(error))
    return new ApiError(
      'query_timeout',
      'The database took too long over this request. Narrow it down or try again.',
    );
  // Nobody reads it, and it is no fault.
  if (error instanceof Gone)
    return new ApiError('overloaded', 'The caller had gone before its turn came. Nothing was begun.');
  if (isStorageFull(error)) return new ApiError('storage_full', 'The database has no room left to write.');
  const known = FASTIFY_ERRORS[errorCode(error) ?? ''];
  if (known) return new ApiError(...known);
  const status = (error as FastifyError | undefined)?.statusCode;
  if (status !== undefined && status >= 400 && status < 500)
    return new ApiError('invalid_request', 'The request cannot be read.');
  return new ApiError(
    'internal_error',
    'Something went wrong on our side. The request id finds it in the log.',
  );
}

/** Seconds after which to come again, where whoever threw did not say. */
const WAITS: Partial<Record<ErrorCode, number>> = { idempotency_in_progress: 1 };

/** Answers an error as the envelope; faults go to the log without values, which may be personal data. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = toApiError(error);
  request.errorCode = answer.code;
  request.refusedKey = answer.key;
  // Guessing must be seen; by whom, and nothing of what was tried.
  if (answer.status === 401 && answer.reason)
    request.log.warn(
      {
        reason: answer.reason,
        address: networkOf(request.ip),
        route: request.routeOptions?.url,
        ...(answer.passedOver > 0 && { passed_over: answer.passedOver }),
      },
      'sign-in refused',
    );
  // Those are said by the metrics: a line for each would add to the load.
  if (answer.status >= 500 && answer.code !== 'overloaded' && answer.code !== 'not_ready') {
    const frames =
      error instanceof Error
        ? error.stack
            ?.split('\n')
            .filter((line) => line.startsWith('    at '))
            .slice(0, 8)
        : [];
    request.log.error(
      {
        code: answer.code,
        cause: errorCode(error),
        name: error instanceof Error ? error.name : typeof error,
        frames,
      },
      'request failed',
    );
  }
  const wait = answer.retryAfter ?? WAITS[answer.code] ?? (answer.status === 503 ? 1 : undefined);
  if (wait !== undefined) reply.header('retry-after', String(wait));
  if (answer.status === 401) reply.header('www-authenticate', 'Bearer realm="clientele"');
  // What fails before routing (a malformed URL) passes no hook.
  reply.header('x-request-id', request.id);
  return reply.code(answer.status).headers(JSON_HEADERS).send(failure(answer));
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the error it was answered with. */
    errorCode: ErrorCode | undefined;
    /** Whose request was refused before it was let in. */
    refusedKey: RefusedKey | null | undefined;
  }
}
