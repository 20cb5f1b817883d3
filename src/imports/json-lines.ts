/**
 * A file of one JSON object a line: bodies of upserts, or records as an export writes them. Pure: the command line reads
 * files by it, the console what was dropped on it.
 */
import { toInput } from '../customers/export.ts';
import type { Contact, UpsertInput } from '../customers/schema.ts';
import { JsonFault, MAX_DEPTH, parseJson } from '../json.ts';
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
/** The list it is sent in, and what is around that, are two levels of a body. */
const MAX_LINE_DEPTH = MAX_DEPTH - 2;

export const isNdjson = (path: string): boolean => /\.(ndjson|jsonl)$/i.test(path);

/** Text that comes in pieces, as the lines with anything in them. One that is too long is read past, not kept. */
export class LineReader {
  #number = 0;
  #text = '';
  #isTooLong = false;

  /** The lines that end in this piece. */
  read(piece: string): JsonLine[] {
    const lines: JsonLine[] = [];
    let from = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', from)) {
      this.#text += piece.slice(from, end);
      from = end + 1;
      lines.push(...this.#take());
    }
    this.#text += piece.slice(from);
    if (this.#text.length > MAX_LINE) {
      this.#isTooLong = true;
      this.#text = '';
    }
    return lines;
  }

  /** The last line, where no line's end came after it. */
  end(): JsonLine[] {
    return this.#text !== '' || this.#isTooLong ? this.#take() : [];
  }

  #take(): JsonLine[] {
    this.#number++;
    const line = {
      number: this.#number,
      ...readLine(this.#text.replace(/^\uFEFF/, '').trim(), this.#isTooLong),
    };
    const isBlank = line.text === '' && !this.#isTooLong;
    this.#text = '';
    this.#isTooLong = false;
    return isBlank ? [] : [line];
  }
}

/** What a line holds. */
export function readLine(text: string, isTooLong = false): Omit<JsonLine, 'number'> {
  if (isTooLong) return { text: '', value: null, fault: 'The line is longer than 1 MiB.' };
  let fault = 'The line is not a JSON object.';
  try {
    const value = parseJson(text, 'The line', MAX_LINE_DEPTH);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { text, value: value as Record<string, unknown>, fault: null };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    if (error.code !== 'malformed_json') fault = error.message;
  }
  return { text, value: null, fault };
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
