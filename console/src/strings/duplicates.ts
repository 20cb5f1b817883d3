/** The words of the duplicates. */
import { plural } from './plural.ts';

export const duplicates = {
  title: 'Duplicates',
  open: 'open pairs',
  queue: 'Pairs that may be one person, the likeliest first',
  dismissedQueue: 'Dismissed pairs, the last one first',
  count: (n: number, hasMore: boolean) =>
    `${hasMore ? 'more than ' : ''}${n} ${plural(n, 'pair', 'pairs')} to look at`,
  countDismissed: (n: number, hasMore: boolean) =>
    `${hasMore ? 'more than ' : ''}${n} dismissed ${plural(n, 'pair', 'pairs')}`,
  toDismissed: 'Dismissed pairs',
  toOpen: 'Open pairs',
  more: 'Show more pairs',
  unknown: 'Somebody who is not here any more',
  toQueue: 'Back to the queue',
  choose: 'Choose a pair to see the two side by side. Nothing is merged before you say so.',
  keys: 'j and k go through the queue, Enter opens a pair, m merges it, d says they are two people, z takes it back.',
  onlyOf: (name: string) => `Only pairs with ${name}.`,
  showAll: 'Show all pairs',
  emptyTitle: 'No possible duplicates',
  empty: 'Every customer looks like one person. New pairs appear here by themselves, within minutes.',
  emptyHere: 'There are no pairs here. New ones appear by themselves, within minutes.',
  emptyDismissedTitle: 'No dismissed pairs',
  emptyDismissed: 'Pairs that somebody says are two people appear here, and can be opened again.',
  settledTitle: 'This pair is settled',
  settled: 'One of the two was merged or deleted meanwhile. There is nothing left to decide.',
  notInQueue:
    'It was merged, dismissed or reopened meanwhile, or is of another location. Choose one from the list.',
  next: 'Next pair',
  question: (a: string, b: string) => `Are ${a} and ${b} one person?`,
  likelihood: (score: number) =>
    `${score >= 0.9 ? 'Very likely' : score >= 0.7 ? 'Likely' : 'Possible'} (${Math.min(99, Math.round(score * 100))}%)`,
  merge: 'Merge',
  merging: 'Merging…',
  dismiss: 'Two people',
  reopen: 'Open again',
  dismissedOn: (day: string) => `Dismissed ${day}: two people.`,
  mayOnlyLook: 'This key may look, but not merge.',
  caption: 'The two records side by side. Each row says whether they differ.',
  after: 'After the merge',
  added: (day: string) => `Added ${day}`,
  stays: (letter: string) => `Record ${letter} stays`,
  because: { contacts: 'It has more contact details.', older: 'It is the older one.' },
  difference: { same: 'alike', differs: 'differs', one: 'only one has it' },
  blank: '(empty)',
  onBoth: 'on both:',
  onlyHere: 'only here:',
  references: 'In other systems',
  reference: (kind: string, ref: string, state: string) => `${kind} ${ref}, ${state}`,
  free: {
    custom_fields: (name: string) => `Other field: ${name}`,
    source_metadata: (name: string) => `Source: ${name}`,
  },
  outcome: (kept: string, other: string, givenUp: number) =>
    `${other} becomes part of ${kept}, and its id leads there. Contact details, tags and other systems’ references are united. ${
      givenUp === 0
        ? 'No value is given up.'
        : `${givenUp} ${plural(givenUp, 'value gives', 'values give')} way and ${plural(givenUp, 'stays', 'stay')} in the history.`
    }`,
  secondStep:
    'The values you chose from the other record are saved right after the merge, as a change of yours.',
  blockedTitle: 'These two can’t be merged as they are',
  merged: (other: string, kept: string) =>
    other === kept ? `The two records of ${kept} are one now.` : `${other} is part of ${kept} now.`,
  mergedPartly: (merged: string, problem: string) =>
    `${merged} The values you chose were not saved: ${problem} Set them on the customer’s page, or undo.`,
  stale: 'Somebody changed one of the two meanwhile. Look at them again, then merge.',
  undone: 'The merge was taken back: they are two records again.',
  notUndone: (problem: string) => `The merge could not be taken back: ${problem}`,
  taken: (value: string) => `${value} belongs to another customer by now and stays there.`,
  doneBy: {
    dismiss: 'Noted: two people. This pair is not shown again.',
    reopen: 'The pair is open again.',
  },
  undoneOf: {
    dismiss: 'Taken back: the pair is open again.',
    reopen: 'Taken back: the pair stays dismissed.',
  },
};
