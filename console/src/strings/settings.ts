/** The words of the settings. */
import { plural } from './plural.ts';

export const settings = {
  title: 'Settings',
  forbidden: 'This key may not change settings. Sign in with one that has the scope admin.',
  oneLocation:
    'You are signed in with a key of one location. What counts for all of the business is changed with a key for all locations.',
  required: 'Fill this in first.',

  locations: {
    title: 'Locations',
    lead: 'Each location has customers of its own. Its country reads phone numbers without a country code; its time zone says when a day begins.',
    add: 'Add location',
    addTitle: 'Add a location',
    edit: (name: string) => `Edit ${name}`,
    name: 'Name',
    country: 'Country',
    timezone: 'Time zone',
    timezoneOf: (zone: string) => `time zone ${zone}`,
    added: (name: string) => `${name} was added.`,
    saved: (name: string) => `${name} was saved.`,
  },

  keys: {
    title: 'API keys',
    lead: 'A key lets a person or another system in. Give each one of its own: history shows its name, and it can be ended alone.',
    add: 'Create key',
    addTitle: 'Create an API key',
    name: 'What it is for',
    nameHint: 'e.g. Website form, Front desk',
    may: 'It may',
    mayHints: {
      'customers:read': 'Lists, searches, history, exports.',
      'customers:write': 'Create, update, import, merge.',
      'customers:delete': 'Delete, restore, undo an import.',
      'customers:erase': 'The privacy erase, which nothing brings back.',
      admin: 'Locations, API keys, delete rules, legal holds.',
    } as Record<string, string>,
    noScope: 'Choose at least one thing it may do.',
    location: 'Location',
    allLocations: 'All locations',
    goneLocation: 'another location',
    expires: 'Works until the end of',
    expiresHint: 'Leave it empty for a key that works until it is revoked.',
    past: 'This day is over. Choose today or a later day.',
    present: 'You are signed in with this key',
    mayDo: (scopes: string) => `May ${scopes}`,
    created: (day: string) => `created ${day}`,
    used: (ago: string) => `last used ${ago}`,
    unused: 'never used',
    ends: (at: string) => `works until ${at}`,
    ended: (at: string) => `worked until ${at}`,
    revokedAt: (at: string) => `revoked ${at}`,
    noEnd: 'no expiry',
    endedTitle: (n: number) => `${n} ${plural(n, 'key that no longer works', 'keys that no longer work')}`,
    usedNote: 'When a key was last used, and what for, is noted about every ten seconds.',
    uses: {
      open: 'What it was used for',
      title: (name: string) => `What ${name} was used for`,
      none: 'Nothing yet, or nothing that is still kept.',
      succeeded: (at: string) => `The last request that succeeded was on ${at}. Days are in UTC.`,
      neverSucceeded: 'None of these requests succeeded. Days are in UTC.',
      day: 'Day',
      operations: 'Mostly',
      others: (n: number) => ` and ${n} more`,
      requests: 'Requests',
      refused: 'Refused or failed',
    },

    shownTitle: (name: string) => `The key for ${name}`,
    shown: 'Copy it now: it is not kept anywhere and will not be shown again.',
    shownKey: 'API key',
    done: 'I have copied it',

    rotate: 'Rotate',
    rotateOne: (name: string) => `Rotate ${name}`,
    rotateTitle: (name: string) => `A new key for ${name}`,
    rotateText:
      'The new key has the same name, scopes and location, and no expiry. Put it where the old one is; the old one works meanwhile.',
    rotateOwn: 'You are signed in with the old key: sign in again with the new one before the old one stops.',
    overlap: 'The old key works for',
    overlaps: [
      [0, 'no longer: it stops at once'],
      [3600, 'another hour'],
      [86_400, 'another day'],
      [604_800, 'another week'],
      [2_592_000, 'another 30 days'],
    ] as [number, string][],
    rotateDo: 'Make the new key',

    revoke: 'Revoke',
    revokeOne: (name: string) => `Revoke ${name}`,
    revokeTitle: (name: string) => `Revoke the key ${name}?`,
    revokeText: (scopes: string, where: string) =>
      `Whatever uses it is refused within a second, and everybody signed in with it is signed out. It can no longer ${scopes} (${where}). This can't be taken back; a new key can be created.`,
    revokeUsed: (ago: string) => `It was last used ${ago}.`,
    revokeUnused: 'It was never used.',
    revokeOwn: 'You are signed in with this very key: you will be signed out at once.',
    revokeLast:
      'It is the only key that may change settings. Without it, one is made on the command line alone: clientele keys create.',
    revokeDo: 'Revoke it',
    revoked: (name: string) => `The key ${name} no longer works.`,
  },

  rules: {
    title: 'Delete rules',
    lead: 'What keeps a customer from being deleted, and how long a deleted one can be brought back. A legal hold and anything open in another system always keep a customer.',
    retention: 'Days a deleted customer can be restored',
    retentionExample: (days: number) =>
      days === 0
        ? 'A customer deleted today is gone for good within a minute or so.'
        : `A customer deleted today can be restored for ${days} ${plural(days, 'day', 'days')}; then the record is gone for good.`,
    retentionWrong: 'Give a whole number of days from 0 to 3650.',
    statuses: 'Statuses that are kept',
    statusesExample: (status: string) =>
      `e.g. with ${status} ticked, a customer of the status ${status} can't be deleted until it has another one.`,
    tags: 'Tags that are kept',
    tagsExample: (tag: string) =>
      `e.g. with the tag ${tag} here, a customer tagged ${tag} can't be deleted until the tag is removed.`,
    kinds: 'Open things that may be passed over',
    kindsExample: (kind: string) =>
      `e.g. an open ${kind} in another system keeps its customer. With ${kind} here, whoever asks for it (force=true in the API) may delete the customer all the same.`,
    kindWrong: 'A kind has 1 to 64 of the characters a-z, 0-9, _, . and -, such as enquiry.',
    add: 'Add',
    addTag: 'Tag',
    addKind: 'Kind',
    remove: (word: string) => `Remove ${word}`,
    nothing: 'None',
    save: 'Save the rules',
    saved: 'The delete rules are saved. They count from now on.',
  },
};
