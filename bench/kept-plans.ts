/** The plans of all statements at the size of the benchmark, kept in bench/PLANS.md so that a change of one is seen. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageDir } from '../src/config.ts';
import type { Book, Theme } from './book.ts';
import { collectPlans, printed, wasteful } from './plans.ts';
import { environment } from './report.ts';
import { FILL_RATE, prepare, type Stage } from './stage.ts';

const largest = (sizes: number[]) => sizes.at(-1)!;

/** Alone; in a full run the theme of the one business keeps them at its end. */
export const plans: Theme = {
  name: 'plans',
  what: ({ sizes }) => `the plan of every statement at ${largest(sizes).toLocaleString('en')} customers`,
  estimate: ({ sizes }) => largest(sizes) / FILL_RATE + largest(sizes) / 30_000 + 20,
  async run(book) {
    const stage = await prepare(largest(book.options.sizes));
    try {
      await book.opened(stage);
      await keepPlans(book, stage, largest(book.options.sizes));
    } finally {
      await stage.stop();
    }
  },
};

export async function keepPlans(book: Book, stage: Stage, rows: number): Promise<void> {
  const { databaseUrl, key, businessId, locationId } = stage;
  const all = await collectPlans(databaseUrl, { id: businessId, key, locationId });
  const bad = wasteful(all);
  if (bad.length > 0) console.log(printed(bad));
  const size = `${rows.toLocaleString('en')} customers`;
  book.verdict(
    `plans of ${all.length} statements, ${size}`,
    'no table read whole, rows read within a small factor of rows kept',
    bad.length === 0 ? 'all' : `all but ${bad.length}`,
    bad.length === 0,
  );
  if (book.options.isSmoke) return;
  const { commit, date } = environment();
  writeFileSync(
    join(packageDir, 'bench/PLANS.md'),
    `# Plans

How PostgreSQL ${book.postgres} finds the rows of each statement that the service sends, in one business of ${size};
for statements that only read, how many rows their scans kept and how many they looked at and let go. Renewed by
\`npm run bench -- --only plans --rows ${rows}\` and by a full run; at ${commit}, ${date} UTC. The suite checks the same at 200,000.

\`\`\`
${printed(all).replaceAll(businessId, '<business>')}
\`\`\`
`,
  );
}
