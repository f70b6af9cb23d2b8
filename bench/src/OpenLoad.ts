/** Webhooks at a fixed rate, whether or not the answers keep up with it: an open loop, as the benchmark sees it. */
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { startProgram } from "./Program.ts"

/** What to send. */
export interface OpenLoad {
  readonly port: number
  readonly perSecond: number
  readonly ms: number
  /** Connections, all of them open from the start. A lead that finds all busy is sent late. */
  readonly connections: number
  /** The number of the first lead; the others follow. */
  readonly firstLead: number
}

/** The latencies of all answers with one status. */
export interface StatusReport {
  readonly answers: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
  /** Answers that took longer than 50 ms. */
  readonly over50Ms: number
}

/** What the sender's program prints. */
export interface OpenLoadFigures {
  readonly sent: number
  /** By status, or by the error of a connection. */
  readonly statuses: Readonly<Record<string, StatusReport>>
  /** How long after it was due a lead was sent: the sender was busy, or all connections were. */
  readonly senderLateMs: { readonly p50: number; readonly p99: number }
}

/** The result of a run. */
export interface OpenLoadReport extends OpenLoadFigures {
  /** Which status a lead was answered with; 0 for none, 1 if its connection failed. */
  readonly statusOf: (lead: number) => number
}

/** Sends in a process of its own, and returns when every request is answered, or 15 s after the last was due. */
export const sendAtRate = (load: OpenLoad): Effect.Effect<OpenLoadReport> =>
  Effect.gen(function* () {
    const folder = yield* scratchFolder({})
    const answers = join(folder, "answers")
    const sender = yield* startProgram({
      program: fileURLToPath(new URL("programs/openLoad.ts", import.meta.url)),
      args: [JSON.stringify(load), answers],
      reads: true,
    })
    const output = yield* sender.output
    if (output === "") return yield* Effect.die(new Error("the sender of webhooks failed"))
    const bytes = readFileSync(answers)
    const statuses = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
    return {
      ...(JSON.parse(output) as OpenLoadFigures),
      statusOf: (lead: number) => statuses[lead - load.firstLead] ?? 0,
    }
  }).pipe(Effect.scoped)
