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
  bounds: 'Counts of a month or a source end at 10,000: beyond that they say “more than”.',
  months: 'New customers, by month',
  monthsNote: 'Of those who are still there: deleted and merged ones are left out.',
  month: 'Month',
  added: 'Customers added',
  sources: 'Customers by source',
  sourcesNote: 'The sources of the 100 newest customers, each with all who have it.',
  source: 'Source',
  noSources: 'None of the 100 newest customers has a source.',
  locations: 'Customers by location',
  locationsNote: (shown: string) => `The first ${shown} locations.`,
  location: 'Location',
  number: 'Customers',
};
