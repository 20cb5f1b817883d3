/** A refusal, as a test expects it. */
import { expect } from 'vitest';
import type { Answer } from '../client.ts';
import { notARefusal } from './refusal.ts';

export const expectRefusal = (answer: Answer, expected?: Parameters<typeof notARefusal>[1]): void =>
  expect(notARefusal(answer, expected)).toBeNull();
