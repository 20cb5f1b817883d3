/** `clientele import` as a process of its own. */
import { execFile } from 'node:child_process';
import { packageDir } from '../src/config.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

const FROM_SOURCE = [
  '--import',
  'tsx',
  '--input-type=module',
  '-e',
  "import { run } from './src/cli/main.ts'; process.exitCode = await run(process.argv.slice(1));",
  '--',
];
const BUILT = ['bin/clientele.js'];
const PATIENCE_MS = 120_000;

export const importInProcess = (
  path: string,
  { url, key, isBuilt }: { url: string; key: string; isBuilt: boolean },
): Promise<Ran> =>
  new Promise((done) => {
    const child = execFile(
      process.execPath,
      [...(isBuilt ? BUILT : FROM_SOURCE), 'import', path],
      {
        cwd: packageDir,
        env: { ...process.env, CLIENTELE_URL: url, CLIENTELE_KEY: key },
        timeout: PATIENCE_MS,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, out, err) =>
        done({ code: error ? (child.exitCode ?? -1) : 0, out: out.trimEnd(), err: err.trimEnd() }),
    );
  });
