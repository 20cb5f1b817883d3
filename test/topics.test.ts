/** The commands of the topic pages in docs/, run in one shell a page as printed: each answer holds what is printed below it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { API, useService } from './harness.ts';

const service = useService();
const run = promisify(execFile);
const docs = join(import.meta.dirname, '..', 'docs');
const PAGES = ['deleting', 'merging', 'history', 'retries', 'imports', 'privacy'];

/** The commands of a page, each with the answer printed below it. */
async function examplesOf(page: string): Promise<{ command: string; answer: object }[]> {
  const text = await readFile(join(docs, `${page}.md`), 'utf8');
  const commands = text.match(/^```sh$/gm)?.length ?? 0;
  const examples = [...text.matchAll(/```sh\n([\s\S]*?)```\s+```json\n([\s\S]*?)```/g)].map(
    ([, command, answer]) => ({ command: command!, answer: JSON.parse(answer!) }),
  );
  expect(examples.length, 'every command has its answer').toBe(commands);
  expect(commands).toBeGreaterThan(0);
  return examples;
}

describe('docs', () => {
  for (const page of PAGES) {
    it(`${page}.md: its commands give the answers printed below them`, async () => {
      const { key } = await service.business();
      const examples = await examplesOf(page);
      const dir = await mkdtemp(join(tmpdir(), 'clientele-docs-'));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      // One shell, so that what one command keeps in a variable the next one has.
      const script = [
        'set -eu',
        'curl() { command curl -sS "$@"; }',
        ...examples.map(({ command }, i) => `{\n${command}\n} > "${join(dir, String(i).padStart(2, '0'))}"`),
      ];
      await writeFile(join(dir, 'page.sh'), script.join('\n'));
      await run('bash', [join(dir, 'page.sh')], {
        env: { ...process.env, KEY: key, API: service.url + API },
      });
      const answers = (await readdir(dir)).filter((name) => name !== 'page.sh').sort();
      for (const [i, name] of answers.entries()) {
        // The first answer counts, where a command tidies up after itself.
        const [answer] = (await readFile(join(dir, name), 'utf8')).split(/(?<=\})(?=\{"success")/);
        expect(JSON.parse(answer!), examples[i]!.command).toMatchObject(examples[i]!.answer);
      }
    });
  }
});
