/** The words of the overview and the demo customers. */
import { plural } from './plural.ts';

export const demo = {
  lead: 'Or look around first, with 2,000 invented customers that you can take away again:',
  load: 'Load demo customers',
  loading: 'Adding them: this takes some seconds …',
  loaded: (shown: string) => `${shown} demo customers were added.`,
  loadedBefore: 'The demo customers are there already.',
  notice: 'These are demo customers.',
  takeAway: 'Take them away',
  title: 'Take the demo customers away?',
  text: 'Everybody who came with the demo data is deleted, also those you changed since. Your own customers stay as they are. Deleted ones can be restored until their retention ends.',
  taking: (shown: string) => `${shown} taken away …`,
  gone: (shown: string) => `${shown} demo customers were taken away.`,
  kept: (shown: string, gone: string) =>
    `${gone} demo customers were taken away. ${shown} are kept by the delete rules or a legal hold: change those, then try again.`,
  notDemo:
    'This customer carries the tag of the demo customers but did not come with them. Remove the tag, then try again.',
};

export const overview = {
  title: 'Overview',
  customers: (n: number) => plural(n, 'customer', 'customers'),
  duplicates: (n: number) => plural(n, 'possible duplicate', 'possible duplicates'),
  atLeast: (shown: string) => `more than ${shown}`,
  growth: 'New customers, by month and source',
  growthNote: 'Of those who are still there: deleted and merged ones are left out.',
  earlier: (shown: string) => `${shown} came before these months.`,
  span: (months: string) => `Last ${months} months`,
  month: 'Month',
  /** Read aloud for a column. */
  column: (month: string, total: string, parts: string[]) => `${month}: ${[total, ...parts].join(', ')}`,
  part: (source: string, n: string) => `${source} ${n}`,
  keys: 'The arrow keys go from month to month. Choose a month to keep it.',
  other: 'Other sources',
  none: 'No source',
  sources: 'Sources',
  source: 'Source',
  total: 'All',
  noGrowth: 'Nobody came in these months.',
  asTable: 'Show as table',
  locations: 'Customers by location',
  locationsNote: (shown: string) => `The first ${shown} locations.`,
  location: 'Location',
  number: 'Customers',
};
