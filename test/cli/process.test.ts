/** The command line as a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useService } from '../harness.ts';
import { csvFile, figures } from './session.ts';

const service = useService();
const root = join(import.meta.dirname, '../..');
const START = `import { run } from './src/cli/main.ts'; process.exitCode = await run(process.argv.slice(1));`;

describe('clientele', () => {
  it('imports a file and ends by itself', async () => {
    const { key } = await service.business();
    const path = await csvFile('Name,Mobile\nAnn Lee,0412 000 001\nBob Ray,0412 000 002\n');
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', START, '--', 'import', path],
      { cwd: root, env: { ...process.env, CLIENTELE_KEY: key, CLIENTELE_URL: service.url } },
    );
    expect(stderr).toBe('');
    expect(figures(stdout)).toMatchObject({ 'rows read': 2, created: 2, failed: 0 });
  });
});
