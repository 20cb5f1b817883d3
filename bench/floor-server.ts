/** The floor: a bare node:http server that answers the same JSON, already made, on the same core. */
import { createServer } from 'node:http';

const body = process.env.FLOOR_BODY ?? '{}';
const length = Buffer.byteLength(body);
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () =>
  console.log(`listening at http://127.0.0.1:${(server.address() as { port: number }).port}`),
);
