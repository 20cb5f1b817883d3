/** Everybody a list shows, on all its pages: one answer, read while it comes, as of the moment it was asked for. */
import { type Customer, Failure, type ListQuery } from '../api.ts';
import { strings } from '../strings/index.ts';
import { type Chosen, chosenOf } from './bulk.ts';

/** Where the list is to be had as a file: with its search and filters; a file has an order of its own. */
export function exportAddress({ sort: _sort, ...filters }: ListQuery, format: 'csv' | 'ndjson'): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filters))
    for (const one of [value].flat()) query.append(name, String(one));
  return `/api/v2/customers/export?${query}`;
}

/** Throws Failure, also when the answer ends too early. */
export async function everybody(
  query: ListQuery,
  onProgress: (found: number) => void,
  signal: AbortSignal,
): Promise<Chosen[]> {
  const offline = (cause: unknown) => {
    if (signal.aborted) throw cause;
    throw new Failure(0, 'offline', strings.errors.offline);
  };
  const answer = await fetch(exportAddress(query, 'ndjson'), { signal }).catch(offline);
  if (!answer.ok) {
    const { message, body } = await answer.json().catch(() => ({}));
    throw new Failure(answer.status, body?.code ?? 'unexpected', message ?? strings.errors.offline, body);
  }
  const found: Chosen[] = [];
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read().catch(offline);
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop()!;
    for (const line of lines) found.push(chosenOf(JSON.parse(line) as Customer));
    onProgress(found.length);
  }
  return found;
}
