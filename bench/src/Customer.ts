/** The customer's API, as the benchmark sees it. */
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { freePort } from "./freePort.ts"
import { answers, startProgram } from "./Program.ts"

/** What has come so far. */
export interface Arrivals {
  readonly requests: number
  /** Different leads among them. */
  readonly leads: number
  /** When the first came, the ones at a third and at two thirds, and the last. */
  readonly atMs: ReadonlyArray<number>
}

/** One that runs. */
export interface Customer {
  readonly url: string
  readonly arrivals: Effect.Effect<Arrivals>
  /** Whether any request has come. */
  readonly isReached: () => Promise<boolean>
}

/** Starts one for the current scope, in a process of its own. It answers at once. */
export const startCustomer = Effect.gen(function* () {
  const port = yield* freePort
  const url = `http://127.0.0.1:${port}/leads`
  const customer = yield* startProgram({
    program: fileURLToPath(new URL("programs/customer.ts", import.meta.url)),
    args: [String(port)],
  })
  yield* customer.ready(answers(url))
  const arrivals = async () => (await (await fetch(url)).json()) as Arrivals
  return {
    url,
    arrivals: Effect.promise(arrivals),
    isReached: async () => (await arrivals()).requests > 0,
  } satisfies Customer
})
