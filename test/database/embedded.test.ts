/** Where the PostgreSQL that comes with the package must not start. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbedded } from '../../src/database/embedded.ts';
import { scratch } from '../cli/session.ts';

/** Every file and directory below: when it was changed, and what is in it. */
async function everythingIn(dir: string): Promise<[string, number, string | null][]> {
  const names = (await readdir(dir, { recursive: true })).sort();
  return await Promise.all(
    names.map(async (name): Promise<[string, number, string | null]> => {
      const path = join(dir, name);
      const { mtimeMs, isDirectory } = await stat(path).then((found) => ({
        mtimeMs: found.mtimeMs,
        isDirectory: found.isDirectory(),
      }));
      return [name, mtimeMs, isDirectory ? null : await readFile(path, 'utf8')];
    }),
  );
}

it('leaves what another major version made as it is, and says how to move it', async () => {
  const dir = await scratch();
  const cluster = join(dir, 'postgres');
  await mkdir(join(cluster, 'base', '1'), { recursive: true });
  await writeFile(join(cluster, 'PG_VERSION'), '17\n');
  await writeFile(join(cluster, 'base', '1', '1259'), 'rows');
  await writeFile(join(dir, 'postgres.password'), 'secret');
  const before = await everythingIn(dir);
  await expect(startEmbedded(dir, 'a test')).rejects.toThrow(
    `${cluster} was made by PostgreSQL 17; this Clientele brings PostgreSQL 18. Nothing was touched. ` +
      'With the Clientele that made it run "clientele backup FILE", then with this one "clientele restore FILE"',
  );
  expect(await everythingIn(dir)).toEqual(before);
});
