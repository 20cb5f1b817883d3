/** What the limit of requests leaves for work in the background. The headers are those of the IETF draft RateLimit. Pure. */

/** Work in the background leaves this share of a minute's requests to people, and to what else has the same key. */
const RESERVE = 0.1;

/** Milliseconds to wait before the next request, as the last answer's headers have it; 0 for none. */
export function pauseOf(policies: string | null, standings: string | null): number {
  if (!policies || !standings) return 0;
  const limits = new Map(itemsOf(policies).map(({ name, q }) => [name, q ?? 0]));
  const short = itemsOf(standings).filter(({ name, r = 0 }) => r <= (limits.get(name) ?? 0) * RESERVE);
  return Math.max(0, ...short.map(({ t = 0 }) => t * 1000));
}

/** `"key";q=60000;w=60, "business";q=180000;w=60` */
function itemsOf(header: string) {
  return header.split(',').map((item) => {
    const [name, ...parameters] = item.trim().split(';');
    const numbers = parameters.map((one) => one.split('=') as [string, string]);
    return {
      name: name!,
      ...(Object.fromEntries(numbers.map(([key, value]) => [key, Number(value)])) as {
        [key in 'q' | 'r' | 't']?: number;
      }),
    };
  });
}
