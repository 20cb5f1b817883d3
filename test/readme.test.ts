/** The curls of README.md, run in a shell as printed: each gives the answer printed below it. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { API, useService } from './harness.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [
  ...readme.matchAll(/```sh\n((?:(?!```)[\s\S])*?curl[\s\S]*?)```\s+```json\n([\s\S]*?)```/g),
].map(([, command, answer]) => ({ command: command!.trim(), answer: answer! }));

const service = useService();
const run = promisify(execFile);

/** Ids and times become the order in which they first appear: the same story reads the same. */
function story(texts: string[]): unknown[] {
  const names = new Map<string, string>();
  const times = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
  const ids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  const named = (id: string) => {
    if (!names.has(id)) names.set(id, `id ${names.size + 1}`);
    return names.get(id)!;
  };
  return texts.map((text) => JSON.parse(text.replace(times, 'a time').replace(ids, named)));
}

describe('README', () => {
  it('its curls give the answers printed below them', async () => {
    expect(examples).toHaveLength(7);
    const { key } = await service.business();
    const answers: string[] = [];
    for (const { command } of examples) {
      const created = answers.findLast((answer) => answer.includes('Customer created!'));
      const ID = created ? JSON.parse(created).body.id : '';
      const script = command.replace(/^export ID=.*$/m, '').replaceAll('curl ', 'curl -sS ');
      const { stdout } = await run('bash', ['-c', script], {
        env: { ...process.env, KEY: key, API: service.url + API, ID },
      });
      answers.push(stdout);
    }
    expect(story(answers)).toEqual(story(examples.map(({ answer }) => answer)));
  });
});
