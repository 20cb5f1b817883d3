/** The checks on text that the customer schemas name as `format`. */
import type { Format } from '../http/validation.ts';
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
  'http-url': {
    test: (text) => text === '' || isWebAddress(text),
    code: 'invalid_url',
    message: 'must be an http or https URL',
  },
};
