/** Where a request comes from, as far as one guest of a network can choose it. Pure. */
import { isIPv4, isIPv6 } from 'node:net';

const LONGEST = 45;

/** An IPv4 address; the /64 of an IPv6 one, which is what one line is given; what is neither as it is. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || isIPv4(address)) return mapped ?? address;
  if (!isIPv6(address)) return address.slice(0, LONGEST);
  const [before, after] = address.replace(/%.*$/, '').split('::');
  const left = groupsOf(before!);
  const right = after === undefined ? [] : groupsOf(after);
  const zeros = Array(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** The groups of a part; an IPv4 address at its end stands for two. */
const groupsOf = (part: string): string[] =>
  part === '' ? [] : part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
