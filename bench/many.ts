/** Many businesses in one database: the same operations, each request of another business. */
import { BASE as API } from '../src/http/route.ts';
import { CALLERS, type Options, secondsOf, type Theme } from './book.ts';
import { customers } from './generate.ts';
import { type Load, measure, random } from './load.ts';
import { startService } from './processes.ts';
import { FILL_RATE, prepare, type Stage } from './stage.ts';

const rowsOf = ({ many: { businesses, each } }: Options) => businesses * each;

export const many: Theme = {
  name: 'many',
  what: ({ many: { businesses, each } }) =>
    `${businesses.toLocaleString('en')} businesses of ${each.toLocaleString('en')} customers`,
  estimate: (options) =>
    rowsOf(options) / FILL_RATE +
    rowsOf(options) / 30_000 +
    secondsOf(4, options) +
    options.many.businesses / 50,
  async run(book) {
    const { businesses, each } = book.options.many;
    const stage = await prepare(each, { businesses });
    try {
      await book.opened(stage);
      const service = await startService(stage);
      const rows = rowsOf(book.options);
      const of = `, ${businesses.toLocaleString('en')} businesses`;
      for (const [what, next] of Object.entries(operationsOn(stage, each))) {
        const load = { ...book.options, url: service.url, connections: CALLERS, next };
        book.note(rows, `${what}${of}`, await measure(load));
      }
      const resident = await service.memory();
      book.memory[`${rows.toLocaleString('en')} in many businesses, after load`] = resident;
      book.verdict(
        `memory under load, ${rows.toLocaleString('en')} customers in ${businesses.toLocaleString('en')} businesses`,
        '≤ 150 MiB resident',
        `${Math.round(resident)} MiB`,
        resident <= 150,
      );
      await service.stop();
    } finally {
      await stage.stop();
    }
  },
};

/** The next request of each operation, of a business drawn by lot, with its key. */
function operationsOn({ businesses }: Stage, each: number): Record<string, Load['next']> {
  const headersOf = new Map(businesses.map((one) => [one, { authorization: `Bearer ${one.key}` }]));
  const get =
    (path: (n: number) => string): Load['next'] =>
    () => {
      const n = Math.floor(Math.random() * businesses.length);
      return { method: 'GET', path: `${API}/customers${path(n)}`, headers: headersOf.get(businesses[n]!)! };
    };
  /** Somebody the business has. */
  const known = (n: number) => customers(1, n * each + Math.floor(Math.random() * each)).next().value;
  const fresh = customers(40_000_000, 50_000_000);
  let turn = 0;
  return {
    'get by id': get((n) => `/${random(businesses[n]!.ids)}`),
    'list: first page with total': get(() => '?page_size=20'),
    'search: surname': get((n) => `?q=${encodeURIComponent(known(n).name!.split(' ').at(-1)!)}`),
    'upsert, half new': () => {
      const n = Math.floor(Math.random() * businesses.length);
      return {
        method: 'PUT',
        path: `${API}/customers`,
        body: JSON.stringify(turn++ % 2 ? known(n) : fresh.next().value),
        headers: headersOf.get(businesses[n]!)!,
      };
    },
  };
}
