/** Requests as bytes that no client should send, `KEY` where a key belongs, and the status that each is answered with. */
import { connect } from 'node:net';
import { API } from '../client.ts';

const HOST = 'Host: test\r\n';
const json = '{"name":"Ordinary"}';
/** As long: mangled, a request that nobody should send may become a good one, and the body is then its own. */
const hiddenJson = '{"name":"Smuggled"}';
const post = (headers: string, body = json) =>
  `POST ${API}/customers HTTP/1.1\r\n${HOST}Authorization: Bearer KEY\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;

export const REQUESTS: [what: string, bytes: string, status: RegExp][] = [
  ['no HTTP at all', 'GARBAGE\r\n\r\n', /^400$/],
  ['a request line without a path', 'GET HTTP/1.1\r\n\r\n', /^400$/],
  ['an unknown version', `GET / HTTP/9.9\r\n${HOST}\r\n`, /^(400|505)$/],
  ['an unknown method', `FETCH / HTTP/1.1\r\n${HOST}\r\n`, /^400$/],
  ['a method in lower case', `get / HTTP/1.1\r\n${HOST}\r\n`, /^400$/],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^400$/],
  ['the hello of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^400$/],
  ['a tunnel', `CONNECT test:443 HTTP/1.1\r\n${HOST}\r\n`, /^400$/],
  [
    'an expectation nobody knows',
    `GET /health HTTP/1.1\r\n${HOST}Connection: close\r\nExpect: wonders\r\n\r\n`,
    /^200$/,
  ],
  [
    'an upgrade',
    `GET /health HTTP/1.1\r\n${HOST}Connection: upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
    /^200$/,
  ],
  ['no Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', /^400$/],
  ['a header without a colon', `GET /health HTTP/1.1\r\n${HOST}nonsense\r\n\r\n`, /^400$/],
  ['a blank in a header name', `GET /health HTTP/1.1\r\n${HOST}x y: 1\r\n\r\n`, /^400$/],
  ['a NUL in a header', `GET /health HTTP/1.1\r\n${HOST}x: a\0b\r\n\r\n`, /^400$/],
  [
    'a folded header',
    `GET /health HTTP/1.1\r\n${HOST}x: a\r\n b\r\nConnection: close\r\n\r\n`,
    /^(200|400)$/,
  ],
  ['headers of 20 KB', `GET /health HTTP/1.1\r\n${HOST}x: ${'a'.repeat(20_000)}\r\n\r\n`, /^431$/],
  [
    '3,000 headers',
    `GET /health HTTP/1.1\r\n${HOST}Connection: close\r\n${'x: 1\r\n'.repeat(3_000)}\r\n`,
    /^400$/,
  ],
  ['two lengths', post('Content-Length: 19\r\nContent-Length: 5\r\n'), /^400$/],
  ['a length and chunks', post('Content-Length: 19\r\nTransfer-Encoding: chunked\r\n'), /^400$/],
  ['a negative length', post('Content-Length: -1\r\n'), /^400$/],
  ['a length in hex', post('Content-Length: 0x13\r\n'), /^400$/],
  ['a length with a sign', post('Content-Length: +19\r\n'), /^400$/],
  ['a length beyond 2^64', post('Content-Length: 99999999999999999999\r\n'), /^400$/],
  ['a length of 2 GB', post('Content-Length: 2000000000\r\n'), /^413$/],
  ['an unknown transfer encoding', post('Transfer-Encoding: rot13\r\n'), /^(400|501)$/],
  ['chunked twice', post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'), /^4\d\d$/],
  ['chunks that are no chunks', post('Transfer-Encoding: chunked\r\n', 'zz\r\n'), /^400$/],
  ['a chunk of 2^64', post('Transfer-Encoding: chunked\r\n', 'ffffffffffffffff1\r\n'), /^(400|413)$/],
  [
    'a compressed body',
    post('Content-Encoding: gzip\r\nContent-Length: 19\r\nConnection: close\r\n', '\x1f\x8b'.padEnd(19, 'x')),
    /^4\d\d$/,
  ],
  ['HTTP/0.9', 'GET /health\r\n\r\n', /^400$/],
  [
    'an address of another host',
    `GET http://elsewhere.test/health HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    /^(200|400|404)$/,
  ],
  ['a path that is not UTF-8', `GET /%ff\xfe HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, /^4\d\d$/],
  ['two Hosts', `GET /health HTTP/1.1\r\n${HOST}Host: other\r\nConnection: close\r\n\r\n`, /^(200|400)$/],
  [
    'a bare line feed after each line',
    `GET /health HTTP/1.1\nHost: test\nConnection: close\n\n`,
    /^(200|400)$/,
  ],
  ['the length of a chunk with a sign', post('Transfer-Encoding: chunked\r\n', '-1\r\n\r\n'), /^400$/],
  [
    'a chunk longer than it says',
    post('Transfer-Encoding: chunked\r\n', `5\r\n${json}\r\n0\r\n\r\n`),
    /^400$/,
  ],
  ['a tab for a blank in the request line', `GET\t/health\tHTTP/1.1\r\n${HOST}\r\n`, /^400$/],
];

/** A request hidden in the body of another, in the ways in which two readers disagree where the first one ends. */
export function hiddenIn(key: string): string[] {
  const hidden = post(`Content-Length: ${hiddenJson.length}\r\n`, hiddenJson);
  return [
    `Content-Length: ${hidden.length + 5}\r\nTransfer-Encoding: chunked\r\n`,
    'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
    `Content-Length: 0\r\nContent-Length: ${hidden.length + 5}\r\n`,
    'Transfer-Encoding : chunked\r\nContent-Length: 4\r\n',
    'Transfer-Encoding: xchunked\r\n',
    'Transfer-Encoding:\x0bchunked\r\nContent-Length: 4\r\n',
    ' Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
    'X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
    'Transfer-Encoding: identity\r\nContent-Length: 4\r\n',
    'Content-Length: 4, 4\r\n',
  ].map((headers) => post(headers, `0\r\n\r\n${hidden}`).replaceAll('KEY', key));
}

/** Sends the bytes and answers all that came back until the service closed the connection; with `end`, says that no more come. */
export function exchange(
  url: string,
  bytes: string | Buffer,
  { patience = 8_000, end = false } = {},
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((done, fail) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      fail(new Error(`The connection stays open. Received: ${text}`));
    }, patience);
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    // A service that closes while bytes are still coming resets the connection; what it said before counts.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      done(text);
    });
    if (end) socket.end(bytes);
    else socket.write(bytes);
  });
}
