/** Every word the console says, in one place: those of a page in its file, those of all pages here. */
import type { Customer } from '../api.ts';
import { conflict, customer, erase, past, timeline } from './customer.ts';
import { bulk, list } from './customers.ts';
import { duplicates } from './duplicates.ts';
import { imports } from './import.ts';
import { demo, overview } from './overview.ts';
import { settings } from './settings.ts';

export const strings = {
  product: 'Clientele',
  skip: 'Skip to the content',
  loading: 'Loading',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  undo: 'Undo',
  retry: 'Try again',
  none: '–',

  nav: {
    label: 'Main',
    customers: 'Customers',
    duplicates: 'Duplicates',
    import: 'Import',
    overview: 'Overview',
    settings: 'Settings',
    reference: 'API reference',
  },
  account: {
    label: 'Account',
    signedInWith: 'Signed in with the key',
    may: 'It may',
    signOut: 'Sign out',
    keyboard: 'Keyboard shortcuts',
  },
  scopes: {
    'customers:read': 'see customers',
    'customers:write': 'change customers',
    'customers:delete': 'delete and restore',
    'customers:erase': 'erase for good',
    admin: 'change settings',
  } as Record<string, string>,
  location: { label: 'Location', all: 'All locations' },

  signIn: {
    title: 'Sign in',
    lead: 'Paste an API key of your business. It is exchanged for a session and not kept in this browser.',
    key: 'API key',
    hint: 'It begins with clt_. The first start printed one; an administrator can make more.',
    submit: 'Sign in',
    busy: 'Signing in…',
    empty: 'Paste the API key first.',
    ended: 'Your session is over. Sign in again to go on where you were.',
  },

  errors: {
    title: 'This page could not be shown',
    offline: 'The service does not answer. Check that it is running and that you are online, then try again.',
    unexpected: 'Something here went wrong. Reload the page; what you saved is safe.',
    reload: 'Reload the page',
    notFoundTitle: 'There is no such page',
    notFound: 'The address may be mistyped, or what it showed is gone.',
    toList: 'Go to the customers',
    requestId: 'Request',
    forbidden: 'This key may not see customers. Sign in with one that has the scope customers:read.',
  },

  keyboard: {
    title: 'Keyboard shortcuts',
    rows: [
      ['/', 'Search'],
      ['j', 'Next customer'],
      ['k', 'Previous customer'],
      ['Enter', 'Open the customer'],
      ['x', 'Choose the customer'],
      ['X', 'Choose all from the one chosen last to this one'],
      ['t', 'Tag the chosen ones'],
      ['#', 'Delete the chosen ones (Delete does too)'],
      ['Esc', 'Choose nobody'],
      ['e', 'Edit the name (on a customer)'],
      ['u', 'Back to the list'],
      ['m', 'Merge the two (on a pair of duplicates)'],
      ['d', 'They are two people, or open the pair again (on a pair of duplicates)'],
      ['z', 'Undo what was just done'],
      ['?', 'This help'],
    ] as [string, string][],
  },

  status: { lead: 'Lead', active: 'Active', inactive: 'Inactive', blocked: 'Blocked' } as Record<
    Customer['status'],
    string
  >,

  copy: 'Copy',
  copied: 'Copied',
  justNow: 'just now',

  customer,
  conflict,
  timeline,
  past,
  erase,
  list,
  bulk,
  duplicates,
  import: imports,
  demo,
  overview,
  settings,
};
