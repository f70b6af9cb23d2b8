/** A document with a mistake, and what its author is told: where, what is there, and what is allowed. */
export type Case = readonly [document: unknown, told: ReadonlyArray<string>]
