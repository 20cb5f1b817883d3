/** In every file of tests: what its clients say, and what its servers hear, is noted. */
import { afterAll } from 'vitest';
import { listenTo } from '../client.ts';
import { note, noteRequests, plantCanary, writeNotes } from './notes.ts';

listenTo(note);
noteRequests();
plantCanary();
afterAll(writeNotes);
