/** Retries are answered for so long (contract section 5, "safety"). Who counts on it needs nothing else of the database. */
export const ANSWER_LIFE_MS = 24 * 60 * 60 * 1000;
