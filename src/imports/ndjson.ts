/** Reads a file of one JSON object a line: bodies of upserts, or records as an export writes them. */
import { createReadStream } from 'node:fs';
import { toInput } from '../customers/export.ts';
import type { Contact, UpsertInput } from '../customers/schema.ts';
import type { RowDefaults } from './columns.ts';
import { FAILURE_COLUMNS } from './headers.ts';

export interface JsonLine {
  /** The number of the line, from 1. */
  number: number;
  text: string;
  /** The object; null when the line can't be taken. */
  value: Record<string, unknown> | null;
  fault: string | null;
}

/** As long as a body of the API may be. */
const MAX_LINE = 1024 * 1024;

export const isNdjson = (path: string): boolean => /\.(ndjson|jsonl)$/i.test(path);

/** The lines with anything in them. One that is too long is read past, not kept. */
export async function* readNdjson(path: string): AsyncGenerator<JsonLine> {
  let number = 0;
  let text = '';
  let isTooLong = false;
  const take = (): JsonLine[] => {
    number++;
    const line = { number, ...parsed(text.replace(/^\uFEFF/, '').trim(), isTooLong) };
    const isBlank = line.text === '' && !isTooLong;
    text = '';
    isTooLong = false;
    return isBlank ? [] : [line];
  };
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      text += chunk.slice(from, end);
      from = end + 1;
      yield* take();
    }
    text += chunk.slice(from);
    if (text.length > MAX_LINE) {
      isTooLong = true;
      text = '';
    }
  }
  if (text !== '' || isTooLong) yield* take();
}

function parsed(text: string, isTooLong: boolean): Omit<JsonLine, 'number'> {
  if (isTooLong) return { text: '', value: null, fault: 'The line is longer than 1 MiB.' };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { text, value: value as Record<string, unknown>, fault: null };
  } catch {}
  return { text, value: null, fault: 'The line is not a JSON object.' };
}

/** What a record of the API has that no write takes. */
const ANSWERED_ONLY = [
  'id',
  'version',
  'created_at',
  'updated_at',
  'deleted_at',
  'email',
  'phone',
  'tags',
  'contacts',
];

/** The upsert body of a line. A record of the API keeps its tags and contacts beside those that are there. */
export function lineToUpsert(value: Record<string, unknown>, defaults: RowDefaults): UpsertInput {
  const body = omit(value, FAILURE_COLUMNS);
  const own: Record<string, unknown> = isRecord(body)
    ? {
        ...withoutNulls(omit(body, ANSWERED_ONLY)),
        contacts: body.contacts.map(toInput),
        added_tags: body.tags,
      }
    : body;
  const { source, tags = [], locationId } = defaults;
  // What is no list is left for the service to refuse.
  const added = own.added_tags ?? [];
  return {
    ...own,
    ...(source && !own.source && { source }),
    ...(tags.length > 0 && Array.isArray(added) && { added_tags: [...added, ...tags] }),
    ...(locationId && { location_id: locationId }),
  } as UpsertInput;
}

/** A line may hold anything: what only begins like a record goes to the service as it stands. */
const isRecord = (body: Record<string, unknown>): body is { contacts: Contact[]; tags: string[] } =>
  typeof body.id === 'string' &&
  typeof body.version === 'number' &&
  Array.isArray(body.contacts) &&
  body.contacts.every((contact) => typeof contact === 'object' && contact !== null);

const omit = (value: Record<string, unknown>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
const withoutNulls = (value: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));
