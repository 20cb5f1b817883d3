/** Every place of the OpenAPI document where an id can stand, to tell which of them the matrix does not know. */
import { type Document, operationsOf, type Schema, schemaOf } from '../http/document.ts';
import { type Operation, probesOf } from './positions.ts';

/** What an id, a list of ids or a position in a list is called, whatever its schema says. */
const NAMED_LIKE_AN_ID = /(^|_)ids?$|cursor|^(after|before|from|into|of)$/;

/** Operations as the matrix takes them, from the document alone. */
export const operationsIn = (document: Document): Operation[] =>
  operationsOf(document).map(({ method, path, operation }) => {
    const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
    const body = schemaOf(operation.requestBody);
    return {
      operationId: operation.operationId,
      method: method as Operation['method'],
      path: path.replace('/api/v2', '').replace(/\{(\w+)\}/g, ':$1'),
      ...(query.length > 0 && {
        query: { properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])) },
      }),
      ...(body && { body, example: body.examples?.[0] }),
    } as Operation;
  });

/** Places of ids that no probe attacks, by operation. */
export function unlisted(document: Document): string[] {
  const known = new Set(probesOf(operationsIn(document)).map(({ name }) => name));
  return operationsOf(document)
    .flatMap(({ operation }) => {
      const { operationId, parameters = [], requestBody } = operation;
      const names = [
        ...parameters.flatMap(({ in: where, name, schema }) => {
          if (where === 'path') return [name === 'id' ? 'path' : 'kind and ref of the path'];
          if (where === 'query' && isOfId(name, schema))
            return [['cursor', 'after'].includes(name) ? name : `${name} of the query`];
          return [];
        }),
        ...placesIn(schemaOf(requestBody) ?? {}),
      ];
      return names.map((name) => `${operationId}: ${name}`);
    })
    .filter((name) => !known.has(name));
}

const isOfId = (name: string, schema: Schema): boolean =>
  NAMED_LIKE_AN_ID.test(name) || [schema, ...(schema.anyOf ?? [])].some(({ format }) => format === 'uuid');

/** Fields of a body, those of items in its lists among them. */
const placesIn = ({ properties = {} }: Schema, suffix = 'of the body'): string[] =>
  Object.entries(properties).flatMap(([name, schema]) => [
    ...(isOfId(name, schema) ? [`${name} ${suffix}`] : []),
    ...placesIn(schema, suffix),
    ...placesIn(schema.items ?? {}, name === 'contacts' ? 'of a contact' : 'of an item'),
  ]);
