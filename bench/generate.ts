/** Believable Australian customers, the same for the same seed: what benchmarks and demonstrations are filled with. */
import { en, en_AU, Faker } from '@faker-js/faker';
import type { UpsertInput } from '../src/customers/schema.ts';

const TAGS = ['vip', 'trade', 'newsletter', 'strata', 'warranty', 'referral'];
const SOURCES = ['website', 'phone', 'point of sale', 'booking', 'import'];

/**
 * Customers `from` … `from + count - 1`, one at a time. Phones and e-mails are unique by their number, so that N
 * bodies make N customers; three in ten have a company, one in five a landline beside the mobile.
 */
export function* customers(count: number, from = 0, seed = 20_261_123): Generator<UpsertInput> {
  const faker = new Faker({ locale: [en_AU, en], seed: seed + from });
  for (let n = from; n < from + count; n++) {
    const first = faker.person.firstName();
    const last = faker.person.lastName();
    yield {
      name: `${first} ${last}`,
      email: `${first}.${last}.${n}@example.com`.replace(/[^\w.@]/g, '').toLowerCase(),
      phone: mobile(n),
      ...(n % 10 < 3 && { company_name: faker.company.name() }),
      ...(n % 5 === 0 && { contacts: [{ type: 'phone' as const, value: landline(n), label: 'office' }] }),
      address: `${faker.location.streetAddress()}, ${faker.location.city()} ${faker.location.state({ abbreviated: true })} ${faker.location.zipCode()}`,
      tags: n % 3 === 0 ? [TAGS[n % TAGS.length]!] : [],
      source: SOURCES[n % SOURCES.length]!,
    };
  }
}

/** Any number below 99,999,999 as an Australian mobile: 04xx xxx xxx. */
export const mobile = (n: number): string =>
  `04${scatter(n, 99_999_989).toString().padStart(8, '0')}`.replace(/^(\d{4})(\d{3})/, '$1 $2 ');
const landline = (n: number): string => `(02) 9${scatter(n, 9_999_991).toString().padStart(7, '0')}`;

/** Spreads consecutive numbers over a range without meeting itself: multiplication modulo a prime. */
const scatter = (n: number, prime: number): number => Number((BigInt(n + 1) * 48_271n) % BigInt(prime));
