/** Files through the command line: a CSV in, everything out as JSON lines, and those in again without a change. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { packageDir } from '../src/config.ts';
import { type Book, secondsOf, type Theme } from './book.ts';
import { bareInsertSelect } from './floors.ts';
import { customers } from './generate.ts';
import { peakMemory, type Running, startService } from './processes.ts';
import { FILL_RATE, prepare, type Stage, scratchDirectory, someIds } from './stage.ts';

const POLL_MS = 200;
const MOST_MIB = 300;

export const bulk: Theme = {
  name: 'bulk',
  what: ({ bulk }) => `${bulk.toLocaleString('en')} rows imported, exported and imported again`,
  estimate: ({ bulk, ...options }) =>
    bulk / FILL_RATE + bulk / 15_000 + bulk / 5000 + secondsOf(1, options) + 15,
  async run(book) {
    const stage = await prepare(0);
    const { dir, remove } = await scratchDirectory();
    try {
      await book.opened(stage);
      await throughFiles(book, stage, dir);
    } finally {
      await remove();
      await stage.stop();
    }
  },
};

async function throughFiles(book: Book, stage: Stage, dir: string): Promise<void> {
  const { bulk: rows, isSmoke } = book.options;
  const [csv, exported] = [join(dir, 'customers.csv'), join(dir, 'export.ndjson')];
  console.log(`writing ${csv} …`);
  await writeCsv(csv, rows);

  const imported = await measured(book, stage, `import of CSV, command line: rows`, ['import', csv]);
  expectRows('created', imported.output, rows);
  await measured(book, stage, 'export as JSON lines, command line: rows', ['export', exported]);
  const again = await measured(book, stage, 'import of that export, command line: rows', [
    'import',
    exported,
  ]);
  const unchanged = countOf('unchanged', again.output);
  book.verdict(
    `an export imports again, ${rows.toLocaleString('en')} rows`,
    '0 changes',
    `${unchanged.toLocaleString('en')} unchanged`,
    unchanged === rows,
  );

  const { sql, businessId } = stage;
  const ids = await someIds(sql, businessId, 10_000);
  const bare = book.note(
    rows,
    'bare insert … select, after the import: rows',
    await bareInsertSelect({ sql, businessId, ids }, isSmoke ? 500 : 10_000),
  );
  book.share(
    `import, ${rows.toLocaleString('en')} rows`,
    '≥ 50 % of insert … select',
    imported.rate / bare,
    0.5,
  );
  book.verdict(
    `import, ${rows.toLocaleString('en')} rows`,
    '≥ 10,000 rows/s',
    `${Math.round(imported.rate).toLocaleString('en')} rows/s`,
    imported.rate >= 10_000,
  );
}

/** Runs a command with a service of its own, and enters its rows a second and what both held at the most. */
async function measured(
  book: Book,
  stage: Stage,
  what: string,
  args: string[],
): Promise<{ rate: number; output: string }> {
  const { bulk: rows } = book.options;
  console.log(`${what} …`);
  const service = await startService(stage);
  try {
    const { seconds, peak, output } = await command(args, service, stage.key);
    const ofService = await service.peak();
    const held = `command ${Math.round(peak)} MiB, service ${Math.round(ofService)} MiB`;
    const rate = book.note(rows, what, rows / seconds, `${seconds.toFixed(1)} s; at the most ${held}`);
    book.verdict(
      `memory, ${what.split(',')[0]}, ${rows.toLocaleString('en')} rows`,
      `≤ ${MOST_MIB} MiB each`,
      held,
      Math.max(peak, ofService) <= MOST_MIB,
    );
    return { rate, output };
  } finally {
    await service.stop();
  }
}

/** Runs a command of the built service to its end, on the core of the load. */
async function command(
  args: string[],
  service: Running,
  key: string,
): Promise<{ seconds: number; peak: number; output: string }> {
  const start = performance.now();
  const child = spawn(process.execPath, [join(packageDir, 'bin/clientele.js'), ...args], {
    env: { ...process.env, CLIENTELE_URL: service.url, CLIENTELE_KEY: key },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-20_000);
    });
  let peak = 0;
  const poll = setInterval(async () => {
    peak = Math.max(peak, await peakMemory(child.pid!));
  }, POLL_MS);
  const code = await new Promise((done) => child.once('close', done));
  clearInterval(poll);
  if (code !== 0) throw new Error(`clientele ${args.join(' ')} ended with ${code}: ${output.slice(-2000)}`);
  return { seconds: (performance.now() - start) / 1000, peak, output };
}

/** One figure of the account that an import closes with. */
const countOf = (outcome: string, output: string): number =>
  Number(new RegExp(`^${outcome}: +(\\d+)$`, 'm').exec(output)?.[1] ?? 0);

function expectRows(outcome: string, output: string, rows: number): void {
  if (countOf(outcome, output) !== rows)
    throw new Error(`not all rows were ${outcome}: ${output.slice(-2000)}`);
}

/** As a spreadsheet of customers comes: one column for the landline, tags between commas. */
async function writeCsv(path: string, rows: number): Promise<void> {
  const source = customers(rows);
  function* records() {
    for (let n = 0; n < rows; n++) {
      const { name, email, phone, company_name, address, source: from, tags, contacts } = source.next().value;
      yield {
        Name: name,
        Email: email,
        Phone: phone,
        'Office phone': contacts?.[0]?.value,
        Company: company_name,
        Address: address,
        Source: from,
        Tags: tags?.join(', '),
      };
    }
  }
  await pipeline(Readable.from(records()), stringify({ header: true }), createWriteStream(path));
}
