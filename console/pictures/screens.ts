/** Every screen of the console, and the way to it. */
import type { Page } from 'playwright-core';
import type { Stage } from './stage.ts';

export interface Screen {
  name: string;
  /** Who is signed in; nobody when null. Default: who may do everything. */
  who?: 'everything' | 'empty' | 'desk' | null;
  path: string | ((stage: Stage) => string);
  /** There is none on a phone. */
  isWide?: boolean;
  /** What is done there until it is seen. */
  show(page: Page, stage: Stage): Promise<unknown>;
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).waitFor();
const press = (page: Page, name: string | RegExp) =>
  page
    .getByRole('button', { name, exact: typeof name === 'string' })
    .first()
    .click();
const listed = (page: Page) =>
  page.getByRole('region', { name: 'List of customers' }).getByRole('link').nth(4).waitFor();
const settled = (page: Page) => heading(page, 'Delete rules');

/** As an older spreadsheet saves it: semicolons, Latin-1, one phone number taken for a number. One is known already. */
const FILE = [
  'Name;Mobile;E-Mail;Suburb;Notes',
  'José Núñez;0491 578 157;jose@example.com;Dapto;',
  'Ann Lee;0491 571 936;;Figtree;Side gate',
  'Bea Ng;6.14E+10;bea@example.com;Unanderra;',
  'Cleo Quill;;;Thirroul;No contact known',
  'J. Núñez;0491578157;;Dapto;',
  ';0491 571 494;dan.fox@example.net;Bulli;Was here before',
  'Eve Moss;;eve at home;Corrimal;',
  'Finn Walsh;0491 575 715;finn@example.net;Kiama;',
  'Grace Okafor;0491 579 494;;Nowra;Two dogs',
  'Hugo Lang;0491 573 273;hugo@example.org;Bulli;',
  'Iris Pham;0491 577 052;;Gerringong;',
];

async function choose(page: Page): Promise<void> {
  await page.getByLabel('Choose a CSV file').setInputFiles({
    name: 'customers-2019.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(FILE.join('\r\n'), 'latin1'),
  });
  await page.getByText('rows in customers-2019.csv.').waitFor();
  await page.getByLabel('What the column Suburb becomes').selectOption({ label: 'Address, or a part of it' });
  await page.getByRole('main').getByLabel('Location', { exact: true }).selectOption({ label: 'Wollongong' });
}
async function check(page: Page): Promise<void> {
  await choose(page);
  await press(page, 'Check what would happen');
  await page.getByText('Nothing was written yet.').waitFor();
}
async function finish(page: Page): Promise<void> {
  await check(page);
  await press(page, 'Leave out all rows with a problem');
  await press(page, /^Import \d+ rows$/);
  await page.getByText(/rows are accounted for/).waitFor();
}

const openPair = async (page: Page) => {
  await page.getByRole('listitem').first().getByRole('link').click();
  await heading(page, /one person\?$/);
  await page.getByRole('button', { name: 'Merge' }).and(page.locator(':enabled')).waitFor();
};

export const LIST: Screen = { name: 'list', path: '/', show: listed };
export const CUSTOMER: Screen = {
  name: 'customer',
  path: ({ customerId }) => `/customers/${customerId}`,
  show: async (page) => await heading(page, 'Possibly the same person'),
};
export const IMPORT_CHECK: Screen = { name: 'import-check', path: '/import', show: check };

export const SCREENS: Screen[] = [
  { name: 'sign-in', who: null, path: '/', show: (page) => page.getByLabel('API key').waitFor() },
  {
    name: 'sign-in-refused',
    who: null,
    path: '/',
    show: async (page) => {
      await page.getByLabel('API key').fill('clt_mistyped');
      await page.keyboard.press('Enter');
      await page.locator('[aria-invalid=true]').waitFor();
    },
  },
  { name: 'list-empty', who: 'empty', path: '/', show: (page) => heading(page, 'No customers yet') },
  LIST,
  {
    name: 'list-choice',
    // On a phone nobody is chosen.
    isWide: true,
    path: '/',
    show: async (page) => {
      await listed(page);
      for (const n of [1, 2, 4])
        await page
          .getByRole('checkbox', { name: /^Choose / })
          .nth(n)
          .check();
      await page.getByText('3 chosen').waitFor();
    },
  },
  {
    name: 'list-filters',
    path: '/?status=active&source=website',
    show: async (page) => {
      await listed(page);
      const tag = page.getByLabel('Tag', { exact: true });
      if (!(await tag.isVisible())) await press(page, /^Filters/);
      await tag.waitFor();
    },
  },
  { name: 'list-no-hits', path: '/?q=zzyzx', show: (page) => heading(page, 'Nobody found') },
  {
    name: 'list-deleted',
    path: '/?deleted=1',
    show: (page) => page.getByRole('button', { name: /^Restore/ }).waitFor(),
  },
  CUSTOMER,
  {
    name: 'customer-conflict',
    path: '/',
    show: async (page, { another, send }) => {
      const id = another();
      await page.goto(`/customers/${id}`);
      await press(page, 'Edit address');
      await send('PATCH', `/customers/${id}`, { address: '2 Low Street, Dapto NSW 2530' });
      await page.getByLabel('Address', { exact: true }).fill('3 Mid Street, Figtree NSW 2525');
      await page.keyboard.press('Enter');
      await page.getByText('Address was changed meanwhile').waitFor();
    },
  },
  {
    name: 'customer-delete',
    path: '/',
    show: async (page, { another }) => {
      await page.goto(`/customers/${another()}`);
      await press(page, 'Delete');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).waitFor();
    },
  },
  {
    name: 'customer-delete-blocked',
    path: CUSTOMER.path,
    show: async (page) => {
      await press(page, 'Delete');
      await page.getByText('What keeps the record').waitFor();
    },
  },
  {
    name: 'customer-gone',
    path: ({ goneId }) => `/customers/${goneId}`,
    show: (page) => page.getByRole('button', { name: 'Restore' }).waitFor(),
  },
  {
    name: 'customer-past',
    path: CUSTOMER.path,
    show: async (page) => {
      await page
        .getByRole('link', { name: /See as it was then/ })
        .last()
        .click();
      await page.getByRole('link', { name: 'Back to now' }).waitFor();
    },
  },
  {
    name: 'customer-erase',
    path: '/',
    show: async (page, { another }) => {
      await page.goto(`/customers/${another()}`);
      await page.getByRole('button', { name: /^Erase/ }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Erase/ })
        .waitFor();
    },
  },
  {
    name: 'duplicates-dismissed',
    path: '/duplicates?dismissed=1',
    show: (page) => heading(page, /dismissed/i),
  },
  {
    name: 'duplicates',
    path: '/duplicates',
    show: (page) => page.getByText(/to look at/).waitFor(),
  },
  {
    name: 'duplicates-none',
    who: 'empty',
    path: '/duplicates',
    show: (page) => heading(page, 'No possible'),
  },
  { name: 'duplicates-pair', path: '/duplicates', show: openPair },
  {
    name: 'duplicates-merge-preview',
    path: '/duplicates',
    show: async (page) => {
      await openPair(page);
      await page.getByRole('button', { name: 'Merge' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'import-choose',
    path: '/import',
    show: (page) => page.getByLabel('Choose a CSV file').waitFor({ state: 'attached' }),
  },
  { name: 'import-match', path: '/import', show: choose },
  IMPORT_CHECK,
  {
    name: 'import-repair',
    path: '/import',
    show: async (page) => {
      await check(page);
      await press(page, 'Repair row 4');
      await page.getByRole('form', { name: 'Repair row 4' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'import-run',
    path: '/import',
    show: async (page) => {
      await check(page);
      await press(page, 'Leave out all rows with a problem');
      // The service is away: the step stays on the screen.
      await page.route(/import_id/, (route) => route.abort());
      await press(page, /^Import \d+ rows$/);
      await page.getByText('It is asked again until it does').waitFor();
    },
  },
  { name: 'import-result', path: '/import', show: finish },
  { name: 'settings', path: '/settings', show: settled },
  {
    name: 'settings-keys',
    path: '/settings',
    show: async (page) => {
      await settled(page);
      await page.getByRole('button', { name: 'Create key' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'settings-key-uses',
    path: '/settings',
    show: async (page) => {
      await settled(page);
      await page.getByText('What it was used for Office').click();
      await page.getByText('Days are in UTC.').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'settings-rules',
    path: '/settings',
    show: async (page) => {
      await settled(page);
      await page.getByRole('button', { name: 'Save the rules' }).scrollIntoViewIfNeeded();
    },
  },
  ...Object.entries({
    'settings-add-location': /^Add location/,
    'settings-edit-location': /^Edit Newcastle/,
    'settings-create-key': /^Create key/,
    'settings-rotate-key': /^Rotate Front desk/,
    'settings-revoke-key': /^Revoke Front desk/,
  }).map(
    ([name, button]): Screen => ({
      name,
      path: '/settings',
      show: async (page) => {
        await settled(page);
        await press(page, button);
        await page.getByRole('dialog').waitFor();
      },
    }),
  ),
  { name: 'settings-forbidden', who: 'desk', path: '/settings', show: (page) => heading(page, 'This page') },
  {
    name: 'overview',
    path: '/overview',
    show: (page) => heading(page, 'New customers, by month and source'),
  },
  {
    name: 'keyboard-help',
    path: '/',
    show: async (page) => {
      await listed(page);
      await press(page, /^Account/);
      await press(page, 'Keyboard shortcuts');
      await heading(page, 'Keyboard shortcuts');
    },
  },
  {
    name: 'account',
    path: '/',
    show: async (page) => await listed(page).then(() => press(page, /^Account/)),
  },
  { name: 'error-no-such-page', path: '/nowhere', show: (page) => heading(page, 'There is no such page') },
  {
    name: 'error-offline',
    path: '/',
    show: async (page) => {
      await page.route(/api\/v2\/customers/, (route) => route.abort());
      await page.reload();
      await page.getByText('The service does not answer.').waitFor();
    },
  },
];
