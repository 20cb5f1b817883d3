/**
 * The cookie of the console: what it looks like, and which requests that carry it are refused because another site may
 * have made the browser send them. Nothing here knows what a session is.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './errors.ts';

export const COOKIE = 'clientele_session';
/** By https: a browser takes a cookie of this name from this very host only, not from another one of its domain (RFC 6265bis). */
const HOST_COOKIE = `__Host-${COOKIE}`;
/** A form cannot send it, and a script of another site only after a preflight that never allows cookies. */
export const CONSOLE_HEADER = 'X-Clientele-Console';

const PATTERNS = [HOST_COOKIE, COOKIE].map((name) => new RegExp(`(?:^|;)\\s*${name}=([^;\\s]+)`));

/** The token in the cookie of a request, or null. The cookie that only this host can have set comes first. */
export function readToken({ headers }: FastifyRequest): string | null {
  if (headers.cookie === undefined) return null;
  for (const pattern of PATTERNS) {
    const token = pattern.exec(headers.cookie)?.[1];
    if (token !== undefined) return token;
  }
  return null;
}

const cookieText = (isSecure: boolean, token: string, seconds: number): string =>
  `${isSecure ? HOST_COOKIE : COOKIE}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;

/** The cookie as a handler sees it: what came, and what goes back. */
export class SessionCookie {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.#request = request;
    this.#reply = reply;
  }

  get token(): string | null {
    return readToken(this.#request);
  }

  set(token: string, seconds: number): void {
    this.#reply.header('set-cookie', cookieText(isByHttps(this.#request), token, seconds));
  }

  /** By either name: what is left would sign in again. */
  clear(): void {
    const names = isByHttps(this.#request) ? [true, false] : [false];
    for (const isSecure of names) this.#reply.header('set-cookie', cookieText(isSecure, '', 0));
  }
}

/**
 * Behind a proxy that ends TLS the connection here is plain: then the browser's own Origin says how the page was reached.
 * Who forges it makes their own cookie stricter, nobody else's.
 */
const isByHttps = ({ protocol, headers }: FastifyRequest): boolean =>
  protocol === 'https' || headers.origin?.startsWith('https://') === true;

/** A refusal when a browser says that another site made the request; null for the console, and for what is no browser. */
export function crossSite({ headers }: FastifyRequest): ApiError | null {
  const site = headers['sec-fetch-site'];
  // The browser has compared the two itself; a proxy may have changed the Host.
  const isForeign = site !== undefined ? site !== 'same-origin' : isOfOtherHost(headers);
  return isForeign ? refusal('Another site sent this request.') : null;
}

/** The same for requests with the cookie, whose writes also need the header of the console. */
export function crossSiteWrite(request: FastifyRequest): ApiError | null {
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  if (request.headers[CONSOLE_HEADER.toLowerCase()] !== '1')
    return refusal(`With the session cookie, send the header ${CONSOLE_HEADER}: 1.`);
  return crossSite(request);
}

function isOfOtherHost({
  origin,
  host,
}: {
  origin?: string | undefined;
  host?: string | undefined;
}): boolean {
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
}

const refusal = (why: string) => new ApiError('cross_site_request', why);
