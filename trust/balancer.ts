/** The simplest of balancers: it goes on to the next instance where nobody listens, and retries nothing else. */
import { Agent, request } from 'node:http';
import { API, type Send } from '../test/client.ts';

export interface Balancer {
  send: Send;
  /** Connections that nobody took: those alone went to the next. */
  refused: number;
  /** Taken, and then neither answered nor refused in words. */
  broken: string[];
  close(): void;
}

/** Round and round these instances, over connections that are kept. */
export function balance(urls: string[], key: string): Balancer {
  const agents = urls.map(() => new Agent({ keepAlive: true, maxSockets: 16 }));
  let turn = 0;
  const balancer: Balancer = {
    refused: 0,
    broken: [],
    close: () => {
      for (const agent of agents) agent.destroy();
    },
    async send(method, path, body, { headers = {} } = {}) {
      const first = turn++;
      for (let tried = 0; ; tried++) {
        const i = (first + tried) % urls.length;
        try {
          return await ask(agents[i]!, urls[i]!, method, path, body, {
            ...headers,
            authorization: `Bearer ${key}`,
          });
        } catch (error) {
          const { code, message } = error as NodeJS.ErrnoException;
          if (code !== 'ECONNREFUSED') {
            balancer.broken.push(`${method} ${path}: ${code} ${message}`);
            throw error;
          }
          balancer.refused++;
          if (tried + 1 === urls.length) throw error;
        }
      }
    },
  };
  return balancer;
}

function ask(
  agent: Agent,
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): ReturnType<Send> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? null : JSON.stringify(body);
    const asked = request(
      url + API + path,
      {
        agent,
        method,
        headers: {
          ...headers,
          ...(payload !== null && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(payload),
          }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece) => {
          text += piece;
        });
        response.on('error', reject);
        response.on('end', () => {
          const parsed = text.startsWith('{') ? JSON.parse(text) : {};
          const all = new Headers(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          );
          resolve({ status: response.statusCode!, headers: all, text, ...parsed });
        });
      },
    );
    asked.on('error', reject);
    asked.end(payload ?? undefined);
  });
}
