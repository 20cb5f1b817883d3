/** The checks on text that the customer schemas name as `format`. */
import { isTimedId } from '../database/ids.ts';
import { type Format, isTime } from '../http/validation.ts';
import { isPlaceholder, normalizeEmail } from './contact.ts';
import { isWebAddress } from './web-address.ts';

export const FORMATS: Record<string, Format> = {
  'contact-email': {
    test: (text) => text === '' || isPlaceholder('email', text) || normalizeEmail(text) !== null,
    code: 'invalid_email',
    message: 'is not an e-mail address',
  },
  'reference-kind': {
    test: (text) => /^[a-z0-9_.-]{1,64}$/.test(text),
    code: 'invalid_kind',
    message: 'must be 1 to 64 of the characters a-z, 0-9, _, . and -, such as booking',
  },
  'time-or-event': {
    test: (text) => isTime(text) || isTimedId(text),
    code: 'invalid_time',
    message: 'must be a time as 2026-01-31T09:30:00Z, or the id of an event',
  },
  'http-url': {
    test: (text) => text === '' || isWebAddress(text),
    code: 'invalid_url',
    message: 'must be an http or https URL',
  },
};
