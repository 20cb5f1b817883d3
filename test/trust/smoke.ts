/** Runs themes of the campaign as small as they go, and expects that every claim held. */
import { execFile } from 'node:child_process';
import { expect } from 'vitest';
import { packageDir } from '../../src/config.ts';

/** What it printed. It takes some seconds for each theme. */
export async function smoke(...themes: string[]): Promise<string> {
  const args = ['--import', 'tsx', '--import', './test/logs/campaign.ts', 'trust/main.ts'];
  args.push('--smoke', '--only', themes.join(','));
  const { output, code } = await new Promise<{ output: string; code: number | string | null }>((done) => {
    const child = execFile(process.execPath, args, { cwd: packageDir }, (error, stdout, stderr) =>
      done({ output: stdout + stderr, code: error ? child.exitCode : 0 }),
    );
  });
  expect(code, output).toBe(0);
  return output;
}
