/** What the service says of a row, as the account and the file of failures have it. */
import { describe, expect, it } from 'vitest';
import { type BatchItem, refusalIn, toVerdict } from '../../src/imports/verdict.ts';

describe('the answer to a row', () => {
  const ANSWERS: [promise: string, item: BatchItem, verdict: object, refusal: string | null][] = [
    [
      'is its sentence where nothing identifies anybody',
      { code: 'contact_details_required', message: 'Give a phone number.', errors: [] },
      { code: 'contact_details_required', reason: 'contact_details_required: Give a phone number.' },
      null,
    ],
    [
      'is everything that is wrong with its fields',
      {
        code: 'validation_failed',
        message: 'Two fields are wrong.',
        errors: [
          { field: 'email', message: 'email is none.' },
          { field: 'name', message: 'name is too long.' },
        ],
      },
      { code: 'validation_failed', reason: 'validation_failed: email is none. name is too long.' },
      null,
    ],
    [
      'refuses the import where it is about the location',
      { code: 'location_required', message: 'Say where.' },
      { code: 'location_required', reason: 'location_required: Say where.' },
      'Say where.',
    ],
  ];
  it.each(ANSWERS)('%s', (_promise, item, verdict, refusal) => {
    expect(toVerdict(item)).toEqual(verdict);
    expect(refusalIn(item)).toBe(refusal);
  });
});
