/** The OpenAPI document as served, and answers checked against it. */

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer, Send } from '../client.ts';

export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  if?: Schema;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  /** Our own: of an object as JSON text. */
  maxBytes?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  examples?: unknown[];
}

interface Content {
  content?: {
    'application/json': { schema: Schema; examples?: Record<string, { value: unknown }>; example?: unknown };
  };
}

export interface Operation {
  operationId: string;
  summary?: string;
  parameters?: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string }>;
}

export interface Document {
  openapi: string;
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
}

/** One operation of the document, with where it stands. */
export interface Placed {
  method: string;
  path: string;
  operation: Operation;
}

export const loadDocument = async (send: Send): Promise<Document> =>
  JSON.parse((await send('GET', '//openapi.json')).text);

export const operationsOf = (document: Document): Placed[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

/** Ajv for OpenAPI 3.1, whose dialect is JSON Schema 2020-12. */
function validator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true, logger: false });
  addFormats.default(ajv);
  return ajv;
}

export const schemaOf = (content: Content | undefined): Schema | undefined =>
  content?.content?.['application/json']?.schema;

/** Remembers compiled schemas: what is wrong with an answer of an operation; null when it is as documented. */
export function answerChecker(): (operation: Operation, answer: Answer) => string | null {
  const ajv = validator();
  const compiled = new Map<Schema, ReturnType<typeof ajv.compile>>();
  return (operation, answer) => {
    const told = `${operation.operationId} ${answer.status} ${answer.text.slice(0, 400)}`;
    const response = operation.responses[String(answer.status)];
    const media = answer.headers.get('content-type')?.split(';')[0];
    // A file: of a documented kind.
    if (media !== 'application/json' && Object.keys(response?.content ?? {}).includes(media ?? ''))
      return null;
    const schema = schemaOf(response);
    if (!schema) return `a status that is not documented: ${told}`;
    if (media !== 'application/json') return `a media type that is not documented, ${media}: ${told}`;
    let validate = compiled.get(schema);
    if (!validate) {
      validate = ajv.compile(schema);
      compiled.set(schema, validate);
    }
    return validate(JSON.parse(answer.text)) ? null : `${ajv.errorsText(validate.errors)}: ${told}`;
  };
}

/** What is wrong with a value by a schema of the document; null when it fits. */
export function mismatch(schema: Schema, value: unknown): string | null {
  const ajv = validator();
  return ajv.validate(schema, value) ? null : ajv.errorsText();
}
