/** The demo customers as an HTTP route. No logic. */
import Type from 'typebox';
import type { Service } from '../customers/service.ts';
import { type Route, route } from '../http/route.ts';
import { addDemoCustomers } from './load.ts';

const strict = { additionalProperties: false };

export const demoRoutes = (service: Service): Route[] => [
  route({
    operationId: 'addDemoCustomers',
    method: 'POST',
    path: '/demo-customers',
    summary: 'Add demo customers',
    description:
      'About 2,000 believable customers to try things with: possible duplicates, history, open and closed references. Who is there already is left alone, so a second call changes nothing. All are written under one import: `POST /imports/{import_id}/undo` takes them away.',
    tag: 'Imports',
    scope: 'admin',
    query: Type.Object(
      {
        location_id: Type.Optional(
          Type.String({ format: 'uuid', description: 'Where, when the key covers several locations.' }),
        ),
      },
      strict,
    ),
    success: {
      status: 200,
      message: 'Demo customers added!',
      body: Type.Object(
        {
          import_id: Type.String({ format: 'uuid', description: 'What takes them away again.' }),
          tag: Type.String({ description: 'What each of them is tagged with.' }),
          created: Type.Integer(),
          found: Type.Integer({ description: 'Those that were there already.' }),
        },
        strict,
      ),
    },
    errors: ['location_forbidden', 'location_not_found', 'location_required', 'write_conflict'],
    handle: async ({ caller, query, retry }) => {
      const location = await service.authentication.locationFor(caller, query.location_id);
      return await addDemoCustomers(service, caller, location, retry);
    },
  }),
];
