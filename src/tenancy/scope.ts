/**
 * Whose data a request may touch. Only authentication (and the command line, which owns the database) makes a
 * Scope; every function that reads or writes customers takes it first.
 */

/** Who did it, as history records it. */
export interface Actor {
  type: 'api_key' | 'system';
  id: string | null;
  name: string | null;
}

export interface Scope {
  businessId: string;
  /** The one location of the context; null for all locations of the business. */
  locationId: string | null;
  actor: Actor;
}

/** A location as far as matching needs it. */
export interface LocationContext {
  id: string;
  /** Reads phone numbers written without a country code. */
  country: string;
}
