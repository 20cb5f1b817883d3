/** A customer as a line of a file that an import reads back without a change: CSV for people, NDJSON for programs. Pure. */
import { csvLine } from './csv-line.ts';
import type { Contact, Customer, ExportFormat } from './schema.ts';
import { disarm } from './spreadsheet.ts';

/** The columns of an exported CSV file, and what a customer has in each. A file that begins with them was exported. */
const CELLS: Record<string, (customer: Customer) => string | null> = {
  customer_id: ({ id }) => id,
  location_id: ({ location_id }) => location_id,
  name: ({ name }) => name,
  company_name: ({ company_name }) => company_name,
  email: (customer) => primaryCell(customer, 'email'),
  phone: (customer) => primaryCell(customer, 'phone'),
  contacts: contactsCell,
  address: ({ address }) => address,
  status: ({ status }) => status,
  tags: tagsCell,
  source: ({ source }) => source,
  avatar: ({ avatar }) => avatar,
  custom_fields: ({ custom_fields }) => objectCell(custom_fields),
  source_metadata: ({ source_metadata }) => objectCell(source_metadata),
  created_at: ({ created_at }) => created_at,
  updated_at: ({ updated_at }) => updated_at,
};
export const EXPORT_COLUMNS = Object.keys(CELLS);

/** What comes before the first customer. Spreadsheets take a file without the mark for one of the local code page. */
export const headOf = (format: ExportFormat): string =>
  format === 'csv' ? `\uFEFF${csvLine(EXPORT_COLUMNS)}` : '';

/** Customers, given as their JSON, as lines of the file. */
export function linesOf(format: ExportFormat, documents: string[]): string {
  if (format === 'ndjson') return documents.map((document) => `${document}\n`).join('');
  const cells = Object.values(CELLS);
  return documents
    .map((document) => {
      const customer = JSON.parse(document) as Customer;
      return csvLine(cells.map((cell) => disarm(cell(customer) ?? '')));
    })
    .join('');
}

/** With its extension, which the record keeps beside it. */
function primaryCell({ contacts }: Customer, type: Contact['type']): string | null {
  const primary = contacts.find((contact) => contact.type === type && contact.is_primary);
  return primary ? toInput(primary).value : null;
}

/** Everything that email and phone alone would not bring back, as JSON; empty when they do. */
function contactsCell({ contacts }: Customer): string | null {
  const isPlain = ({ is_primary, label, extension, matchable, value }: Contact) =>
    is_primary && label === null && extension === null && matchable && /^\+|@/.test(value);
  return contacts.every(isPlain) ? null : JSON.stringify(contacts.map(toInput));
}

/** A contact as a write takes it. */
export const toInput = ({ type, value, extension, label, is_primary, matchable }: Contact) => ({
  type,
  value: extension ? `${value} ext. ${extension}` : value,
  ...(label !== null && { label }),
  is_primary,
  matchable,
});

/** As people write several tags; as JSON where a tag holds the sign between them. */
function tagsCell({ tags }: Customer): string {
  return tags.some((tag) => /[;|]|^\[/.test(tag)) ? JSON.stringify(tags) : tags.join('; ');
}

const objectCell = (value: object): string | null =>
  Object.keys(value).length === 0 ? null : JSON.stringify(value);
