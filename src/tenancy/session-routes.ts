/** Signing in and out of the console as HTTP routes. No logic. */
import Type from 'typebox';
import type { Sql } from '../database/connect.ts';
import { type Route, route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';
import type { RateLimits } from './rate-limits.ts';
import { Location } from './routes.ts';
import { beginSession, endSession, SESSION_SECONDS, viewSession } from './sessions.ts';

const strict = { additionalProperties: false };
const tag = 'Session';
const query = Type.Object({}, strict);
const Id = Type.String({ format: 'uuid' });

const Session = Type.Object(
  {
    business: Type.Object({ id: Id, name: Type.String() }, strict),
    key: Type.Object(
      {
        id: Id,
        name: Type.String(),
        scopes: Type.Array(Type.String()),
        location_id: Type.Unsafe<string | null>({
          type: ['string', 'null'],
          format: 'uuid',
          description: 'The one location of the key; null for all of the business.',
        }),
      },
      strict,
    ),
    locations: Type.Array(Location, { description: 'The locations the key reaches.' }),
    expires_at: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' }),
  },
  { ...strict, title: 'Session' },
);

export function sessionRoutes(sql: Sql, authentication: Authentication, limits: RateLimits): Route[] {
  return [
    route({
      operationId: 'beginSession',
      method: 'POST',
      path: '/session',
      summary: 'Sign in at the console',
      description:
        'Exchanges an API key for an HttpOnly session cookie of 12 hours, which may do what the key may as long as the key may. For browsers on this very address: services send their key with each request.',
      tag,
      scope: 'open',
      query,
      // Anybody may send it.
      bodyLimit: 4096,
      body: Type.Object({ key: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
      example: { key: 'YOUR_KEY_HERE' },
      success: { status: 200, message: 'Signed in!', body: Session },
      errors: [],
      handle: async (call) => {
        const { body, cookie, from } = call;
        const caller = await authentication.authenticate(`Bearer ${body.key}`, from);
        call.caller = caller;
        const { error } = limits.admit(caller.scope);
        if (error) throw error;
        const { token, session } = await beginSession(sql, caller);
        authentication.remember(token, caller.scope.businessId);
        cookie.set(token, SESSION_SECONDS);
        return session;
      },
    }),
    route({
      operationId: 'getSession',
      method: 'GET',
      path: '/session',
      summary: 'Get the present session',
      description:
        'Who is signed in, what they may do and where. Answers for a key in the Authorization header too.',
      tag,
      scope: null,
      query,
      success: { status: 200, message: 'Session fetched!', body: Session },
      handle: async ({ caller }) => await viewSession(sql, caller),
    }),
    route({
      operationId: 'endSession',
      method: 'DELETE',
      path: '/session',
      summary: 'Sign out',
      description: 'Ends the session of the cookie, everywhere within one second.',
      tag,
      scope: null,
      query,
      success: {
        status: 200,
        message: 'Signed out.',
        body: Type.Object({ signed_out: Type.Boolean() }, strict),
      },
      handle: async ({ cookie }) => {
        const { token } = cookie;
        if (token) await endSession(sql, token);
        cookie.clear();
        authentication.forget();
        return { signed_out: token !== null };
      },
    }),
  ];
}
