/** What a request may be answered, as a value. */
import type { Key } from "./senders.ts"

/** What a request may be answered. */
export interface Expected {
  readonly statuses: ReadonlySet<number>
  /** What its lead means, if it is a webhook that may be accepted; empty if that cannot be said. */
  readonly meaning: string | undefined
  /** The text of its 400, where that is fixed. */
  readonly error?: string
  /** By which it may be the same as another webhook. */
  readonly key?: Key | undefined
  /** Whether the answer needs the database, so that 503 is right while there is none. */
  readonly needsDatabase: boolean
}

/** These statuses, whatever the database does. */
export const only = (...statuses: ReadonlyArray<number>): Expected => ({
  statuses: new Set(statuses),
  meaning: undefined,
  needsDatabase: false,
})

/** These statuses, and 503 while there is no database. */
export const withDatabase = (...statuses: ReadonlyArray<number>): Expected => ({
  ...only(...statuses),
  needsDatabase: true,
})
