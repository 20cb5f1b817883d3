/**
 * Believable Australian customers for trying things out, always the same ones: with a few who were entered twice, with
 * what happened to them later, and with what other systems have open about them. Nobody can be called or written to by
 * mistake: e-mail addresses end in the domains that RFC 2606 keeps for examples, landlines are of the ranges, and
 * mobiles of the block, from which Australia gives numbers to films. Pure.
 */
import type { UpsertInput } from '../customers/schema.ts';
import {
  AREA_CODES,
  CAMPAIGNS,
  GIVEN_NAMES,
  JOBS,
  PROPERTIES,
  STREETS,
  SUBURBS,
  SURNAMES,
  TRADES,
} from './words.ts';

/** What every demo customer is tagged with. */
export const DEMO_TAG = 'demo customer';
export const DEMO_COUNT = 2_000;

export interface DemoCustomer {
  /** As it first comes in. */
  first: UpsertInput;
  /** What comes later, one call each; it finds the customer by the same contact. */
  later: UpsertInput[];
  references: { kind: string; ref: string; isClosed: boolean }[];
}

const SEED = 20_261_124;
/** One in so many is somebody who came shortly before, entered again by somebody in a hurry. */
const TWIN_EVERY = 33;
const SHORTLY = 10;

/** The demo customers, the same at every call. */
export function demoCustomers(count = DEMO_COUNT): DemoCustomer[] {
  const draw = new Draw(SEED);
  const people: DemoCustomer[] = [];
  for (let n = 0; n < count; n++) {
    const original = n > 0 && n % TWIN_EVERY === 0 ? people[n - SHORTLY]! : null;
    if (original) {
      people.push({ first: twinOf(original.first, n, draw), later: [], references: [] });
      continue;
    }
    const first = person(n, draw);
    people.push({ first, later: laterOf(first, n, draw), references: referencesOf(n, draw) });
  }
  return people;
}

/** Chance that comes out the same each time (mulberry32 by Tommy Ettinger, public domain). */
class Draw {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  isOne(chance: number): boolean {
    return this.next() < chance;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
  /** One of these, each as often as its weight says. */
  weighted<T extends string>(weights: Record<T, number>): T {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of entries) {
      left -= weight;
      if (left < 0) return value;
    }
    return entries[0]![0];
  }
}

function person(n: number, draw: Draw): UpsertInput {
  const name = `${draw.of(GIVEN_NAMES)} ${draw.of(SURNAMES)}`;
  const suburb = draw.of(SUBURBS);
  const isCompany = draw.isOne(0.22);
  const source = draw.weighted({ website: 34, phone: 28, referral: 14, 'booking tool': 14, 'walk-in': 10 });
  const hasEmail = draw.isOne(0.72);
  const tags = [
    ...(draw.isOne(0.05) ? ['vip'] : []),
    ...(isCompany ? [draw.of(['trade', 'strata'])] : []),
    ...(hasEmail && draw.isOne(0.3) ? ['newsletter'] : []),
    DEMO_TAG,
  ];
  return {
    name,
    phone: mobile(n),
    address: `${1 + draw.below(180)} ${draw.of(STREETS)}, ${suburb}`,
    status: draw.weighted({ active: 78, lead: 14, inactive: 6, blocked: 2 }),
    source,
    tags,
    custom_fields: { property: isCompany ? draw.of(['Shop', 'Office']) : draw.of(PROPERTIES) },
    ...(hasEmail && { email: email(name, n) }),
    ...(isCompany && { company_name: `${suburb.split(/ [A-Z]{2,3} /)[0]} ${draw.of(TRADES)}` }),
    ...(draw.isOne(0.2) && {
      contacts: [
        { type: 'phone' as const, value: landline(n, suburb), label: isCompany ? 'office' : 'home' },
      ],
    }),
    ...(source === 'website' && { source_metadata: { utm_campaign: draw.of(CAMPAIGNS) } }),
  };
}

/** The same person at the same place, as another would write them down, reached in another way. */
function twinOf(original: UpsertInput, n: number, draw: Draw): UpsertInput {
  const [given = '', ...rest] = original.name!.split(' ');
  const surname = rest.join(' ');
  const variant = n % 4;
  const name = [
    () => `${given} ${slip(surname)}`,
    () => `${surname} ${given}`,
    () => `${slip(given)} ${surname}`,
    () => original.name!,
  ][variant]!();
  return {
    name,
    address: original.address!.replace('Street', 'St').replace('Road', 'Rd').replace('Avenue', 'Ave'),
    source: draw.of(['phone', 'walk-in']),
    tags: [DEMO_TAG],
    // Somebody took down a number, or an e-mail address, but not the one that is known.
    ...(variant === 3 ? { email: email(original.name!, n) } : { phone: mobile(n) }),
  };
}

/** A word with one letter left out of its middle; short ones as they are. */
const slip = (word: string): string =>
  word.length < 5 ? word : word.slice(0, word.length >> 1) + word.slice((word.length >> 1) + 1);

/** What one in three is changed by later: one to three calls. */
function laterOf(first: UpsertInput, n: number, draw: Draw): UpsertInput[] {
  if (!draw.isOne(0.35)) return [];
  const by = { phone: first.phone! };
  const given = first.name!.split(' ')[0];
  const changes: (() => UpsertInput)[] = [
    () => ({ ...by, custom_fields: { last_job: draw.of(JOBS) }, added_tags: ['warranty'] }),
    () => ({ ...by, address: `${1 + draw.below(180)} ${draw.of(STREETS)}, ${draw.of(SUBURBS)}` }),
    () => ({
      ...by,
      contacts: [{ type: 'email', value: email(`accounts ${given}`, n), label: 'accounts' }],
    }),
    () => ({ ...by, custom_fields: { last_job: draw.of(JOBS) } }),
    () => ({ ...by, added_tags: [draw.of(['vip', 'referral', 'newsletter'])] }),
    () => ({ ...by, name: `${given} ${draw.of(SURNAMES)}` }),
  ];
  const start = draw.below(changes.length);
  return Array.from({ length: 1 + draw.below(3) }, (_, i) => changes[(start + i) % changes.length]!());
}

function referencesOf(n: number, draw: Draw): DemoCustomer['references'] {
  if (!draw.isOne(0.3)) return [];
  return Array.from({ length: 1 + draw.below(3) }, (_, i) => {
    const kind = draw.weighted({ booking: 5, invoice: 4, enquiry: 1 });
    const ref = { booking: 'B', invoice: 'INV', enquiry: 'E' }[kind];
    return { kind, ref: `${ref}-${10_000 + n * 3 + i}`, isClosed: draw.isOne(0.7) };
  });
}

const DOMAINS = ['example.com', 'example.net', 'example.org'];
/** Unique by the number at its end. */
const email = (name: string, n: number): string =>
  `${name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replaceAll(' ', '.')}${n}@${DOMAINS[n % DOMAINS.length]}`;

/** With the country code: a location abroad reads them alike. */
const mobile = (n: number): string => `+61 491 57${scattered(n).replace(/^\d/, '$& ')}`;
const landline = (n: number, suburb: string): string => {
  const state = suburb.split(' ').at(-2)!;
  return `+61 ${AREA_CODES[state]} ${n % 2 ? '5550' : '7010'} ${scattered(n)}`;
};

/** Four digits, others for each number below 10,000, which do not look counted. */
const scattered = (n: number): string => String((n * 3779 + 157) % 10_000).padStart(4, '0');
