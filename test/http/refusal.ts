/** What every refusal must be: the envelope, with a sentence, a code, the field, and nothing of the inside. */
import type { Answer } from '../client.ts';

/** Words of SQL, of stack traces and of the parts inside. */
const INSIDE =
  /\b(select|insert into|delete from|syntax error|violates|relation "|sqlstate|pg_|postgres|node_modules|fastify|ajv|typebox|anyof|oneof|must match)\b|\n\s+at |\.ts:\d/i;

/** What is wrong with an answer that should be a refusal; null when it is one. */
export function notARefusal(
  answer: Answer,
  expected: { status?: number; code?: string; field?: string } = {},
): string | null {
  const { status, text, body, headers } = answer;
  const told = `${status} ${text.slice(0, 300)}`;
  if (status < 400 || status >= 500) return `not a 4xx: ${told}`;
  if (answer.success !== false || !answer.message || !body?.code) return `not the envelope: ${told}`;
  if (!headers.get('content-type')?.startsWith('application/json')) return `not JSON: ${told}`;
  if (!headers.get('x-request-id')) return `without x-request-id: ${told}`;
  if (INSIDE.test(text)) return `tells of the inside: ${told}`;
  if (expected.status !== undefined && status !== expected.status) return `not ${expected.status}: ${told}`;
  if (expected.code !== undefined && body.code !== expected.code) return `not ${expected.code}: ${told}`;
  if (expected.field !== undefined) {
    const fields = body.errors?.map((error) => error.field) ?? [];
    if (!fields.some((field) => field === expected.field || field.startsWith(`${expected.field}/`)))
      return `does not name ${expected.field}: ${told}`;
  }
  return null;
}
