/** The console's types are those of the OpenAPI document. `npx vitest run test/http/console-types.test.ts -u` renews them. */
import openapiTypes, { astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { loadDocument, operationsOf } from './document.ts';

const service = useService();

it('console/src/openapi.ts is made from the document as it is served', async () => {
  const document = await loadDocument(service.send);
  // Failures are one shape, which the console reads by itself; of each operation they would be nine tenths of the file.
  for (const { operation } of operationsOf(document))
    for (const status of Object.keys(operation.responses))
      if (status >= '300') delete operation.responses[status];
  const types = astToString(await openapiTypes(withoutWords(document) as never));
  const head =
    '/** Generated from /openapi.json by test/http/console-types.test.ts; changes by hand are lost. */\n';
  await expect(head + types).toMatchFileSnapshot('../../console/src/openapi.ts');
});

/** The document without what only people read. */
const withoutWords = (document: object): unknown =>
  JSON.parse(
    JSON.stringify(document, (key, value) =>
      ['description', 'summary', 'format', 'title'].includes(key) && typeof value === 'string'
        ? undefined
        : value,
    ),
  );
