/** What the first start says: everything a newcomer needs for the first call, on one screen. */
import type { DemoReport } from './demo/load.ts';
import type { NewBusiness } from './tenancy/operations.ts';

/** The text of a first start with its key (shown this once), or the one line of a later start. */
export function welcome(address: string, first: NewBusiness | null): string {
  if (!first) return `Clientele is ready at ${address} (API reference: ${address}/docs). Ctrl-C stops it.`;
  return `
Clientele is ready at ${address}
Console:            ${address} (sign in with the key below)
API reference:      ${address}/docs

A business, a location and a key were made for you. The key is shown this once:

${credentials(first)}

Try it: find this customer or make them, and run it twice.

curl -X PUT ${address}/api/v2/customers \\
  -H 'Authorization: Bearer ${first.apiKey.key}' \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "Mikayla Malloney", "phone": "0412 345 678"}'

Ctrl-C stops the service and its database.`;
}

/** The two lines that scripts may read: the key and the location. */
export const credentials = (made: NewBusiness): string =>
  `API key: ${made.apiKey.key}\nLocation: ${made.location.id}`;

/** What --demo came to. */
export const demoWelcome = ({ created, tag }: DemoReport): string =>
  created > 0
    ? `${created} demo customers were added, tagged "${tag}". The console takes them away again.`
    : `The demo customers are there already, tagged "${tag}".`;
