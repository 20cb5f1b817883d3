/**
 * Phone numbers that a spreadsheet took for large numbers and wrote as 6.14E+10. Where all digits are still there the
 * number is read; where some are gone it is nobody's number, and two people's may look alike. Pure.
 */
const SCIENTIFIC = /^(\d)(?:[.,](\d+))?E\+?(\d{1,2})$/i;
/** Of digits that a phone number has; shorter ones are no phone numbers that a spreadsheet would shorten. */
const MIN_EXPONENT = 6;

/** The digits of a number in scientific notation, `lost` when the last ones are gone, null for any other text. */
export function readScientific(text: string): string | 'lost' | null {
  const [, first, fraction = '', exponent] = SCIENTIFIC.exec(text.trim()) ?? [];
  if (first === undefined || Number(exponent) < MIN_EXPONENT) return null;
  return fraction.length === Number(exponent) ? first + fraction : 'lost';
}

/** What to tell whoever wrote the file. */
export const describeLost = (text: string): string =>
  `A spreadsheet has shortened the phone number to ${text.trim()}: its last digits are gone. Format the column as text there and type the number again, or leave it out.`;
