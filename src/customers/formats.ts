/** The checks on text that the customer schemas name as `format`. */
import type { Format } from '../http/validation.ts';
import { isPlaceholder, normalizeEmail } from './contact.ts';

export const FORMATS: Record<string, Format> = {
  'contact-email': {
    test: (text) => text === '' || isPlaceholder('email', text) || normalizeEmail(text) !== null,
    code: 'invalid_email',
    message: 'is not an e-mail address',
  },
  'http-url': {
    test: (text) => text === '' || (/^https?:\/\/\S+$/i.test(text) && URL.canParse(text)),
    code: 'invalid_url',
    message: 'must be an http or https URL',
  },
};
