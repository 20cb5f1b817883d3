/** The pages of the console as they were built: the one document for every address of it, and its assets. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { packageDir } from '../config.ts';

const DIRECTORY = join(packageDir, 'dist', 'console');

/** Nothing from elsewhere but pictures of customers, whose addresses are theirs; nothing written into the page runs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: https:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

/** What is never a page of the console, whatever a browser says it accepts. */
const NOT_A_PAGE = /^\/(api|docs|assets|openapi\.json|health|ready|metrics)(\/|\?|$)/;

export interface Console {
  /** True when the request is for a page of the console. */
  isPage(request: FastifyRequest): boolean;
  send(reply: FastifyReply): FastifyReply;
}

/** Serves the assets and answers how to send the document; null where the console was not built. */
export async function registerConsole(app: FastifyInstance): Promise<Console | null> {
  const file = join(DIRECTORY, 'index.html');
  if (!existsSync(file)) return null;
  const page = readFileSync(file, 'utf8');
  await app.register(fastifyStatic, {
    root: join(DIRECTORY, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    // Their names hold a hash of what they are.
    immutable: true,
    maxAge: '365d',
    schemaHide: true,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    },
  });
  return {
    isPage: ({ method, url, headers }) =>
      (method === 'GET' || method === 'HEAD') &&
      !NOT_A_PAGE.test(url) &&
      headers.accept?.includes('text/html') === true,
    send: (reply) =>
      reply
        .code(200)
        .headers({ ...HEADERS, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
        .send(page),
  };
}
