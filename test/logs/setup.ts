/** In every file of tests: what its clients say is noted. */
import { afterAll } from 'vitest';
import { listenTo } from '../client.ts';
import { note, writeNotes } from './notes.ts';

listenTo(note);
afterAll(writeNotes);
