/** The list somebody came from, so that the way back leads to it and not to the list of everybody. */
import type { ListSearch } from './list-search.ts';

let last: ListSearch = {};
export const keepSearch = (search: ListSearch): void => {
  last = search;
};
export const lastSearch = (): ListSearch => last;
