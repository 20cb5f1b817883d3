/** Believable Australian customers, the same for the same seed: what benchmarks and demonstrations are filled with. */
import { en, en_AU, Faker } from '@faker-js/faker';
import type { UpsertInput } from '../src/customers/schema.ts';

const TAGS = ['vip', 'trade', 'newsletter', 'strata', 'warranty', 'referral'];
const SOURCES = ['website', 'phone', 'point of sale', 'booking', 'import'];

const POOL = 2000;

const drawn = new Map<number, ReturnType<typeof draw>>();

/** Names and places drawn once: a million customers then cost seconds, and a benchmark measures no generator. */
function pools(seed: number) {
  const known = drawn.get(seed) ?? draw(seed);
  drawn.set(seed, known);
  return known;
}

function draw(seed: number) {
  const faker = new Faker({ locale: [en_AU, en], seed });
  const many = (make: () => string) => Array.from({ length: POOL }, make);
  return {
    first: many(() => faker.person.firstName()),
    last: many(() => faker.person.lastName()),
    company: many(() => faker.company.name()),
    street: many(() => faker.location.streetAddress()),
    town: many(
      () =>
        `${faker.location.city()} ${faker.location.state({ abbreviated: true })} ${faker.location.zipCode()}`,
    ),
  };
}

/**
 * Customers `from` … `from + count - 1`, one at a time. Phones and e-mails are unique by their number, so that N
 * bodies make N customers; three in ten have a company, one in five a landline beside the mobile.
 */
export function* customers(count: number, from = 0, seed = 20_261_123): Generator<UpsertInput, never> {
  const { first, last, company, street, town } = pools(seed);
  const pick = (pool: string[], n: number, salt: number) => pool[mixed(n, salt) % POOL]!;
  for (let n = from; n < from + count; n++) {
    const name = [pick(first, n, 1), pick(last, n, 2)];
    yield {
      name: name.join(' '),
      email: `${name.join('.')}.${n}@example.com`.replace(/[^\w.@]/g, '').toLowerCase(),
      phone: mobile(n),
      ...(n % 10 < 3 && { company_name: pick(company, n, 3) }),
      ...(n % 5 === 0 && { contacts: [{ type: 'phone' as const, value: landline(n), label: 'office' }] }),
      address: `${pick(street, n, 4)}, ${pick(town, n, 5)}`,
      tags: n % 3 === 0 ? [TAGS[n % TAGS.length]!] : [],
      source: SOURCES[n % SOURCES.length]!,
    };
  }
  throw new Error(`all ${count} customers are used up`);
}

/** Any number below 99,999,999 as an Australian mobile: 04xx xxx xxx. */
export const mobile = (n: number): string =>
  `04${scatter(n, 99_999_989).toString().padStart(8, '0')}`.replace(/^(\d{4})(\d{3})/, '$1 $2 ');
const landline = (n: number): string => `(02) 9${scatter(n, 9_999_991).toString().padStart(7, '0')}`;

/** A number that looks drawn by lot, another for each salt: who shares a name need not share a street. */
function mixed(n: number, salt: number): number {
  let hash = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Spreads consecutive numbers over a range without meeting itself: multiplication modulo a prime. */
const scatter = (n: number, prime: number): number => ((n + 1) * 48_271) % prime;
