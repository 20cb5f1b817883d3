/** Walks a list that answers page by page. */

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** All items of the list; `fetchPage` is asked from the beginning (null) and then from each cursor. */
export async function everyPage<T>(fetchPage: (after: string | null) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let after: string | null = null; ; ) {
    const page = await fetchPage(after);
    items.push(...page.items);
    if (page.next_cursor === null) return items;
    after = page.next_cursor;
  }
}
