/**
 * From a row of a file to the body of an upsert. Pure: headers make a plan, the plan turns each row into a body,
 * and no cell is lost: what does not fit its field is kept among the custom fields under its own heading.
 */
import { validate as isUuid } from 'uuid';
import type { UpsertInput } from '../customers/schema.ts';
import { STATUSES } from '../customers/statuses.ts';
import { isWebAddress } from '../customers/web-address.ts';
import { FIELDS, type Field, type Heading, isExportFile, recognise, recogniseExported } from './headers.ts';
import { describeLost, readScientific } from './scientific.ts';

/** One column of the file: where its cells go. */
export interface Column extends Heading {
  /** The heading as it stands in the file. */
  header: string;
  /** True in a file that an export wrote: its cells are taken to the letter. */
  isExact: boolean;
  /** The name of its custom field: the heading, told apart from others that read the same. */
  key: string;
}

/** What every row of an import has besides its own cells. */
export interface RowDefaults {
  /** The source of rows that name none. */
  source?: string | undefined;
  tags?: string[] | undefined;
  locationId?: string | undefined;
}

/** A heading or field of `--map` that does not exist. */
export class MappingError extends Error {}

/**
 * The plan for a file with these headers. `overrides` are texts `Header=field` and win over what is recognised.
 * Throws MappingError when one names a header that the file does not have, or a field that does not exist.
 */
export function planColumns(headers: string[], overrides: string[] = []): Column[] {
  const chosen = new Map(overrides.map((override) => readOverride(headers, override)));
  const keys = new Set<string>();
  const isExported = isExportFile(headers);
  return headers.map((text, i) => {
    const header = text.trim();
    const field = chosen.get(header);
    const known = (isExported && recogniseExported(header)) || recognise(header);
    const meaning = field ? { field, rank: 0, label: null } : known;
    return {
      ...(meaning ?? { field: 'custom_fields', rank: 0, label: null }),
      header,
      isExact: isExported,
      key: newKey(keys, header, i),
    };
  });
}

/** The column with another field, chosen by hand. */
export const asField = (column: Column, field: Field): Column => ({ ...column, field, rank: 0, label: null });

/** What no field can make of the cells of a row: a phone number without its last digits. Null when there is nothing. */
export function faultInCells(columns: Column[], cells: string[]): string | null {
  const at = columns.findIndex(
    ({ field, isExact }, i) => field === 'phone' && !isExact && readScientific(cells[i]!) === 'lost',
  );
  return at < 0 ? null : describeLost(cells[at]!);
}

function readOverride(headers: string[], text: string): [string, Field] {
  // The last sign divides: a heading may hold one, a field never does.
  const at = text.lastIndexOf('=');
  const header = text.slice(0, at).trim();
  const field = FIELDS.find((known) => known === text.slice(at + 1).trim());
  if (at < 1) throw new MappingError(`--map takes "Header=field", not "${text}".`);
  if (!field) {
    throw new MappingError(
      `--map "${text}": there is no field "${text.slice(at + 1).trim()}". The fields are ${FIELDS.join(', ')}.`,
    );
  }
  const known =
    headers.find((one) => one.trim() === header) ??
    headers.find((one) => one.trim().toLowerCase() === header.toLowerCase());
  if (known === undefined) {
    throw new MappingError(
      `--map "${text}": the file has no column "${header}". Its columns are ${headers.map((one) => one.trim()).join(', ')}.`,
    );
  }
  return [known.trim(), field];
}

function newKey(taken: Set<string>, header: string, index: number): string {
  const base = header || `Column ${index + 1}`;
  let key = base;
  for (let n = 2; taken.has(key); n++) key = `${base} (${n})`;
  taken.add(key);
  return key;
}

/** Header and field of each column, in the order of the file; the second phone says that it is a further one. */
export function describeColumns(columns: Column[]): { header: string; field: string }[] {
  const seen = new Set<Field>();
  return columns.map(({ key, field }) => {
    const isFurther = (field === 'email' || field === 'phone') && seen.has(field);
    seen.add(field);
    return { header: key, field: isFurther ? `contacts (${field})` : field };
  });
}

/** A cell with something in it. */
interface Given {
  column: Column;
  text: string;
}

/** What came of the cells of some fields; `rest` is what did not fit and becomes custom fields. */
interface Reading {
  body: UpsertInput;
  rest: Given[];
}

const whole = (body: UpsertInput): Reading => ({ body, rest: [] });

/** How the cells of each group of fields are read. The groups together are all fields. */
const READERS: { fields: Field[]; read: (cells: Given[]) => Reading }[] = [
  { fields: ['name', 'first_name', 'last_name'], read: readName },
  { fields: ['company_name'], read: single((text) => ({ company_name: text })) },
  { fields: ['address'], read: readAddress },
  { fields: ['email', 'phone', 'contacts'], read: readContacts },
  { fields: ['tags'], read: readTags },
  { fields: ['status'], read: single(readStatus) },
  { fields: ['source'], read: single((text) => (text.length <= 100 ? { source: text } : null)) },
  { fields: ['avatar'], read: single(readAvatar) },
  { fields: ['location_id'], read: single((text) => (isUuid(text) ? { location_id: text } : null)) },
  { fields: ['source_metadata'], read: single(objectOf('source_metadata')) },
  { fields: ['all_custom_fields'], read: single(objectOf('custom_fields')) },
  { fields: ['custom_fields'], read: (rest) => ({ body: {}, rest }) },
  { fields: ['ignore'], read: () => whole({}) },
];

/** The upsert body of a row. A row has one cell a column: the caller has seen to that. */
export function toUpsert(columns: Column[], cells: string[], defaults: RowDefaults = {}): UpsertInput {
  const given = columns
    .map((column, i) => ({ column, text: cells[i]!.trim() }))
    .filter(({ text }) => text !== '');
  const readings = READERS.map(({ fields, read }) =>
    read(given.filter(({ column }) => fields.includes(column.field))),
  );
  const body: UpsertInput = Object.assign({}, ...readings.map((reading) => reading.body));
  const custom = readings.flatMap(({ rest }) => rest.map(({ column, text }) => [column.key, text]));
  const tags = [...(body.added_tags ?? []), ...(defaults.tags ?? [])];
  return {
    ...body,
    ...(!body.source && defaults.source && { source: defaults.source }),
    ...(tags.length > 0 && { added_tags: tags }),
    ...(custom.length > 0 && { custom_fields: { ...body.custom_fields, ...Object.fromEntries(custom) } }),
    ...(defaults.locationId && { location_id: defaults.locationId }),
  };
}

/** A field of one value takes the first cell that is valid; others are kept unless they say the same. */
function single(accept: (text: string) => UpsertInput | null): (cells: Given[]) => Reading {
  return (cells) => {
    const first = cells.find(({ text }) => accept(text) !== null);
    if (!first) return { body: {}, rest: cells };
    return { body: accept(first.text)!, rest: cells.filter(({ text }) => text !== first.text) };
  };
}

/** The name as a whole, or first and last name joined; a part that the whole name does not hold is kept. */
function readName(cells: Given[]): Reading {
  const of = (field: Field) => ranked(cells.filter(({ column }) => column.field === field));
  const parts = [...of('first_name'), ...of('last_name')];
  const [whole, ...others] = of('name');
  const name = whole?.text ?? parts.map(({ text }) => text).join(' ');
  const rest = [...others, ...parts].filter(({ text }) => !name.toLowerCase().includes(text.toLowerCase()));
  return { body: name === '' ? {} : { name }, rest };
}

function readAddress(cells: Given[]): Reading {
  const parts = ranked(cells).map(({ column, text }) =>
    column.isExact ? text : text.replace(/\s*[\r\n]+\s*/g, ', '),
  );
  return whole(parts.length === 0 ? {} : { address: [...new Set(parts)].join(', ') });
}

const ranked = (cells: Given[]): Given[] => cells.toSorted((a, b) => a.column.rank - b.column.rank);

/** A cell that holds an object as JSON. */
function objectOf(field: 'source_metadata' | 'custom_fields'): (text: string) => UpsertInput | null {
  return (text) => {
    const value = fromJson(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { [field]: value } : null;
  };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The first e-mail and the first phone are the primary ones, the others further contacts. A list of contacts as JSON
 * says more of each than its own cell does.
 */
function readContacts(all: Given[]): Reading {
  const body: UpsertInput = {};
  const contacts: NonNullable<UpsertInput['contacts']> = [];
  const rest: Given[] = [];
  for (const cell of all.filter(({ column }) => column.field === 'contacts')) {
    const list = fromJson(cell.text);
    if (Array.isArray(list)) contacts.push(...list);
    else rest.push(cell);
  }
  const told = new Set(contacts.map((contact) => contact?.value));
  const cells = all.filter(({ column, text }) => column.field !== 'contacts' && !told.has(text));
  for (const { column, text } of cells) {
    const type = column.field === 'email' ? 'email' : 'phone';
    for (const value of type === 'email' ? separateEmails(text) : [asNumber(column, text)]) {
      if (body[type] === undefined) body[type] = value;
      else contacts.push({ type, value, ...(column.label && { label: column.label }) });
    }
  }
  return { body: { ...body, ...(contacts.length > 0 && { contacts }) }, rest };
}

/** A number that a spreadsheet wrote as 6.1412345678E+10, with all its digits. */
const asNumber = ({ isExact }: Column, text: string): string => (!isExact && readScientific(text)) || text;

/** A cell may hold several addresses; one that is no list of addresses is left for the service to judge. */
function separateEmails(text: string): string[] {
  const parts = text.split(/[\s;,|]+/).filter((part) => part !== '');
  return parts.every((part) => part.includes('@')) ? parts : [text];
}

function readTags(cells: Given[]): Reading {
  const tags = cells
    .flatMap(({ text }) => listIn(text) ?? text.split(/[;|]/))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return whole(tags.length === 0 ? {} : { added_tags: tags });
}

/** Tags as JSON: the way to write one that holds the sign between tags. */
function listIn(text: string): string[] | null {
  const list = text.startsWith('[') ? fromJson(text) : null;
  return Array.isArray(list) && list.every((tag) => typeof tag === 'string') ? list : null;
}

function readStatus(text: string): UpsertInput | null {
  const status = STATUSES.find((known) => known === text.toLowerCase());
  return status ? { status } : null;
}

function readAvatar(text: string): UpsertInput | null {
  return text.length <= 2048 && isWebAddress(text) ? { avatar: text } : null;
}
