/** What a backup says of itself: at its beginning what it is of, at its end what it holds. */

/** Changes when an older Clientele could no longer read what a newer one writes. */
export const FORMAT = 1;
export const HEAD = 'backup.json';
export const FOOT = 'end.json';

export interface Head {
  format: number;
  /** The version of Clientele that wrote it. */
  clientele: string;
  /** The version of PostgreSQL it was read from. */
  postgres: string;
  made_at: string;
  /** The schema: each migration that was applied, with the checksum of its file. */
  migrations: { name: string; checksum: string }[];
  /** The tables with their columns, in the order of the archive. */
  tables: { name: string; columns: string[] }[];
}

export interface Content {
  rows: number;
  bytes: number;
  sha256: string;
}

export interface Foot {
  tables: Record<string, Content>;
}

/** The name of a part of a table. */
export const partName = (table: string, n: number): string =>
  `tables/${table}/${String(n).padStart(6, '0')}.copy`;
export const tableOf = (part: string): string | null => /^tables\/(\w+)\/\d+\.copy$/.exec(part)?.[1] ?? null;

/** How many rows a text of COPY has: each ends with the only line end that stands in it. */
export function countLines(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) lines++;
  return lines;
}
