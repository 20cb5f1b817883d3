/** Authorization headers that open nothing. Names say what is wrong with each. */
import { newId } from '../../src/database/ids.ts';
import { makeKey } from '../../src/tenancy/key.ts';

/** Each is refused with 401 before any key is looked up, or finds none. `good` is a key that works. */
export function malformedHeaders(good: string, businessId: string): Record<string, string> {
  const [, business, secret] = good.split('_') as [string, string, string];
  const otherDigit = (text: string) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
  return {
    'an empty value': '',
    'a blank': ' ',
    'the scheme alone': 'Bearer',
    'the scheme and a blank': 'Bearer ',
    'the key alone': good,
    'the scheme and the key without a blank': `Bearer${good}`,
    'the scheme Basic': `Basic ${Buffer.from(`${good}:`).toString('base64')}`,
    'the scheme Digest': `Digest username="${good}"`,
    'the scheme Token': `Token ${good}`,
    'the scheme Negotiate': `Negotiate ${good}`,
    'an equals sign after the scheme': `Bearer=${good}`,
    'a colon after the scheme': `Bearer: ${good}`,
    'a tab after the scheme': `Bearer\t${good}`,
    'two keys': `Bearer ${good} ${good}`,
    'two keys with a comma': `Bearer ${good},${good}`,
    'a quoted key': `Bearer "${good}"`,
    'a key in brackets': `Bearer <${good}>`,
    'a blank within the key': `Bearer ${good.slice(0, 20)} ${good.slice(20)}`,
    'a tab within the key': `Bearer ${good.slice(0, 20)}\t${good.slice(20)}`,
    'a letter outside ASCII within the key': `Bearer ${good.slice(0, 20)}\u00e9${good.slice(21)}`,
    'a control character of Latin-1 at the end': `Bearer ${good}\u0085`,
    'a no-break space at the end': `Bearer ${good}\u00a0`,
    'another last digit, so that the checksum does not fit': `Bearer ${otherDigit(good)}`,
    'a key cut short by one': `Bearer ${good.slice(0, -1)}`,
    'a key with one more': `Bearer ${good}0`,
    'a key in upper case': `Bearer ${good.toUpperCase()}`,
    'a key in lower case': `Bearer ${good.toLowerCase()}`,
    'another prefix': `Bearer sk_${business}_${secret}`,
    'no business': `Bearer clt__${secret}`,
    'a business longer than any': `Bearer clt_${'z'.repeat(22)}_${secret}`,
    'a quote and a statement': "Bearer clt_' or 1=1 --",
    'percent signs': `Bearer ${encodeURIComponent(`${good} `)}`,
    'dots as of a JWT': 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
    'the placeholder of the documentation': 'Bearer YOUR_KEY_HERE',
    'a huge value': `Bearer clt_${'A'.repeat(12_000)}`,
    'a huge scheme': `${'Bearer'.repeat(2_000)} ${good}`,
    'a well-made key of a business that does not exist': `Bearer ${makeKey(newId())}`,
    'a well-made key of this business that was never given out': `Bearer ${makeKey(businessId)}`,
    'the highest business there can be': `Bearer ${makeKey('ffffffff-ffff-ffff-ffff-ffffffffffff')}`,
    'the nil business': `Bearer ${makeKey('00000000-0000-0000-0000-000000000000')}`,
  };
}
