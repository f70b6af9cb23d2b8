/** The processes that run until they are stopped. A process and its modules are loaded when it is started. */
import type { Effect } from "effect"
import { setFlagsFromString } from "node:v8"
import { shipped } from "./shipped.ts"

const loaders = {
  start: async () => (await import("./gateway/program.ts")).gateway(shipped),
  api: async () => (await import("@lead-gateway/api")).api(shipped),
  worker: async () => (await import("@lead-gateway/worker")).worker(shipped),
}

/** The name of a server on the command line. */
export type Server = keyof typeof loaders

/** Every {@link Server}. */
export const serverNames = ["start", "api", "worker"] as const satisfies ReadonlyArray<Server>

/** Whether this is the name of a server. */
export const isServer = (name: string): name is Server => Object.hasOwn(loaders, name)

/**
 * Loads a server, which runs until it is interrupted.
 *
 * Lets the heap grow by 50 % at a time instead of V8's default of up to 4 times: a long-lived server then takes a third less
 * memory. The npm scripts pass the same flag to Node, and a limit of the young generation, which cannot be set at run
 * time.
 */
export const loadServer = (name: Server): Promise<Effect.Effect<never, { readonly message: string }>> => {
  setFlagsFromString("--heap-growing-percent=50")
  return loaders[name]()
}
