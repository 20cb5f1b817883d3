/**
 * Imported before the campaign where a test runs it: what its clients say, and what the services that it starts print, is kept
 * for the look at the end of the run. Apart from the campaign, which knows nothing of it.
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { listenTo } from '../client.ts';
import { keepOutput, note, plantCanary, writeNotes } from './notes.ts';

const SERVICE = 'src/main.ts';

listenTo(note);
plantCanary();
process.once('exit', writeNotes);
subscribe('child_process', (message) => {
  const { process: child } = message as { process: ChildProcess };
  // Told of before it is spawned: what is known of it then is nothing.
  process.nextTick(() => {
    if (!child.spawnargs?.includes(SERVICE)) return;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => keepOutput(child.pid!, String(text)));
  });
});
