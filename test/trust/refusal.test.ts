/** What a campaign refuses to begin with. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageDir } from '../../src/config.ts';
import { changedFiles } from '../../trust/report.ts';

const campaign = (...args: string[]): Promise<{ code: number | null; err: string }> =>
  new Promise((done) => {
    const program = ['--import', 'tsx', 'trust/main.ts', ...args];
    const child = execFile(process.execPath, program, { cwd: packageDir }, (_error, _out, err) =>
      done({ code: child.exitCode, err: err.trim() }),
    );
  });

it.each([
  [
    'a seed that is no number',
    ['--seed', 'abc'],
    '--seed wants a whole number of up to nine digits, not “abc”.',
  ],
  [
    'a seed that is not whole',
    ['--seed', '1.5'],
    '--seed wants a whole number of up to nine digits, not “1.5”.',
  ],
  ['a theme that is not there', ['--only', 'flood'], /^There is no theme flood; there are kill, postgres, /],
])('refuses %s', async (_, args, sentence) => {
  const { code, err } = await campaign('--smoke', ...args);
  expect(err).toMatch(sentence);
  expect(code).toBe(1);
});

it('sees what is not as committed, but for what it writes itself', () => {
  const dir = mkdtempSync(join(tmpdir(), 'clientele-tree-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: dir });
  const write = (path: string, text: string) => writeFileSync(join(dir, path), text);
  try {
    for (const name of ['src', 'docs', 'trust/results']) mkdirSync(join(dir, name), { recursive: true });
    const files = ['src/main.ts', 'docs/trust.md', 'docs/api.md', 'trust/main.ts', 'trust/results/1.json'];
    for (const file of files) write(file, 'as committed');
    git('init', '--quiet');
    git('add', '.');
    git('-c', 'user.name=Test', '-c', 'user.email=test@clientele.test', 'commit', '--quiet', '-m', 'All');
    expect(changedFiles(dir)).toEqual([]);
    for (const file of ['docs/trust.md', 'trust/results/1.json', 'trust/results/2.json', 'src/new.ts'])
      write(file, 'written');
    expect(changedFiles(dir)).toEqual([]);
    write('src/main.ts', 'another');
    write('trust/main.ts', 'another, and added');
    git('add', 'trust/main.ts');
    expect(changedFiles(dir)).toEqual(['src/main.ts', 'trust/main.ts']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
