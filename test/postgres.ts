/**
 * One PostgreSQL for the whole run: the embedded one in a fresh directory, or the server at TEST_DATABASE_URL.
 * A template database is migrated once; every test file clones it. TEST_PGBOUNCER=1 puts PgBouncer before it.
 */
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { connect } from '../src/database/connect.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { closeNotes, openNotes } from './logs/notes.ts';
import { startPgBouncer } from './pgbouncer.ts';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
    templateName: string;
    /** Where the service finds its database when there is a pooler before it. */
    poolerUrl: string | null;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const dir = given ? null : await mkdtemp(join(tmpdir(), 'clientele-test-'));
  // PostgreSQL's own user must pass here, when root runs the suite.
  if (dir) await chmod(dir, 0o755);
  const embedded = dir
    ? await startEmbedded(join(dir, 'data'), `the test suite, process ${process.pid}`)
    : null;
  const notes = openNotes();
  if (dir) await symlink(join(dir, 'data', 'postgres.log'), join(notes, 'postgres.log'));
  const serverUrl = given ?? embedded!.url;
  const templateName = `clientele_template_${process.pid}`;

  const server = connect(serverUrl, { max: 1, statementTimeout: 0 });
  await server.unsafe(`create database ${templateName}`);
  const template = connect(withDatabase(serverUrl, templateName), { max: 1 });
  await migrate(template);
  await template.end();

  const pooler = process.env.TEST_PGBOUNCER === '1' ? await startPgBouncer(serverUrl) : null;
  project.provide('poolerUrl', pooler?.url ?? null);
  project.provide('serverUrl', serverUrl);
  project.provide('templateName', templateName);
  return async () => {
    await pooler?.stop();
    await server.unsafe(`drop database ${templateName} with (force)`);
    await server.end();
    await embedded?.stop();
    if (dir) await rm(dir, { recursive: true, force: true });
    closeNotes();
  };
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
