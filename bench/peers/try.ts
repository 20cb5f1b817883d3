/** Tries one peer by hand: `npx tsx bench/peers/try.ts <folder> [rows]` prints each operation's answer. */
import { customers } from '../generate.ts';
import { startDatabase } from '../stage.ts';
import { peerCustomer, withPeer } from './harness.ts';
import type { PeerRequest, RunningPeer } from './peer.ts';

const [folder, rows = '1000'] = process.argv.slice(2);
const database = await startDatabase();
try {
  await withPeer({ folder: folder! }, database.url, Number(rows), tryAll);
} finally {
  await database.stop();
}

async function tryAll(peer: RunningPeer): Promise<void> {
  console.log(`${peer.name} is up`);
  const send = async (what: string, { method, path, body }: PeerRequest) => {
    const at = performance.now();
    const response = await fetch(peer.url + path, {
      method,
      headers: { ...peer.headers, 'content-type': 'application/json' },
      ...(body && { body }),
    });
    const text = await response.text();
    console.log(
      `${what}: ${response.status} in ${(performance.now() - at).toFixed(1)} ms, ${text.length} characters: ${text.slice(0, 200)}`,
    );
    return text;
  };
  const fresh = customers(2_000, 1_000_000);
  const next = () => peerCustomer(fresh.next().value);
  const someone = next();
  await send('get', peer.get(peer.ids[0]!));
  await send('first page', peer.firstPage());
  await send('search', peer.search('smi'));
  console.log('found before:', peer.isFound(await send('find', peer.find(someone.email))));
  await send('create', peer.create(someone));
  console.log('found after:', peer.isFound(await send('find', peer.find(someone.email))));
  const bulk = peer.bulk(Array.from({ length: 100 }, next));
  if (bulk) await send('bulk', bulk);
  console.log(
    'rows with the e-mail:',
    await peer.count(someone.email),
    'of',
    peer.ids.length,
    'ids;',
    Math.round(await peer.memory()),
    'MiB',
  );
}
