/** What was observed of a connection, and what it says. */
import type { Finding } from "./form.ts"
import type { Key } from "./senders.ts"

/** What was observed of a connection. */
export interface Exchange {
  readonly received: Buffer
  /** How it ended: by the api, or only after the sender's patience. */
  readonly end: "closed" | "timeout"
  /** Whether it overlapped a time without Postgres, which the run itself had caused. */
  readonly duringOutage: boolean
  /** Whether other programs used much of the machine meanwhile. */
  readonly onSharedMachine: boolean
}

/** A webhook that may be stored although its sender was not answered 200. */
export interface Unseen {
  /** What is stored then; empty if that cannot be said. */
  readonly meaning: string
  readonly key?: Key
}

/** A webhook that was answered 200. */
export interface Acknowledged {
  readonly leadId: number
  /** What must be stored; empty if that cannot be said. */
  readonly meaning: string
  readonly key?: Key
}

/** What is known of a connection's leads. */
export interface Verdict {
  readonly findings: ReadonlyArray<Finding>
  readonly statuses: ReadonlyArray<number>
  readonly acknowledged: ReadonlyArray<Acknowledged>
  /** Answered as an earlier webhook was. */
  readonly duplicates: ReadonlyArray<Acknowledged>
  /** The keys that were answered 422. */
  readonly conflicts: ReadonlyArray<Key>
  /** What may be stored although nobody was answered 200. */
  readonly unseen: ReadonlyArray<Unseen>
  /** Findings that a shared machine explains, unless they are found again. */
  readonly excused: ReadonlyArray<Finding>
}
