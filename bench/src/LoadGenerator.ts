/** The sender of webhooks, as the benchmark sees it. */
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import type { Sending } from "./leadRequest.ts"
import { startProgram } from "./Program.ts"

/** What to send: leads for a duration, or a number of leads. */
export interface Load {
  readonly port: number
  readonly connections: number
  /** Requests in this time are sent and not measured; 0 by default. */
  readonly warmUpMs?: number
  readonly ms?: number
  readonly leads?: number
  /** Whether to connect by TLS; not by default. */
  readonly tls?: boolean
  /** What its senders do for each webhook; nothing by default. */
  readonly sending?: Sending | undefined
}

/** The result. */
export interface LoadReport {
  /** Requests answered 200, those of the warm-up too. */
  readonly acknowledged: number
  /** Other statuses and errors of connections, with how often they came. */
  readonly refusals: Readonly<Record<string, number>>
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Sends in a process of its own, and returns when every request is answered. */
export const sendLeads = (load: Load): Effect.Effect<LoadReport> =>
  Effect.gen(function* () {
    const sender = yield* startProgram({
      program: fileURLToPath(new URL("programs/load.ts", import.meta.url)),
      args: [JSON.stringify(load)],
      reads: true,
    })
    const output = yield* sender.output
    if (output === "") return yield* Effect.die(new Error("the sender of webhooks failed"))
    return JSON.parse(output) as LoadReport
  }).pipe(Effect.scoped)
