/** How long the scan for possible duplicates takes, and what memory: `tsx bench/scan.ts [ROWS]` (default 100,000). */
import { countOpenPairs, scanDuplicates } from '../src/customers/duplicate-scan.ts';
import { prepare } from './stage.ts';

const rows = Number(process.argv[2] ?? 100_000);
const stage = await prepare(rows);
const start = performance.now();
const resident: number[] = [];
const { customers } = await scanDuplicates(stage.sql, stage.businessId, {
  onPage: ({ seq, last }) => {
    resident.push(process.memoryUsage().rss / 1024 / 1024);
    if (resident.length % 10 === 0) console.error(`${seq} of ${last}, ${resident.at(-1)!.toFixed(0)} MB`);
    return true;
  },
});
const seconds = (performance.now() - start) / 1000;
const pairs = await countOpenPairs(stage.sql, stage.businessId);
console.log(
  `${customers} customers compared in ${seconds.toFixed(1)} s (${Math.round(customers / seconds)} a second), ${pairs} pairs; ` +
    `resident ${resident[Math.floor(resident.length / 10)]!.toFixed(0)} MB after a tenth, at most ${Math.max(...resident).toFixed(0)} MB`,
);
await stage.stop();
