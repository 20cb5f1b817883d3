/**
 * What a system must offer to be measured beside the service: to be started on an empty database, to be filled with
 * given customers, and the requests of the operations that are compared. Each peer lives in a folder of its own with
 * its own pinned packages, outside the product's dependencies.
 */

export interface PeerCustomer {
  name: string;
  email: string;
  phone: string;
  company_name: string | null;
  address: string;
  source: string;
  tags: string[];
}

export interface PeerRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  /** JSON text. */
  body?: string;
}

export interface PeerStage {
  /** A database of the peer's own, empty, on the PostgreSQL that all share. */
  databaseUrl: string;
  /** With what a careful user adds when search is slow; undefined: as it comes. */
  variant?: 'trigrams' | undefined;
  /** The folder of the peer: its node_modules is there. */
  dir: string;
  /** Those it must hold before it is measured; the same for every peer, drawn anew by each call. */
  customers(): Iterable<PeerCustomer>;
  /**
   * Runs a command of the peer to its end (migrations, an admin user), telemetry off by `env`.
   * `node` stands for the Node that the folder brings, else the one that runs the benchmark.
   */
  run(command: string[], env?: Record<string, string>): Promise<void>;
  /** Starts its server on the core of servers; resolves when the URL answers below 500. Killed with its children by stop. */
  serve(command: string[], env: Record<string, string>, readyUrl: string): Promise<PeerProcess>;
  /** A TCP port nobody listens on. */
  freePort(): Promise<number>;
}

export interface PeerProcess {
  /** MiB resident, children included. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

export interface RunningPeer extends PeerProcess {
  /** Name and version, as the table shows it. */
  name: string;
  url: string;
  /** Authorization and whatever else each request needs beside its JSON media type. */
  headers: Record<string, string>;
  /** Some thousands of ids, to be asked for at random. */
  ids: string[];
  get(id: string): PeerRequest;
  /** The first 20, newest first, with the total where the system can give it. */
  firstPage(): PeerRequest;
  /** 20 whose name contains the fragment, without regard to case. */
  search(fragment: string): PeerRequest;
  create(customer: PeerCustomer): PeerRequest;
  /** Looks a customer up by e-mail. */
  find(email: string): PeerRequest;
  /** Whether that answer holds anybody. */
  isFound(body: string): boolean;
  /** One request that makes them all; null where the system has none. */
  bulk(customers: PeerCustomer[]): PeerRequest | null;
  /** Its rows with this e-mail, by SQL. */
  count(email: string): Promise<number>;
}

/** What each peer's `peer.mts` exports as `start`. */
export type StartPeer = (stage: PeerStage) => Promise<RunningPeer>;
